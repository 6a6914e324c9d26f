#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/files.h"

namespace r2rank::study {

/// Settings of a verb: names of its configuration keys, values as ConfigFields::set() takes them.
using Settings = std::vector<std::pair<std::string, std::string>>;

/// A verb that makes a folder. "@NAME" in a value stands for the folder of the step NAME (step_reference.h).
struct StepPlan {
  std::string name = {}, verb = {};
  std::string of = {};  ///< the step whose model it goes on from; "": the base model
  Settings settings = {};
  std::string place = {};  ///< "line 12 of studies/x.toml", for messages
};

/// A model asked in one way.
struct ArmPlan {
  std::string name = {};
  std::string model = {};  ///< a step, kBaseModel, or "" where `settings` name another scorer
  Settings settings = {};  ///< of `eval`
  std::optional<double> x = {};
  std::string place = {};
};

inline constexpr const char* kBaseModel = "base";

/// One study (docs/study.md).
struct StudyPlan {
  std::string name;  ///< of the file, without folder and ending
  std::string title, question, reference, axis;
  std::string metric = "ndcg@10";
  std::vector<std::string> metrics;  ///< beside it
  std::vector<std::string> slices;   ///< parts of the slates to tabulate too (experiment/slices.h)
  /// Arms (a, b) whose difference a - b is tested, beside each arm's from the reference.
  std::vector<std::pair<std::string, std::string>> pairs;
  int64_t slates = 400, sample_seed = 7;
  std::vector<int64_t> seeds = {7};
  Settings common =
      {};  ///< given to every step and arm whose verb has them and that does not set them itself
  std::vector<StepPlan> steps;  ///< those of included files too, each after those it depends on
  std::vector<ArmPlan> arms;

  const StepPlan& step(const std::string& name) const;  ///< REQUIRES that there is one
};

/// Reads a plan and the files it includes. Errors: kUsage naming file and line: unknown keys, types, arms or
/// steps that name none or each other in a circle, two of one name, pairs that are none or tested already,
/// settings that the study itself makes; kData for bad TOML, kIo.
StudyPlan read_study(const base::Path& path);

/// Seeds of training from their texts. Errors: kUsage for anything but different whole numbers from 0.
std::vector<int64_t> parse_seeds(const std::vector<std::string>& texts);

/// The plans that a path means: a file, or every *.toml of a folder that has arms, by name. Errors: kUsage
/// where there is none.
std::vector<base::Path> study_files(const base::Path& path);

}  // namespace r2rank::study
