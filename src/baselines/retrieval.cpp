#include "baselines/retrieval.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/random.h"
#include "data/negative_sampler.h"

namespace r2rank::baselines {
namespace {

using Items = std::vector<int32_t>;

constexpr size_t kBatchBytes = size_t{64} << 20;  // of scores held at once

struct Ranked {
  float score;
  uint64_t draw;  // decides between equal scores
  int32_t item;
};

bool ahead(const Ranked& a, const Ranked& b) {
  return a.score != b.score ? a.score > b.score : a.draw < b.draw;
}

Items best_items(std::span<const float> scores, const Items& excluded, int64_t count, uint64_t key) {
  std::vector<Ranked> ranked;
  auto out = excluded.begin();
  for (int32_t item = 0; item < static_cast<int32_t>(scores.size()); ++item) {
    if (out != excluded.end() && *out == item) {
      ++out;
      continue;
    }
    const float score = scores[static_cast<size_t>(item)];
    ranked.push_back({std::isnan(score) ? -std::numeric_limits<float>::infinity() : score,
                      base::mix({key, static_cast<uint64_t>(item)}), item});
  }
  const auto kept = std::min(static_cast<size_t>(count), ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<ptrdiff_t>(kept), ranked.end(), ahead);
  Items items;
  for (size_t i = 0; i < kept; ++i) items.push_back(ranked[i].item);
  return items;
}

std::vector<Items> retrieve(Scorer& scorer, size_t items, uint64_t seed, std::span<const data::Slate> queries,
                            std::span<const Items> excluded, std::span<const int64_t> counts) {
  R2RANK_CHECK(excluded.size() == queries.size() && counts.size() == queries.size());
  std::vector<Items> best;
  base::Progress progress("best of " + scorer.name(), static_cast<int64_t>(queries.size()), "slates");
  const size_t batch = catalogue_batch(items, kBatchBytes);
  std::vector<float> scores(std::min(batch, queries.size()) * items);  // [B, items]
  while (best.size() < queries.size()) {
    base::stop_if_interrupted("split");
    const auto slates = queries.subspan(best.size(), std::min(batch, queries.size() - best.size()));
    scorer.score_catalogue(slates, std::span(scores).first(slates.size() * items));
    for (size_t i = 0; i < slates.size(); ++i)
      best.push_back(best_items(std::span(scores).subspan(i * items, items), excluded[best.size()],
                                counts[best.size()], base::mix({seed, static_cast<uint64_t>(slates[i].id)})));
    progress.advance(static_cast<int64_t>(slates.size()));
  }
  return best;
}

}  // namespace

data::Retriever make_retriever(Scorer& scorer, int64_t items, uint64_t seed) {
  scorer.set_catalogue(items);
  return [&scorer, items, seed](std::span<const data::Slate> queries, std::span<const Items> excluded,
                                std::span<const int64_t> counts) {
    return retrieve(scorer, static_cast<size_t>(items), seed, queries, excluded, counts);
  };
}

std::vector<data::Slate> retrieved_slates(const data::Retriever& retriever, const data::Dataset& dataset,
                                          std::span<const int32_t> users, int64_t count) {
  std::vector<data::Slate> slates;
  std::vector<Items> known;
  for (const int32_t user : users) {
    data::Slate slate;
    slate.id = dataset.user_offsets[static_cast<size_t>(user) + 1];  // where their next event would be
    slate.user = user;
    slate.history_end = slate.window_end = static_cast<int32_t>(dataset.events(user).size());
    slates.push_back(std::move(slate));
    known.push_back(data::known_items(dataset, user));
  }
  const std::vector<int64_t> counts(slates.size(), count);
  auto best = retriever(slates, known, counts);
  for (size_t i = 0; i < slates.size(); ++i) {
    slates[i].candidates = std::move(best[i]);
    slates[i].relevance.assign(slates[i].candidates.size(), 0.0F);
  }
  return slates;
}

}  // namespace r2rank::baselines
