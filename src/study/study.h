#pragma once

#include <string>
#include <vector>

#include "experiment/comparison_table.h"
#include "experiment/result_table.h"
#include "study/study_tasks.h"

namespace r2rank::study {

/// What became of an arm.
struct ArmOutcome {
  ArmPlan plan;
  double training_seconds = 0;            ///< of all steps its model comes from, mean over the seeds
  double training_slates = 0;             ///< the same; 0 where nothing was trained
  std::vector<std::string> commands;      ///< that make the answers of the first seed by hand
  std::vector<std::string> answers = {};  ///< folders of the answers, one a seed whose answers are its own
  /// What these answers noted: how the rationales read (docs/baselines.md, "Notes").
  std::vector<std::pair<std::string, double>> notes = {};
};

struct StudyResult {
  StudyPlan plan;
  experiment::ResultTable table;  ///< a row an arm, in the plan's order; pairs: arm - reference, its own
  std::vector<ArmOutcome> arms;
  std::vector<experiment::ComparisonTable> slices;
};

/// Checks every setting of every step and arm before the first is run. Errors: kUsage naming its place.
void check_study(const StudyPlan& plan, const StudyInput& input, StudyTasks& tasks, const Verbs& verbs);

/// What run_study() would do, a line each: "train start: to be made", "arm RL: found".
std::string describe_study(const StudyPlan& plan, StudyTasks& tasks);

/// Makes every step and answer that is not there, and the table over all arms. Errors: those of the verbs,
/// naming the step; kInterrupted on Ctrl-C, after which the same call goes on.
StudyResult run_study(const StudyPlan& plan, StudyTasks& tasks, Verbs& verbs);

}  // namespace r2rank::study
