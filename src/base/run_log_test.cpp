#include "base/run_log.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/error.h"

namespace r2rank::base {
namespace {

class RunLogs : public testing::Test {
 protected:
  RunLogs()
      : folder_(std::filesystem::temp_directory_path() / fmt::format("r2rank_run_log_{}", ::getpid())) {}
  ~RunLogs() override { std::filesystem::remove_all(folder_); }

  void log_steps(RunLog& log, int first, int last) {
    for (int step = first; step <= last; ++step) log.add(step, {{"loss", 1.0 / step}});
  }
  std::string text() const { return read_file(folder_ / "log.jsonl"); }
  std::vector<int64_t> steps() const {
    std::ifstream file(folder_ / "log.jsonl");
    std::vector<int64_t> found;
    for (std::string line; std::getline(file, line);) found.push_back(nlohmann::json::parse(line).at("step"));
    return found;
  }
  size_t event_files() const {
    size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      count += entry.path().filename().string().rfind("events.out.tfevents.", 0) == 0;
    return count;
  }
  void append(std::string_view bytes) {
    std::ofstream(folder_ / "log.jsonl", std::ios::app | std::ios::binary) << bytes;
  }
  std::string data_error(int64_t step) {
    try {
      RunLog(folder_, step);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData);
      return error.what();
    }
    return "";
  }

  Path folder_;
};

TEST_F(RunLogs, HaveALinePerStepInTheOrderGiven) {
  RunLog log(folder_);
  log.add(1, {{"loss", 0.5}, {"a/ndcg@10", 0.1}});
  log.add(2, {});
  EXPECT_EQ(text(), "{\"step\":1,\"loss\":0.5,\"a/ndcg@10\":0.1}\n{\"step\":2}\n");
  EXPECT_EQ(event_files(), 1u);
}

TEST_F(RunLogs, KeepDoublesExactly) {
  RunLog log(folder_);
  const double value = 0.1 + 0.2;
  log.add(1, {{"x", value}});
  EXPECT_EQ(nlohmann::json::parse(text()).at("x").get<double>(), value);
}

TEST_F(RunLogs, WriteWhatIsNoNumberAsNull) {
  RunLog log(folder_);
  log.add(1, {{"x", std::nan("")}, {"y", -std::numeric_limits<double>::infinity()}});
  EXPECT_EQ(text(), "{\"step\":1,\"x\":null,\"y\":null}\n");
}

TEST_F(RunLogs, DropTheStepsAfterTheCheckpointOnResume) {
  {
    RunLog log(folder_);
    log_steps(log, 1, 14);
  }
  const std::string before = text();
  RunLog log(folder_, 10);
  EXPECT_EQ(steps(), (std::vector<int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}));
  log_steps(log, 11, 14);
  EXPECT_EQ(text(), before) << "a resumed run leaves the log of an uninterrupted one";
  EXPECT_EQ(event_files(), 2u);
}

TEST_F(RunLogs, DropAHalfWrittenLastLine) {
  {
    RunLog log(folder_);
    log_steps(log, 1, 3);
  }
  append("{\"step\":4,\"lo");
  RunLog log(folder_, 10);
  log_steps(log, 4, 4);
  EXPECT_EQ(steps(), (std::vector<int64_t>{1, 2, 3, 4}));
}

TEST_F(RunLogs, ContinueAnOlderLogWhenNoStepIsNamed) {
  {
    RunLog log(folder_);
    log_steps(log, 1, 3);
  }
  append("{\"st");
  RunLog log(folder_);
  log_steps(log, 4, 5);
  EXPECT_EQ(steps(), (std::vector<int64_t>{1, 2, 3, 4, 5}));
}

TEST_F(RunLogs, BeginWhenThereIsNothingToResume) {
  RunLog log(folder_, 10);
  log_steps(log, 11, 11);
  EXPECT_EQ(steps(), std::vector<int64_t>{11});
}

TEST_F(RunLogs, AreRefusedWhenAWholeLineIsBroken) {
  for (const std::string_view bad :
       {"not json\n", "[1]\n", "{\"loss\":1}\n", "{\"step\":1.5}\n", "\n", "\xff\xfe\n"}) {
    std::filesystem::create_directories(folder_);
    write_file(folder_ / "log.jsonl", "{\"step\":1}\n" + std::string(bad) + "{\"step\":2}\n");
    EXPECT_NE(data_error(5).find("in line 2 of"), std::string::npos) << bad;
  }
}

TEST_F(RunLogs, OfDeepNestingAreRefusedWithoutACrash) {
  std::filesystem::create_directories(folder_);
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  write_file(folder_ / "log.jsonl", "{\"step\":1,\"loss\":" + deep + "}\n");
  EXPECT_NE(data_error(5).find("64 levels deep in line 1 of"), std::string::npos);
}

TEST_F(RunLogs, InAnUnwritablePlaceAreRefused) {
  write_file(folder_ / "file", "");
  EXPECT_THROW(RunLog(folder_ / "file"), Error);
}

TEST_F(RunLogs, DieOnANameGivenTwice) {
  RunLog log(folder_);
  EXPECT_DEATH(log.add(1, {{"x", 1}, {"x", 2}}), "invariant");
  EXPECT_DEATH(log.add(1, {{"step", 1}}), "invariant");
}

}  // namespace
}  // namespace r2rank::base
