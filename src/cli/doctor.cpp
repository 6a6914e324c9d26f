#include "cli/doctor.h"

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/verb.h"

namespace r2rank::cli {
namespace {

struct Section {
  std::string title;
  std::vector<DoctorLine> lines;
};

std::vector<Section> examine() {
  return {{"Processor", cpu_lines(base::read_file("/proc/cpuinfo"), usable_cores())},
          {"Memory", memory_lines(base::read_file("/proc/meminfo"), container_memory_limit())},
          {"Disk", disk_lines()},
          {"GPU", gpu_lines()},
          {"libtorch", torch_lines()},
          {"Libraries", library_lines()},
          {"Demo", demo_lines()}};
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kSlow:
      return "slow";
    case Verdict::kMissing:
      return "missing";
    case Verdict::kInfo:
      return "info";
  }
  return "info";
}

std::string shown_verdict(const DoctorLine& line) {
  switch (line.verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kSlow:
      return "slow: " + line.advice;
    case Verdict::kMissing:
      return "missing: " + line.advice;
    case Verdict::kInfo:
      return line.advice;
  }
  return "";
}

std::string as_text(const std::vector<Section>& sections) {
  std::string text;
  for (const auto& section : sections) {
    Table table({Table::Align::kLeft, Table::Align::kLeft, Table::Align::kLeft});
    for (const auto& line : section.lines) table.row({line.name, line.value, shown_verdict(line)});
    text += section.title + '\n' + table.text();
  }
  return text;
}

nlohmann::ordered_json as_json(const std::vector<Section>& sections) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& section : sections)
    for (const auto& line : section.lines)
      json.push_back({{"section", section.title},
                      {"name", line.name},
                      {"value", line.value},
                      {"verdict", name_of(line.verdict)},
                      {"advice", line.advice}});
  return {{"version", R2RANK_VERSION}, {"lines", json}};
}

class Doctor : public Verb {
 public:
  VerbText text() const override {
    return {.name = "doctor",
            .group = "About this program",
            .summary = "what this machine has, and what will be slow",
            .purpose =
                "Looks at processor, memory, disk, GPU, libraries and the demo's files, and says of each "
                "whether it is ok, what will be slow because of it, or what to do about its absence. "
                "Changes nothing; the exit status is 0 whatever it finds.",
            .examples =
                "r2rank doctor\n"
                "r2rank doctor --json | jq -r '.lines[] | select(.verdict != \"ok\") | .advice'"};
  }
  void declare(Flags&) override {}
  int run(const Invocation& invocation) override {
    const auto sections = examine();
    // Not every byte the system reports (a GPU's name, a path) need be UTF-8.
    constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
    print_text(invocation.json ? as_json(sections).dump(-1, ' ', false, kReplace) + '\n' : as_text(sections));
    return 0;
  }
};

}  // namespace

std::unique_ptr<Verb> make_doctor() {
  return std::make_unique<Doctor>();
}

std::string format_bytes(double bytes) {
  constexpr double kMebi = 1 << 20, kGibi = 1 << 30;
  if (bytes >= 100 * kGibi) return fmt::format("{:.0f} GiB", bytes / kGibi);
  return bytes >= kGibi ? fmt::format("{:.1f} GiB", bytes / kGibi) : fmt::format("{:.0f} MiB", bytes / kMebi);
}

}  // namespace r2rank::cli
