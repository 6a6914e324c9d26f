#include "report/study_costs.h"

#include <filesystem>
#include <map>

namespace r2rank::report {
namespace {

namespace fs = std::filesystem;

fs::path place_of(const fs::path& folder) {
  std::error_code code;
  const fs::path whole = fs::weakly_canonical(folder, code);
  return code ? folder : whole;
}

/// By the folder of the answers.
std::map<fs::path, double> seconds_in(const Json& study) {
  std::map<fs::path, double> seconds;
  for (const auto& arm : study.at("arms")) {
    if (!arm.contains("answers") || !arm.at("training_seconds").is_number()) continue;
    for (const auto& folder : arm.at("answers"))
      seconds[place_of(folder.get<std::string>())] = arm.at("training_seconds").get<double>();
  }
  return seconds;
}

}  // namespace

void add_training_seconds(const base::Path& study, std::span<Measured> measured) {
  const fs::path file = fs::is_directory(study) ? study / "study.json" : study;
  const auto seconds = reading(file, [&] { return seconds_in(read_json(file)); });
  for (auto& one : measured)
    if (const auto found = seconds.find(place_of(one.source)); found != seconds.end())
      one.facts["training_seconds"] = rounded(found->second);
}

}  // namespace r2rank::report
