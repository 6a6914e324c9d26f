#include "baselines/item_knn.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/memory_free.h"
#include "baselines/history.h"
#include "baselines/sparse_rows.h"
#include "baselines/training_matrix.h"

namespace r2rank::baselines {
namespace {

constexpr size_t kCachedNeighbours = size_t{1} << 25;  // 256 MiB of neighbour lists
// Below any difference of two unequal similarity sums that matters, above double rounding near 1.
constexpr double kTieWeight = 1e-9;

bool nearer(const SparseEntry& a, const SparseEntry& b) {
  return std::tuple(-a.value, a.column) < std::tuple(-b.value, b.column);
}

class ItemKnn : public Scorer {
 public:
  ItemKnn(const TrainingData& data, const ItemKnnOptions& options)
      : dataset_(data.dataset),
        options_(options),
        items_of_(training_matrix(data)),
        users_of_(items_of_.transposed(static_cast<int64_t>(data.dataset.items.size()))),
        shared_users_(static_cast<int64_t>(data.dataset.items.size())),
        in_history_(data.dataset.items.size(), false) {
    for (int64_t item = 0; item < users_of_.rows(); ++item) most_users_ = std::max(most_users_, users(item));
  }

  std::string name() const override { return options_.ties_by_popularity ? "item-knn-pop" : "item-knn"; }

  std::vector<double> score(const data::Slate& slate) override {
    const auto history = distinct_items(history_of(dataset_, slate));
    for (const int32_t item : history) in_history_[item] = true;
    std::vector<double> scores;  // [K]
    for (const int32_t candidate : slate.candidates) scores.push_back(score_item(candidate));
    for (const int32_t item : history) in_history_[item] = false;
    return scores;
  }

  void score_catalogue(std::span<const data::Slate> slates, std::span<float> scores) override {
    check_room(slates, in_history_.size(), scores);
    if (near_.rows() == 0) near_ = find_near();
    std::vector<double> sums(in_history_.size());
    auto row = scores.begin();
    for (const data::Slate& slate : slates) {
      for (size_t item = 0; item < sums.size(); ++item) sums[item] = tie_breaker(static_cast<int64_t>(item));
      for (const int32_t item : distinct_items(history_of(dataset_, slate))) {
        for (const SparseEntry& candidate : near_.row(item)) sums[candidate.column] += candidate.value;
      }
      const auto begin = row;
      for (const double sum : sums) *row++ = static_cast<float>(sum);
      if (options_.ties_by_popularity) keep_order(sums, {begin, row});
    }
  }

 private:
  double users(int64_t item) const { return static_cast<double>(users_of_.row(item).size()); }

  double tie_breaker(int64_t candidate) const {
    return options_.ties_by_popularity ? kTieWeight * users(candidate) / std::max(1.0, most_users_) : 0;
  }

  /// A float near 1 has no room for the tie breaker: where two sums differ by no more, the larger one's float
  /// becomes the next one up.
  void keep_order(const std::vector<double>& sums, std::span<float> scores) const {
    std::vector<size_t> near;  // items with neighbours in the history; of the others the float tells all
    for (size_t item = 0; item < sums.size(); ++item)
      if (sums[item] > kTieWeight) near.push_back(item);
    std::sort(near.begin(), near.end(), [&](size_t a, size_t b) { return sums[a] < sums[b]; });
    // Sums in another order of neighbours differ by rounding alone; counts of users by this or more.
    const double least = kTieWeight / std::max(1.0, most_users_) / 2;
    for (size_t i = 1; i < near.size(); ++i) {
      const float below = scores[near[i - 1]];
      float& score = scores[near[i]];
      if (sums[near[i]] - sums[near[i - 1]] < least)
        score = below;
      else if (score <= below)
        score = std::nextafter(below, std::numeric_limits<float>::infinity());
    }
  }

  /// For each item the candidates it is near to: the neighbour lists of all items, turned round.
  SparseRows find_near() {
    SparseRows lists;  // [items, items] neighbours of a candidate
    const double free = base::free_memory();
    for (int64_t item = 0; item < users_of_.rows(); ++item) {
      lists.append(find_neighbours(static_cast<int32_t>(item)));
      check_item_knn_memory(lists.entries(), free);
    }
    return lists.transposed(users_of_.rows());
  }

  double score_item(int32_t candidate) {
    double sum = tie_breaker(candidate);
    for (const SparseEntry& neighbour : neighbours(candidate)) {
      if (in_history_[neighbour.column]) sum += neighbour.value;
    }
    return sum;
  }

  const std::vector<SparseEntry>& neighbours(int32_t item) {
    const auto found = cache_.find(item);
    if (found != cache_.end()) return found->second;
    auto list = find_neighbours(item);
    if (cached_ + list.size() > kCachedNeighbours) {
      cache_.clear();
      cached_ = 0;
    }
    cached_ += list.size();
    return cache_.emplace(item, std::move(list)).first->second;
  }

  std::vector<SparseEntry> find_neighbours(int32_t item) {
    shared_users_.clear();
    for (const SparseEntry& user : users_of_.row(item)) {
      for (const SparseEntry& other : items_of_.row(user.column)) shared_users_.add(other.column, 1);
    }
    std::vector<SparseEntry> list;
    for (const int32_t other : shared_users_.touched()) {
      if (other == item) continue;
      const double length = std::sqrt(users(item) * users(other));
      list.push_back({other, static_cast<float>(shared_users_[other] / (length + options_.shrink))});
    }
    keep_nearest(list);
    return list;
  }

  void keep_nearest(std::vector<SparseEntry>& list) const {
    const auto keep = static_cast<size_t>(options_.neighbours);
    if (list.size() > keep) {
      std::nth_element(list.begin(), list.begin() + static_cast<int64_t>(keep), list.end(), nearer);
      list.resize(keep);
    }
    std::sort(list.begin(), list.end(), nearer);  // one order of summation, whatever nth_element left
  }

  const data::Dataset& dataset_;
  ItemKnnOptions options_;
  SparseRows items_of_;  // [users, items], training only
  SparseRows users_of_;  // [items, users]
  Accumulator shared_users_;
  std::vector<bool> in_history_;  // [items]
  std::unordered_map<int32_t, std::vector<SparseEntry>> cache_;
  size_t cached_ = 0;
  SparseRows near_;  // [items, items] once the whole catalogue was asked for
  double most_users_ = 0;
};

}  // namespace

void check_item_knn_memory(int64_t entries, double free) {
  constexpr double kCopies = 3;  // a vector that grows holds old and new; then the lists and their transpose
  const double bytes = kCopies * sizeof(SparseEntry) * static_cast<double>(entries);
  if (bytes > free)
    base::fail(
        base::ErrorKind::kResource, "item-knn",
        "the nearest neighbours of all items take more than {}, found {} free; set neighbours lower, or rank "
        "drawn candidates",
        base::format_gibibytes(bytes), base::format_gibibytes(free));
}

void ItemKnnOptions::describe(base::ConfigFields& fields) {
  fields.add("neighbours", neighbours, "nearest items of the candidate that count").between(1, 1'000'000);
  fields.add("shrink", shrink, "added to the cosine's denominator: trust few shared users less").at_least(0);
  fields.add("ties_by_popularity", ties_by_popularity, "rank candidates of equal score by training count");
}

std::unique_ptr<Scorer> make_item_knn(const TrainingData& data, const ItemKnnOptions& options) {
  if (options.neighbours < 1) {
    base::fail_usage("item-knn", "expected at least 1 neighbour (found: {}); 1000 is usual",
                     options.neighbours);
  }
  if (!(options.shrink >= 0)) {
    base::fail_usage("item-knn", "expected a shrink of at least 0 (found: {}); 0 is usual", options.shrink);
  }
  return std::make_unique<ItemKnn>(data, options);
}

}  // namespace r2rank::baselines
