#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "data/split.h"
#include "experiment/file_identities.h"
#include "study/study_plan.h"
#include "study/verbs.h"

namespace r2rank::study {

/// What every study of a call works on.
struct StudyInput {
  std::string dataset, split, model;  ///< paths as the verbs take them
  base::Path output;
};

/// A call of a verb that makes one folder.
struct Task {
  std::string name, place;  ///< of the step or arm, and where the plan has it, for messages
  std::string verb;
  Settings settings;  ///< complete: data set, split, model, output and seed too
  base::Path folder;
  std::string key;  ///< of everything that decides what it makes
};

/// The tasks of plans: where each step and each arm's answers are, under which keys. One for all plans of a
/// call, since steps are shared. The references must outlive it.
class StudyTasks {
 public:
  StudyTasks(const StudyInput& input, const data::Dataset& dataset, const data::Split& split,
             const Verbs& verbs)
      : input_(input), dataset_(dataset), split_(split), verbs_(verbs) {}

  /// A step with one training seed, after all those it depends on; a step comes once. Errors: kIo for a model
  /// that cannot be read.
  std::vector<Task> steps_for(const StudyPlan& plan, const ArmPlan& arm, int64_t seed);
  /// The evaluation of an arm: its folder gets one .parquet.
  Task answers_for(const StudyPlan& plan, const ArmPlan& arm, int64_t seed);
  /// A step as a task.
  Task step_task(const StudyPlan& plan, const StepPlan& step, int64_t seed);
  /// Whether a step goes on from a model: a teacher's rationales, say, come from none. Errors: kUsage for an
  /// unknown verb.
  bool takes_model(const StudyPlan& plan, const StepPlan& step) const;
  /// The test slates that every arm of a plan is asked about.
  data::SlateSet slates_of(const StudyPlan& plan) const;
  const data::Dataset& dataset() const { return dataset_; }
  const data::Split& split() const { return split_; }

 private:
  Settings common(const std::string& verb) const;
  Settings settings_of(const StudyPlan& plan, const StepPlan& step) const;
  Settings settings_of(const StudyPlan& plan, const ArmPlan& arm) const;
  Settings with_common(const Settings& own, const Settings& common, const std::string& verb) const;
  void settle_dtype(const std::string& verb, Settings& settings);
  std::string model_identity(const std::string& value);
  Settings resolved(const StudyPlan& plan, const Settings& settings, int64_t seed, std::string& identity);
  void add_model(const StudyPlan& plan, const std::string& of, int64_t seed, Task& task,
                 std::string& identity);
  Task finished(const std::string& folder, Task task, const std::string& identity) const;
  void add_steps(const StudyPlan& plan, const std::string& name, int64_t seed, std::vector<Task>& tasks);
  void add_steps_named_in(const Settings& settings, const StudyPlan& plan, int64_t seed,
                          std::vector<Task>& tasks);

  const StudyInput& input_;
  const data::Dataset& dataset_;
  const data::Split& split_;
  const Verbs& verbs_;
  experiment::FileIdentities files_;
  std::map<std::string, std::string> auto_dtypes_;  // by device: asking says in the log what was chosen
};

/// Whether a step's folder is complete: the file that its verb writes last is there.
bool is_finished(const Task& task);
/// The one .parquet of an arm's answers; none before they are complete.
std::optional<base::Path> answers_file(const base::Path& folder);

}  // namespace r2rank::study
