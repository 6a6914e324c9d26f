#include "baselines/llm/model_writer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "baselines/llm/listwise.h"
#include "baselines/llm/small_llm.h"
#include "model/token_logprob.h"

namespace r2rank::baselines {
namespace {

class ModelWriterTest : public testing::SmallLlm {
 protected:
  ModelWriterTest() : model_(open("frozen")), writer_(*model_) {}

  /// The prompt as one run of tokens.
  std::vector<int32_t> tokens_of(const Question& question) const {
    const auto frame = text::chat_frame(text::detect_chat_family(model_->tokenizer->data()), question.system);
    std::vector<int32_t> tokens;
    const auto add = [&](const std::string& text, bool special) {
      const auto more = model_->tokenizer->encode(text, special);
      tokens.insert(tokens.end(), more.begin(), more.end());
    };
    add(frame.open, true), add(question.shared, false), add(question.rest, false);
    add(frame.open_assistant, true), add(question.answer_start, false);
    return tokens;
  }

  /// Greedy writing without a cache: every token from a pass over the whole text so far.
  std::vector<int32_t> written(const Question& question) const {
    const at::NoGradGuard no_grad;
    auto tokens = tokens_of(question);
    std::vector<int32_t> answer;
    const auto& transformer = model_->model->transformer();
    while (static_cast<int64_t>(answer.size()) < question.max_tokens) {
      model::TokenTree tree;
      tree.add(model::TokenTree::kRoot, tokens);
      const at::Tensor states = transformer.states(transformer.plan(tree), false);
      const auto best = static_cast<int32_t>(
          model::token_logits(states.slice(0, -1), *transformer.output_table).argmax(1).item<int64_t>());
      if (best == model_->prompts->end_of_turn()) break;
      answer.push_back(best);
      tokens.push_back(best);
    }
    return answer;
  }

  std::unique_ptr<learn::RankingModel> model_;
  ModelWriter writer_;
};

TEST_F(ModelWriterTest, WritesTheLikeliestTokensWhateverElseIsAsked) {
  const std::vector<Question> questions = {{"", "Past of one user", " in this order", "", 5},
                                           {"", "Past of one user", " in another order, longer", "So:", 9},
                                           {"Be brief.", "Past of another", " short", "", 7}};
  const auto answers = writer_.write(questions);
  for (size_t i = 0; i < questions.size(); ++i)
    EXPECT_EQ(answers[i].text, model_->tokenizer->decode(written(questions[i]))) << i;
}

TEST_F(ModelWriterTest, CountsWhatIsSharedOnce) {
  const std::vector<Question> questions = {{"", "Past of one user", " first", "", 3},
                                           {"", "Past of one user", " second", "", 3}};
  const auto first = static_cast<int64_t>(tokens_of(questions[0]).size()),
             second = static_cast<int64_t>(tokens_of(questions[1]).size());
  const auto shared =
      static_cast<int64_t>(model_->tokenizer->encode("<|im_start|>user\nPast of one user", true).size());
  const auto answers = writer_.write(questions);
  EXPECT_EQ(answers[0].read + answers[1].read, first + second - shared);
  EXPECT_EQ(writer_.count(questions), first + second - shared);
  EXPECT_LE(answers[0].written, 3);
}

TEST_F(ModelWriterTest, RanksASlateByWhatTheModelWrites) {
  ListwiseOptions options;
  options.prompt = short_prompt();
  options.shuffles = 2;
  ListwiseScorer scorer("llm-listwise", std::make_unique<ModelWriter>(*model_), data(), options, 7);
  auto turned = slate();
  std::reverse(turned.candidates.begin(), turned.candidates.end());
  std::reverse(turned.relevance.begin(), turned.relevance.end());
  auto scores = scorer.score(turned);
  std::reverse(scores.begin(), scores.end());
  EXPECT_EQ(scorer.score(slate()), scores);
  EXPECT_GT(scorer.tokens(), 0);
  const auto together = scorer.score_batch(std::span(split_.test.slates).first(3));
  EXPECT_EQ(together[0], scores);
}

}  // namespace
}  // namespace r2rank::baselines
