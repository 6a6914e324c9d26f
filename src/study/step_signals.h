#pragma once

#include "study/study_tasks.h"

namespace r2rank::study {

/// Refuses a step that goes on from a model with signals and has not the same ones: the verb would, but only
/// after the steps before it were made. Errors: kUsage.
void check_signals(const StudyPlan& plan, const StepPlan& step, StudyTasks& tasks);

}  // namespace r2rank::study
