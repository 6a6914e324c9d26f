#include "baselines/scorer.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "baselines/bm25.h"
#include "baselines/item_knn.h"
#include "baselines/simple_scorers.h"
#include "baselines/tfidf.h"

namespace r2rank::baselines {
namespace {

constexpr size_t kFewestTogether = 16, kMostTogether = 256;  // slates

using Factory = std::function<std::unique_ptr<Scorer>(const TrainingData&, uint64_t seed)>;

const std::vector<std::pair<std::string, Factory>>& factories() {
  static const std::vector<std::pair<std::string, Factory>> all = {
      {"random", [](const TrainingData&, uint64_t seed) { return make_random(seed); }},
      {"constant", [](const TrainingData&, uint64_t) { return make_constant(); }},
      {"incoming", [](const TrainingData&, uint64_t) { return make_incoming(); }},
      {"popularity", [](const TrainingData& data, uint64_t) { return make_popularity(data); }},
      {"item-knn", [](const TrainingData& data, uint64_t) { return make_item_knn(data, {}); }},
      {"item-knn-pop",
       [](const TrainingData& data, uint64_t) { return make_item_knn(data, {.ties_by_popularity = true}); }},
      {"tfidf", [](const TrainingData& data, uint64_t) { return make_tfidf(data.dataset, {}); }},
      {"bm25", [](const TrainingData& data, uint64_t) { return make_bm25(data.dataset, {}); }},
  };
  return all;
}

}  // namespace

std::vector<std::string> baseline_names() {
  std::vector<std::string> names;
  for (const auto& [name, factory] : factories()) names.push_back(name);
  return names;
}

std::unique_ptr<Scorer> make_baseline(const std::string& name, const TrainingData& data, uint64_t seed) {
  for (const auto& [known, factory] : factories()) {
    if (known == name) return factory(data, seed);
  }
  const auto names = baseline_names();
  const std::string nearest = base::nearest_name(name, names);
  base::fail_usage("baseline", "expected one of the baselines {} (found: '{}'){}", fmt::join(names, ", "),
                   name,
                   nearest.empty() ? "; name one of these" : fmt::format("; did you mean '{}'?", nearest));
}

std::vector<std::vector<double>> Scorer::score_batch(std::span<const data::Slate> slates) {
  std::vector<std::vector<double>> scores;
  for (const auto& slate : slates) scores.push_back(score(slate));
  return scores;
}

size_t catalogue_batch(size_t items, size_t bytes) {
  return std::clamp<size_t>(bytes / sizeof(float) / std::max<size_t>(1, items), kFewestTogether,
                            kMostTogether);
}

void Scorer::check_room(std::span<const data::Slate> slates, size_t items, std::span<const float> scores) {
  R2RANK_CHECK(scores.size() == slates.size() * items);
}

void Scorer::score_catalogue(std::span<const data::Slate> slates, std::span<float> scores) {
  R2RANK_CHECK(catalogue_ > 0);
  check_room(slates, static_cast<size_t>(catalogue_), scores);
  auto row = scores.begin();
  for (data::Slate slate : slates) {
    slate.candidates.resize(static_cast<size_t>(catalogue_));
    std::iota(slate.candidates.begin(), slate.candidates.end(), 0);
    slate.relevance.assign(slate.candidates.size(), 0);
    for (const double value : score(slate)) *row++ = static_cast<float>(value);
  }
}

}  // namespace r2rank::baselines
