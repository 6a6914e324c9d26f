#include "report/result_group.h"

#include <gtest/gtest.h>

#include "report/test_world.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts;

struct GroupResults : ::testing::Test {
  testing::World world;
  DataShelf shelf;

  GroupResults() {
    shelf.add_dataset(world.path("data"), "shop");
    shelf.add_split(world.path("split"));
  }
  Measured measured(const std::string& source, const std::string& scorer, double slope,
                    const std::string& reference = "") const {
    Measured one;
    one.results = world.results(scorer, slope, 1);
    one.source = source;
    one.reference = reference;
    return one;
  }
  std::vector<std::string> names(const ResultGroup& group) const {
    std::vector<std::string> names;
    for (const auto& results : group.results) names.push_back(results.scorer);
    return names;
  }
};

using Names = std::vector<std::string>;

TEST_F(GroupResults, OnTheSameSlatesStandTogether) {
  const auto groups = group_results({measured("a", "x", 0), measured("b", "y", 1)}, shelf, "");
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups[0].title, "shop");
  EXPECT_EQ(groups[0].dataset, "shop");
  EXPECT_EQ(groups[0].part, "test");
  EXPECT_EQ(names(groups[0]), (Names{"x", "y"}));
  ASSERT_TRUE(groups[0].place);
  EXPECT_EQ(groups[0].place->slates->part, "test");
}

TEST_F(GroupResults, ThatAreEqualCountOnceAndKeepWhatEitherKnows) {
  auto with_file = measured("b", "x", 0);
  with_file.rationales = "b/x.rationales.jsonl";
  const auto groups = group_results({measured("a", "x", 0), with_file}, shelf, "");
  EXPECT_EQ(names(groups.at(0)), (Names{"x"}));
  EXPECT_EQ(groups[0].about[0].rationales, "b/x.rationales.jsonl");
}

TEST_F(GroupResults, OfOneNameAreSeedsWithinASourceAndTwoScorersAcrossSources) {
  const auto groups = group_results(
      {measured("a", "x", 0, "x"), measured("a", "x", 1, "x"), measured("b", "y", 0), measured("c", "y", 1)},
      shelf, "");
  EXPECT_EQ(names(groups.at(0)), (Names{"x", "x", "y (b)", "y (c)"}));
  EXPECT_EQ(groups[0].own_names, (Names{"x", "x", "y", "y"}));
  EXPECT_EQ(groups[0].seeds, (Names{"x"}));
  EXPECT_EQ(groups[0].reference, "x");
}

TEST_F(GroupResults, TheReferenceIsTheOneOfItsOwnSource) {
  const auto groups = group_results({measured("a", "x", 0), measured("b", "x", 1, "x")}, shelf, "");
  EXPECT_EQ(groups.at(0).reference, "x (b)");
}

TEST_F(GroupResults, AReferenceThatIsNowhereIsRefused) {
  EXPECT_EQ(group_results({measured("a", "model", 0)}, shelf, "model").at(0).reference, "model");
  expect_parts(
      error_of(base::ErrorKind::kUsage, [&] { group_results({measured("a", "model", 0)}, shelf, "modle"); }),
      {"modle", "did you mean 'model'"});
}

TEST_F(GroupResults, OfOtherTrainingStandApartUnderTitlesOfTheirOwn) {
  auto other = measured("b", "y", 1);
  other.results.training_hash = "feed";
  auto unknown = measured("c", "z", 2);
  unknown.results.training_hash = "";
  const auto groups = group_results({measured("a", "x", 0), other, unknown}, shelf, "");
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(names(groups[0]), (Names{"x", "z"}));
  EXPECT_NE(groups[0].title, groups[1].title);
}

TEST_F(GroupResults, OfUnknownSlatesAreCalledByTheirHash) {
  auto one = measured("a", "x", 0);
  one.results.slates_hash = "0123456789";
  auto sampled = measured("a", "y", 0);
  sampled.results.slates_hash += ":sample3-seed7";
  const auto groups = group_results({one, sampled}, shelf, "");
  EXPECT_EQ(groups.at(0).title, "slates 01234567");
  EXPECT_EQ(groups.at(1).title, "shop, sample of slates");
  EXPECT_EQ(groups[0].part, "");
  EXPECT_EQ(groups[1].dataset, "shop");
  EXPECT_EQ(whole_hash(groups[1].slates_hash), world.split.test.hash);
  EXPECT_FALSE(groups[0].place);
  ASSERT_TRUE(groups[1].place);
  EXPECT_EQ(groups[1].place->slates->slates.size(), 3U);
}

}  // namespace
}  // namespace r2rank::report
