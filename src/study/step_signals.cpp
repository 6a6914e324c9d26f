#include "study/step_signals.h"

#include <filesystem>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/files.h"

namespace r2rank::study {
namespace {

/// What a model was trained with.
struct Signals {
  std::string folder;  ///< "": none
  std::string step;    ///< that began with them
};

std::string setting_of(const Task& task, std::string_view name) {
  for (const auto& [key, value] : task.settings)
    if (key == name) return value;
  return "";
}

bool same_folder(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return a == b;
  const auto plain = [](const std::string& text) {
    const base::Path path = std::filesystem::weakly_canonical(text);
    return path.has_filename() ? path : path.parent_path();
  };
  return plain(a) == plain(b);
}

/// A model that signals taught knows none.
bool is_taught(const Task& task) {
  return setting_of(task, "signal_use").find("teach") != std::string::npos;
}

Signals left_by(const StudyPlan& plan, const std::string& name, StudyTasks& tasks) {
  if (name.empty() || name == kBaseModel) return {};
  const StepPlan& step = plan.step(name);
  const Task task = tasks.step_task(plan, step, plan.seeds.front());
  Signals before = left_by(plan, step.of, tasks);
  if (!before.folder.empty() || is_taught(task)) return before;
  return {setting_of(task, "signals"), name};
}

}  // namespace

void check_signals(const StudyPlan& plan, const StepPlan& step, StudyTasks& tasks) {
  if (!tasks.takes_model(plan, step)) return;
  const Signals before = left_by(plan, step.of, tasks);
  if (before.folder.empty()) return;
  const Task task = tasks.step_task(plan, step, plan.seeds.front());
  const std::string own = setting_of(task, "signals");
  if (same_folder(own, before.folder) && !is_taught(task)) return;
  base::fail_usage(
      "study",
      "the step '{}' that it goes on from has the signals {}; expected the same here, as signals beside "
      "the text, found {}",
      before.step, before.folder,
      own.empty()       ? "none"
      : is_taught(task) ? "signal_use = teach"
                        : own);
}

}  // namespace r2rank::study
