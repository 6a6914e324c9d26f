#pragma once

#include "distill/asked_pairs.h"
#include "distill/distill_config.h"
#include "remote/chat_server.h"
#include "rollout/slate_items.h"

namespace r2rank::distill {

/// Renders what a teacher is asked. The references must outlive it.
class TeacherPrompts {
 public:
  /// Errors: kUsage for a template with an unknown placeholder.
  TeacherPrompts(const rollout::SlateItems& items, TeacherPromptConfig config);

  /// The question about an item of a training slate: system and user turn. Whether the item is the slate's
  /// target changes nothing but its own event, which its statistics leave out.
  remote::ChatQuestion question(const data::Slate& slate, int32_t item) const;

 private:
  std::string history_line(const text::PromptItem& item) const;
  std::string candidate_text(const text::PromptItem& item) const;

  const rollout::SlateItems& items_;
  TeacherPromptConfig config_;
  std::string task_;
};

}  // namespace r2rank::distill
