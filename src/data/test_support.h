#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <initializer_list>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/files.h"
#include "data/byte_source.h"
#include "data/dataset.h"
#include "data/dataset_checks.h"
#include "data/dataset_hash.h"
#include "data/import.h"

namespace r2rank::data::testing {

/// A folder of its own for each test, removed afterwards.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            fmt::format("r2rank-{}-{}-{}", ::getpid(), test->test_suite_name(), test->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  base::Path write(const std::string& name, std::string_view text) const {
    base::write_file(path_ / name, text);
    return path_ / name;
  }
  const base::Path& path() const { return path_; }

 private:
  base::Path path_;
};

/// A source that gives few bytes at a time, so that every place of a text is once the end of a window.
class DripSource : public ByteSource {
 public:
  DripSource(std::string bytes, size_t most) : bytes_(std::move(bytes)), most_(most) {}
  size_t read(char* target, size_t size) override {
    const size_t taken = std::min({size, most_, bytes_.size() - at_});
    bytes_.copy(target, taken, at_);
    at_ += taken;
    return taken;
  }
  double share() const override { return 0.5; }

 private:
  std::string bytes_;
  size_t most_, at_ = 0;
};

/// The message of the error that `action` throws; the test fails when it throws none or another kind.
template <class Action>
std::string error_of(base::ErrorKind kind, const Action& action) {
  try {
    action();
  } catch (const base::Error& error) {
    EXPECT_EQ(static_cast<int>(error.kind()), static_cast<int>(kind)) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "expected an error, found none";
  return "";
}

inline void expect_parts(const std::string& text, std::initializer_list<std::string> parts) {
  for (const std::string& part : parts)
    EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in: " << text;
}

/// A dataset of users "u0", "u1", ... with the given items in order, at times 10, 20, ..., rated 4; items
/// "i0", "i1", ...
inline Dataset dataset_of(const std::vector<std::vector<int32_t>>& histories, int32_t items) {
  Dataset dataset;
  dataset.name = "small";
  dataset.has_ratings = true;
  for (int32_t item = 0; item < items; ++item)
    dataset.items.push_back({.id = fmt::format("i{}", item),
                             .title = fmt::format("Title {}", item),
                             .brand = "",
                             .categories = {"a", "b"},
                             .description = ""});
  for (size_t user = 0; user < histories.size(); ++user) {
    dataset.user_ids.push_back(fmt::format("u{}", user));
    int64_t time = 0;
    for (const int32_t item : histories[user])
      dataset.interactions.push_back(
          {.user = static_cast<int32_t>(user), .item = item, .time = time += 10, .rating = 4});
  }
  set_offsets(dataset);
  dataset.hash = dataset_hash(dataset);
  return dataset;
}

/// `users` users with `events` distinct items each, of `items` items, spread evenly.
inline Dataset regular_dataset(int32_t users, int32_t events, int32_t items) {
  std::vector<std::vector<int32_t>> histories(static_cast<size_t>(users));
  for (int32_t user = 0; user < users; ++user)
    for (int32_t event = 0; event < events; ++event)
      histories[static_cast<size_t>(user)].push_back((user * 7 + event * 3) % items);
  return dataset_of(histories, items);
}

/// The number a report gives to the first line that starts with `what`; -1 when there is none.
inline int64_t count_of(const std::vector<std::pair<std::string, int64_t>>& counts, const std::string& what) {
  for (const auto& [name, number] : counts)
    if (name.starts_with(what)) return number;
  return -1;
}

inline std::vector<std::string> item_ids(const Dataset& dataset, int64_t user) {
  std::vector<std::string> ids;
  for (const Interaction& event : dataset.events(user)) ids.push_back(dataset.items[event.item].id);
  return ids;
}

}  // namespace r2rank::data::testing
