#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "distill/statistics.h"

namespace r2rank::cli {

/// What was asked, kept and dropped, as a table.
std::string distill_table(const distill::DistillStatistics& statistics);

/// What asking a teacher will take, before it is asked.
struct TeacherEstimate {
  int64_t prompts = 0, requests = 0, answered = 0;  ///< of which the answer cache holds some
  int64_t tokens_read = 0, tokens_written = 0;      ///< of what is left to ask
  double cost = 0;
  double minutes = 0;  ///< at least, by the limits a minute; 0: none
  std::string first_prompt;
};
std::string teacher_estimate_text(const TeacherEstimate& estimate);
nlohmann::ordered_json teacher_estimate_json(const TeacherEstimate& estimate);

}  // namespace r2rank::cli
