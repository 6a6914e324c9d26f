#define PCRE2_CODE_UNIT_WIDTH 8
#include <arrow/config.h>
#include <fmt/format.h>
#include <pcre2.h>
#include <spdlog/version.h>
#include <toml++/impl/version.h>
#include <xxhash.h>

#include <CLI/Version.hpp>
#include <array>
#include <nlohmann/detail/abi_macros.hpp>

#include "cli/doctor.h"

namespace r2rank::cli {
namespace {

/// A number such as 90100, written two decimal digits a part, as "9.1.0".
std::string dotted(unsigned number) {
  return fmt::format("{}.{}.{}", number / 10000, number / 100 % 100, number % 100);
}

std::string pcre2_version() {
  std::array<char, 64> text{};
  const bool unicode = [] {
    uint32_t value = 0;
    return pcre2_config(PCRE2_CONFIG_UNICODE, &value) == 0 && value == 1;
  }();
  pcre2_config(PCRE2_CONFIG_VERSION, text.data());
  return std::string(text.data()) + (unicode ? "" : " without Unicode");
}

DoctorLine library(const std::string& name, const std::string& version) {
  return {name, version, Verdict::kInfo, ""};
}

}  // namespace

std::vector<DoctorLine> library_lines() {
  return {library("Arrow", arrow::GetBuildInfo().version_string),
          library("PCRE2", pcre2_version()),
          library("xxHash", dotted(XXH_versionNumber())),
          library("fmt", dotted(FMT_VERSION)),
          library("spdlog", dotted(SPDLOG_VERSION)),
          library("nlohmann-json", fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR,
                                               NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH)),
          library("toml++", fmt::format("{}.{}.{}", TOML_LIB_MAJOR, TOML_LIB_MINOR, TOML_LIB_PATCH)),
          library("CLI11", CLI11_VERSION)};
}

}  // namespace r2rank::cli
