#include "distill/teacher.h"

#include <fmt/format.h>

#include "base/error.h"
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

/// Prompts from the first on of which every answer is there.
size_t answered_prompts(std::span<const remote::ChatReply> replies, int64_t samples) {
  size_t answers = 0;
  while (answers < replies.size() && (replies[answers].read > 0 || !replies[answers].failure.empty()))
    ++answers;
  return answers / static_cast<size_t>(samples);
}

[[noreturn]] void stop_at_limit(const TokenCount& tokens, const SpendingConfig& limits, size_t told,
                                std::span<const remote::ChatReply> replies, int64_t samples,
                                const std::string& cache) {
  base::fail(
      base::ErrorKind::kResource, "distill",
      "the spending limit is reached: {} tokens{} for {} of {} answers; what was answered is kept in {}: "
      "raise {} and run the same command again to go on, or take what is there with --prompts {}",
      tokens.read + tokens.written,
      limits.priced() ? fmt::format(" at a cost of {:.4f}", tokens.cost(limits)) : "", told, replies.size(),
      cache.empty() ? "memory alone" : cache,
      limits.max_cost > 0 && tokens.cost(limits) >= limits.max_cost ? "max_cost" : "max_tokens_spent",
      answered_prompts(replies, samples));
}

}  // namespace

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
  TeacherAnswers answers;
  size_t told = 0;
  const auto take = [&](const remote::ChatReply& reply) {
    answers.tokens.add(reply);
    ++told;
    answered();
  };
  const auto replies =
      server.ask(questions, {.failures_in_a_row = config.failures_in_a_row, .answered = take, .enough = [&] {
                               return answers.tokens.reaches(config.spending);
                             }});
  if (told < questions.size())
    stop_at_limit(answers.tokens, config.spending, told, replies, config.samples, server.options().cache);
  for (size_t i = 0; i < replies.size(); ++i) {
    const size_t pair = i / static_cast<size_t>(config.samples);
    Draft draft = draft_of(replies[i]);
    draft.pair = pair;
    draft.sample = questions[i].sample;
    answers.drafts.push_back(std::move(draft));
  }
  return answers;
}

}  // namespace r2rank::distill
