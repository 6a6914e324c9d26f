#include "base/error.h"

#include <gtest/gtest.h>

#include <vector>

namespace r2rank::base {
namespace {

template <class Throw>
Error caught(const Throw& thrower) {
  try {
    thrower();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(ErrorKind::kUsage, "", "");
}

TEST(Error, CarriesPlaceTextAndKind) {
  const auto error = caught([] { fail_data("gguf", "expected {} tensors, found {}", 3, 2); });
  EXPECT_STREQ(error.what(), "[gguf] expected 3 tensors, found 2");
  EXPECT_EQ(error.kind(), ErrorKind::kData);
}

TEST(Error, DecidesTheExitStatus) {
  EXPECT_EQ(caught([] { fail_usage("x", "y"); }).exit_code(), 2);
  EXPECT_EQ(caught([] { fail_data("x", "y"); }).exit_code(), 3);
  EXPECT_EQ(caught([] { fail_io("x", "y"); }).exit_code(), 4);
  EXPECT_EQ(caught([] { fail(ErrorKind::kResource, "x", "y"); }).exit_code(), 5);
  EXPECT_EQ(caught([] { fail(ErrorKind::kInterrupted, "x", "y"); }).exit_code(), 130);
}

TEST(Error, TakesBracesInUserTextLiterally) {
  const std::string name = "{evil} %s";
  EXPECT_STREQ(caught([&] { fail_usage("x", "found {}", name); }).what(), "[x] found {evil} %s");
}

TEST(EditDistance, CountsInsertionsDeletionsAndSubstitutions) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("abc", "abc"), 0);
}

TEST(NearestName, FindsAMisspeltNameAndOnlyANearOne) {
  const std::vector<std::string> known = {"learning_rate", "rate_warm_up", "seed"};
  EXPECT_EQ(nearest_name("learing_rate", known), "learning_rate");
  EXPECT_EQ(nearest_name("sed", known), "seed");
  EXPECT_EQ(nearest_name("zzzz", known), "");
  EXPECT_EQ(nearest_name("", known), "");
}

TEST(InvariantDeathTest, NamesTheBrokenConditionAndAborts) {
  const int found = 2;
  EXPECT_DEATH(R2RANK_CHECK(found == 3), "invariant broken: found == 3.*error_test.cpp");
  R2RANK_CHECK(found == 2);
}

}  // namespace
}  // namespace r2rank::base
