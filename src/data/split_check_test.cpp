#include "data/split_check.h"

#include <algorithm>

#include "data/slates_format.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

/// A split without fault, in which tests plant one.
struct SplitCheck : ::testing::Test {
  Dataset dataset = testing::regular_dataset(60, 8, 50);
  SplitConfig config;
  Split split;
  void SetUp() override { split = make_split(dataset, config); }
  void split_by(const std::string& method) {
    config.method = method;
    split = make_split(dataset, config);
  }
  Finding finding(const std::string& name) {
    for (const Finding& found : check_split(dataset, split))
      if (found.name == name) return found;
    ADD_FAILURE() << "no finding " << name;
    return {};
  }
  void expect(const std::string& name, Verdict verdict, int64_t count) {
    const Finding found = finding(name);
    EXPECT_EQ(verdict_name(found.verdict), verdict_name(verdict)) << name;
    EXPECT_EQ(found.count, count) << name;
  }
};

TEST_F(SplitCheck, FindsNoFailureInSplitsOfOurOwn) {
  for (const char* method : {"leave-one-out", "temporal", "ratio"}) {
    for (auto& event : dataset.interactions) event.time += 3 * event.user;
    split_by(method);
    for (const Finding& found : check_split(dataset, split))
      EXPECT_NE(found.verdict, Verdict::kFailure) << method << ": " << found.name << " " << found.count;
  }
}

TEST_F(SplitCheck, AHistoryThatRunsPastItsTargetIsAFailure) {
  split.valid.slates[0].history_end += 1;  // the validated event is its last
  expect("future-in-history", Verdict::kFailure, 1);
}

TEST_F(SplitCheck, ATargetThatTrainingSeesIsAFailure) {
  split.training_end[3] = 7;
  expect("targets-in-training", Verdict::kFailure, 1);
  expect("targets-in-both-parts", Verdict::kFine, 0);
}

TEST_F(SplitCheck, TrainingOnUnvalidatedEventsIsANote) {
  expect("unvalidated-training", Verdict::kFine, 0);
  config.train_on_unvalidated = true;
  config.valid_users = 15;
  split = make_split(dataset, config);
  EXPECT_EQ(testing::count_of(split.counts, "users who train on their second-last event"), 45);
  expect("unvalidated-training", Verdict::kNote, 45);
}

TEST_F(SplitCheck, ATargetOfBothPartsIsAFailureUsersOfBothANote) {
  expect("users-in-both-parts", Verdict::kNote, 60);
  split.valid.slates[0] = split.test.slates[0];
  expect("targets-in-both-parts", Verdict::kFailure, 1);
}

TEST_F(SplitCheck, ATargetTheUserNeverTakesIsAWarning) {
  Slate& slate = split.test.slates[0];
  std::swap(slate.relevance[0], *std::find(slate.relevance.begin() + (slate.relevance[0] > 0),
                                           slate.relevance.end(), slate.relevance[0] > 0 ? 0.0F : 1.0F));
  expect("unknown-targets", Verdict::kWarning, 1);
}

TEST_F(SplitCheck, LaterTrainingIsPartOfLeaveOneOutAndAFailureOfTemporal) {
  EXPECT_EQ(finding("training-after-test").count, 0);  // all users at the same times
  for (auto& event : dataset.interactions) event.time += 1000 * event.user;
  expect("training-after-test", Verdict::kNote, 59 * 6);  // all but the first user's come after their target
  split.protocol.split = "temporal";
  expect("training-after-test", Verdict::kFailure, 59 * 6);
  dataset.time_kind = TimeKind::kOrder;
  for (const Finding& found : check_split(dataset, split)) EXPECT_NE(found.name, "training-after-test");
}

TEST_F(SplitCheck, CountsUsersWhoseOrderTiesDecided) {
  expect("tied-order", Verdict::kFine, 0);
  for (const int32_t user : {4, 9})
    dataset.interactions[static_cast<size_t>(user * 8 + 7)].time = dataset.events(user)[6].time;
  expect("tied-order", Verdict::kWarning, 2);
  EXPECT_EQ(finding("tied-order").of, 60);
}

TEST_F(SplitCheck, CountsRepeatedTargets) {
  dataset = testing::dataset_of({{0, 1, 2, 3, 4, 1}, {5, 6, 7, 8, 9, 10}}, 40);
  config.negative_count = 3;
  SetUp();
  expect("repeated-targets", Verdict::kWarning, 1);
}

TEST_F(SplitCheck, CountsColdTargetsAndCandidates) {
  dataset = testing::dataset_of({{0, 1, 2, 3, 4, 9}, {0, 1, 2, 3, 4, 5}, {6, 7, 8, 5, 0, 1}}, 10);
  config.negative_count = 3;
  SetUp();  // training never sees 4 and 9
  const Finding targets = finding("cold-targets");
  EXPECT_EQ(targets.count, 1);
  EXPECT_EQ(targets.of, 3);
  EXPECT_EQ(finding("cold-candidates").of, 9);
}

TEST_F(SplitCheck, UnseenItemsThatAreTargetsMoreOftenThanCandidatesAreAWarning) {
  dataset = testing::regular_dataset(60, 8, 50);
  dataset.items.resize(60, dataset.items.front());  // items from 50 on have no interaction
  SetUp();
  const auto put = [&](size_t slate, bool relevant) {
    Slate& changed = split.test.slates[slate];
    for (size_t place = 0; place < changed.candidates.size(); ++place)
      if ((changed.relevance[place] > 0) == relevant) changed.candidates[place] = 50;
  };
  expect("cold-shares", Verdict::kFine, 0);
  put(0, true);
  expect("cold-shares", Verdict::kFine, 0);  // one of 60 is no proof against 1,140 other candidates
  split.test.protocol.negatives = "popularity";
  expect("cold-shares", Verdict::kWarning, 1);  // there no other candidate can be unseen
  split.test.protocol.negatives = "uniform";
  for (size_t slate = 1; slate < 20; ++slate) put(slate, true);
  expect("cold-shares", Verdict::kWarning, 20);
  for (size_t slate = 20; slate < 40; ++slate) put(slate, false);
  expect("cold-shares", Verdict::kFine, 0);
}

TEST_F(SplitCheck, ACandidateThatTheProtocolExcludesIsAFailure) {
  Slate& slate = split.test.slates[0];
  const size_t other = slate.relevance[0] > 0 ? 1 : 0;
  slate.candidates[other] = dataset.events(slate.user)[0].item;
  expect("excluded-candidates", Verdict::kFailure, 1);
  split.test.protocol.exclude = "none";
  expect("excluded-candidates", Verdict::kFine, 0);
}

TEST_F(SplitCheck, AnOrderOfCandidatesThatTellsTheTargetIsAWarning) {
  expect("candidate-order", Verdict::kFine, 0);
  for (Slate& slate : split.test.slates) {
    const auto place =
        std::find(slate.relevance.begin(), slate.relevance.end(), 1.0F) - slate.relevance.begin();
    std::swap(slate.candidates[0], slate.candidates[static_cast<size_t>(place)]);
    std::swap(slate.relevance[0], slate.relevance[static_cast<size_t>(place)]);
  }
  expect("candidate-order", Verdict::kWarning, 60);
}

TEST_F(SplitCheck, ATargetsTitleInTheHistoryIsAWarningWithNumbers) {
  expect("titles-in-history", Verdict::kFine, 0);
  const auto events = dataset.events(7);
  dataset.items[static_cast<size_t>(events[7].item)].title = "The  MATRIX";
  dataset.items[static_cast<size_t>(events[2].item)].title = "After 'The Matrix', a book";
  EXPECT_GE(finding("titles-in-history").count, 1);
  dataset.items[static_cast<size_t>(events[2].item)].title = "Soothe matrixes";  // no whole words
  expect("titles-in-history", Verdict::kFine, 0);
}

TEST_F(SplitCheck, StatesTheRecallOfARetriever) {
  split.protocol.negatives = "hard";
  split.protocol.retriever = "item-knn";
  split.test.slates[0].missed = {split.test.slates[0].candidates[0]};
  expect("retriever-recall", Verdict::kNote, 59);
  expect("retriever-tells", Verdict::kFine, 0);
}

TEST_F(SplitCheck, TargetsPutInWhereTheRetrieverMissedThemAreAWarning) {
  split.protocol.negatives = "hard";
  split.protocol.retriever = "item-knn";
  for (size_t slate = 0; slate < 3; ++slate)
    split.test.slates[slate].missed = {split.test.slates[slate].candidates[0]};
  expect("retriever-tells", Verdict::kFine, 0);  // of 60 with 20 candidates each: what chance gives
  split.test.slates[3].missed = {split.test.slates[3].candidates[0]};
  expect("retriever-tells", Verdict::kWarning, 4);
}

}  // namespace
}  // namespace r2rank::data
