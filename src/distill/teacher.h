#pragma once

#include <functional>
#include <vector>

#include "distill/asked_pairs.h"
#include "distill/filters.h"
#include "distill/teacher_prompt.h"
#include "remote/chat_server.h"

namespace r2rank::distill {

/// What the answers took, by the server's count where it tells one; answers from the cache included.
struct TokenCount {
  int64_t read = 0, written = 0;
  int64_t estimated_answers = 0;  ///< whose tokens were estimated

  /// In the currency of the prices, which are of a million tokens.
  double cost(double price_read, double price_written) const;
};

struct TeacherAnswers {
  std::vector<Draft> drafts;  ///< by pair, then sample
  TokenCount tokens;
};

/// The questions, by pair, then sample.
std::vector<remote::ChatQuestion> teacher_questions(const TeacherPrompts& prompts, const AskedPairs& asked,
                                                    const DistillConfig& config);

/// Asks a server about all pairs and reads its answers; `answered` is told of each as it comes. Errors: as
/// remote::ChatServer::ask.
TeacherAnswers ask_teacher(remote::ChatServer& server, const TeacherPrompts& prompts, const AskedPairs& asked,
                           const DistillConfig& config, const std::function<void()>& answered);

}  // namespace r2rank::distill
