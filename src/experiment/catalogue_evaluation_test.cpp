#include "experiment/catalogue_evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "baselines/llm/llm_scorer.h"
#include "data/dataset_hash.h"
#include "data/seen_items.h"
#include "experiment/beyond_accuracy.h"
#include "experiment/outside_scores.h"
#include "experiment/test_results.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

/// Leave-one-out over the full catalogue of a small data set.
struct FullCatalogue : ::testing::Test {
  data::Dataset dataset = baselines::testing::random_dataset(3, 40, 30);
  data::SplitConfig config;
  data::Split split;
  void SetUp() override {
    dataset.hash = data::dataset_hash(dataset);
    config.negatives = "full";
    config.exclude = "history";
    config.min_history = 1;
    split = data::make_split(dataset, config);
  }
};

struct OfEachScorer : FullCatalogue, ::testing::WithParamInterface<std::string> {};

TEST_P(OfEachScorer, GivesWhatListedCandidatesWouldGive) {
  const auto scorer = baselines::make_baseline(GetParam(), {dataset, split}, 7);
  const auto counted = evaluate(*scorer, split.test, dataset, "x");
  ASSERT_EQ(counted.slate_ids.size(), split.test.slates.size());
  for (size_t i = 0; i < split.test.slates.size(); ++i) {
    data::Slate listed = split.test.slates[i];
    const auto excluded = data::excluded_items(dataset, listed, "history");
    const int32_t target = listed.candidates.at(0);
    listed.candidates.clear();
    listed.relevance.clear();
    for (int32_t item = 0; item < 30; ++item) {
      if (std::binary_search(excluded.begin(), excluded.end(), item)) continue;
      listed.candidates.push_back(item);
      listed.relevance.push_back(item == target ? 1.0F : 0.0F);
    }
    std::vector<double> scores;  // as floats: what a catalogue's scores are
    for (const double score : scorer->score(listed)) scores.push_back(static_cast<float>(score));
    for (const auto& [name, value] : metrics::all_metrics(scores, listed.relevance))
      EXPECT_NEAR(counted.values.at(name)[i], value, 1e-9) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(FullCatalogue, OfEachScorer,
                         ::testing::Values("random", "popularity", "item-knn", "tfidf"));

TEST_F(FullCatalogue, KeepsTheScoresOfRelevantItemsAlone) {
  const auto scorer = baselines::make_baseline("popularity", {dataset, split}, 7);
  const auto results = evaluate(*scorer, split.test, dataset, "x");
  EXPECT_EQ(results.protocol, "loo-full-later");
  EXPECT_EQ(results.scores[0], scorer->score(split.test.slates[0]));
}

/// What a diverged model scores.
class NoNumber : public baselines::Scorer {
 public:
  std::string name() const override { return "diverged"; }
  std::vector<double> score(const data::Slate& slate) override {
    return std::vector<double>(slate.candidates.size(), NAN);
  }
};

TEST_F(FullCatalogue, TellsOfScoresThatAreNoNumbers) {
  NoNumber diverged;
  ::testing::internal::CaptureStderr();
  evaluate(diverged, split.test, dataset, "x");
  EXPECT_NE(::testing::internal::GetCapturedStderr().find("'diverged' are not a number"), std::string::npos);
}

/// A language model that must not be asked.
class Reader : public baselines::Scorer, public baselines::LlmScorer {
 public:
  std::string name() const override { return "reader"; }
  std::vector<double> score(const data::Slate& slate) override {
    ADD_FAILURE() << "was asked";
    return std::vector<double>(slate.candidates.size());
  }
  baselines::LlmWork work(std::span<const data::Slate>) const override { return {}; }
  const model::LanguageModel* language_model() const override { return nullptr; }
};

TEST_F(FullCatalogue, IsNotReadByALanguageModel) {
  Reader reader;
  try {
    evaluate(reader, split.test, dataset, "x");
    FAIL() << "nothing was refused";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("'reader'"), std::string::npos) << error.what();
  }
}

TEST_F(FullCatalogue, MeasuresNothingAnewFromTheScoresThatAreLeft) {
  const auto scorer = baselines::make_baseline("popularity", {dataset, split}, 7);
  std::vector results = {evaluate(*scorer, split.test, dataset, "x")};
  EXPECT_NO_THROW(complete_results(results[0], split.test, {"ndcg@10"}, "x"));
  EXPECT_THROW(complete_results(results[0], split.test, {"ndcg@7"}, "x"), base::Error);
  EXPECT_THROW(beyond_accuracy(results, dataset, split, split.test, 10, {}), base::Error);
}

TEST_F(FullCatalogue, TakesNoScoresFromOutside) {
  try {
    parse_outside_scores("slate_id,item_id,score\n", data::FileKind::kCsv, "mine.csv", "mine", split.test,
                         dataset);
    FAIL() << "nothing was refused";
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("full catalogue"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace r2rank::experiment
