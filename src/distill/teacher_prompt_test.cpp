#include "distill/teacher_prompt.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::distill {
namespace {

class TeacherPromptTest : public ::testing::Test {
 protected:
  // u0 chose items 0 1 2 3 4; u1 chose 2 3; the last event of each is held out.
  TeacherPromptTest() { split_.training_end = {4, 1}; }

  data::Dataset dataset_ = data::testing::dataset_of({{0, 1, 2, 3, 4}, {2, 3}}, 8);
  data::Split split_;
  data::Slate slate_ = {
      .id = 7, .user = 0, .history_end = 2, .candidates = {5, 2, 3}, .relevance = {0, 1, 0}};
};

TEST_F(TeacherPromptTest, ShowsThePastAndTheCandidateAndAsks) {
  const rollout::SlateItems items(dataset_, split_);
  TeacherPromptConfig config;
  config.system = "Be careful.";
  config.task = "At most {words} words.";
  config.words = 33;
  const auto question = TeacherPrompts(items, config).question(slate_, 2);
  EXPECT_EQ(question.system, "Be careful.");
  EXPECT_EQ(question.user,
            "A user has chosen these items, oldest first:\n- Title 0 (b)\n- Title 1 (b)\n\n"
            "Candidate: Title 2 (b), chosen 1 times.\nAt most 33 words.");
}

TEST_F(TeacherPromptTest, ShowsNothingOfTheTargetOrLaterAndNoLabel) {
  const rollout::SlateItems items(dataset_, split_);
  const TeacherPrompts prompts(items, {});
  const std::string asked = prompts.question(slate_, 5).user;
  for (const char* later : {"Title 2", "Title 3", "Title 4"})
    EXPECT_EQ(asked.find(later), std::string::npos) << later;
  // The target's question differs from a negative's in its title and count alone.
  std::string target = prompts.question(slate_, 2).user;
  EXPECT_EQ(target.replace(target.find("Title 2 (b), chosen 1"), 21, "Title 5 (b), chosen 0"), asked);
}

TEST_F(TeacherPromptTest, RefusesUnknownPlaceholdersAtOnce) {
  const rollout::SlateItems items(dataset_, split_);
  for (auto member :
       {&TeacherPromptConfig::history_item, &TeacherPromptConfig::candidate, &TeacherPromptConfig::task}) {
    TeacherPromptConfig config;
    config.*member = "{titel}";
    data::testing::error_of(base::ErrorKind::kUsage, [&] { TeacherPrompts prompts(items, config); });
  }
}

}  // namespace
}  // namespace r2rank::distill
