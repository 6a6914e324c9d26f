#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace r2rank::model {

/// Where the time of a stretch of work went, operation by operation: every tensor operation, autograd node
/// and Mark between start and stop. Costs about a microsecond an operation; one profile at a time.
class Profile {
 public:
  struct Row {
    std::string name;
    int64_t calls = 0;
    double self_seconds = 0;   ///< without the operations inside it
    double total_seconds = 0;  ///< with them
    double flop = 0;           ///< of matrix products (from their shapes); 0 for everything else
  };

  Profile();   ///< starts
  ~Profile();  ///< stops, if stop() has not
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  /// Stops and returns the rows, largest self time first.
  std::vector<Row> stop();
  /// Wall-clock seconds from start to stop.
  double seconds() const;

 private:
  struct Session;
  std::unique_ptr<Session> session_;
};

/// Names the work of a scope in profiles: `const Mark mark("tree_attention");`. Next to free when nothing is
/// profiled.
class Mark {
 public:
  explicit Mark(const char* name);
  ~Mark();
  Mark(const Mark&) = delete;
  Mark& operator=(const Mark&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace r2rank::model
