#include "baselines/validation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "baselines/simple_scorers.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

class Validation : public ::testing::Test {
 protected:
  Validation() {
    for (int32_t user = 0; user < 3; ++user) {
      valid_.slates.push_back(testing::last_event_slate(dataset_, user, {1, 2}));
    }
  }
  ~Validation() override { base::set_interrupt_requested(false); }
  data::Dataset dataset_ = testing::random_dataset(1, 3, 5);
  data::SlateSet valid_;
};

TEST_F(Validation, MeasuresTiesByExpectation) {
  const double tied = (1 + 1 / std::log2(3.0)) / 2;
  EXPECT_NEAR(validation_ndcg(*make_constant(), valid_.slates, "test"), tied, 1e-12);
  EXPECT_NEAR(validation_ndcg(*make_incoming(), valid_.slates, "test"), 1, 1e-12);
}

TEST_F(Validation, CountsUsersAlikeHoweverManySlatesTheyHave) {
  const auto last = [](int64_t items) {  // the target comes last and gets the lowest of distinct scores
    data::Slate slate;
    slate.candidates.resize(static_cast<size_t>(items));
    slate.relevance.assign(static_cast<size_t>(items), 0.0F);
    slate.relevance.back() = 1;
    return slate;
  };
  std::vector<data::Slate> slates = {last(1), last(3), last(3), last(3)};
  for (size_t i = 1; i < slates.size(); ++i) slates[i].user = 1;
  EXPECT_NEAR(validation_ndcg(*make_incoming(), slates, "test"), (1 + 1 / std::log2(4.0)) / 2, 1e-12);
}

TEST_F(Validation, RefusesSlatesOfRelevantItemsAlone) {
  valid_.protocol.negatives = "full";
  try {
    validation_slates(valid_, 0, "tune");
    FAIL() << "no slates were accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("split anew"), std::string::npos) << error.what();
  }
}

TEST_F(Validation, LooksAtTheFirstSlatesAlone) {
  EXPECT_EQ(validation_slates(valid_, 2, "test").size(), 2U);
  EXPECT_EQ(validation_slates(valid_, 0, "test").size(), 3U);
  EXPECT_EQ(validation_slates(valid_, 9, "test").size(), 3U);
}

TEST_F(Validation, NeedsSlates) {
  try {
    validation_slates({}, 0, "tune");
    FAIL() << "no slates were accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("--valid-users"), std::string::npos) << error.what();
  }
}

TEST_F(Validation, StopsWhenAsked) {
  const auto scorer = make_constant();
  base::set_interrupt_requested(true);
  try {
    validation_ndcg(*scorer, valid_.slates, "test");
    FAIL() << "it went on";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kInterrupted);
  }
}

}  // namespace
}  // namespace r2rank::baselines
