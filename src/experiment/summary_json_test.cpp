#include "experiment/summary_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "experiment/test_results.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

using testing::results_of;

Summary example() {
  Summary summary;
  summary.results["random"] = results_of("random", {0.2, 0.1, 0.3, 0.2});
  summary.results["trained"] = results_of("the model", {0.6, 0.5, 0.9, 0.4});
  summary.pairs = {{"trained", "random"}};
  summary.seconds = {{"train", 12.5}, {"total", 80}};
  return summary;
}

TEST(SummaryJson, HasTheShapeThatIsPromised) {
  const auto json = nlohmann::json::parse(summary_json(example()));
  EXPECT_EQ(json["protocol"], "loo-uni19-seed7");
  EXPECT_EQ(json["users"], 4);
  EXPECT_EQ(json["results"].size(), 2U);
  EXPECT_EQ(json["results"]["trained"].size(), metrics::metric_names().size());
  EXPECT_NEAR(json["results"]["trained"]["ndcg@10"]["mean"].get<double>(), 0.6, 1e-12);
  EXPECT_LT(json["results"]["trained"]["ndcg@10"]["lo"], json["results"]["trained"]["ndcg@10"]["hi"]);
  EXPECT_NEAR(json["paired"]["trained-random"]["ndcg@10"]["mean"].get<double>(), 0.4, 1e-12);
  EXPECT_GT(json["paired"]["trained-random"]["ndcg@10"]["lo"], 0);
  EXPECT_LE(json["paired"]["trained-random"]["ndcg@10"]["p"], 1);
  EXPECT_EQ(json["seconds"], (nlohmann::json{{"train", 12.5}, {"total", 80.0}}));
}

TEST(SummaryJson, HasEveryPartEvenWhereNothingIsInIt) {
  Summary summary = example();
  summary.pairs.clear();
  summary.seconds.clear();
  const auto json = nlohmann::json::parse(summary_json(summary));
  EXPECT_TRUE(json["paired"].is_object() && json["paired"].empty());
  EXPECT_TRUE(json["seconds"].is_object() && json["seconds"].empty());
}

TEST(SummaryJson, RefusesUnknownPairsOtherSlatesAndNoResults) {
  Summary unknown = example();
  unknown.pairs.push_back({"trained", "warm_up"});
  EXPECT_THROW(summary_json(unknown), base::Error);
  Summary mixed = example();
  mixed.results["random"].slates_hash = "another";
  EXPECT_THROW(summary_json(mixed), base::Error);
  EXPECT_THROW(summary_json(Summary{}), base::Error);
}

}  // namespace
}  // namespace r2rank::experiment
