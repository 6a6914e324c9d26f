#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "baselines/method.h"

namespace r2rank::baselines {

/// A Method whose settings are one struct with a describe() of its own, and whose scorer a function makes.
template <class Options>
class OptionsMethod : public Method {
 public:
  using Make = std::function<std::unique_ptr<Scorer>(const TrainingData&, const Options&, uint64_t seed)>;

  OptionsMethod(MethodText text, Options options, std::vector<SettingValues> trials, Make make)
      : text_(text), options_(std::move(options)), trials_(std::move(trials)), make_(std::move(make)) {}

  MethodText text() const override { return text_; }
  void describe(base::ConfigFields& fields) override { options_.describe(fields); }
  std::vector<SettingValues> trials() const override { return trials_; }
  std::unique_ptr<Scorer> make(const TrainingData& data, uint64_t seed) const override {
    return make_(data, options_, seed);
  }

 private:
  MethodText text_;
  Options options_;
  std::vector<SettingValues> trials_;
  Make make_;
};

/// Options of a method without settings.
struct NoOptions {
  void describe(base::ConfigFields& fields) { static_cast<void>(fields); }
};

template <class Options>
std::unique_ptr<Method> options_method(MethodText text, Options options, std::vector<SettingValues> trials,
                                       typename OptionsMethod<Options>::Make make) {
  return std::make_unique<OptionsMethod<Options>>(text, std::move(options), std::move(trials),
                                                  std::move(make));
}

}  // namespace r2rank::baselines
