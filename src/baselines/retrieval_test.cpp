#include "baselines/retrieval.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "base/error.h"
#include "base/interrupt.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

using Items = std::vector<int32_t>;

/// Scores item i with `scores[i]`, whoever asks.
class Fixed : public Scorer {
 public:
  explicit Fixed(std::vector<double> scores) : scores_(std::move(scores)) {}
  std::string name() const override { return "fixed"; }
  std::vector<double> score(const data::Slate& slate) override {
    std::vector<double> scores;
    for (const int32_t item : slate.candidates) scores.push_back(scores_.at(item));
    return scores;
  }

 private:
  std::vector<double> scores_;
};

struct Retrieval : ::testing::Test {
  std::vector<double> scores{1, 5, NAN, 4, 5, 2};

  std::vector<Items> best(const std::vector<Items>& excluded, std::vector<int64_t> counts) {
    Fixed scorer(scores);
    std::vector<data::Slate> queries(excluded.size());
    for (size_t i = 0; i < queries.size(); ++i) queries[i].id = static_cast<int64_t>(i);
    return make_retriever(scorer, static_cast<int64_t>(scores.size()), 7)(queries, excluded, counts);
  }
};

TEST_F(Retrieval, GivesTheBestItemsThatAreNotExcluded) {
  EXPECT_EQ(best({{1}}, {3})[0], (Items{4, 3, 5}));
  EXPECT_EQ(best({{0, 1, 4}}, {9})[0], (Items{3, 5, 2}));  // no more than there are; NaN last
}

TEST_F(Retrieval, GivesEachQueryItsOwnCount) {
  const auto lists = best({{}, {4}, {1, 4}}, {1, 2, 3});
  EXPECT_EQ(lists[0].size(), 1U);
  EXPECT_EQ(lists[1], (Items{1, 3}));
  EXPECT_EQ(lists[2], (Items{3, 5, 0}));
}

TEST_F(Retrieval, FindsWhatAUserMayChooseNext) {
  const auto dataset = testing::dataset_of({{0, 1}, {4, 3, 4}}, 6);
  Fixed scorer(scores);
  const std::vector<int32_t> users = {1, 0};
  const auto slates = retrieved_slates(make_retriever(scorer, 6, 7), dataset, users, 3);
  ASSERT_EQ(slates.size(), 2U);
  EXPECT_EQ(slates[0].user, 1);
  EXPECT_EQ(slates[0].history_end, 3) << "all that they did";
  EXPECT_EQ(slates[0].candidates, (Items{1, 5, 0}));
  EXPECT_EQ(slates[0].relevance, (std::vector<float>{0, 0, 0}));
  EXPECT_EQ(slates[1].candidates, (Items{4, 3, 5}));
}

TEST_F(Retrieval, OrdersEqualScoresAtRandomButAlwaysAlike) {
  scores.assign(50, 1.0);
  const std::vector<Items> nothing(300);
  const auto lists = best(nothing, std::vector<int64_t>(300, 1));
  EXPECT_EQ(best(nothing, std::vector<int64_t>(300, 1)), lists);
  std::set<int32_t> first;
  for (const auto& list : lists) first.insert(list.at(0));
  EXPECT_GT(first.size(), 45U);  // of 50: 300 draws leave out 0.12 items on average
}

TEST_F(Retrieval, StopsWhenAskedTo) {
  base::set_interrupt_requested(true);
  EXPECT_THROW(best({{}}, {1}), base::Error);
  base::set_interrupt_requested(false);
}

}  // namespace
}  // namespace r2rank::baselines
