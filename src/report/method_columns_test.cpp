#include "report/method_columns.h"

#include <gtest/gtest.h>

#include <cmath>

#include "report/number_pack.h"
#include "report/test_world.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts;

TEST(RanksOf, TiedScoresShareTheirRankAndNaNComeLast) {
  EXPECT_EQ(ranks_of({0.5, 2, 0.5, -INFINITY, NAN, NAN}), (std::vector<int32_t>{2, 1, 2, 4, 5, 5}));
  EXPECT_TRUE(ranks_of({}).empty());
}

struct Columns : ::testing::Test {
  testing::World world;
  DataShelf shelf;

  Columns() {
    shelf.add_dataset(world.path("data"));
    shelf.add_split(world.path("split"));
  }
  Measured measured(const std::string& scorer, double slope) const {
    Measured one;
    one.results = world.results(scorer, slope, 0);
    one.source = "eval";
    return one;
  }
  void keep(size_t candidates, const std::string& hash) const {
    const int64_t id = world.split.test.slates[1].id;
    experiment::save_rationales(
        {"model",
         hash,
         {{id, std::vector<double>(candidates, 0), std::vector<std::vector<std::string>>(candidates, {"so"}),
           std::vector<std::vector<double>>(candidates, {0.125})}}},
        world.path("r.jsonl"));
  }
  ResultGroup group() const {
    auto one = measured("model", 1);
    one.rationales = world.path("r.jsonl");
    return group_results({one}, shelf, "").front();
  }
};

TEST_F(Columns, HoldOneObjectAScorerWhateverItsSeeds) {
  const auto one = group_results({measured("a", 1), measured("a", -1), measured("b", 0)}, shelf, "").front();
  const Json methods = MethodColumns(one).as_json({0});
  ASSERT_EQ(methods.size(), 2U);
  EXPECT_EQ(methods[0]["seeds"], 2);
  EXPECT_EQ(methods[0]["ranks"]["data"], pack_whole(std::vector<int32_t>{5, 4, 3, 2, 1}).data);
  EXPECT_EQ(methods[0]["scores"], pack_brief(std::vector<double>{0, 1, 2, 3, 4}));
  EXPECT_EQ(methods[1]["ranks"]["data"], pack_whole(std::vector<int32_t>{1, 1, 1, 1, 1}).data);
  EXPECT_FALSE(methods[0].contains("rationales"));
}

TEST_F(Columns, HoldTheRationalesOfTheRowsAskedFor) {
  keep(5, world.split.test.hash);
  const auto one = group();
  const Json methods = MethodColumns(one).as_json({3, 1});
  EXPECT_EQ(methods[0]["rationales"].size(), 1U);
  EXPECT_EQ(methods[0]["rationales"]["1"]["texts"][4][0], "so");
  EXPECT_EQ(methods[0]["rationales"]["1"]["scores"][4][0], 0.125);
}

TEST_F(Columns, RationalesAboutOtherSlatesAreLeftOutAndMisfitsRefused) {
  keep(5, "other");
  const auto one = group();
  EXPECT_FALSE(MethodColumns(one).as_json({1})[0].contains("rationales"));
  keep(4, world.split.test.hash);
  expect_parts(error_of(base::ErrorKind::kData, [&] { MethodColumns{one}; }), {"5 candidates", "r.jsonl"});
}

}  // namespace
}  // namespace r2rank::report
