#pragma once

// Test support: twenty users whose last two events are held out, what is asked about them, and a teacher that
// answers as a script says.

#include <fmt/format.h>

#include <string>

#include "data/test_support.h"
#include "distill/asked_pairs.h"
#include "distill/filters.h"
#include "remote/fake_chat.h"

namespace r2rank::distill::testing {

/// A rationale of 17 words in three parts, no two alike, and a verdict.
inline std::string good_answer(int64_t number, const std::string& verdict) {
  return fmt::format(
      "Initial reasoning: a{0} b{0} c{0} d{0} e{0}. Self-check: f{0} g{0} h{0} i{0}. Final conclusion: j{0} k{0} "
      "l{0}. <answer>{1}</answer>",
      number, verdict);
}

struct World {
  World() { split.training_end.assign(20, 8); }
  AskedPairs draw(int64_t count) const {
    return draw_pairs(data::TrainingSlates(dataset, split, {.negative_count = 4}), count, 1);
  }

  data::Dataset dataset = data::testing::regular_dataset(20, 10, 60);
  data::Split split;
};

/// A draft that nothing speaks against.
inline Draft good_draft(const AskedPairs& asked, size_t pair) {
  Draft draft;
  draft.pair = pair;
  draft.parts = true;
  draft.verdict = asked.pairs[pair].label ? Verdict::kYes : Verdict::kNo;
  for (int word = 0; word < 20; ++word) draft.text += fmt::format("w{}x{} ", pair, word);
  draft.opening = draft.text;
  return draft;
}

}  // namespace r2rank::distill::testing
