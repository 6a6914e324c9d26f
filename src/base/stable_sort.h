#pragma once

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace r2rank::base {

/// The items in the order of `less`, equal ones in the order they came. In place of std::stable_sort, whose
/// buffer is deprecated, which clang refuses.
template <class T, class Less>
std::vector<T> stable_sorted(std::vector<T> items, const Less& less) {
  std::vector<size_t> order(items.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return a < b ? !less(items[b], items[a]) : less(items[a], items[b]); });
  std::vector<T> sorted;
  sorted.reserve(items.size());
  for (const size_t place : order) sorted.push_back(std::move(items[place]));
  return sorted;
}

}  // namespace r2rank::base
