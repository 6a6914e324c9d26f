#include "model/profile.h"

#include <ATen/core/Tensor.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <unordered_map>
#include <utility>

#include "base/error.h"

namespace r2rank::model {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

/// Multiply-adds of a matrix product counted twice, from its operands' shapes; 0 for other operations.
double product_flop(const at::RecordFunction& function) {
  const std::string_view name = function.name();
  const bool with_bias = name == "aten::addmm";
  if (name != "aten::mm" && name != "aten::bmm" && !with_bias) return 0;
  const auto inputs = function.inputs();
  const size_t first = with_bias ? 1 : 0;
  if (inputs.size() < first + 2 || !inputs[first].isTensor() || !inputs[first + 1].isTensor()) return 0;
  return 2.0 * static_cast<double>(inputs[first].toTensor().numel()) *
         static_cast<double>(inputs[first + 1].toTensor().size(-1));
}

struct Open {
  Clock::time_point begin;
  double inside = 0;  ///< seconds of the operations it called
};

struct Collector {
  std::mutex mutex;
  std::unordered_map<std::string, Profile::Row> rows;
};

// libtorch's callbacks are plain functions: they find the running profile and their thread's open operations
// here.
Collector* running = nullptr;
thread_local std::vector<Open> open_operations;

struct Context : at::ObserverContext {
  double flop = 0;
};

std::unique_ptr<at::ObserverContext> begin_operation(const at::RecordFunction& function) {
  auto context = std::make_unique<Context>();
  context->flop = product_flop(function);
  open_operations.push_back({Clock::now()});
  return context;
}

void end_operation(const at::RecordFunction& function, at::ObserverContext* context) {
  if (open_operations.empty() || running == nullptr) return;  // began before the profile did
  const Open open = open_operations.back();
  open_operations.pop_back();
  const double total = seconds_between(open.begin, Clock::now());
  if (!open_operations.empty()) open_operations.back().inside += total;
  const std::lock_guard lock(running->mutex);
  auto& row = running->rows[function.name()];
  ++row.calls;
  row.self_seconds += total - open.inside;
  row.total_seconds += total;
  row.flop += static_cast<Context*>(context)->flop;
}

}  // namespace

struct Profile::Session {
  Collector collector;
  at::CallbackHandle handle = 0;
  Clock::time_point begin = Clock::now();
  double seconds = 0;
  bool stopped = false;
};

Profile::Profile() : session_(std::make_unique<Session>()) {
  R2RANK_CHECK(running == nullptr);
  running = &session_->collector;
  session_->handle =
      at::addGlobalCallback(at::RecordFunctionCallback(begin_operation, end_operation)
                                .needsInputs(true)
                                .scopes({at::RecordScope::FUNCTION, at::RecordScope::BACKWARD_FUNCTION,
                                         at::RecordScope::USER_SCOPE}));
}

Profile::~Profile() {
  stop();
}

std::vector<Profile::Row> Profile::stop() {
  if (!session_->stopped) {
    at::removeCallback(session_->handle);
    session_->seconds = seconds_between(session_->begin, Clock::now());
    session_->stopped = true;
    running = nullptr;
    open_operations.clear();
  }
  std::vector<Row> rows;
  for (const auto& [name, row] : session_->collector.rows) {
    rows.push_back(row);
    rows.back().name = name;
  }
  std::ranges::sort(rows, [](const Row& a, const Row& b) {
    return std::pair(-a.self_seconds, a.name) < std::pair(-b.self_seconds, b.name);
  });
  return rows;
}

double Profile::seconds() const {
  return session_->seconds;
}

struct Mark::State {
  at::RecordFunction function{at::RecordScope::USER_SCOPE};
};

Mark::Mark(const char* name) {
  if (running == nullptr) return;
  state_ = std::make_unique<State>();
  if (state_->function.isActive()) state_->function.before(name);
}

Mark::~Mark() = default;

}  // namespace r2rank::model
