#include "distill/teacher_prompt.h"

#include <fmt/format.h>

#include "text/prompt_fields.h"

namespace r2rank::distill {

TeacherPrompts::TeacherPrompts(const rollout::SlateItems& items, TeacherPromptConfig config)
    : items_(items), config_(std::move(config)) {
  task_ = text::fill_template(config_.task, {{"words", fmt::format("{}", config_.words)}});
  history_line({});  // an unknown placeholder is reported now
  candidate_text({});
}

std::string TeacherPrompts::history_line(const text::PromptItem& item) const {
  return text::fill_template(config_.history_item, text::history_fields(item, config_.title_words));
}

std::string TeacherPrompts::candidate_text(const text::PromptItem& item) const {
  return text::fill_template(config_.candidate,
                             text::candidate_fields(item, config_.title_words, config_.description_words));
}

remote::ChatQuestion TeacherPrompts::question(const data::Slate& slate, int32_t item) const {
  remote::ChatQuestion question;
  question.system = config_.system;
  question.user = config_.instruction;
  for (const auto& past : items_.history(slate, config_.history_items)) question.user += history_line(past);
  question.user += candidate_text(items_.candidate(slate, item, true)) + task_;
  return question;
}

}  // namespace r2rank::distill
