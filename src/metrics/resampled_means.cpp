#include "metrics/resampled_means.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "base/error.h"

namespace r2rank::metrics {
namespace {

constexpr size_t kWordsAtOnce = 512;
constexpr size_t kLanes = 4;    // users side by side
constexpr size_t kColumns = 4;  // of a panel
constexpr size_t kUsers = 256;  // met at a time: 8 KB of a panel and 16 KB of weights stay in the first cache
constexpr size_t kResamples = 8;  // of a batch: each block of a panel is read once for all of them
constexpr size_t kTile = 2;       // resamples whose sums stay in registers

typedef double Lanes __attribute__((vector_size(kLanes * sizeof(double))));
typedef double LanesView __attribute__((vector_size(kLanes * sizeof(double)), may_alias));
using PanelSums = std::array<Lanes, kColumns>;

size_t parts_of(size_t count, size_t part) {
  return (count + part - 1) / part;
}

/// Indices below `bound` of the words that give one, in their order; how many.
size_t indices_of(std::span<const uint32_t> words, uint32_t bound, uint32_t* indices) {
  const uint32_t threshold = -bound % bound;
  uint32_t refused = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    const uint64_t product = uint64_t{words[i]} * bound;
    indices[i] = static_cast<uint32_t>(product >> 32);
    refused |= static_cast<uint32_t>(static_cast<uint32_t>(product) < threshold);
  }
  if (refused == 0) return words.size();
  size_t count = 0;  // seldom: one word in 2^32 / threshold
  for (const uint32_t word : words) {
    const uint64_t product = uint64_t{word} * bound;
    if (static_cast<uint32_t>(product) >= threshold) indices[count++] = static_cast<uint32_t>(product >> 32);
  }
  return count;
}

/// Columns in panels of kColumns: for kLanes users the first column's values, then the second's ...; zeros
/// where there is none.
class Panels {
 public:
  explicit Panels(std::span<const std::span<const double>> columns)
      : groups_(parts_of(columns[0].size(), kLanes)), panels_(parts_of(columns.size(), kColumns)) {
    values_.resize(panels_ * groups_ * kColumns);
    for (size_t column = 0; column < columns.size(); ++column)
      for (size_t user = 0; user < columns[column].size(); ++user)
        values_[(column / kColumns * groups_ + user / kLanes) * kColumns + column % kColumns][user % kLanes] =
            columns[column][user];
  }

  size_t count() const { return panels_; }
  size_t users() const { return groups_ * kLanes; }
  const Lanes* at(size_t panel, size_t user) const {
    return values_.data() + (panel * groups_ + user / kLanes) * kColumns;
  }

 private:
  size_t groups_, panels_;
  std::vector<Lanes> values_;
};

/// Adds the weighted values of a panel's users to the sums of kTile resamples.
void add_weighted(const Lanes* values, const double* const (&weights)[kTile], size_t groups,
                  PanelSums* const (&sums)[kTile]) {
  Lanes total[kTile][kColumns];
  for (size_t r = 0; r < kTile; ++r)
    for (size_t column = 0; column < kColumns; ++column) total[r][column] = (*sums[r])[column];
  for (size_t group = 0; group < groups; ++group, values += kColumns)
    for (size_t r = 0; r < kTile; ++r) {
      const Lanes weight = *reinterpret_cast<const LanesView*>(weights[r] + group * kLanes);
      for (size_t column = 0; column < kColumns; ++column) total[r][column] += weight * values[column];
    }
  for (size_t r = 0; r < kTile; ++r)
    for (size_t column = 0; column < kColumns; ++column) (*sums[r])[column] = total[r][column];
}

/// Counts and sums kResamples resamples at a time; one for each thread.
class Batch {
 public:
  explicit Batch(const Panels& panels)
      : panels_(panels), counts_(kResamples * panels.users()), sums_(kResamples * panels.count()) {}

  /// Sums of the resamples [first, first + count) of `users` users; count <= kResamples.
  void sum(uint64_t seed, uint64_t first, size_t count, size_t users) {
    for (size_t r = 0; r < count; ++r)
      count_draws(base::RandomWords(seed, base::Purpose::kBootstrap, first + r),
                  std::span(counts_).subspan(r * panels_.users(), users));
    std::fill(sums_.begin(), sums_.end(), PanelSums{});
    for (size_t user = 0; user < panels_.users(); user += kUsers)
      add_users(user, std::min(kUsers, panels_.users() - user), parts_of(count, kTile) * kTile);
  }

  double total(size_t resample, size_t column) const {
    const Lanes lanes = sums_[resample * panels_.count() + column / kColumns][column % kColumns];
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
  }

 private:
  void add_users(size_t first, size_t users, size_t resamples) {
    for (size_t r = 0; r < resamples; ++r) {
      const uint8_t* counts = counts_.data() + r * panels_.users() + first;
      for (size_t user = 0; user < users; ++user) weights_[r][user] = counts[user];
    }
    for (size_t panel = 0; panel < panels_.count(); ++panel)
      for (size_t r = 0; r < resamples; r += kTile)
        add_weighted(panels_.at(panel, first), {weights_[r].data(), weights_[r + 1].data()}, users / kLanes,
                     {&sums_[r * panels_.count() + panel], &sums_[(r + 1) * panels_.count() + panel]});
  }

  const Panels& panels_;
  std::vector<uint8_t> counts_;  // [kResamples][users]
  std::vector<PanelSums> sums_;  // [kResamples][panels]
  alignas(sizeof(Lanes)) std::array<std::array<double, kUsers>, kResamples> weights_;
};

void check_columns(std::span<const std::span<const double>> columns) {
  for (const auto& column : columns) {
    R2RANK_CHECK(!column.empty() && column.size() == columns[0].size() && column.size() < UINT32_MAX);
    R2RANK_CHECK(
        std::all_of(column.begin(), column.end(), [](double value) { return std::isfinite(value); }));
  }
}

}  // namespace

void on_this_thread(int64_t count, const std::function<void(int64_t, int64_t)>& work) {
  work(0, count);
}

void count_draws(const base::RandomWords& words, std::span<uint8_t> counts) {
  R2RANK_CHECK(!counts.empty() && counts.size() < UINT32_MAX);
  // A byte is enough: that 256 or more draws of as many users meet one user 256 times has a chance below
  // 1/256!.
  std::fill(counts.begin(), counts.end(), uint8_t{0});
  const auto bound = static_cast<uint32_t>(counts.size());
  std::array<uint32_t, kWordsAtOnce> read, indices;
  uint64_t first = 0;
  for (size_t missing = bound; missing > 0;) {
    const size_t size = std::min(kWordsAtOnce, parts_of(missing, 4) * 4);
    words.read(first, std::span(read).first(size));
    first += size;
    const size_t taken = std::min(missing, indices_of(std::span(read).first(size), bound, indices.data()));
    for (size_t i = 0; i < taken; ++i) ++counts[indices[i]];
    missing -= taken;
  }
}

std::vector<std::vector<double>> resampled_means(std::span<const std::span<const double>> columns,
                                                 uint64_t seed, int resamples, const Spread& spread) {
  R2RANK_CHECK(resamples >= 1);
  check_columns(columns);
  const auto count = static_cast<size_t>(resamples);
  std::vector<std::vector<double>> means(columns.size(), std::vector<double>(count));
  if (columns.empty()) return means;
  const size_t users = columns[0].size();
  const Panels panels(columns);
  spread(static_cast<int64_t>(parts_of(count, kResamples)), [&](int64_t begin, int64_t end) {
    Batch batch(panels);
    for (size_t first = static_cast<size_t>(begin) * kResamples;
         first < std::min(count, static_cast<size_t>(end) * kResamples); first += kResamples) {
      const size_t size = std::min(kResamples, count - first);
      batch.sum(seed, first, size, users);
      for (size_t column = 0; column < columns.size(); ++column)
        for (size_t r = 0; r < size; ++r)
          means[column][first + r] = batch.total(r, column) / static_cast<double>(users);
    }
  });
  return means;
}

}  // namespace r2rank::metrics
