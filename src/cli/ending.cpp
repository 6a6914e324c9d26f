#include "cli/ending.h"

#include <filesystem>
#include <new>
#include <string_view>

#include "base/error.h"

namespace r2rank::cli {
namespace {

constexpr int kInternalError = 1;
constexpr const char* kOutOfMemory =
    "out of memory; 'r2rank doctor' shows what there is, smaller settings need less";

/// libtorch has no type of its own for it on the CPU.
bool is_out_of_memory(const std::exception& error) {
  return dynamic_cast<const std::bad_alloc*>(&error) != nullptr ||
         std::string_view(error.what()).find("can't allocate memory") != std::string_view::npos;
}

/// libtorch appends a stack trace to its errors; only the first line is about the problem.
std::string first_line(const std::exception& error) {
  const std::string text = error.what();
  return text.substr(0, text.find('\n'));
}

}  // namespace

Ending ending_of(const std::exception& error) {
  if (const auto* own = dynamic_cast<const base::Error*>(&error))
    return {own->exit_code(), first_line(error)};
  if (is_out_of_memory(error)) return {static_cast<int>(base::ErrorKind::kResource), kOutOfMemory};
  if (dynamic_cast<const std::filesystem::filesystem_error*>(&error) != nullptr)
    return {static_cast<int>(base::ErrorKind::kIo), first_line(error)};
  return {kInternalError, "unexpected error: " + first_line(error)};
}

}  // namespace r2rank::cli
