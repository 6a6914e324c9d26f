#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config.h"
#include "data/training_slates.h"
#include "distill/spending.h"

namespace r2rank::distill {

/// What a teacher is told and asked (docs/cold-start.md, "The teacher"). Templates as in text::PromptConfig.
struct TeacherPromptConfig {
  std::string system;        ///< text of a system turn; "" for none
  std::string instruction;   ///< before the history
  std::string history_item;  ///< one line a past item
  std::string candidate;     ///< the item asked about
  std::string task;          ///< what is to be written; {words} is the word budget
  int64_t words = 120;
  int64_t history_items = 10;
  int64_t title_words = 16;
  int64_t description_words = 0;

  TeacherPromptConfig();
  void describe(base::ConfigFields& fields);
};

/// What a rationale must be to stay (docs/cold-start.md, "What is dropped, and why").
struct FilterConfig {
  bool parts = true;                                ///< the three labelled parts are needed (teacher)
  int64_t min_words = 10, max_words = 0;            ///< max 0: one and a half times the word budget
  std::vector<std::string> reserved = {"Answer:"};  ///< texts that no rationale may hold
  double similarity = 0.8;                          ///< of near duplicates; 1: only equal ones
  int64_t keep_per_prompt = 1;
  double min_no = 1, max_no = 2;  ///< rationales with no for each with yes
  uint64_t seed = 7;              ///< of the surplus that goes

  void describe(base::ConfigFields& fields);
  /// Errors: kUsage for limits that exclude each other.
  void check() const;
};

/// How a model's own rationales are sampled and chosen (docs/cold-start.md, "The model itself").
struct SelfConfig {
  int64_t rationale_tokens = 64;  ///< T
  int64_t rounds = 2;
  std::string keep = "utility";        ///< label, utility; what contradicts the label never stays
  std::string verdict_from = "slate";  ///< zero, slate
  double min_gain = 0.001;
  bool keep_cut = false;  ///< also what ended at its longest length alone
  int64_t cutoff = 10;    ///< k of the utility
  double tau = 1;
  int64_t slates_per_batch = 4;

  void describe(base::ConfigFields& fields);
};

/// Every parameter of `r2rank distill` but those of the server and the model.
struct DistillConfig {
  std::string source = "teacher";  ///< teacher, self
  int64_t prompts = 1000;          ///< users and items asked about
  int64_t asked_negatives = 1;     ///< of each slate, beside its target
  int64_t samples = 0;             ///< answers a prompt; 0: 1 of a teacher, 4 of the model itself
  double temperature = 0.7;
  int64_t seed = 7;
  int64_t negative_count = 7;  ///< of a slate
  int64_t recent_targets = 6, min_history = 3;
  std::string negatives = "uniform";
  int64_t answer_tokens = 1024;  ///< longest answer of a teacher
  int64_t failures_in_a_row = 10;
  SpendingConfig spending;
  TeacherPromptConfig prompt;
  FilterConfig filters;
  SelfConfig self;

  void describe(base::ConfigFields& fields);
  void describe_drawing(base::ConfigFields& fields);
  void describe_teacher(base::ConfigFields& fields);
  /// Puts what 0 means in place of it. Errors: kUsage for combinations that cannot work.
  void resolve();
  data::TrainingSlates::Options slates() const;
  bool asks_teacher() const { return source == "teacher"; }

 private:
  void check_idle() const;
};

}  // namespace r2rank::distill
