#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/config.h"
#include "baselines/scorer.h"

namespace r2rank::baselines {

/// What is said about a method of ranking.
struct MethodText {
  std::string_view name;     ///< "sasrec": what a user types and a table shows
  std::string_view summary;  ///< one line
  std::string_view source;   ///< authors and year
};

/// Values for some of a method's settings, by name.
using SettingValues = std::vector<std::pair<std::string, std::string>>;

/// A way of ranking with its settings. An instance holds one set of values: describe() binds them to fields,
/// make() uses what they hold then.
class Method {
 public:
  virtual ~Method() = default;
  virtual MethodText text() const = 0;
  /// The settings with their defaults; none for a method without any.
  virtual void describe(base::ConfigFields& fields) { static_cast<void>(fields); }
  /// What tuning tries beside the values that are set, most promising first; empty: nothing to tune.
  virtual std::vector<SettingValues> trials() const { return {}; }
  /// A scorer; one that is a Trainable (trainable.h) comes untrained. `data` must outlive it. Errors: kUsage
  /// for settings that do not go together.
  virtual std::unique_ptr<Scorer> make(const TrainingData& data, uint64_t seed) const = 0;
};

}  // namespace r2rank::baselines
