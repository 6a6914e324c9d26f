#include "experiment/comparison_outlook.h"

#include <gtest/gtest.h>

#include "experiment/test_comparing.h"

namespace r2rank::experiment {
namespace {

using testing::Comparing;

TEST_F(Comparing, SaysWhatItWouldDo) {
  plan_.rows.push_back(row("bpr-mf"));
  plan_.rows.back().fit.minutes = 2;
  const auto outlook = [&] { return describe_comparison(plan_, folder_ / "out"); };
  const std::string before = outlook();
  EXPECT_NE(before.find("groups: to be imported"), std::string::npos) << before;
  EXPECT_NE(before.find("groups / item-knn: no training"), std::string::npos) << before;
  EXPECT_NE(before.find("groups / bpr-mf: at most 2 min"), std::string::npos) << before;
  EXPECT_NE(before.find("at most 2 min of training in all"), std::string::npos) << before;
  run();
  EXPECT_NE(outlook().find("groups / blend: there"), std::string::npos) << outlook();
  plan_.rows[1].settings = {{"neighbours", "3"}};
  EXPECT_NE(outlook().find("groups / item-knn: no training"), std::string::npos) << outlook();
  EXPECT_NE(outlook().find("groups / blend: learns"), std::string::npos) << outlook();
  EXPECT_NE(outlook().find("groups / popularity: there"), std::string::npos) << outlook();
}

}  // namespace
}  // namespace r2rank::experiment
