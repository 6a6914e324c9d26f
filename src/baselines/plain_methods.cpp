#include "baselines/plain_methods.h"

#include "baselines/bm25.h"
#include "baselines/item_knn.h"
#include "baselines/options_method.h"
#include "baselines/recent_popularity.h"
#include "baselines/simple_scorers.h"
#include "baselines/tfidf.h"

namespace r2rank::baselines {
namespace {

std::unique_ptr<Method> random_method() {
  return options_method<NoOptions>(
      {.name = "random", .summary = "chance: the floor", .source = "-"}, {}, {},
      [](const TrainingData&, const NoOptions&, uint64_t seed) { return make_random(seed); });
}

std::unique_ptr<Method> popularity_method() {
  return options_method<NoOptions>(
      {.name = "popularity", .summary = "training events of the item", .source = "-"}, {}, {},
      [](const TrainingData& data, const NoOptions&, uint64_t) { return make_popularity(data); });
}

std::unique_ptr<Method> recent_popularity_method() {
  return options_method<RecentPopularityOptions>(
      {.name = "recent-popularity", .summary = "training events of the item, late ones more", .source = "-"},
      {.half_life = 30, .window = 0},
      {{{"half_life", "0"}}, {{"half_life", "365"}}, {{"half_life", "3"}}, {{"half_life", "1"}}},
      [](const TrainingData& data, const RecentPopularityOptions& options, uint64_t) {
        return make_recent_popularity(data, options);
      });
}

std::unique_ptr<Method> item_knn_method(std::string_view name, std::string_view summary, bool ties) {
  ItemKnnOptions options;
  options.ties_by_popularity = ties;
  return options_method<ItemKnnOptions>(
      {.name = name, .summary = summary, .source = "Sarwar et al. 2001; Deshpande & Karypis 2004"}, options,
      {{{"shrink", "10"}},
       {{"shrink", "50"}},
       {{"shrink", "200"}},
       {{"neighbours", "100"}, {"shrink", "50"}}},
      [](const TrainingData& data, const ItemKnnOptions& chosen, uint64_t) {
        return make_item_knn(data, chosen);
      });
}

std::unique_ptr<Method> tfidf_method() {
  return options_method<TfidfOptions>(
      {.name = "tfidf",
       .summary = "cosine between the texts of the candidate and of the last items",
       .source = "Salton & Buckley 1988"},
      {}, {{{"history", "5"}}, {{"history", "20"}}, {{"largest_share", "1"}}, {{"history", "3"}}},
      [](const TrainingData& data, const TfidfOptions& options, uint64_t) {
        return make_tfidf(data.dataset, options);
      });
}

std::unique_ptr<Method> bm25_method() {
  return options_method<Bm25Options>(
      {.name = "bm25",
       .summary = "words of the last items' titles sought in the candidate's text",
       .source = "Robertson & Zaragoza 2009"},
      {}, {{{"history", "5"}}, {{"history", "20"}}, {{"k1", "0.6"}}, {{"b", "0.3"}}},
      [](const TrainingData& data, const Bm25Options& options, uint64_t) {
        return make_bm25(data.dataset, options);
      });
}

}  // namespace

std::vector<std::unique_ptr<Method>> plain_methods() {
  std::vector<std::unique_ptr<Method>> methods;
  methods.push_back(random_method());
  methods.push_back(popularity_method());
  methods.push_back(recent_popularity_method());
  methods.push_back(item_knn_method("item-knn", "cosine to the nearest items of the history", false));
  methods.push_back(
      item_knn_method("item-knn-pop", "item-knn, candidates of equal score by popularity", true));
  methods.push_back(tfidf_method());
  methods.push_back(bm25_method());
  return methods;
}

}  // namespace r2rank::baselines
