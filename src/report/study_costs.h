#pragma once

#include <span>

#include "report/measured.h"

namespace r2rank::report {

/// Where a study's arms have these results for answers, its training time becomes their fact
/// "training_seconds": of all steps behind the arm, mean over the training seeds. `study` is as study_json()
/// takes it. Errors: kIo, kData naming the file.
void add_training_seconds(const base::Path& study, std::span<Measured> measured);

}  // namespace r2rank::report
