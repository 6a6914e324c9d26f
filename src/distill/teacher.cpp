#include "distill/teacher.h"

#include "distill/teacher_reply.h"

namespace r2rank::distill {
namespace {

Draft draft_of(const remote::ChatReply& reply) {
  Draft draft;
  draft.answered = reply.failure.empty();
  draft.cut = reply.cut;
  TeacherReply read = read_teacher_reply(reply.text);
  draft.verdict = read.verdict;
  draft.parts = read.parts;
  draft.text = std::move(read.text);
  draft.opening = std::move(read.opening);
  return draft;
}

}  // namespace

double TokenCount::cost(double price_read, double price_written) const {
  constexpr double kMillion = 1e6;
  return (static_cast<double>(read) * price_read + static_cast<double>(written) * price_written) / kMillion;
}

std::vector<remote::ChatQuestion> teacher_questions(const TeacherPrompts& prompts, const AskedPairs& asked,
                                                    const DistillConfig& config) {
  std::vector<remote::ChatQuestion> questions;
  for (const auto& pair : asked.pairs) {
    remote::ChatQuestion question = prompts.question(asked.slate_of(pair), pair.item);
    question.max_tokens = config.answer_tokens;
    question.temperature = config.temperature;
    for (question.sample = 0; question.sample < config.samples; ++question.sample) {
      question.seed = config.seed + question.sample;
      questions.push_back(question);
    }
  }
  return questions;
}

TeacherAnswers ask_teacher(remote::ChatServer& server, const TeacherPrompts& prompts, const AskedPairs& asked,
                           const DistillConfig& config, const std::function<void()>& answered) {
  const auto questions = teacher_questions(prompts, asked, config);
  const auto replies = server.ask(questions, {.failures_in_a_row = config.failures_in_a_row,
                                              .answered = [&](const auto&) { answered(); }});
  TeacherAnswers answers;
  for (size_t i = 0; i < replies.size(); ++i) {
    const size_t pair = i / static_cast<size_t>(config.samples);
    Draft draft = draft_of(replies[i]);
    draft.pair = pair;
    draft.sample = questions[i].sample;
    answers.drafts.push_back(std::move(draft));
    answers.tokens.read += replies[i].read;
    answers.tokens.written += replies[i].written;
    answers.tokens.estimated_answers += replies[i].estimated ? 1 : 0;
  }
  return answers;
}

}  // namespace r2rank::distill
