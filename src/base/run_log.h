#pragma once

#include <cstdint>
#include <optional>

#include "base/event_file.h"
#include "base/files.h"

namespace r2rank::base {

/// What a run measured, step by step, twice in one folder: `log.jsonl` (an object a line: "step", then the
/// values in the order given; NaN and infinities as null) and a TensorBoard event file. Both survive `kill
/// -9` up to the last whole line. log.jsonl adds no time of its own; what a caller measured of time
/// (seconds, tokens a second) is all that differs between equal runs. Not thread-safe. Errors: kIo; kData for
/// a broken older log.
class RunLog {
 public:
  /// Continues whatever log the folder has (a half-written last line is dropped), or begins one.
  explicit RunLog(const Path& folder);
  /// The same after dropping the lines of steps beyond `resume_from_step`: what was done after the checkpoint
  /// is done again.
  RunLog(const Path& folder, int64_t resume_from_step);

  /// One step's values. REQUIRES names that differ from each other and from "step".
  void add(int64_t step, const NamedValues& values);

 private:
  RunLog(const Path& folder, std::optional<int64_t> last_step);

  LineLog lines_;
  EventFile events_;
};

}  // namespace r2rank::base
