#include "report/source.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/log.h"
#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts, data::testing::TemporaryFolder;

struct FindSources : ::testing::Test {
  TemporaryFolder folder;
  void SetUp() override { base::set_log_level(base::LogLevel::kWarning); }
  void TearDown() override { base::set_log_level(base::LogLevel::kInfo); }
  std::string place(const std::string& name) const { return (folder.path() / name).string(); }
  std::optional<SourceKind> kind(const std::string& name) const { return kind_of(place(name)); }
  void run_of(const std::string& name, const std::string& dataset = "") const {
    folder.write(name + "/config.toml", "dataset = \"" + dataset + "\"\nrationale_tokens = 16\n");
    folder.write(name + "/log.jsonl", "{\"step\":1}\n");
  }
};

TEST_F(FindSources, TellsAFolderByWhatItHolds) {
  const std::vector<std::pair<std::string, SourceKind>> markers = {
      {"dataset.json", SourceKind::kDataset},       {"split.json", SourceKind::kSplit},
      {"comparison.json", SourceKind::kComparison}, {"baseline.json", SourceKind::kBaseline},
      {"study.json", SourceKind::kStudy},           {"model.parquet", SourceKind::kEvaluation}};
  for (const auto& [file, expected] : markers) {
    folder.write("of-" + file + "/" + file, "{}");
    EXPECT_EQ(kind("of-" + file), expected) << file;
  }
  run_of("run");
  EXPECT_EQ(kind("run"), SourceKind::kRun);
}

TEST_F(FindSources, TellsAFileByItsFields) {
  folder.write("bench.json", R"({"model": "m", "peak_flops": 1, "operations": {}})");
  EXPECT_EQ(kind("bench.json"), SourceKind::kBench);
  folder.write("s.json", R"({"format": "r2rank-study", "version": 1})");
  EXPECT_EQ(kind("s.json"), SourceKind::kStudy);
  folder.write("package.json", R"({"name": "x"})");
  EXPECT_EQ(kind("package.json"), std::nullopt);
}

TEST_F(FindSources, AFolderOfSuchFoldersStandsForThem) {
  run_of("demo/warm_up");
  folder.write("demo/eval/model.parquet", "x");
  folder.write("demo/notes/readme.txt", "x");
  const auto found = find_sources({place("demo") + "/"});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].path.filename(), "eval");
  EXPECT_EQ(found[1].kind, SourceKind::kRun);
}

TEST_F(FindSources, OneThatIsGivenTwiceCountsOnce) {
  run_of("run");
  EXPECT_EQ(find_sources({place("run"), place("run/"), place("run/../run")}).size(), 1U);
}

TEST_F(FindSources, TakesAlongWhatARunNames) {
  folder.write("data/dataset.json", "{}");
  run_of("run", place("data"));
  const auto found = find_sources({place("run")});
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[1].kind, SourceKind::kDataset);
  std::filesystem::remove_all(place("data"));
  EXPECT_EQ(find_sources({place("run")}).size(), 1U);
}

TEST_F(FindSources, ForeignAndMissingPathsAreRefused) {
  folder.write("other/readme.txt", "x");
  folder.write("rows/row.json", "{}");
  folder.write("rows/test.parquet", "x");
  for (const char* name : {"other", "rows", "other/readme.txt"})
    expect_parts(error_of(base::ErrorKind::kUsage, [&] { find_sources({place(name)}); }),
                 {name, "docs/report.md"});
  expect_parts(error_of(base::ErrorKind::kIo, [&] { find_sources({place("absent")}); }), {"absent"});
}

TEST_F(FindSources, ADamagedJsonFileIsNamed) {
  folder.write("bench.json", "{\"peak");
  expect_parts(error_of(base::ErrorKind::kData, [&] { find_sources({place("bench.json")}); }),
               {"bench.json"});
}

}  // namespace
}  // namespace r2rank::report
