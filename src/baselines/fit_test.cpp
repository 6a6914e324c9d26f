#include "baselines/fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"

namespace r2rank::baselines {
namespace {

constexpr double kSecond = 0.6309297535714575;  // 1 / log2(3): NDCG of a slate whose positive is second

/// A scorer whose pass e ends in the e-th of the given states: how far the positive is above the other item.
class Scripted : public Trainable {
 public:
  explicit Scripted(std::vector<double> margins) : margins_(std::move(margins)) {}

  std::string name() const override { return "scripted"; }
  std::vector<double> score(const data::Slate& slate) override {
    ++scored;
    std::vector<double> scores(slate.candidates.size(), 0.0);
    for (size_t i = 0; i < scores.size(); ++i)
      if (slate.relevance[i] > 0) scores[i] = margin;
    return scores;
  }
  EpochResult train_epoch(int64_t epoch, const std::function<void(int64_t)>& advance) override {
    for (int part = 0; part < 2; ++part) {
      std::this_thread::sleep_for(pause);
      if (epoch == interrupt_in) base::set_interrupt_requested(true);
      advance(5);
    }
    ++passes;
    margin = margins_.at(static_cast<size_t>(std::min<int64_t>(epoch, margins_.size()) - 1));
    const bool broken = epoch >= broken_from && epoch < broken_until;
    return {broken ? NAN : 1.0 / static_cast<double>(epoch), 10};
  }
  int64_t targets_per_epoch() const override { return 10; }
  void keep() override { kept_ = margin; }
  void restore() override { margin = kept_; }
  void save(const base::Path&) const override {}
  void load(const base::Path&) override {}

  double margin = 0;
  int64_t passes = 0, scored = 0, interrupt_in = 0, broken_from = 1000, broken_until = 1000;
  std::chrono::milliseconds pause{0};

 private:
  std::vector<double> margins_;
  double kept_ = 0;
};

data::SlateSet slates(int64_t count) {
  data::SlateSet set;
  for (int64_t i = 0; i < count; ++i) {
    data::Slate slate;
    slate.id = i;
    slate.user = static_cast<int32_t>(i);
    slate.candidates = {0, 1};
    slate.relevance = {0, 1};
    set.slates.push_back(slate);
  }
  return set;
}

class FitTest : public ::testing::Test {
 protected:
  FitTest() { base::set_progress_enabled(false); }
  ~FitTest() override {
    base::set_progress_enabled(true);
    base::set_interrupt_requested(false);
  }
  const data::SlateSet valid_ = slates(3);
};

TEST_F(FitTest, ReturnsToTheBestParametersAfterPatienceRanOut) {
  Scripted model({-1, 2, -3, -4, -5, -6});
  const auto report = fit(model, valid_, {.epochs = 50, .patience = 3}, "scripted");
  EXPECT_EQ(report.best_epoch, 2);
  EXPECT_EQ(report.ended_by, "patience");
  EXPECT_EQ(model.passes, 5);
  EXPECT_EQ(model.margin, 2);
  EXPECT_DOUBLE_EQ(report.best_ndcg, 1);
  EXPECT_NEAR(report.epochs[0].ndcg, kSecond, 1e-12);
}

TEST_F(FitTest, TakesTheExpectationOverTies) {
  Scripted model({0});
  const auto report = fit(model, valid_, {.epochs = 1}, "scripted");
  EXPECT_NEAR(report.best_ndcg, (1 + kSecond) / 2, 1e-12);
}

TEST_F(FitTest, KeepsTheFirstOfEquallyGoodEpochs) {
  Scripted model({1, 2, 3});
  const auto report = fit(model, valid_, {.epochs = 3}, "scripted");
  EXPECT_EQ(report.best_epoch, 1);
  EXPECT_EQ(report.ended_by, "epochs");
  EXPECT_EQ(model.margin, 1);
}

TEST_F(FitTest, ValidatesEverySoManyEpochsAndTheLast) {
  Scripted model({-1});
  const auto report = fit(model, valid_, {.epochs = 5, .patience = 9, .evaluate_every = 2}, "scripted");
  ASSERT_EQ(report.epochs.size(), 3U);
  EXPECT_EQ(report.epochs[1].epoch, 4);
  EXPECT_EQ(report.epochs[2].epoch, 5);
  EXPECT_DOUBLE_EQ(report.epochs[1].loss, (1.0 / 3 + 1.0 / 4) / 2);
  EXPECT_DOUBLE_EQ(report.epochs[2].loss, 1.0 / 5);
}

TEST_F(FitTest, LooksAtPatienceOnlyWhereItHasValidated) {
  Scripted model({-1, -1, -1, -1, 2});  // better from epoch 5 on, where nobody looks before epoch 8
  const auto report = fit(model, valid_, {.epochs = 50, .patience = 1, .evaluate_every = 4}, "scripted");
  EXPECT_EQ(report.ended_by, "patience");
  ASSERT_EQ(report.epochs.size(), 3U);
  EXPECT_EQ(report.best_epoch, 8);
  EXPECT_EQ(report.epochs.back().epoch, 12);
  EXPECT_EQ(model.passes, 12);
  EXPECT_EQ(model.margin, 2);
}

TEST_F(FitTest, LooksAtTheFirstValidationSlatesOnly) {
  Scripted model({1});
  fit(model, valid_, {.epochs = 1, .valid_slates = 2}, "scripted");
  EXPECT_EQ(model.scored, 2);
}

TEST_F(FitTest, StopsInTheMiddleOfAPassWhenTheMinutesAreOver) {
  Scripted model({1});
  model.pause = std::chrono::milliseconds(30);
  const auto report = fit(model, valid_, {.epochs = 1000, .patience = 1000, .minutes = 0.1 / 60}, "scripted");
  EXPECT_EQ(report.ended_by, "minutes");
  EXPECT_LT(model.passes, 4);
  EXPECT_GE(report.seconds, 0.1);
  EXPECT_GT(report.targets_per_second, 0);
}

TEST_F(FitTest, ValidatesWhatLessThanOnePassLearned) {
  Scripted model({1});
  model.margin = 4;  // what the part of the pass led to
  model.pause = std::chrono::milliseconds(20);
  const auto report = fit(model, valid_, {.minutes = 0.001 / 60}, "scripted");
  EXPECT_EQ(report.ended_by, "minutes");
  EXPECT_EQ(report.best_epoch, 1);
  EXPECT_TRUE(std::isnan(report.epochs[0].loss));
  EXPECT_EQ(model.margin, 4);
}

TEST_F(FitTest, LeavesTheBestParametersOnCtrlC) {
  Scripted model({3, -1, -1, -1});
  model.interrupt_in = 3;
  try {
    fit(model, valid_, {}, "scripted");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kInterrupted);
  }
  EXPECT_EQ(model.passes, 2);
  EXPECT_EQ(model.margin, 3);
}

TEST_F(FitTest, GoesOnAfterOneLossThatIsNoNumber) {
  Scripted model({-1, 7, 2});
  model.broken_from = 2;
  model.broken_until = 3;
  const auto report = fit(model, valid_, {.epochs = 3}, "scripted");
  ASSERT_EQ(report.epochs.size(), 2U);
  EXPECT_EQ(report.best_epoch, 3);
  EXPECT_DOUBLE_EQ(report.epochs[1].loss, 1.0 / 3);
}

TEST_F(FitTest, RefusesTwoLossesInARowThatAreNoNumbers) {
  Scripted model({5, 1});
  model.broken_from = 2;
  try {
    fit(model, valid_, {}, "scripted");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kData);
    EXPECT_NE(std::string(error.what()).find("learning_rate"), std::string::npos) << error.what();
  }
  EXPECT_EQ(model.margin, 5);
}

TEST_F(FitTest, WantsValidationSlatesAndAtLeastOneEpoch) {
  Scripted model({1});
  const auto kind_of = [&](const data::SlateSet& set, const FitOptions& options) {
    try {
      fit(model, set, options, "scripted");
    } catch (const base::Error& error) {
      return error.kind();
    }
    return base::ErrorKind::kResource;
  };
  EXPECT_EQ(kind_of(slates(0), {}), base::ErrorKind::kUsage);
  EXPECT_EQ(kind_of(valid_, {.epochs = 0}), base::ErrorKind::kUsage);
  EXPECT_EQ(kind_of(valid_, {.patience = 0}), base::ErrorKind::kUsage);
}

TEST(FitOptions, DescribesItself) {
  FitOptions options;
  base::ConfigFields fields;
  options.describe(fields);
  fields.set("minutes", "1.5");
  EXPECT_DOUBLE_EQ(options.minutes, 1.5);
  EXPECT_THROW(fields.set("epochs", "0"), base::Error);
}

}  // namespace
}  // namespace r2rank::baselines
