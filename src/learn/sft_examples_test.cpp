#include "learn/sft_examples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

#include "learn/tiny_rationales.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;
using rollout::WrittenRationale;

class SftTrees : public ::testing::Test {
 protected:
  SftTrees() {
    testing::write_tiny_base(folder_.path() / "base");
    ranking_ = testing::open_tiny(folder_.path() / "base");
  }
  SftExamples made(const SftExampleOptions& options = {}) {
    return make_sft_examples(set_, dataset_, split_, *ranking_, options);
  }
  static int64_t rationales_in(const std::vector<SftExample>& trees) {
    return std::accumulate(trees.begin(), trees.end(), int64_t{0},
                           [](int64_t sum, const SftExample& tree) { return sum + tree.count; });
  }
  int64_t tokens_of(const SftExample& tree) const {
    const rollout::PreparedSlate* slate = &tree.slate;
    return rollout::build_slate_tree({&slate, 1}, ranking_->reasoner->frame(), {tree.rationales}).tree.size();
  }

  data::testing::TemporaryFolder folder_;
  data::Dataset dataset_ = testing::red_or_blue();
  data::Split split_ = testing::split_of(dataset_);
  rollout::RationaleSet set_ = testing::red_or_blue_rationales(dataset_, split_);
  std::unique_ptr<RankingModel> ranking_;
};

TEST_F(SftTrees, HoldWhatIsWrittenAboutOneHistory) {
  auto several = set_.rationales;
  for (const auto& rationale : set_.rationales) {
    several.push_back(rationale);
    several.back().text = "again";
  }
  set_.rationales = several;
  const auto found = made();
  ASSERT_EQ(found.training.size(), 36U);  // 12 users, events 3 to 5
  EXPECT_TRUE(found.valid.empty());
  for (const auto& tree : found.training) {
    EXPECT_EQ(tree.slate.candidates(), 2);
    EXPECT_EQ(tree.count, 4);
    EXPECT_EQ(tree.tokens, tokens_of(tree));
    EXPECT_EQ(tree.rationales[0].size(), 2U);
    EXPECT_EQ(tree.slate.relevance[0] + tree.slate.relevance[1], 1.0F);
  }
  EXPECT_EQ(found.training.front().slate.id, 3);
}

TEST_F(SftTrees, PutEachRationaleBehindItsCandidate) {
  for (const auto& tree : made().training)
    for (int64_t i = 0; i < 2; ++i) {
      const auto candidate = ranking_->tokenizer->decode(tree.slate.pieces.candidates[i]);
      const auto rationale = ranking_->tokenizer->decode(tree.rationales[i].front().tokens);
      const bool red = candidate.find("red") != std::string::npos;
      EXPECT_EQ(rationale.find("red") != std::string::npos, red);
      EXPECT_EQ(tree.slate.relevance[i] > 0, red);
    }
}

TEST_F(SftTrees, DoNotDependOnTheOrderOfTheSet) {
  const auto before = made();
  std::reverse(set_.rationales.begin(), set_.rationales.end());
  const auto after = made();
  ASSERT_EQ(before.training.size(), after.training.size());
  for (size_t n = 0; n < before.training.size(); ++n)
    EXPECT_EQ(before.training[n].slate.pieces.candidates, after.training[n].slate.pieces.candidates);
}

TEST_F(SftTrees, CountWhatIsCut) {
  EXPECT_EQ(made().cut, 0);
  EXPECT_EQ(made({.rationale_tokens = 10}).cut, 36);  // " red fits" and an end are ten
  EXPECT_EQ(made({.rationale_tokens = 9}).cut, 72);
}

TEST_F(SftTrees, ThatAreTooLargeAreCutInParts) {
  set_.rationales.resize(2);
  for (int n = 0; n < 5; ++n) set_.rationales.push_back(set_.rationales[1]);
  const auto whole = made();
  ASSERT_EQ(whole.training.size(), 1U);
  const int64_t most = whole.training.front().tokens * 2 / 3;
  const auto parts = made({.tokens_per_tree = most}).training;
  ASSERT_GT(parts.size(), 1U);
  EXPECT_EQ(rationales_in(parts), 7);
  for (const auto& part : parts) {
    EXPECT_LE(part.tokens, most);
    EXPECT_EQ(part.tokens, tokens_of(part));
    EXPECT_EQ(part.slate.pieces.history, whole.training.front().slate.pieces.history);
  }
  const auto smallest = made({.tokens_per_tree = 1}).training;  // a rationale is never cut for it
  EXPECT_EQ(smallest.size(), 7U);
}

std::set<std::string> users_of(const std::vector<SftExample>& trees, const data::Dataset& dataset) {
  std::set<std::string> users;
  for (const auto& tree : trees) users.insert(dataset.user_ids[dataset.interactions[tree.slate.id].user]);
  return users;
}

TEST_F(SftTrees, HoldOutWholeUsersByTheirIds) {
  const auto found = made({.valid_share = 0.25});
  const auto held_out = users_of(found.valid, dataset_), taught = users_of(found.training, dataset_);
  EXPECT_EQ(held_out.size(), 3U);
  EXPECT_EQ(taught.size(), 9U);
  for (const auto& user : held_out) EXPECT_FALSE(taught.contains(user));
  const auto more = users_of(made({.valid_share = 0.5}).valid, dataset_);
  EXPECT_TRUE(std::includes(more.begin(), more.end(), held_out.begin(), held_out.end()));
  EXPECT_NE(users_of(made({.valid_share = 0.25, .seed = 8}).valid, dataset_), held_out);
}

TEST_F(SftTrees, HoldOutOneUserAtLeastAndLeaveOne) {
  EXPECT_EQ(users_of(made({.valid_share = 0.001}).valid, dataset_).size(), 1U);
  set_ = testing::red_or_blue_rationales(dataset_, split_, 2);
  EXPECT_EQ(users_of(made({.valid_share = 0.9}).training, dataset_).size(), 1U);
  set_ = testing::red_or_blue_rationales(dataset_, split_, 1);
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { made({.valid_share = 0.1}); }),
               {"one user only", "--valid-share 0"});
}

TEST(SftSchedules, TeachEveryTreeOnceAnEpochInANewOrder) {
  const SftSchedule schedule({1, 2, 3, 1, 2, 3, 1, 2, 3, 1}, 4, 7);
  std::vector<std::vector<size_t>> epochs(3);
  for (int64_t cursor = 0; cursor < 30;) {
    const auto step = schedule.step_at(cursor);
    auto& epoch = epochs[cursor / 10];
    epoch.insert(epoch.end(), step.begin(), step.end());
    cursor += static_cast<int64_t>(step.size());
  }
  EXPECT_NE(epochs[0], epochs[1]);
  EXPECT_NE(epochs[1], epochs[2]);
  for (auto& epoch : epochs) {
    std::sort(epoch.begin(), epoch.end());
    EXPECT_EQ(epoch, std::vector<size_t>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  }
}

TEST(SftSchedules, MakeStepsOfEnoughRationales) {
  const SftSchedule even(std::vector<int64_t>(10, 2), 4, 7);
  EXPECT_EQ(even.step_at(0).size(), 2U);
  EXPECT_EQ(even.step_at(8).size(), 2U);
  const SftSchedule rest(std::vector<int64_t>(9, 1), 4, 7);  // 4, and 5: a step of one would be too little
  EXPECT_EQ(rest.step_at(0).size(), 4U);
  EXPECT_EQ(rest.step_at(4).size(), 5U);
  const SftSchedule half(std::vector<int64_t>(6, 1), 4, 7);  // 4, and 2
  EXPECT_EQ(half.step_at(0).size(), 4U);
  EXPECT_EQ(half.step_at(4).size(), 2U);
  EXPECT_EQ(SftSchedule({100}, 4, 7).step_at(3), std::vector<size_t>({0}));
}

TEST(Packs, HoldAsManyTreesAsFit) {
  std::vector<SftExample> trees(4);
  const int64_t tokens[] = {50, 50, 30, 200};
  std::vector<const SftExample*> pointers;
  for (size_t n = 0; n < trees.size(); ++n) {
    trees[n].tokens = tokens[n];
    pointers.push_back(&trees[n]);
  }
  const auto packs = pack_trees(pointers, 100);
  ASSERT_EQ(packs.size(), 3U);
  EXPECT_EQ(packs[0].size(), 2U);
  EXPECT_EQ(packs[1].size(), 1U);
  EXPECT_EQ(packs[2].front(), &trees[3]);  // larger than a pass: alone
  EXPECT_TRUE(pack_trees({}, 100).empty());
}

}  // namespace
}  // namespace r2rank::learn
