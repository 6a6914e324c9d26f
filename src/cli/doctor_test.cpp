#include "cli/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace r2rank::cli {
namespace {

const DoctorLine& line(const std::vector<DoctorLine>& lines, const std::string& name) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const auto& l) { return l.name == name; });
  if (found == lines.end()) throw std::out_of_range(name);
  return *found;
}

TEST(DoctorCpu, ReadsModelAndInstructionSets) {
  const auto lines = cpu_lines("model name\t: Some CPU\nflags\t\t: fpu avx2 avx512f avx512_bf16\n", 2);
  EXPECT_EQ(line(lines, "model").value, "Some CPU");
  EXPECT_EQ(line(lines, "avx2").verdict, Verdict::kOk);
  EXPECT_EQ(line(lines, "native bf16").value, "avx512_bf16");
  EXPECT_EQ(line(lines, "cores").verdict, Verdict::kOk);
  EXPECT_EQ(line(lines, "amx").value, "no");
}

TEST(DoctorCpu, SaysWhatIsSlowOnAnOldProcessor) {
  const auto lines = cpu_lines("model name : Old\nflags : fpu avx avx512_bf16x\n", 1);
  EXPECT_EQ(line(lines, "avx2").verdict, Verdict::kSlow);
  EXPECT_EQ(line(lines, "native bf16").verdict, Verdict::kSlow);
  EXPECT_NE(line(lines, "native bf16").advice.find("f32"), std::string::npos);
  EXPECT_EQ(line(lines, "cores").verdict, Verdict::kSlow);
}

TEST(DoctorCpu, KnowsArmAndAnEmptyFile) {
  EXPECT_EQ(line(cpu_lines("Features : fp asimd bf16\n", 4), "bf16").verdict, Verdict::kOk);
  EXPECT_EQ(line(cpu_lines("", 4), "model").value, "unknown");
}

TEST(DoctorMemory, ContainerLimitCutsWhatIsAvailable) {
  const std::string meminfo = "MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:   20000000 kB\n";
  EXPECT_EQ(line(memory_lines(meminfo, 0), "available").verdict, Verdict::kOk);
  const auto limited = memory_lines(meminfo, int64_t{2} << 30);
  EXPECT_EQ(line(limited, "available").value, "2.0 GiB");
  EXPECT_EQ(line(limited, "available").verdict, Verdict::kSlow);
}

TEST(DoctorMemory, SurvivesAnUnknownFormat) {
  EXPECT_EQ(line(memory_lines("nonsense", 0), "total").value, "0 MiB");
}

TEST(DoctorMachine, EveryLineThatIsNotFineHasAdvice) {
  std::vector<DoctorLine> all;
  for (const auto& lines :
       {cpu_lines("", usable_cores()), disk_lines(), gpu_lines(), library_lines(), demo_lines()})
    all.insert(all.end(), lines.begin(), lines.end());
  for (const auto& entry : all) {
    EXPECT_FALSE(entry.name.empty());
    EXPECT_FALSE(entry.value.empty()) << entry.name;
    if (entry.verdict == Verdict::kSlow || entry.verdict == Verdict::kMissing) {
      EXPECT_FALSE(entry.advice.empty()) << entry.name;
    }
  }
  EXPECT_GT(usable_cores(), 0);
}

TEST(FormatBytes, ChoosesAUnit) {
  EXPECT_EQ(format_bytes(3.0 * (1 << 20)), "3 MiB");
  EXPECT_EQ(format_bytes(1.5 * (1 << 30)), "1.5 GiB");
  EXPECT_EQ(format_bytes(250.0 * (1 << 30)), "250 GiB");
}

}  // namespace
}  // namespace r2rank::cli
