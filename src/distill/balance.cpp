#include "distill/balance.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace r2rank::distill {
namespace {

/// Keeps the `most` of one label that have the least keys.
void keep_least(std::vector<bool>& stays, const std::vector<bool>& labels, const std::vector<uint64_t>& keys,
                bool label, size_t most) {
  std::vector<size_t> of_label;
  for (size_t i = 0; i < labels.size(); ++i)
    if (labels[i] == label) of_label.push_back(i);
  if (of_label.size() <= most) return;
  std::sort(of_label.begin(), of_label.end(),
            [&](size_t a, size_t b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
  for (size_t i = most; i < of_label.size(); ++i) stays[of_label[i]] = false;
}

}  // namespace

std::vector<bool> balanced(const std::vector<bool>& labels, const std::vector<uint64_t>& keys, double min_no,
                           double max_no) {
  R2RANK_CHECK(labels.size() == keys.size() && min_no <= max_no);
  std::vector<bool> stays(labels.size(), true);
  const auto yes = static_cast<double>(std::count(labels.begin(), labels.end(), true));
  const double no = static_cast<double>(labels.size()) - yes;
  if (no > max_no * yes)
    keep_least(stays, labels, keys, false, static_cast<size_t>(std::floor(max_no * yes)));
  else if (no < min_no * yes)
    keep_least(stays, labels, keys, true, static_cast<size_t>(std::floor(no / min_no)));
  return stays;
}

}  // namespace r2rank::distill
