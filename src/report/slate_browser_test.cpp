#include "report/slate_browser.h"

#include <gtest/gtest.h>

#include "report/test_world.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts;

struct SlateBrowser : ::testing::Test {
  testing::World world;
  DataShelf shelf;

  SlateBrowser() {
    shelf.add_dataset(world.path("data"), "shop");
    shelf.add_split(world.path("split"));
  }
  ResultGroup group(const std::string& hash = "") const {
    Measured one;
    one.results = world.results("model", 1, 0);
    one.source = "eval";
    if (!hash.empty()) one.results.slates_hash = hash;
    return group_results({one}, shelf, "").front();
  }
};

TEST_F(SlateBrowser, HasEverySlateWithItsHistoryAndCandidates) {
  const Json browser = slate_browser(group(), {});
  EXPECT_EQ(browser["total"], 6);
  EXPECT_EQ(browser["shown"], 6);
  const data::Slate& slate = world.split.test.slates[0];
  EXPECT_EQ(browser["slates"]["user"][0], "u0");
  EXPECT_EQ(browser["slates"]["candidates"][0], 5);
  EXPECT_EQ(browser["slates"]["history"][0], 5);
  EXPECT_EQ(browser["candidates"].size(), 30U);
  const auto item = browser["candidates"][0].get<size_t>();
  EXPECT_EQ(browser["items"]["id"][item], world.dataset.items[static_cast<size_t>(slate.candidates[0])].id);
  EXPECT_EQ(browser["relevant"].size(), 6U);
  const auto relevant = browser["relevant"][0][1].get<size_t>();
  EXPECT_GT(slate.relevance[relevant], 0);
  EXPECT_EQ(browser["history"]["item"].size(), 30U);
  EXPECT_EQ(browser["history"]["rating"][0], 4);
  EXPECT_EQ(browser["methods"][0]["name"], "model");
}

TEST_F(SlateBrowser, LeavesOutWhatOnlyRanksAreKnownOf) {
  ResultGroup both = group();
  both.results.push_back(both.results[0]);
  both.results[1].scorer = "restored";
  both.about.push_back(both.about[0]);
  both.about[1].ranks_only = true;
  const Json browser = slate_browser(both, {});
  ASSERT_EQ(browser["methods"].size(), 1U);
  EXPECT_EQ(browser["methods"][0]["name"], "model");
  both.about[0].ranks_only = true;
  EXPECT_TRUE(slate_browser(both, {}).is_null());
}

TEST_F(SlateBrowser, SamplesWholeUsersByASeedWhereThereAreTooMany) {
  const Json some = slate_browser(group(), {.most_slates = 2});
  EXPECT_EQ(some["shown"], 2);
  EXPECT_EQ(some["total"], 6);
  EXPECT_EQ(some["seed"], 7);
  EXPECT_EQ(some, slate_browser(group(), {.most_slates = 2}));
  EXPECT_TRUE(slate_browser(group(), {.most_slates = 0}).is_null());
}

TEST_F(SlateBrowser, StaysBelowItsBytes) {
  const auto whole = static_cast<int64_t>(slate_browser(group(), {}).dump().size());
  const Json fewer = slate_browser(group(), {.bytes = whole * 3 / 4});
  EXPECT_LE(static_cast<int64_t>(fewer.dump().size()), whole * 3 / 4);
  EXPECT_GE(fewer["shown"], 1);
  EXPECT_TRUE(slate_browser(group(), {.bytes = 10}).is_null());
}

TEST_F(SlateBrowser, IsNoneForSlatesThatNobodyHas) {
  EXPECT_TRUE(slate_browser(group("elsewhere"), {}).is_null());
}

TEST_F(SlateBrowser, ResultsThatDoNotFitAreRefused) {
  ResultGroup damaged = group();
  damaged.results[0].scores[2].pop_back();
  expect_parts(error_of(base::ErrorKind::kData, [&] { slate_browser(damaged, {}); }), {"model", "shop"});
}

}  // namespace
}  // namespace r2rank::report
