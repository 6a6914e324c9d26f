#include "experiment/candidate_order.h"

#include <gtest/gtest.h>

namespace r2rank::experiment {
namespace {

/// Scores a candidate by its place, the first one best, and counts slates.
class ByPlace : public baselines::Scorer {
 public:
  std::string name() const override { return "by-place"; }
  std::vector<double> score(const data::Slate& slate) override {
    std::vector<double> scores;
    for (size_t i = 0; i < slate.candidates.size(); ++i) scores.push_back(-static_cast<double>(i));
    return scores;
  }
  int64_t batch_size() const override { return 3; }
  int64_t tokens() const override { return 11; }
};

/// Scores a candidate by its number.
class ByItem : public ByPlace {
 public:
  std::vector<double> score(const data::Slate& slate) override {
    return {slate.candidates.begin(), slate.candidates.end()};
  }
};

const data::Slate kSlate{
    .id = 1, .user = 0, .history_end = 2, .candidates = {4, 9, 2, 7}, .relevance = {0, 0, 2, 1}};

TEST(CandidateOrder, PutsRelevantOnesFirstOrLast) {
  EXPECT_EQ(places_of(CandidateOrder::kGiven, kSlate), (std::vector<size_t>{0, 1, 2, 3}));
  EXPECT_EQ(places_of(CandidateOrder::kRelevantFirst, kSlate), (std::vector<size_t>{2, 3, 0, 1}));
  EXPECT_EQ(places_of(CandidateOrder::kRelevantLast, kSlate), (std::vector<size_t>{0, 1, 2, 3}));
}

TEST(CandidateOrder, HasANameEach) {
  EXPECT_EQ(candidate_order_names(), (std::vector<std::string>{"given", "relevant-first", "relevant-last"}));
  EXPECT_EQ(candidate_order("relevant-last"), CandidateOrder::kRelevantLast);
}

TEST(ReorderedScorer, ShowsPlacesAndGivesScoresBackWhereTheyBelong) {
  ByPlace by_place;
  EXPECT_EQ(ReorderedScorer(by_place, CandidateOrder::kRelevantFirst).score(kSlate),
            (std::vector<double>{-2, -3, 0, -1}));
}

TEST(ReorderedScorer, ChangesNothingOfAScorerThatLooksAtNoPlaces) {
  ByItem by_item;
  for (const auto& name : candidate_order_names()) {
    ReorderedScorer reordered(by_item, candidate_order(name));
    EXPECT_EQ(reordered.score(kSlate), (std::vector<double>{4, 9, 2, 7})) << name;
    const std::vector<data::Slate> two = {kSlate, kSlate};
    EXPECT_EQ(reordered.score_batch(two).size(), 2U);
  }
}

TEST(ReorderedScorer, IsOtherwiseTheScorer) {
  ByPlace by_place;
  const ReorderedScorer reordered(by_place, CandidateOrder::kGiven);
  EXPECT_EQ(reordered.name(), "by-place");
  EXPECT_EQ(reordered.batch_size(), 3);
  EXPECT_EQ(reordered.tokens(), 11);
}

}  // namespace
}  // namespace r2rank::experiment
