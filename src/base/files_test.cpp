#include "base/files.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>
#include <set>

#include "base/error.h"

namespace r2rank::base {
namespace {

/// While it lives, no file of this process may grow beyond `bytes`: as near to a full disk as an ordinary
/// user gets.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

class Files : public testing::Test {
 protected:
  Files() : folder_(std::filesystem::temp_directory_path() / fmt::format("r2rank_files_{}", ::getpid())) {
    std::filesystem::create_directories(folder_);
  }
  ~Files() override { std::filesystem::remove_all(folder_); }

  std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
      found.insert(entry.path().filename());
    return found;
  }
  static std::string io_error(const std::function<void()>& action) {
    try {
      action();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kIo) << error.what();
      return error.what();
    }
    ADD_FAILURE() << "no error";
    return "";
  }
  static void expect_contains(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }

  Path folder_;
};

using Names = std::set<std::string>;

TEST_F(Files, AreReadWhole) {
  const std::string bytes("a\0b\n", 4);
  write_file(folder_ / "x", bytes);
  EXPECT_EQ(read_file(folder_ / "x"), bytes);
  const std::string large(300000, 'z');
  write_file(folder_ / "large", large);
  EXPECT_EQ(read_file(folder_ / "large"), large);
}

TEST_F(Files, ThatCannotBeReadAreNamedWithTheReason) {
  expect_contains(io_error([&] { read_file(folder_ / "absent"); }), "absent: No such file");
  expect_contains(io_error([&] { read_file(folder_); }), "directory");
}

TEST_F(Files, AppearOnlyAtCommit) {
  AtomicFile file(folder_ / "x");
  file.write("half");
  EXPECT_FALSE(names().contains("x"));
  file.write(" and half");
  file.commit();
  EXPECT_EQ(names(), Names{"x"});
  EXPECT_EQ(read_file(folder_ / "x"), "half and half");
}

TEST_F(Files, LeaveNothingWhenAnErrorComesInBetween) {
  try {
    AtomicFile file(folder_ / "x");
    file.write("half");
    throw std::runtime_error("in between");
  } catch (const std::runtime_error&) {
  }
  EXPECT_EQ(names(), Names{});
}

TEST_F(Files, KeepTheOlderContentUntilCommit) {
  write_file(folder_ / "x", "old");
  {
    AtomicFile file(folder_ / "x");
    file.write("new");
  }
  EXPECT_EQ(read_file(folder_ / "x"), "old");
  write_file(folder_ / "x", "new");
  EXPECT_EQ(read_file(folder_ / "x"), "new");
  EXPECT_EQ(names(), Names{"x"});
}

TEST_F(Files, MakeTheirFolders) {
  write_file(folder_ / "a" / "b" / "x", "1");
  EXPECT_EQ(read_file(folder_ / "a" / "b" / "x"), "1");
}

TEST_F(Files, MayBeWrittenByALibraryUnderTheTemporaryName) {
  AtomicFile file(folder_ / "x");
  std::ofstream(file.temporary_path()) << "by somebody else";
  file.commit();
  EXPECT_EQ(read_file(folder_ / "x"), "by somebody else");
}

TEST_F(Files, InAnUnwritablePlaceAreRefused) {
  write_file(folder_ / "file", "");
  expect_contains(io_error([&] { write_file(folder_ / "file" / "x", "1"); }), "cannot create folder");
  expect_contains(io_error([&] { write_file("/proc/r2rank", "1"); }), "cannot open");
  expect_contains(io_error([&] { write_file(folder_ / std::string(300, 'n'), "1"); }), "name too long");
}

TEST_F(Files, OnAFullDiskAreRefusedAndLeaveNothing) {
  write_file(folder_ / "x", "old");
  std::string message;
  {
    const FullDisk full(1000);
    message = io_error([&] { write_file(folder_ / "x", std::string(5000, 'y')); });
  }
  expect_contains(message, "free some space");
  EXPECT_EQ(names(), Names{"x"});
  EXPECT_EQ(read_file(folder_ / "x"), "old");
}

TEST_F(Files, ThatWouldReplaceAFolderAreRefused) {
  std::filesystem::create_directories(folder_ / "x" / "inner");
  expect_contains(io_error([&] { write_file(folder_ / "x", "1"); }), "cannot finish");
  EXPECT_EQ(names(), Names{"x"});
}

TEST_F(Files, FoldersAppearWhole) {
  AtomicFolder folder(folder_ / "run", false);
  write_file(folder.path() / "a", "1");
  write_file(folder.path() / "sub" / "b", "2");
  EXPECT_FALSE(names().contains("run"));
  folder.commit();
  EXPECT_EQ(names(), Names{"run"});
  EXPECT_EQ(read_file(folder_ / "run" / "sub" / "b"), "2");
}

TEST_F(Files, FoldersLeaveNothingWhenAnErrorComesInBetween) {
  {
    AtomicFolder folder(folder_ / "run", false);
    write_file(folder.path() / "a", "1");
  }
  EXPECT_EQ(names(), Names{});
}

TEST_F(Files, ThatAreNotFinishedTakeTheFoldersMadeForThemAway) {
  std::filesystem::create_directories(folder_ / "a");
  {
    AtomicFolder folder(folder_ / "a" / "b" / "c" / "run", false);
    AtomicFile file(folder_ / "x" / "y");
    EXPECT_EQ(names(), (Names{"a", "x"}));
  }
  EXPECT_EQ(names(), Names{"a"});
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "a"));
  AtomicFolder(folder_ / "b" / "run", false).commit();
  write_file(folder_ / "c" / "x", "1");
  EXPECT_EQ(names(), (Names{"a", "b", "c"}));
}

TEST_F(Files, FoldersThatWereMovedAsideComeBackUnlessTheirSuccessorIsThere) {
  write_file(folder_ / ".run.aside" / "old", "1");
  restore_folder(folder_ / "run");
  EXPECT_EQ(read_file(folder_ / "run" / "old"), "1");
  write_file(folder_ / ".run.aside" / "older", "0");
  restore_folder(folder_ / "run");
  EXPECT_EQ(names(), Names{"run"});
  EXPECT_EQ(read_file(folder_ / "run" / "old"), "1");
}

TEST_F(Files, ThatKilledProcessesLeftUnfinishedAreClearedAway) {
  for (const char* name : {".x.999999999.tmp", ".x.1.tmp", ".other.999999999.tmp"})
    write_file(folder_ / name, "1");
  write_file(folder_ / "x", "2");
  EXPECT_EQ(names(), (Names{".other.999999999.tmp", ".x.1.tmp", "x"}));
}

TEST_F(Files, FoldersReplaceAnOlderOneOnlyWhenTold) {
  write_file(folder_ / "run" / "old", "1");
  EXPECT_THROW(AtomicFolder(folder_ / "run", false), Error);
  {
    AtomicFolder folder(folder_ / "run" / "", true);  // a trailing slash names the same folder
    write_file(folder.path() / "new", "2");
    folder.commit();
    EXPECT_EQ(names(), Names{"run"});
  }
  EXPECT_EQ(names(), Names{"run"});
  EXPECT_FALSE(std::filesystem::exists(folder_ / "run" / "old"));
  EXPECT_EQ(read_file(folder_ / "run" / "new"), "2");
}

TEST_F(Files, FoldersKeepTheOlderOneWhenNotCommitted) {
  write_file(folder_ / "run" / "old", "1");
  {
    AtomicFolder folder(folder_ / "run", true);
    write_file(folder.path() / "new", "2");
  }
  EXPECT_EQ(names(), Names{"run"});
  EXPECT_EQ(read_file(folder_ / "run" / "old"), "1");
}

TEST_F(Files, FoldersInAnUnwritablePlaceAreRefused) {
  write_file(folder_ / "file", "");
  expect_contains(io_error([&] { AtomicFolder(folder_ / "file" / "run", false); }), "cannot create folder");
  expect_contains(io_error([&] { AtomicFolder(folder_ / "file" / "run", true); }), "cannot create folder");
}

TEST_F(Files, AreMappedWhole) {
  write_file(folder_ / "x", "mapped");
  const MappedFile file(folder_ / "x");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()), "mapped");
}

TEST_F(Files, ThatAreEmptyMapToNothing) {
  write_file(folder_ / "x", "");
  EXPECT_TRUE(MappedFile(folder_ / "x").bytes().empty());
}

TEST_F(Files, ThatCannotBeMappedAreRefused) {
  expect_contains(io_error([&] { MappedFile{folder_ / "absent"}; }), "No such file");
  expect_contains(io_error([&] { MappedFile{folder_}; }), "not a regular file");
  expect_contains(io_error([&] { MappedFile{"/dev/null"}; }), "not a regular file");
}

TEST_F(Files, LogsGrowByWholeLinesThatAreThereAtOnce) {
  LineLog log(folder_ / "logs" / "x.jsonl");
  log.append("one");
  EXPECT_EQ(read_file(folder_ / "logs" / "x.jsonl"), "one\n");
  log.append("two");
  EXPECT_EQ(read_file(folder_ / "logs" / "x.jsonl"), "one\ntwo\n");
  LineLog again(folder_ / "logs" / "x.jsonl");
  again.append("three");
  EXPECT_EQ(read_file(folder_ / "logs" / "x.jsonl"), "one\ntwo\nthree\n");
}

TEST_F(Files, LogsOnAFullDiskSaySo) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  LineLog log("/dev/full");
  expect_contains(io_error([&] { log.append("one"); }), "No space left on device; free some space");
}

TEST_F(Files, AFileInTheFoldersPlaceIsRefusedAndStays) {
  write_file(folder_ / "run", "mine");
  EXPECT_THROW(AtomicFolder(folder_ / "run", true), Error);
  EXPECT_EQ(read_file(folder_ / "run"), "mine");
}

TEST_F(Files, AFolderClearsAwayWhatKilledProcessesLeftOfItAndNothingElse) {
  for (const char* name : {".run.999999999.tmp", ".run.1.tmp", ".run.x.tmp", ".other.999999999.tmp"})
    std::filesystem::create_directories(folder_ / name);
  AtomicFolder(folder_ / "run", true).commit();
  EXPECT_FALSE(std::filesystem::exists(folder_ / ".run.999999999.tmp"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / ".run.1.tmp"));  // process 1 lives
  EXPECT_TRUE(std::filesystem::exists(folder_ / ".run.x.tmp"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / ".other.999999999.tmp"));
}

}  // namespace
}  // namespace r2rank::base
