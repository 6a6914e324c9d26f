#include "model/profile.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace r2rank::model {
namespace {

const Profile::Row* find(const std::vector<Profile::Row>& rows, const std::string& name) {
  const auto found = std::ranges::find(rows, name, &Profile::Row::name);
  return found == rows.end() ? nullptr : &*found;
}

TEST(Profile, CountsCallsAndTheWorkOfProducts) {
  const at::Tensor a = at::ones({3, 4}), b = at::ones({4, 5});
  Profile profile;
  at::mm(a, b);
  at::mm(a, b);
  const auto rows = profile.stop();
  const auto* product = find(rows, "aten::mm");
  ASSERT_NE(product, nullptr);
  EXPECT_EQ(product->calls, 2);
  EXPECT_EQ(product->flop, 2 * 2.0 * 3 * 4 * 5);
  EXPECT_GT(profile.seconds(), 0);
}

TEST(Profile, SelfTimeLeavesOutWhatAMarkContains) {
  Profile profile;
  {
    const Mark mark("outer");
    at::mm(at::ones({300, 300}), at::ones({300, 300}));
  }
  const auto rows = profile.stop();
  const auto *outer = find(rows, "outer"), *product = find(rows, "aten::mm");
  ASSERT_TRUE(outer != nullptr && product != nullptr);
  EXPECT_GE(outer->total_seconds, product->total_seconds);
  EXPECT_LE(outer->self_seconds, outer->total_seconds - product->total_seconds);
}

TEST(Profile, RowsComeLargestSelfTimeFirst) {
  Profile profile;
  at::mm(at::ones({300, 300}), at::ones({300, 300})).sum().add(1);
  const auto rows = profile.stop();
  ASSERT_GE(rows.size(), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(rows, std::ranges::greater{}, &Profile::Row::self_seconds));
}

TEST(Profile, NothingIsRecordedAfterStop) {
  Profile profile;
  profile.stop();
  at::ones({2, 2}).add(1);
  EXPECT_TRUE(profile.stop().empty());
}

TEST(Profile, MarksOutsideAProfileAreHarmless) {
  const Mark mark("alone");
  Profile profile;
  EXPECT_TRUE(profile.stop().empty());
}

}  // namespace
}  // namespace r2rank::model
