#include "experiment/evaluation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "baselines/scorer_notes.h"
#include "data/import.h"
#include "experiment/candidate_order.h"
#include "experiment/test_results.h"
#include "metrics/ranking_metrics.h"

namespace r2rank::experiment {
namespace {

using baselines::testing::leave_last_two;
using baselines::testing::random_dataset;
using testing::results_of;
using testing::slates_of;

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::string error_of(const std::function<void()>& action, base::ErrorKind kind) {
  try {
    action();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), kind);
    return error.what();
  }
  ADD_FAILURE() << "nothing was refused";
  return "";
}

/// Scores a candidate by its label, in batches, and says that each slate took ten tokens.
class Oracle : public baselines::Scorer {
 public:
  explicit Oracle(int64_t batch_size) : batch_size_(batch_size) {}
  std::string name() const override { return "oracle"; }
  std::vector<double> score(const data::Slate& slate) override {
    tokens_ += 10;
    return {slate.relevance.begin(), slate.relevance.end()};
  }
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override {
    batches_.push_back(slates.size());
    return Scorer::score_batch(slates);
  }
  int64_t batch_size() const override { return batch_size_; }
  int64_t tokens() const override { return tokens_; }
  std::vector<size_t> batches_;

 private:
  int64_t batch_size_, tokens_ = 0;
};

/// Takes a while over each batch to note something.
class Noting : public Oracle, public baselines::ScorerNotes {
 public:
  using Oracle::Oracle;
  static constexpr double kPause = 100;  // milliseconds
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override {
    const auto start = std::chrono::steady_clock::now();
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(kPause));
    seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return Oracle::score_batch(slates);
  }
  double noting_seconds() const override { return seconds_; }

 private:
  double seconds_ = 0;
};

class Evaluate : public ::testing::Test {
 protected:
  void SetUp() override { base::set_progress_enabled(false); }
  void TearDown() override { base::set_interrupt_requested(false); }
  data::Dataset dataset_ = random_dataset(1, 20, 30);
  data::SlateSet slates_ = slates_of(dataset_);
};

TEST_F(Evaluate, MeasuresEveryMetricOfEverySlate) {
  Oracle oracle(1);
  const auto results = evaluate(oracle, slates_, dataset_, "oracle");
  EXPECT_EQ(results.scorer, "oracle");
  EXPECT_EQ(results.protocol, slates_.protocol.name());
  EXPECT_EQ(results.slates_hash, slates_.hash);
  EXPECT_EQ(results.user_ids, dataset_.user_ids);
  ASSERT_EQ(results.scores.size(), 20U);
  EXPECT_EQ(results.scores[3], (std::vector<double>{1, 0, 0, 0, 0}));
  for (const std::string& metric : metrics::metric_names()) {
    const double best = metric == "precision@10" ? 0.1 : 1;  // one relevant item in ten places
    EXPECT_EQ(results.values.at(metric), std::vector<double>(20, best)) << metric;
  }
}

TEST_F(Evaluate, SharesTokensAndTimeOfABatchAmongItsSlates) {
  Oracle oracle(8);
  const auto results = evaluate(oracle, slates_, dataset_, "oracle");
  EXPECT_EQ(oracle.batches_, (std::vector<size_t>{8, 8, 4}));
  EXPECT_EQ(results.values.at(kTokens), std::vector<double>(20, 10.0));
  ASSERT_EQ(results.values.at(kMilliseconds).size(), 20U);
  for (const double milliseconds : results.values.at(kMilliseconds)) EXPECT_GE(milliseconds, 0);
}

TEST_F(Evaluate, LeavesTheTimeOfNotesOut) {
  Noting noting(20);
  ReorderedScorer reordered(noting, CandidateOrder::kRelevantFirst);
  for (baselines::Scorer* scorer :
       {static_cast<baselines::Scorer*>(&noting), static_cast<baselines::Scorer*>(&reordered)}) {
    const auto results = evaluate(*scorer, slates_, dataset_, "noting");
    const auto& milliseconds = results.values.at(kMilliseconds);
    const double whole = std::accumulate(milliseconds.begin(), milliseconds.end(), 0.0);
    EXPECT_GE(whole, 0);
    EXPECT_LT(whole, Noting::kPause / 2);
  }
  EXPECT_GE(noting.noting_seconds(), 2e-3 * Noting::kPause);
}

TEST_F(Evaluate, GivesAConstantScorerTheExpectationOverOrders) {
  const auto split = leave_last_two(dataset_);
  const auto constant = baselines::make_baseline("constant", {dataset_, split}, 7);
  const auto results = evaluate(*constant, slates_, dataset_, "constant");
  EXPECT_DOUBLE_EQ(mean(results.values.at("hr@1")), 1.0 / 5);
  EXPECT_NEAR(mean(results.values.at("mrr")), (1 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4 + 1.0 / 5) / 5, 1e-12);
}

TEST_F(Evaluate, MeasuresAnewWhatEarlierResultsLack) {
  Oracle oracle(1);
  const auto whole = evaluate(oracle, slates_, dataset_, "oracle");
  auto earlier = whole;
  earlier.values.erase("map@10");
  earlier.values["ndcg@10"].assign(20, 0.25);
  complete_results(earlier, slates_, {"map@10", "ndcg@10", "recall@3"}, "old.parquet");
  EXPECT_EQ(earlier.values.at("map@10"), whole.values.at("map@10"));
  EXPECT_EQ(earlier.values.at("recall@3"), std::vector<double>(20, 1.0));
  EXPECT_EQ(earlier.values.at("ndcg@10"), std::vector<double>(20, 0.25)) << "what is there stays";
}

TEST_F(Evaluate, RefusesEarlierResultsThatDoNotFitTheSlates) {
  Oracle oracle(1);
  const auto whole = evaluate(oracle, slates_, dataset_, "oracle");
  const auto refused = [&](const std::function<void(metrics::PerUserResults&)>& change) {
    auto earlier = whole;
    change(earlier);
    const auto text =
        error_of([&] { complete_results(earlier, slates_, {}, "old.parquet"); }, base::ErrorKind::kData);
    EXPECT_NE(text.find("old.parquet: expected a row for each of the 20 slates"), std::string::npos) << text;
  };
  refused([](auto& results) { results.scores[3].pop_back(); });
  refused([](auto& results) { std::swap(results.slate_ids[0], results.slate_ids[1]); });
  refused([](auto& results) {
    results.slate_ids.pop_back();
    results.scores.pop_back();
  });
}

TEST_F(Evaluate, StopsOnCtrlCAndSaysHowFarItCame) {
  Oracle oracle(1);
  base::set_interrupt_requested(true);
  const auto text =
      error_of([&] { evaluate(oracle, slates_, dataset_, "oracle"); }, base::ErrorKind::kInterrupted);
  EXPECT_NE(text.find("interrupted after 0 of 20 slates"), std::string::npos) << text;
  EXPECT_TRUE(oracle.batches_.empty());
}

TEST_F(Evaluate, AcceptsASetWithoutSlates) {
  Oracle oracle(4);
  slates_.slates.clear();
  EXPECT_TRUE(evaluate(oracle, slates_, dataset_, "oracle").slate_ids.empty());
}

TEST(UserMeans, AverageTheSlatesOfAUser) {
  auto results = results_of("a", {1.0, 0.5, 0.0});
  results.user_ids = {"x", "y", "x"};
  EXPECT_EQ(user_means(results, "ndcg@10"), (std::vector<double>{0.5, 0.5}));
}

TEST(UserMeans, RefuseAMissingColumnAndNaN) {
  auto results = results_of("a", {1.0, 0.5});
  EXPECT_NE(error_of([&] { user_means(results, "ndcg@3"); }, base::ErrorKind::kData).find("ndcg@3"),
            std::string::npos);
  results.values["mrr"][1] = NAN;
  EXPECT_NE(error_of([&] { user_means(results, "mrr"); }, base::ErrorKind::kData).find("nan"),
            std::string::npos);
}

TEST(CheckComparable, AcceptsTheSameSlates) {
  EXPECT_NO_THROW(check_comparable(results_of("a", {1, 0}), results_of("b", {0, 1})));
}

TEST(CheckComparable, RefusesOtherSlatesAndSaysWhy) {
  auto other = results_of("b", {0, 1});
  other.slates_hash = "another-hash";
  const auto text =
      error_of([&] { check_comparable(results_of("a", {1, 0}), other); }, base::ErrorKind::kUsage);
  EXPECT_NE(text.find("another-hash"), std::string::npos) << text;
  EXPECT_NE(text.find("one slates file"), std::string::npos) << text;
}

TEST(CheckComparable, RefusesScorersThatLearnedFromOtherEvents) {
  auto one = results_of("a", {1, 0}), other = results_of("b", {0, 1});
  one.training_hash = "first";
  EXPECT_NO_THROW(check_comparable(one, other)) << "what is unknown is not refused";
  other.training_hash = "second";
  const auto text = error_of([&] { check_comparable(one, other); }, base::ErrorKind::kUsage);
  EXPECT_NE(text.find("--train-on-unvalidated"), std::string::npos) << text;
  other.training_hash = "first";
  EXPECT_NO_THROW(check_comparable(one, other));
}

TEST(CheckComparable, RefusesAPartOfTheSlatesAndAnotherOrder) {
  const auto whole = results_of("a", {1, 0, 0.5});
  auto reordered = whole;
  std::swap(reordered.slate_ids[0], reordered.slate_ids[1]);
  error_of([&] { check_comparable(whole, results_of("b", {1, 0})); }, base::ErrorKind::kUsage);
  error_of([&] { check_comparable(whole, reordered); }, base::ErrorKind::kUsage);
}

/// The published slates with what independent implementations reached on them
/// (R2RANK_SHARED/reference/README.md).
class ReferenceSlates : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("R2RANK_SHARED");
    if (shared == nullptr)
      GTEST_SKIP() << "R2RANK_SHARED names no folder with data/ and reference/: figures not checked";
    base::set_progress_enabled(false);
    const std::string name = "amazon-scientific-2018";
    data::ImportConfig import;
    import.interactions = fmt::format("{}/data/{}/interactions.csv", shared, name);
    import.items = fmt::format("{}/data/{}/items.jsonl", shared, name);
    import.time = "order";
    dataset_ = data::import_dataset(import);
    data::SplitConfig split;
    split.negatives = "file";
    split.candidates_file = fmt::format("{}/reference/{}.slates.jsonl", shared, name);
    split_ = data::make_split(dataset_, split);
  }

  metrics::PerUserResults results_of(const std::string& name) {
    const auto scorer = baselines::make_baseline(name, {dataset_, split_}, 7);
    return evaluate(*scorer, split_.test, dataset_, name);
  }

  double ndcg_of(const std::string& name) { return mean(results_of(name).values.at("ndcg@10")); }

  /// NDCG@10 with a tie counted as half a rank, the convention of the published figures.
  double half_rank_ndcg_of(const std::string& name) {
    const auto results = results_of(name);
    double sum = 0;
    for (size_t row = 0; row < results.scores.size(); ++row) {
      const auto& scores = results.scores[row];
      const auto& relevance = split_.test.slates[row].relevance;
      const double target = scores[std::max_element(relevance.begin(), relevance.end()) - relevance.begin()];
      double rank = 0.5;
      for (const double score : scores) rank += score > target ? 1 : score == target ? 0.5 : 0;
      sum += rank <= 10 ? 1 / std::log2(rank + 1) : 0;
    }
    return sum / static_cast<double>(results.scores.size());
  }

  data::Dataset dataset_;
  data::Split split_;
};

TEST_F(ReferenceSlates, GiveTheFiguresOfIndependentImplementations) {
  ASSERT_EQ(split_.test.slates.size(), 1000U);
  // The published figures were trained on everything but the last event.
  for (int64_t user = 0; user < dataset_.users(); ++user) {
    split_.training_end[user] = static_cast<int32_t>(dataset_.events(user).size()) - 1;
  }
  EXPECT_NEAR(ndcg_of("constant"), 0.227, 0.001);
  EXPECT_NEAR(ndcg_of("incoming"), 0.227, 0.03);  // three standard errors
  EXPECT_NEAR(ndcg_of("random"), 0.227, 0.03);
  EXPECT_NEAR(half_rank_ndcg_of("popularity"), 0.365, 0.005);
  EXPECT_NEAR(half_rank_ndcg_of("tfidf"), 0.499, 0.005);
  EXPECT_NEAR(half_rank_ndcg_of("item-knn"), 0.377, 0.015);
  EXPECT_NEAR(half_rank_ndcg_of("item-knn-pop"), 0.471, 0.015);
}

}  // namespace
}  // namespace r2rank::experiment
