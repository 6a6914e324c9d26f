#pragma once

#include <string>
#include <string_view>

namespace r2rank::distill {

enum class Verdict { kMissing, kUnclear, kNo, kYes };

/// A teacher's answer, read.
struct TeacherReply {
  Verdict verdict = Verdict::kMissing;
  bool parts = false;  ///< all three labelled parts are there, none empty
  std::string text;  ///< the rationale on one line; with parts "Initial reasoning: ... Self-check: ... Final
                     ///< conclusion: ..."
  std::string opening;  ///< what of the text stands before the conclusion; without parts all of it
};

/// Reads the rationale and the verdict in <answer> tags out of a reply (docs/cold-start.md, "The teacher").
/// Reads any text; the result is well-formed UTF-8 without control characters.
TeacherReply read_teacher_reply(std::string_view reply);

}  // namespace r2rank::distill
