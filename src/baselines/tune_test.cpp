#include "baselines/tune.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "base/files.h"
#include "base/progress.h"
#include "baselines/options_method.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

/// Puts the positive (candidate 0 of every test slate) first with this weight: its NDCG is the setting.
struct FakeOptions {
  double quality = 0.5;
  bool flag = false;
  std::string word = "a";
  void describe(base::ConfigFields& fields) {
    fields.add("quality", quality, "").between(0, 1);
    fields.add("flag", flag, "");
    fields.add("word", word, "");
  }
};

/// How many scorers there are at a time.
struct Alive {
  int now = 0, most = 0;
};
class Life {
 public:
  explicit Life(Alive* alive) : alive_(alive) {
    if (alive_ != nullptr) alive_->most = std::max(alive_->most, ++alive_->now);
  }
  ~Life() {
    if (alive_ != nullptr) --alive_->now;
  }
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

 private:
  Alive* alive_;
};

class FakeScorer : public Scorer {
 public:
  explicit FakeScorer(double quality, int* scored = nullptr, Alive* alive = nullptr)
      : quality_(quality), scored_(scored), life_(alive) {}
  std::string name() const override { return "fake"; }
  std::vector<double> score(const data::Slate& slate) override {
    if (scored_ != nullptr) ++*scored_;
    std::vector<double> scores(slate.candidates.size(), 0.5);
    scores[0] = quality_;
    return scores;
  }

 private:
  double quality_;
  int* scored_;
  Life life_;
};

/// A model that has its quality from the first epoch on, or from a file; an epoch takes `milliseconds`.
class FakeModel : public Trainable {
 public:
  FakeModel(double quality, int64_t milliseconds, Alive* alive)
      : quality_(quality), milliseconds_(milliseconds), life_(alive) {}
  std::string name() const override { return "fake"; }
  std::vector<double> score(const data::Slate& slate) override { return FakeScorer(learned_).score(slate); }
  EpochResult train_epoch(int64_t, const std::function<void(int64_t)>& advance) override {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds_));
    advance(10);
    learned_ = quality_;
    return {1, 10};
  }
  int64_t targets_per_epoch() const override { return 10; }
  void keep() override {}
  void restore() override {}
  void save(const base::Path& path) const override { base::write_file(path, std::to_string(learned_)); }
  void load(const base::Path& path) override { learned_ = std::stod(base::read_file(path)); }

 private:
  double quality_, learned_ = 0;
  int64_t milliseconds_;
  Life life_;
};

class Tune : public ::testing::Test {
 protected:
  Tune() {
    base::set_progress_enabled(false);
    for (int32_t user = 0; user < 4; ++user) {
      split_.valid.slates.push_back(testing::last_event_slate(dataset_, user, {1, 2, 3}));
    }
  }
  ~Tune() override { base::set_progress_enabled(true); }

  std::unique_ptr<Method> method(std::vector<SettingValues> trials) {
    return options_method<FakeOptions>(
        {.name = "fake", .summary = "", .source = ""}, {}, std::move(trials),
        [this](const TrainingData&, const FakeOptions& options, uint64_t) -> std::unique_ptr<Scorer> {
          ++made_;
          if (options.word == "broken") base::fail_data("fake", "the loss is no number");
          if (milliseconds_ < 0) return std::make_unique<FakeScorer>(options.quality, &scored_, &alive_);
          return std::make_unique<FakeModel>(options.quality, milliseconds_, &alive_);
        });
  }
  Tuned tuned(Method& method, const TuneOptions& options = {}) {
    return tune(method, {dataset_, split_}, {.epochs = 3}, options, 7);
  }
  static double quality_of(Method& method) {
    base::ConfigFields fields;
    method.describe(fields);
    return *std::get<double*>(fields.all()[0].value);
  }

  data::Dataset dataset_ = testing::random_dataset(1, 4, 5);
  data::Split split_ = testing::leave_last_two(dataset_);
  int made_ = 0, scored_ = 0;
  Alive alive_;
  int64_t milliseconds_ = -1;  // of an epoch; below 0: a scorer without epochs
};

TEST_F(Tune, KeepsTheBestTrialAndLeavesTheMethodWithItsSettings) {
  const auto fake = method({{{"quality", "0.9"}}, {{"quality", "0.1"}, {"word", "b"}}});
  const auto result = tuned(*fake);
  EXPECT_EQ(result.report.best, 1U);
  EXPECT_EQ(result.report.ended_by, "all tried");
  EXPECT_EQ(result.scorer->score(split_.valid.slates[0])[0], 0.9);
  EXPECT_EQ(quality_of(*fake), 0.9);
  ASSERT_EQ(result.report.trials.size(), 3U);
  EXPECT_NEAR(result.report.trials[1].ndcg, 1, 1e-12);
  EXPECT_NEAR(result.report.trials[2].ndcg, 1 / std::log2(4.0), 1e-12);  // third of three
  EXPECT_LT(result.report.trials[2].ndcg, result.report.trials[0].ndcg);
}

TEST_F(Tune, HoldsOneScorerAtATime) {
  const auto fake = method({{{"quality", "0.9"}}, {{"quality", "0.1"}}, {{"quality", "0.2"}}});
  const auto made_anew = tuned(*fake);
  EXPECT_EQ(alive_.most, 1);
  EXPECT_EQ(made_, 5) << "the best of four, once more at the end";
  EXPECT_EQ(made_anew.scorer->score(split_.valid.slates[0])[0], 0.9);
}

TEST_F(Tune, ReadsTheParametersOfTheBestModelBack) {
  milliseconds_ = 0;
  const auto fake = method({{{"quality", "0.9"}}, {{"quality", "0.1"}}, {{"word", "broken"}}});
  const auto result = tuned(*fake);
  EXPECT_EQ(alive_.most, 1);
  EXPECT_EQ(result.report.best, 1U);
  EXPECT_EQ(result.scorer->score(split_.valid.slates[0])[0], 0.9) << "untrained it would be 0";
  EXPECT_EQ(quality_of(*fake), 0.9);
}

TEST_F(Tune, LeavesNothingInTheTemporaryFolderAndDoesWithoutOne) {
  namespace fs = std::filesystem;
  milliseconds_ = 0;
  const char* before = std::getenv("TMPDIR");
  const std::string usual = before == nullptr ? "" : before;
  const base::Path folder = fs::temp_directory_path() / ("r2rank_tune_test_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  ::setenv("TMPDIR", folder.c_str(), 1);
  const auto fake = method({{{"quality", "0.1"}}, {{"quality", "0.2"}}});
  EXPECT_EQ(tuned(*fake).report.best, 0U);
  EXPECT_TRUE(fs::is_empty(folder));
  fs::remove_all(folder);
  const auto without = tuned(*fake);  // which stays in memory then
  EXPECT_EQ(without.report.best, 0U);
  EXPECT_EQ(without.scorer->score(split_.valid.slates[0])[0], 0.5);
  EXPECT_EQ(alive_.most, 2);
  if (before == nullptr)
    ::unsetenv("TMPDIR");
  else
    ::setenv("TMPDIR", usual.c_str(), 1);
}

TEST_F(Tune, TriesEachSettingBesideTheDefaultsOfTheOthers) {
  const auto fake = method({{{"flag", "true"}}, {{"word", "b"}}, {{"quality", "0.8"}}});
  tuned(*fake);
  base::ConfigFields fields;
  fake->describe(fields);
  EXPECT_FALSE(*std::get<bool*>(fields.all()[1].value));
  EXPECT_EQ(*std::get<std::string*>(fields.all()[2].value), "a");
}

TEST_F(Tune, PrefersTheSettingsAsTheyAreAmongEquals) {
  const auto fake = method({{{"flag", "true"}}});
  EXPECT_EQ(tuned(*fake).report.best, 0U);
}

TEST_F(Tune, EndsAfterSoManyTrials) {
  const auto fake = method({{{"quality", "0.6"}}, {{"quality", "0.9"}}});
  const auto result = tuned(*fake, {.trials = 2, .minutes = 6});
  EXPECT_EQ(made_, 2);
  EXPECT_EQ(result.report.ended_by, "trials");
  EXPECT_EQ(quality_of(*fake), 0.6);
}

TEST_F(Tune, BeginsNoTrialThatTheMinutesDoNotSuffice) {
  milliseconds_ = 40;
  const auto fake = method({{{"quality", "0.6"}}, {{"quality", "0.7"}}, {{"quality", "0.8"}}});
  const auto result = tuned(*fake, {.trials = 5, .minutes = 0.1 / 60});
  EXPECT_EQ(result.report.trials.size(), 4U);
  EXPECT_FALSE(result.report.trials.back().run);
  EXPECT_EQ(result.report.ended_by, "minutes");
  EXPECT_LT(result.report.seconds, 2);
}

TEST_F(Tune, LetsTheFirstTrialTakeAllMinutesRatherThanSeveralCompeteForThem) {
  milliseconds_ = 20;
  const auto fake = method({{{"quality", "0.6"}}, {{"quality", "0.7"}}});
  const auto result = tune(*fake, {dataset_, split_}, {.epochs = 200, .patience = 200},
                           {.trials = 5, .minutes = 0.4 / 60}, 7);
  EXPECT_EQ(result.report.trials[0].fit.ended_by, "minutes");
  EXPECT_GT(result.report.trials[0].seconds, 0.3);
  EXPECT_FALSE(result.report.trials[1].run);
  EXPECT_EQ(result.report.ended_by, "minutes");
}

TEST_F(Tune, GivesLaterTrialsLongerThanTheFirstOneTook) {
  milliseconds_ = 100;  // three epochs: .3 s
  const auto fake =
      method({{{"quality", "0.6"}}, {{"quality", "0.7"}}, {{"quality", "0.8"}}, {{"word", "b"}}});
  const auto result = tuned(*fake, {.trials = 5, .minutes = 1.2 / 60});
  EXPECT_EQ(result.report.trials[0].fit.ended_by, "epochs");
  EXPECT_EQ(result.report.trials[1].fit.ended_by, "epochs") << "a quarter of .9 s would not do";
}

TEST_F(Tune, StopsTrainableTrialsEarly) {
  milliseconds_ = 0;
  const auto fake = method({});
  const auto result = tuned(*fake);
  EXPECT_EQ(result.report.trials[0].fit.ended_by, "epochs");
  EXPECT_EQ(result.report.trials[0].fit.best_epoch, 1);
}

TEST_F(Tune, NeedsValidationSlates) {
  split_.valid.slates.clear();
  const auto fake = method({});
  EXPECT_THROW(tuned(*fake), base::Error);
  EXPECT_EQ(made_, 0);
}

TEST_F(Tune, ScoresNothingWhereOneTrialWithoutEpochsIsAll) {
  const auto fake = method({{{"quality", "0.9"}}});
  const auto result = tuned(*fake, {.trials = 1});
  EXPECT_EQ(scored_, 0);
  EXPECT_TRUE(std::isnan(result.report.trials[0].ndcg));
  EXPECT_NE(tune_text(result.report).find("as set: not validated"), std::string::npos);
}

TEST_F(Tune, LetsOneTrialTakeAllItsEpochsWhateverTheMinutesOfTuning) {
  milliseconds_ = 20;
  const auto fake = method({});
  const auto alone = tuned(*fake, {.trials = 1, .minutes = 0.001 / 60});
  EXPECT_EQ(alone.report.trials[0].fit.ended_by, "epochs");
  const auto among_others = tuned(*fake, {.trials = 2, .minutes = 0.001 / 60});
  EXPECT_EQ(among_others.report.trials[0].fit.ended_by, "minutes");
}

TEST_F(Tune, GoesOnAfterATrialThatFails) {
  const auto fake = method({{{"quality", "0.9"}}, {{"word", "broken"}}});
  const auto result = tuned(*fake);
  EXPECT_EQ(result.report.best, 1U);
  EXPECT_EQ(quality_of(*fake), 0.9);
  EXPECT_NE(result.report.trials[2].failure.find("no number"), std::string::npos);
  EXPECT_NE(tune_text(result.report).find("word=broken: failed: "), std::string::npos);
}

TEST_F(Tune, FailsWhereEveryTrialFails) {
  const auto fake = method({{{"quality", "0.9"}}});
  base::ConfigFields fields;
  fake->describe(fields);
  fields.set("word", "broken");
  EXPECT_THROW(tuned(*fake), base::Error);
  EXPECT_EQ(made_, 2);
}

TEST_F(Tune, TellsOfEachScorerBeforeItLearns) {
  const auto fake = method({{{"quality", "0.9"}}});
  int told = 0;
  tune(*fake, {dataset_, split_}, {.epochs = 3}, {}, 7, [&](Scorer& scorer) {
    EXPECT_EQ(scorer.name(), "fake");
    if (++told == 1) {
      EXPECT_EQ(scored_, 0);
    }
  });
  EXPECT_EQ(told, 2);
}

TEST_F(Tune, ShowsEveryTrialAndMarksTheBest) {
  const auto fake = method({{{"quality", "0.9"}, {"flag", "true"}}});
  const std::string text = tune_text(tuned(*fake).report);
  EXPECT_NE(text.find("  as set: NDCG@10"), std::string::npos) << text;
  EXPECT_NE(text.find("* quality=0.9, flag=true: NDCG@10 1.0000"), std::string::npos) << text;
  EXPECT_NE(text.find("ended by all tried"), std::string::npos) << text;
}

}  // namespace
}  // namespace r2rank::baselines
