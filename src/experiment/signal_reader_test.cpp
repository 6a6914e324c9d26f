#include "experiment/signal_reader.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "baselines/test_data.h"
#include "data/early_split.h"
#include "data/training_slates.h"
#include "experiment/baseline_folder.h"
#include "experiment/ranking_scorer.h"
#include "experiment/signal_weights.h"
#include "experiment/test_signals.h"
#include "learn/tiny_ranking_model.h"

namespace r2rank::experiment {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

class SignalReaderTest : public ::testing::Test {
 protected:
  SignalReaderTest() {
    set_ = train_signals(testing::quick_request({"item-knn", "bpr-mf"}), {dataset_, split_}, signals_, false);
  }

  /// One state of knowledge, opened by hand.
  rollout::SlateSignals asked(const data::Slate& slate, bool early) const {
    SignalSide side(dataset_, early ? data::early_split(split_, set_.withhold, set_.min_history) : split_,
                    reference_items(dataset_, split_, set_.references, set_.seed));
    for (const auto& signal : set_.signals) {
      const auto folder = early ? rollout::early_folder(signals_, signal.method)
                                : rollout::full_folder(signals_, signal.method);
      side.add(load_baseline(folder, side.data()).scorer);
    }
    return standardised(side.ask(slate), set_);
  }
  SignalReader reader(bool training) const { return {set_, signals_, dataset_, split_, training}; }

  data::testing::TemporaryFolder folder_;
  base::Path signals_ = folder_.path() / "signals";
  data::Dataset dataset_ = testing::circle();
  data::Split split_ = testing::split_of(dataset_);
  rollout::SignalSet set_;
};

TEST_F(SignalReaderTest, TrainingSlatesSeeEarlyRankersAndAllOthersFullOnes) {
  SignalReader both = reader(true);
  EXPECT_EQ(both.names(), (std::vector<std::string>{"item-knn", "bpr-mf"}));
  const data::TrainingSlates slates(dataset_, split_, {.negative_count = 4, .recent_targets = 1});
  bool differs = false;
  for (int64_t n = 0; n < 20; ++n) {
    const data::Slate slate = slates.draw(n);
    const auto found = both.of(slate, true);
    EXPECT_EQ(found.features, asked(slate, true).features);
    EXPECT_EQ(found.percentiles, asked(slate, true).percentiles);
    differs |= found.features != asked(slate, false).features;
  }
  EXPECT_TRUE(differs);
  SignalReader full = reader(false);
  for (const auto& slate : split_.test.slates) {
    EXPECT_EQ(both.of(slate, false).features, asked(slate, false).features);
    EXPECT_EQ(full.of(slate, false).features, asked(slate, false).features);
  }
}

TEST_F(SignalReaderTest, AChangedRankerIsRefused) {
  const base::Path card = rollout::full_folder(signals_, "item-knn") / "baseline.json";
  base::write_file(card, base::read_file(card) + " ");
  expect_parts(error_of(base::ErrorKind::kData, [&] { reader(false); }), {"item-knn", "was changed"});
  const base::Path weights = rollout::early_folder(signals_, "bpr-mf") / "weights.safetensors";
  std::filesystem::remove(card);
  error_of(base::ErrorKind::kIo, [&] { reader(false); });
  std::filesystem::remove(weights);
}

/// A language model with signals as the scorer that `eval` and `rank` ask.
class HybridScorer : public SignalReaderTest {
 protected:
  HybridScorer() {
    learn::testing::write_tiny_base(folder_.path() / "base");
    model_ = learn::testing::open_tiny(folder_.path() / "base", "frozen");
    learn::SignalConfig config;
    config.folder = signals_.string();
    learn::use_signals(config, dataset_, split_, *model_);
  }
  std::unique_ptr<learn::RankingModel> model_;
};

TEST_F(HybridScorer, AddsTheWeightedFullSignalsToTheText) {
  const auto plain = learn::testing::open_tiny(folder_.path() / "base", "frozen");
  RankingScorer text("text", *plain, dataset_, split_, {}), hybrid("hybrid", *model_, dataset_, split_, {});
  for (const auto& slate : std::span(split_.test.slates).first(5)) {
    const auto without = text.score(slate), with = hybrid.score(slate);
    const auto signals = asked(slate, false);
    for (size_t k = 0; k < with.size(); ++k) {
      double offset = 0;
      for (size_t m = 0; m < set_.signals.size(); ++m)
        offset += static_cast<float>(set_.signals[m].weight) * signals.features[k][m];
      EXPECT_NEAR(with[k], without[k] + offset, 1e-4);
    }
  }
}

TEST_F(HybridScorer, ScoresFollowTheCandidatesWhateverTheirOrder) {
  RankingScorer hybrid("hybrid", *model_, dataset_, split_, {});
  data::Slate slate = split_.test.slates[1];
  auto scores = hybrid.score(slate);
  std::reverse(slate.candidates.begin(), slate.candidates.end());
  std::reverse(slate.relevance.begin(), slate.relevance.end());
  std::reverse(scores.begin(), scores.end());
  EXPECT_EQ(hybrid.score(slate), scores);
}

TEST_F(HybridScorer, FindsItsSignalsInItsOwnFolder) {
  RankingScorer before("hybrid", *model_, dataset_, split_, {});
  const base::Path folder = folder_.path() / "run" / "model";
  std::filesystem::create_directories(folder);
  learn::write_ranking_model(*model_, folder, "{}");
  std::filesystem::remove_all(signals_);
  const auto again =
      learn::open_ranking_model(folder_.path() / "run", learn::testing::tiny_options("frozen"), {});
  RankingScorer after("hybrid", *again, dataset_, split_, {});
  for (const auto& slate : std::span(split_.test.slates).first(5))
    EXPECT_EQ(after.score(slate), before.score(slate));
}

TEST_F(HybridScorer, IsForItsSplitOnly) {
  data::Split other = split_;
  --other.training_end[0];
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { RankingScorer("h", *model_, dataset_, other, {}); }),
               {"other events"});
}

/// Users who choose at random: nothing can be known of what they choose next. A ranker that has learned from
/// a target knows it all the same.
TEST(InSampleSignals, MisleadAndEarlyOnesDoNot) {
  const data::Dataset dataset = [] {
    auto made = baselines::testing::random_dataset(5, 300, 400);
    made.hash = data::dataset_hash(made);
    return made;
  }();
  data::SplitConfig config;
  config.negative_count = 9;
  const data::Split split = data::make_split(dataset, config);
  const data::TrainingSlates drawn(dataset, split, {.negative_count = 9, .recent_targets = 1});
  std::vector<data::Slate> slates;
  for (int64_t n = 0; n < 600; ++n) slates.push_back(drawn.draw(n));
  rollout::SignalSet set;
  set.signals = {{.method = "item-knn"}};
  const auto references = reference_items(dataset, split, 200, 7);
  struct Learned {
    double weight, training, valid;
  };
  const auto learn_from = [&](const data::Split& knows) {
    SignalSide side(dataset, knows, references), full(dataset, split, references);
    side.add(baselines::make_baseline("item-knn", side.data(), 7));
    full.add(baselines::make_baseline("item-knn", full.data(), 7));
    learn_signal_scales(side, slates, set);
    const auto training = signal_scores(side, slates, dataset, set, "training");
    const auto valid = signal_scores(full, split.valid.slates, dataset, set, "valid");
    return Learned{learn_signal_weights(training, 1e-3)[0], signal_ndcg(training, {1}),
                   signal_ndcg(valid, {1})};
  };
  const Learned early = learn_from(data::early_split(split, 1, 3)), in_sample = learn_from(split);
  EXPECT_GT(in_sample.training, 0.9);
  EXPECT_GT(in_sample.weight, 0.5);
  EXPECT_NEAR(early.training, early.valid, 0.08);
  EXPECT_LT(early.weight, 0.2);
}

}  // namespace
}  // namespace r2rank::experiment
