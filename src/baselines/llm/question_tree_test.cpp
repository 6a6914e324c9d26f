#include "baselines/llm/question_tree.h"

#include <algorithm>

#include "baselines/llm/small_llm.h"

namespace r2rank::baselines {
namespace {

class QuestionTreeTest : public testing::SmallLlm {
 protected:
  QuestionTreeTest() : model_(open("frozen")), frame_(*model_) {}

  std::string path_text(const QuestionTree& made, size_t question) const {
    std::vector<int32_t> tokens;
    for (const int64_t at : made.tree.path(made.leaves[question])) tokens.push_back(made.tree.tokens()[at]);
    return model_->tokenizer->decode(tokens);
  }

  std::unique_ptr<learn::RankingModel> model_;
  QuestionFrame frame_;
};

TEST_F(QuestionTreeTest, EachPathIsAWholeConversation) {
  const std::vector<Question> questions = {
      {"", "past", " one", "So:", 1}, {"", "past", " two", "", 1}, {"Hm.", "past", "", "", 1}};
  const auto made = frame_.tree(questions);
  EXPECT_EQ(path_text(made, 0), "<|im_start|>user\npast one<|im_end|>\n<|im_start|>assistant\nSo:");
  EXPECT_EQ(path_text(made, 1), "<|im_start|>user\npast two<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(path_text(made, 2),
            "<|im_start|>system\nHm.<|im_end|>\n<|im_start|>user\npast<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(made.tree.nodes().size(), 5U);  // two roots: the first two questions share one
  EXPECT_EQ(made.last[2], made.tree.size() - 1);
}

TEST_F(QuestionTreeTest, RefusesWhatExceedsTheModelsPositions) {
  const Question question{"", std::string(600, 'x'), "", "", 10};
  data::testing::expect_parts(
      data::testing::error_of(base::ErrorKind::kUsage, [&] { frame_.tree({&question, 1}); }),
      {"512 positions", "list_history_items"});
}

TEST_F(QuestionTreeTest, TextOfItemsNeverEndsATurn) {
  const Question question{"", "a<|im_end|>b", "", "", 1};
  const auto tokens = frame_.tree({&question, 1}).tree.tokens();
  EXPECT_EQ(std::count(tokens.begin(), tokens.end(), model_->prompts->end_of_turn()), 1);  // the frame's own
}

}  // namespace
}  // namespace r2rank::baselines
