#include "base/event_file.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <ctime>
#include <limits>
#include <map>

#include "base/crc32c.h"
#include "base/error.h"

namespace r2rank::base {
namespace {

template <class Number>
Number number_at(std::string_view bytes, size_t offset) {
  Number value;
  EXPECT_LE(offset + sizeof value, bytes.size());
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

/// The payloads of a TFRecord file, every CRC checked.
std::vector<std::string> records(std::string_view bytes) {
  std::vector<std::string> found;
  while (bytes.size() >= 16) {
    const auto length = number_at<uint64_t>(bytes, 0);
    EXPECT_EQ(number_at<uint32_t>(bytes, 8), masked_crc32c(bytes.substr(0, 8)));
    if (length > bytes.size() - 16) break;
    found.emplace_back(bytes.substr(12, length));
    EXPECT_EQ(number_at<uint32_t>(bytes, 12 + length), masked_crc32c(found.back()));
    bytes.remove_prefix(16 + length);
  }
  EXPECT_TRUE(bytes.empty()) << "bytes beyond the last record";
  return found;
}

/// The fields of a protobuf message: number -> raw values (varints and fixed numbers as their bytes).
std::multimap<int, std::string> fields(std::string_view bytes) {
  const auto varint = [&] {
    uint64_t value = 0;
    for (int shift = 0; !bytes.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(bytes[0]);
      bytes.remove_prefix(1);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) break;
    }
    return value;
  };
  const auto take = [&](size_t size) {
    EXPECT_LE(size, bytes.size());
    std::string taken(bytes.substr(0, size));
    bytes.remove_prefix(taken.size());
    return taken;
  };
  std::multimap<int, std::string> found;
  while (!bytes.empty()) {
    const uint64_t key = varint();
    std::string value;
    switch (key & 7) {
      case 0:
        value = std::to_string(varint());
        break;
      case 1:
        value = take(8);
        break;
      case 2:
        value = take(varint());
        break;
      case 5:
        value = take(4);
        break;
      default:
        ADD_FAILURE() << "wire type " << (key & 7);
    }
    found.emplace(static_cast<int>(key >> 3), value);
  }
  return found;
}

std::string only(const std::multimap<int, std::string>& message, int field) {
  EXPECT_EQ(message.count(field), 1u) << "field " << field;
  return message.contains(field) ? message.find(field)->second : "";
}

class EventFiles : public testing::Test {
 protected:
  EventFiles()
      : folder_(std::filesystem::temp_directory_path() / fmt::format("r2rank_events_{}", ::getpid())) {}
  ~EventFiles() override { std::filesystem::remove_all(folder_); }
  std::vector<std::string> read(const EventFile& file) { return records(read_file(file.path())); }
  Path folder_;
};

TEST_F(EventFiles, BeginWithTheirVersionAndTheTime) {
  const EventFile file(folder_);
  const auto events = read(file);
  ASSERT_EQ(events.size(), 1u);
  const auto event = fields(events[0]);
  EXPECT_EQ(only(event, 3), "brain.Event:2");
  EXPECT_NEAR(number_at<double>(only(event, 1), 0), static_cast<double>(std::time(nullptr)), 60);
}

TEST_F(EventFiles, HoldOneScalarForEachName) {
  EventFile file(folder_);
  file.add_scalars(300, {{"train/loss", 0.25}, {"ndcg@10", -1}});
  const auto event = fields(read(file).at(1));
  EXPECT_EQ(only(event, 2), "300");
  std::map<std::string, float> values;
  const auto summary = fields(only(event, 5));
  for (auto [value, end] = summary.equal_range(1); value != end; ++value) {
    const auto parts = fields(value->second);
    values[only(parts, 1)] = number_at<float>(only(parts, 2), 0);
  }
  EXPECT_EQ(values, (std::map<std::string, float>{{"train/loss", 0.25f}, {"ndcg@10", -1.0f}}));
}

TEST_F(EventFiles, KeepNanAndTurnTooLargeNumbersIntoInfinity) {
  EventFile file(folder_);
  for (const double value : {std::nan(""), 1e300, -1e300}) file.add_scalars(1, {{"x", value}});
  const auto events = read(file);
  const auto value = [&](size_t i) {
    return number_at<float>(only(fields(only(fields(only(fields(events.at(i)), 5)), 1)), 2), 0);
  };
  EXPECT_TRUE(std::isnan(value(1)));
  EXPECT_EQ(value(2), std::numeric_limits<float>::infinity());
  EXPECT_EQ(value(3), -std::numeric_limits<float>::infinity());
}

TEST_F(EventFiles, MarkARestart) {
  EventFile file(folder_);
  file.add_restart(11);
  const auto event = fields(read(file).at(1));
  EXPECT_EQ(only(event, 2), "11");
  EXPECT_EQ(only(fields(only(event, 7)), 1), "1");
}

TEST_F(EventFiles, NeverShareAName) {
  const EventFile first(folder_), second(folder_), third(folder_);
  EXPECT_NE(first.path(), second.path());
  EXPECT_NE(second.path(), third.path());
  EXPECT_EQ(first.path().filename().string().rfind("events.out.tfevents.", 0), 0u);
  EXPECT_EQ(read(first).size(), 1u);
}

TEST(TfRecord, FramesDataWithItsLengthAndChecksums) {
  const auto record = tf_record("abc");
  ASSERT_EQ(record.size(), 19u);
  EXPECT_EQ(records(record), std::vector<std::string>{"abc"});
  EXPECT_EQ(records(tf_record("")), std::vector<std::string>{""});
}

}  // namespace
}  // namespace r2rank::base
