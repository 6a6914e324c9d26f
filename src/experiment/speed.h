#pragma once

#include <memory>
#include <string>
#include <vector>

#include "experiment/workload.h"
#include "learn/optimizer.h"
#include "model/language_model.h"
#include "rollout/reasoner.h"

namespace r2rank::experiment {

/// One operation, timed.
struct SpeedResult {
  std::string name;  ///< "rl_step", "decode_80"
  std::string work;  ///< what one repetition is, in words
  double units = 0;  ///< tokens (or what `unit` says) of one repetition; 0: none to count
  std::string unit = "tokens";
  double flop = 0;                   ///< of one repetition: its products and attention
  std::vector<double> seconds = {};  ///< of each repetition
  double peak_bytes = 0;             ///< most memory the process held meanwhile

  double median_seconds() const;
};

/// Times what a run spends its time on, with one model and one workload. Every repetition computes the same.
class SpeedBench {
 public:
  /// The model must be trainable where training is timed, and outlive it.
  SpeedBench(model::LanguageModel& model, const Workload& workload, int64_t repeats);

  /// What run() knows, in the order of a whole measurement.
  static std::vector<std::string> names();
  /// Whether an operation computes gradients or changes weights.
  static bool trains(const std::string& name);
  /// One untimed repetition, then the timed ones. Errors: kUsage (no such name).
  SpeedResult run(const std::string& name);

 private:
  struct Operation {
    const char* name;
    SpeedResult (*run)(SpeedBench&);
    bool trains = false;
  };
  static const std::vector<Operation>& operations();

  SpeedResult product();
  SpeedResult packed_product();
  SpeedResult prefill();
  SpeedResult decode(int64_t sequences);
  SpeedResult silent_slate();
  SpeedResult rollout_slate();
  SpeedResult training_pass();
  SpeedResult optimizer_step();
  SpeedResult rl_step();
  SpeedResult silent_step();
  SpeedResult sft_step();

  /// Runs `once`, which returns its seconds, and again as often as asked.
  template <class Once>
  SpeedResult repeated(SpeedResult result, const Once& once) const;
  /// The same for work that is timed from beginning to end.
  template <class Work>
  SpeedResult timed(SpeedResult result, const Work& work) const;
  template <class Multiply>
  SpeedResult timed_products(const std::string& name, const Multiply& multiply) const;
  std::vector<std::vector<rollout::Rationale>> roll_out() const;
  void train_on(const std::vector<std::vector<rollout::Rationale>>& rationales);
  void update();
  double rollout_flop() const;
  double training_flop() const;
  double decode_flop(int64_t sequences, int64_t prompt) const;

  model::LanguageModel& model_;
  Workload workload_;
  int64_t repeats_;
  ForwardFlop flop_;
  rollout::PreparedSlate slate_;
  rollout::Reasoner reasoner_;
  std::unique_ptr<learn::AdamW> optimizer_;
};

}  // namespace r2rank::experiment
