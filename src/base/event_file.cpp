#include "base/event_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/crc32c.h"

namespace r2rank::base {
namespace {

// Field numbers of tensorflow/core/util/event.proto and framework/summary.proto.
constexpr int kEventWallTime = 1, kEventStep = 2, kEventFileVersion = 3, kEventSummary = 5,
              kEventSessionLog = 7;
constexpr int kSummaryValue = 1, kValueTag = 1, kValueSimple = 2, kSessionStatus = 1;
constexpr uint64_t kSessionStart = 1;

enum WireType { kVarint = 0, kFixed64 = 1, kLength = 2, kFixed32 = 5 };

template <class Unsigned>
std::string little_endian(Unsigned value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFF);
  return bytes;
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  bytes += static_cast<char>(value);
  return bytes;
}

std::string key(int field, WireType type) {
  return varint(static_cast<uint64_t>(field) << 3 | type);
}

std::string varint_field(int field, uint64_t value) {
  return key(field, kVarint) + varint(value);
}

std::string bytes_field(int field, std::string_view bytes) {
  return key(field, kLength) + varint(bytes.size()) + std::string(bytes);
}

std::string double_field(int field, double value) {
  return key(field, kFixed64) + little_endian(std::bit_cast<uint64_t>(value));
}

std::string float_field(int field, float value) {
  return key(field, kFixed32) + little_endian(std::bit_cast<uint32_t>(value));
}

/// A double beyond the range of float becomes an infinity instead of undefined behaviour.
float to_float(double value) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  if (std::abs(value) > kLargest)
    return std::copysign(std::numeric_limits<float>::infinity(), static_cast<float>(std::copysign(1, value)));
  return static_cast<float>(value);
}

double now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string event(int64_t step) {
  return double_field(kEventWallTime, now()) + varint_field(kEventStep, static_cast<uint64_t>(step));
}

std::string host_name() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0 || name[0] == 0) return "localhost";
  return name;
}

/// A name no file of the folder has yet; readers take the files in the order of their names, so the time
/// comes first.
Path new_event_path(const Path& folder) {
  const auto base =
      fmt::format("events.out.tfevents.{:010}.{}.{}", static_cast<int64_t>(now()), host_name(), ::getpid());
  Path path = folder / base;
  for (int n = 1; std::filesystem::exists(path); ++n) path = folder / fmt::format("{}.{}", base, n);
  return path;
}

}  // namespace

std::string tf_record(std::string_view data) {
  const std::string length = little_endian(static_cast<uint64_t>(data.size()));
  std::string record = length + little_endian(masked_crc32c(length));
  record += data;
  return record + little_endian(masked_crc32c(data));
}

EventFile::EventFile(const Path& folder) : path_(new_event_path(folder)), file_(path_) {
  file_.append(
      tf_record(double_field(kEventWallTime, now()) + bytes_field(kEventFileVersion, "brain.Event:2")));
}

void EventFile::add_scalars(int64_t step, const NamedValues& values) {
  std::string summary;
  for (const auto& [name, value] : values)
    summary +=
        bytes_field(kSummaryValue, bytes_field(kValueTag, name) + float_field(kValueSimple, to_float(value)));
  file_.append(tf_record(event(step) + bytes_field(kEventSummary, summary)));
}

void EventFile::add_restart(int64_t step) {
  file_.append(
      tf_record(event(step) + bytes_field(kEventSessionLog, varint_field(kSessionStatus, kSessionStart))));
}

}  // namespace r2rank::base
