#include "base/run_log.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"

namespace r2rank::base {
namespace {

constexpr const char* kStepKey = "step";

int64_t step_of(std::string_view line, const Path& path, int number) {
  const auto object = parse_json(line, "log", fmt::format("line {} of {}", number, path.string()));
  if (!object.is_object() || !object.contains(kStepKey) || !object[kStepKey].is_number_integer())
    fail_data(
        "log",
        "expected an object with a whole number 'step' in line {} of {}, found '{}'; move that file away",
        number, path.string(), line.substr(0, 60));
  return object[kStepKey].get<int64_t>();
}

/// The whole lines of a log whose step is at most `last_step`.
std::string lines_up_to(std::string_view text, std::optional<int64_t> last_step, const Path& path) {
  std::string kept;
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) break;  // half-written when the process died
    const auto line = text.substr(0, end);
    if (const int64_t step = step_of(line, path, number); !last_step || step <= *last_step)
      kept.append(line) += '\n';
    text.remove_prefix(end + 1);
  }
  return kept;
}

/// Leaves a log that ends with a whole line and has no step beyond `last_step`, and returns its path.
Path trimmed_log(const Path& folder, std::optional<int64_t> last_step) {
  Path path = folder / "log.jsonl";
  if (!std::filesystem::exists(path)) return path;
  const std::string text = read_file(path);
  const std::string kept = lines_up_to(text, last_step, path);
  if (kept != text) write_file(path, kept);
  return path;
}

}  // namespace

RunLog::RunLog(const Path& folder) : RunLog(folder, std::optional<int64_t>()) {}

RunLog::RunLog(const Path& folder, int64_t resume_from_step)
    : RunLog(folder, std::optional(resume_from_step)) {}

RunLog::RunLog(const Path& folder, std::optional<int64_t> last_step)
    : lines_(trimmed_log(folder, last_step)), events_(folder) {
  if (last_step) events_.add_restart(*last_step + 1);
}

void RunLog::add(int64_t step, const NamedValues& values) {
  nlohmann::ordered_json object = {{kStepKey, step}};
  for (const auto& [name, value] : values) {
    R2RANK_CHECK(!object.contains(name));
    object[name] = std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
  }
  lines_.append(object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
  events_.add_scalars(step, values);
}

}  // namespace r2rank::base
