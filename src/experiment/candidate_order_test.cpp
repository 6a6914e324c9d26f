#include "experiment/candidate_order.h"

#include <gtest/gtest.h>

#include "baselines/llm/listwise.h"
#include "baselines/test_data.h"

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

/// Notes how often it was asked, and says that a note takes half a second.
class Counting : public ByPlace, public baselines::ScorerNotes {
 public:
  std::vector<double> score(const data::Slate& slate) override {
    ++asked_;
    return ByPlace::score(slate);
  }
  std::vector<std::pair<std::string, double>> notes() const override { return {{"asked", asked_}}; }
  void forget_notes() override { asked_ = 0; }
  double noting_seconds() const override { return 0.5; }

 private:
  double asked_ = 0;
};

TEST(ReorderedScorer, TellsAndForgetsWhatTheScorerNoted) {
  Counting counting;
  ReorderedScorer reordered(counting, CandidateOrder::kRelevantFirst);
  reordered.score(kSlate);
  EXPECT_EQ(reordered.notes(), (std::vector<std::pair<std::string, double>>{{"asked", 1}}));
  EXPECT_EQ(reordered.noting_seconds(), 0.5);
  reordered.forget_notes();
  EXPECT_EQ(counting.notes().front().second, 0);
  ByPlace by_place;
  ReorderedScorer plain(by_place, CandidateOrder::kRelevantFirst);
  plain.forget_notes();
  EXPECT_TRUE(plain.notes().empty());
  EXPECT_EQ(plain.noting_seconds(), 0);
}

/// Writes the list down as it stands.
class Copying : public baselines::TextWriter {
 public:
  std::vector<baselines::Answer> write(std::span<const baselines::Question> questions) override {
    return std::vector<baselines::Answer>(questions.size(), baselines::Answer{"1 > 2 > 3", 1, 1});
  }
  int64_t count(std::span<const baselines::Question> questions) const override {
    return static_cast<int64_t>(questions.size());
  }
};

TEST(ReorderedScorer, ReachesAListThatShowsTheGivenOrder) {
  const auto dataset = baselines::testing::dataset_of({{0, 1, 2, 3}}, 6);
  const auto split = baselines::testing::leave_last_two(dataset);
  data::Slate slate = baselines::testing::last_event_slate(dataset, 0, {4, 3, 5});
  slate.relevance = {0, 1, 0};
  const auto scores = [&](const std::string& shown, CandidateOrder order) {
    baselines::ListwiseOptions options;
    options.shown_order = shown;
    baselines::ListwiseScorer list("list", std::make_unique<Copying>(), {dataset, split}, options, 7);
    return ReorderedScorer(list, order).score(slate);
  };
  EXPECT_EQ(scores("given", CandidateOrder::kGiven), (std::vector<double>{-1, -2, -3}));
  EXPECT_EQ(scores("given", CandidateOrder::kRelevantFirst), (std::vector<double>{-2, -1, -3}));
  EXPECT_EQ(scores("given", CandidateOrder::kRelevantLast), (std::vector<double>{-1, -3, -2}));
  EXPECT_EQ(scores("random", CandidateOrder::kRelevantFirst), scores("random", CandidateOrder::kRelevantLast))
      << "a shuffled list does not show it";
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
