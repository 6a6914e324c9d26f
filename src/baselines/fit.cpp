#include "baselines/fit.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "baselines/validation.h"

namespace r2rank::baselines {
namespace {

/// Thrown through train_epoch where the minutes are over.
struct TimeIsUp {};

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class Fit {
 public:
  Fit(Trainable& model, const data::SlateSet& valid, const FitOptions& options, const std::string& label)
      : model_(model),
        slates_(validation_slates(valid, options.valid_slates, label)),
        options_(options),
        label_(label),
        bar_(label, options.epochs * model.targets_per_epoch(), "targets") {}

  FitReport run() {
    try {
      train();
    } catch (...) {
      return_to_best();
      throw;
    }
    return_to_best();
    report_.targets_per_second =
        training_seconds_ > 0 ? static_cast<double>(targets_) / training_seconds_ : 0;
    report_.seconds = watch_.seconds();
    return report_;
  }

 private:
  void train() {
    for (int64_t epoch = 1; report_.ended_by.empty(); ++epoch) {
      const bool whole = pass(epoch);
      const bool last = !whole || epoch == options_.epochs;
      if (last) report_.ended_by = whole ? "epochs" : "minutes";
      const bool looked = (last || epoch % options_.evaluate_every == 0) && validate(epoch);
      if (report_.ended_by.empty() && looked && epoch - report_.best_epoch >= options_.patience)
        report_.ended_by = "patience";
    }
  }

  /// One pass; false where the minutes ended it before its end.
  bool pass(int64_t epoch) {
    const Stopwatch watch;
    bool whole = true;
    int64_t advanced = 0;
    EpochResult result;
    try {
      result = model_.train_epoch(epoch, [&](int64_t targets) {
        advanced += targets;
        advance(epoch, targets);
      });
    } catch (const TimeIsUp&) {
      whole = false;
      result = {NAN, advanced};
    }
    training_seconds_ += watch.seconds();
    targets_ += result.targets;
    if (whole) add_loss(epoch, result);
    return whole;
  }

  void advance(int64_t epoch, int64_t targets) {
    bar_.set_share(share(epoch));
    bar_.advance(targets, note_);
    if (base::interrupt_requested()) {
      base::fail(base::ErrorKind::kInterrupted, label_,
                 "interrupted in epoch {}; no result was written: run the same command again", epoch);
    }
    if (options_.minutes > 0 && seconds_left() <= 0) throw TimeIsUp{};
  }

  /// Until training has to stop so that a validation still fits.
  double seconds_left() const { return 60 * options_.minutes - watch_.seconds() - validation_seconds_; }

  double share(int64_t epoch) const {
    const double since_best = static_cast<double>(epoch - 1 - report_.best_epoch);
    const double by_patience = since_best / static_cast<double>(options_.patience);
    const double by_epochs = static_cast<double>(epoch - 1) / static_cast<double>(options_.epochs);
    const double by_time = options_.minutes > 0 ? watch_.seconds() / (60 * options_.minutes) : 0;
    return std::max({by_epochs, by_time, report_.best_epoch > 0 ? by_patience * by_epochs : 0.0});
  }

  void add_loss(int64_t epoch, const EpochResult& result) {
    losses_in_a_row_ = std::isfinite(result.loss) ? 0 : losses_in_a_row_ + 1;
    if (losses_in_a_row_ == 2) {
      base::fail_data(label_,
                      "expected a loss that is a number, found {} in epochs {} and {}; a lower learning_rate "
                      "keeps it finite",
                      result.loss, epoch - 1, epoch);
    }
    loss_sum_ += result.loss * static_cast<double>(result.targets);
    loss_targets_ += result.targets;
  }

  /// Parameters after a pass without a finite loss are not worth a look: they cannot become the best.
  bool validate(int64_t epoch) {
    const bool worth_it = losses_in_a_row_ == 0;
    if (!worth_it) {
      base::log_warning("{}: the loss of epoch {} is no number; it is not validated", label_, epoch);
    } else {
      const Stopwatch watch;
      const double ndcg = validation_ndcg(model_, slates_, label_);
      validation_seconds_ = watch.seconds();
      record(epoch, ndcg);
    }
    loss_sum_ = 0;
    loss_targets_ = 0;
    return worth_it;
  }

  void record(int64_t epoch, double ndcg) {
    const double loss = loss_targets_ > 0 ? loss_sum_ / static_cast<double>(loss_targets_) : NAN;
    report_.epochs.push_back({epoch, loss, ndcg, watch_.seconds(), training_seconds_});
    if (report_.best_epoch == 0 || ndcg > report_.best_ndcg) {
      report_.best_epoch = epoch;
      report_.best_ndcg = ndcg;
      model_.keep();
    }
    note_ = fmt::format("epoch {}: loss {:.4f}, NDCG@10 {:.4f} (best {:.4f} at {})", epoch, loss, ndcg,
                        report_.best_ndcg, report_.best_epoch);
    bar_.advance(0, note_);
  }

  void return_to_best() {
    if (report_.best_epoch > 0) model_.restore();
  }

  Trainable& model_;
  std::span<const data::Slate> slates_;
  const FitOptions& options_;
  const std::string& label_;
  base::Progress bar_;
  Stopwatch watch_;
  FitReport report_;
  std::string note_;
  double training_seconds_ = 0, validation_seconds_ = 0, loss_sum_ = 0;
  int64_t targets_ = 0, loss_targets_ = 0, losses_in_a_row_ = 0;
};

void check_options(const FitOptions& options, const std::string& label) {
  if (options.epochs < 1 || options.patience < 1 || options.evaluate_every < 1) {
    base::fail_usage(label,
                     "expected epochs, patience and evaluate_every of at least 1 (found: {}, {}, {}); see "
                     "--help for usual values",
                     options.epochs, options.patience, options.evaluate_every);
  }
}

}  // namespace

void FitOptions::describe(base::ConfigFields& fields) {
  fields.add("epochs", epochs, "passes over the training events, at most").at_least(1);
  fields.add("patience", patience, "epochs without a better validation before training ends").at_least(1);
  fields.add("minutes", minutes, "minutes of training, validation included, at most; 0: no limit")
      .at_least(0);
  fields.add("evaluate_every", evaluate_every, "epochs between two validations").at_least(1);
  fields.add("valid_slates", valid_slates, "validation slates looked at, the first so many; 0: all")
      .at_least(0);
}

FitReport fit(Trainable& model, const data::SlateSet& valid, const FitOptions& options,
              const std::string& label) {
  check_options(options, label);
  return Fit(model, valid, options, label).run();
}

}  // namespace r2rank::baselines
