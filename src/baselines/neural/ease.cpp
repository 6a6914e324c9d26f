#include "baselines/neural/ease.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/byte_size.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory_free.h"
#include "base/stable_sort.h"
#include "baselines/history.h"
#include "baselines/training_matrix.h"

namespace r2rank::baselines {
namespace {

/// The most popular items (lower index first among equals), and each item's place among them or -1.
struct KeptItems {
  std::vector<int32_t> items, place;
};

KeptItems keep_popular(const SparseRows& users_of, int64_t most) {
  KeptItems kept;
  kept.items.resize(users_of.rows());
  kept.place.assign(users_of.rows(), -1);
  std::iota(kept.items.begin(), kept.items.end(), 0);
  const auto count = [&](int32_t item) { return users_of.row(item).size(); };
  if (most < users_of.rows()) {
    kept.items =
        base::stable_sorted(std::move(kept.items), [&](int32_t a, int32_t b) { return count(a) > count(b); });
    kept.items.resize(most);
    std::sort(kept.items.begin(), kept.items.end());
    base::log_warning("ease: of {} items only the {} most popular are modelled (most_items); others score 0",
                      users_of.rows(), most);
  }
  for (size_t i = 0; i < kept.items.size(); ++i) kept.place[kept.items[i]] = static_cast<int32_t>(i);
  return kept;
}

/// X'X + regularisation * I over the kept items, [n, n].
template <class Float>
at::Tensor gram_matrix(const SparseRows& items_of, const KeptItems& kept, double regularisation,
                       at::ScalarType type) {
  const auto size = static_cast<int64_t>(kept.items.size());
  at::Tensor gram = at::zeros({size, size}, type);  // [n, n]
  auto* cells = gram.data_ptr<Float>();
  for (int64_t user = 0; user < items_of.rows(); ++user) {
    for (const SparseEntry& a : items_of.row(user)) {
      if (kept.place[a.column] < 0) continue;
      Float* row = cells + kept.place[a.column] * size;
      for (const SparseEntry& b : items_of.row(user)) {
        if (kept.place[b.column] >= 0) row[kept.place[b.column]] += 1;
      }
    }
  }
  gram.diagonal().add_(regularisation);
  return gram;
}

/// B of the header, [n, n] f32, from G (given up on the way).
at::Tensor weights_from(at::Tensor gram) {
  at::Tensor factor = at::linalg_cholesky(gram);  // [n, n]
  gram.reset();
  at::Tensor inverse = at::cholesky_inverse(factor);  // [n, n]
  factor.reset();
  const at::Tensor diagonal = inverse.diagonal().clone();  // [n]
  inverse.div_(diagonal.neg().unsqueeze(0));
  inverse.diagonal().zero_();
  return inverse.to(at::kFloat).contiguous();
}

at::Tensor solve(const SparseRows& items_of, const KeptItems& kept, const EaseOptions& options) {
  try {
    return weights_from(options.precision == "f64"
                            ? gram_matrix<double>(items_of, kept, options.regularisation, at::kDouble)
                            : gram_matrix<float>(items_of, kept, options.regularisation, at::kFloat));
  } catch (const c10::Error& error) {
    base::fail(base::ErrorKind::kResource, "ease",
               "expected memory for three matrices of {0} x {0} and a positive definite one, found: {1}; set "
               "most_items lower or regularisation higher",
               kept.items.size(), error.what_without_backtrace());
  }
}

class Ease : public Scorer {
 public:
  Ease(const TrainingData& data, const EaseOptions& options) : dataset_(data.dataset) {
    const at::NoGradGuard no_gradient;
    const SparseRows items_of = training_matrix(data);  // [users, items]
    kept_ = keep_popular(items_of.transposed(static_cast<int64_t>(data.dataset.items.size())),
                         options.most_items);
    check_ease_memory(std::ssize(kept_.items), options, base::free_memory());
    weights_ = solve(items_of, kept_, options);
  }

  std::string name() const override { return "ease"; }

  std::vector<double> score(const data::Slate& slate) override {
    const auto history = known_history(slate);
    const float* weights = weights_.const_data_ptr<float>();
    const int64_t size = weights_.size(1);
    std::vector<double> scores;  // [K]
    for (const int32_t item : slate.candidates) {
      double sum = 0;
      const int32_t column = kept_.place[item];
      for (const int32_t row : history) sum += column < 0 ? 0 : weights[row * size + column];
      scores.push_back(sum);
    }
    return scores;
  }

  void score_catalogue(std::span<const data::Slate> slates, std::span<float> scores) override {
    const size_t items = kept_.place.size();
    check_room(slates, items, scores);
    at::parallel_for(0, static_cast<int64_t>(slates.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        score_all(slates[i], scores.subspan(static_cast<size_t>(i) * items, items));
    });
  }

 private:
  /// Rows of the matrix for the history's distinct items.
  std::vector<int32_t> known_history(const data::Slate& slate) const {
    std::vector<int32_t> rows;
    for (const int32_t item : distinct_items(history_of(dataset_, slate))) {
      if (kept_.place[item] >= 0) rows.push_back(kept_.place[item]);
    }
    return rows;
  }

  void score_all(const data::Slate& slate, std::span<float> scores) const {
    const float* weights = weights_.const_data_ptr<float>();
    const int64_t size = weights_.size(1);
    std::vector<float> sums(size, 0.0F);
    for (const int32_t row : known_history(slate)) {
      for (int64_t c = 0; c < size; ++c) sums[c] += weights[row * size + c];
    }
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t c = 0; c < size; ++c) scores[kept_.items[c]] = sums[c];
  }

  const data::Dataset& dataset_;
  KeptItems kept_;
  at::Tensor weights_;  // [n, n] from history item (row) to candidate (column)
};

}  // namespace

void EaseOptions::describe(base::ConfigFields& fields) {
  fields.add("regularisation", regularisation, "added to the diagonal of the items' co-occurrence matrix")
      .between(1e-6, 1e12);
  fields.add("most_items", most_items, "only the most popular items of a larger catalogue are modelled")
      .between(1, 200'000);
  fields.add("precision", precision, "number format of the factorisation").one_of({"f32", "f64"});
}

void check_ease_memory(int64_t items, const EaseOptions& options, double free) {
  const double bytes_a_pair = options.precision == "f64" ? 24 : 12;
  const auto size = static_cast<double>(items);
  if (bytes_a_pair * size * size <= free) return;
  base::fail(
      base::ErrorKind::kResource, "ease",
      "expected {} of memory for {} items ({} bytes times their square), found {} free; set most_items "
      "to at most {}{}",
      base::format_gibibytes(bytes_a_pair * size * size), items, bytes_a_pair, base::format_gibibytes(free),
      static_cast<int64_t>(std::sqrt(free / bytes_a_pair)),
      options.precision == "f64" ? " or precision to f32" : "");
}

std::unique_ptr<Scorer> make_ease(const TrainingData& data, const EaseOptions& options) {
  if (!(options.regularisation > 0) || options.most_items < 1) {
    base::fail_usage("ease",
                     "expected regularisation above 0 and most_items of at least 1 (found: {} and {})",
                     options.regularisation, options.most_items);
  }
  return std::make_unique<Ease>(data, options);
}

}  // namespace r2rank::baselines
