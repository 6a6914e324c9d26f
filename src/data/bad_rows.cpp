#include "data/bad_rows.h"

#include <numeric>

#include "base/error_text.h"

namespace r2rank::data {
namespace {

constexpr int64_t kHopeless = 1000;

}  // namespace

void BadRows::add(const RowError& error, int64_t good) {
  if (!skip_)
    throw RowError(
        error.fault(),
        fmt::format("{} ({}--bad-rows skip leaves such rows out)", base::text_of(error),
                    error.fault() == RowFault::kEncoding ? "--encoding names another encoding, " : ""));
  if (first_.empty()) first_ = error.what();
  ++counts_[static_cast<size_t>(error.fault())];
  further_lines_ += error.further_lines();
  if (good == 0 && count() >= kHopeless)
    throw RowError(error.fault(),
                   fmt::format("none of the first {} rows can be read; the first: {}", kHopeless, first_));
}

int64_t BadRows::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), int64_t{0});
}

std::vector<std::pair<std::string, int64_t>> BadRows::counts(const std::string& what) const {
  std::vector<std::pair<std::string, int64_t>> counts;
  for (size_t fault = 0; fault < counts_.size(); ++fault)
    if (counts_[fault] > 0)
      counts.emplace_back(
          fmt::format("rows of {} left out: {}", what, fault_name(static_cast<RowFault>(fault))),
          counts_[fault]);
  if (further_lines_ > 0)
    counts.emplace_back(fmt::format("further lines inside a quote of rows of {} left out", what),
                        further_lines_);
  return counts;
}

}  // namespace r2rank::data
