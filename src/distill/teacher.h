#pragma once

#include <functional>
#include <vector>

#include "distill/asked_pairs.h"
#include "distill/filters.h"
#include "distill/spending.h"
#include "distill/teacher_prompt.h"
#include "remote/chat_server.h"

namespace r2rank::distill {

struct TeacherAnswers {
  std::vector<Draft> drafts;  ///< by pair, then sample
  TokenCount tokens;
};

/// The questions, by pair, then sample.
std::vector<remote::ChatQuestion> teacher_questions(const TeacherPrompts& prompts, const AskedPairs& asked,
                                                    const DistillConfig& config);

/// Asks a server about all pairs and reads its answers; `answered` is told of each as it comes. Errors: as
/// remote::ChatServer::ask; kResource where a limit of spending is reached before all are answered.
TeacherAnswers ask_teacher(remote::ChatServer& server, const TeacherPrompts& prompts, const AskedPairs& asked,
                           const DistillConfig& config, const std::function<void()>& answered);

}  // namespace r2rank::distill
