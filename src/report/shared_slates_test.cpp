#include "report/shared_slates.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts;

metrics::PerUserResults results(const std::string& scorer, std::vector<int64_t> slates,
                                std::vector<std::string> users, std::vector<double> values) {
  metrics::PerUserResults results;
  results.scorer = scorer;
  results.slates_hash = "feed";
  results.slate_ids = std::move(slates);
  results.user_ids = std::move(users);
  results.values["ndcg@10"] = std::move(values);
  return results;
}

struct SharedSlates : ::testing::Test {
  // "ann" has two slates, so her value is their mean.
  metrics::PerUserResults whole =
      results("ours", {10, 11, 12, 13}, {"ann", "ann", "bea", "cid"}, {1, 0.5, 0.25, 0.75});
  metrics::PerUserResults part = results("llm", {13, 11, 10}, {"cid", "ann", "ann"}, {0.5, 0, 0.5});

  SharedValues shared() const { return shared_values({"ours", {&whole}}, {"llm", {&part}}, "ndcg@10"); }
};

using Values = experiment::RunValues;

TEST_F(SharedSlates, AreThoseOfTheSmallerPartWithUsersInOneOrder) {
  const auto values = shared();
  EXPECT_EQ(values.a, (Values{{0.75, 0.75}}));
  EXPECT_EQ(values.b, (Values{{0.25, 0.5}}));
  EXPECT_EQ(values.users, 2);
  EXPECT_EQ(values.slates, 3);
  EXPECT_EQ(mean_of(values.b), 0.375);
}

TEST_F(SharedSlates, HaveARunForEachTrainingSeed) {
  auto second = whole;
  second.values["ndcg@10"] = {0, 0.5, 1, 0.25};
  const auto values = shared_values({"ours", {&whole, &second}}, {"llm", {&part}}, "ndcg@10");
  EXPECT_EQ(values.a, (Values{{0.75, 0.75}, {0.25, 0.25}}));
  EXPECT_EQ(values.b.size(), 1U);
  EXPECT_EQ(mean_of(values.a), 0.5);
}

TEST_F(SharedSlates, AreRefusedWhereThereIsNone) {
  part.slate_ids = {1, 2, 3};
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { shared(); }),
               {"'ours' and 'llm'", "none: 4 and 3", "feed"});
}

TEST_F(SharedSlates, OfAnotherUserAreDamage) {
  part.user_ids[2] = "bea";
  expect_parts(error_of(base::ErrorKind::kData, [&] { shared(); }), {"slate 10", "'ann'", "'bea'"});
}

TEST_F(SharedSlates, WithoutTheMetricAreRefused) {
  part.values.clear();
  expect_parts(error_of(base::ErrorKind::kData, [&] { shared(); }), {"ndcg@10", "'llm'"});
}

}  // namespace
}  // namespace r2rank::report
