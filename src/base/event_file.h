#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/files.h"

namespace r2rank::base {

using NamedValues = std::vector<std::pair<std::string, double>>;

/// One TFRecord: length, its masked CRC-32C, data, its masked CRC-32C; all numbers little-endian.
std::string tf_record(std::string_view data);

/// A TensorBoard event file `events.out.tfevents.<time>.<host>.<pid>[.<n>]`, always a new one. The few
/// protobuf messages it needs (Event, Summary, SessionLog) are encoded by hand: Debian's libprotobuf would
/// clash with the protobuf symbols that libtorch_cpu and libarrow export. Every record is written at once; a
/// torn last record is skipped by TensorBoard. Errors: kIo.
class EventFile {
 public:
  explicit EventFile(const Path& folder);

  /// One scalar chart point for each name.
  void add_scalars(int64_t step, const NamedValues& values);
  /// Tells TensorBoard to drop points of other files in this folder from `step` on: the run is starting again
  /// there.
  void add_restart(int64_t step);
  const Path& path() const { return path_; }

 private:
  Path path_;
  AppendFile file_;
};

}  // namespace r2rank::base
