#include "baselines/tune.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <filesystem>
#include <utility>
#include <variant>

#include "base/error.h"
#include "base/log.h"
#include "base/progress.h"
#include "baselines/validation.h"

namespace r2rank::baselines {
namespace {

/// The values of a method's settings, to return to.
class SettingsKeeper {
 public:
  explicit SettingsKeeper(Method& method) {
    method.describe(fields_);
    for (const auto& field : fields_.all()) {
      std::visit([&](auto* value) { values_.emplace_back(*value); }, field.value);
    }
  }
  base::ConfigFields& fields() { return fields_; }
  void put_back() {
    for (size_t i = 0; i < values_.size(); ++i) {
      std::visit([&]<class T>(T* value) { *value = std::get<T>(values_[i]); }, fields_.all()[i].value);
    }
  }

 private:
  using Value = std::variant<bool, int64_t, double, std::string, std::vector<std::string>>;
  base::ConfigFields fields_;
  std::vector<Value> values_;
};

/// Parameters of a model in a temporary file, gone with this object.
class SetAside {
 public:
  SetAside() = default;
  ~SetAside() {
    std::error_code code;
    if (!folder_.empty()) std::filesystem::remove_all(folder_, code);
  }
  SetAside(const SetAside&) = delete;
  SetAside& operator=(const SetAside&) = delete;

  /// Errors: kIo.
  void save(const Trainable& model) {
    if (folder_.empty()) make_folder();
    model.save(file());
  }
  void load(Trainable& model) const { model.load(file()); }

 private:
  base::Path file() const { return folder_ / "weights.safetensors"; }
  void make_folder() {
    std::error_code code;
    const base::Path parent = std::filesystem::temp_directory_path(code);
    if (code)
      base::fail_io("tune", "cannot find a folder for temporary files: {}; name one with room in TMPDIR",
                    code.message());
    std::string name = (parent / "r2rank-tune-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr)
      base::fail_io("tune", "cannot make a temporary folder in {}: {}; name one with room in TMPDIR",
                    parent.string(), std::strerror(errno));
    folder_ = name;
  }

  base::Path folder_;
};

std::string settings_text(const SettingValues& settings) {
  std::string text;
  for (const auto& [name, value] : settings) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ", ", name, value);
  }
  return text.empty() ? "as set" : text;
}

class Tuner {
 public:
  Tuner(Method& method, const TrainingData& data, const FitOptions& fit_options, const TuneOptions& options,
        uint64_t seed, const std::function<void(Scorer&)>& made)
      : method_(method),
        data_(data),
        fit_(fit_options),
        options_(options),
        seed_(seed),
        made_(made),
        keeper_(method) {}

  Tuned run() {
    std::vector<SettingValues> trials = {{}};
    for (auto& more : method_.trials()) trials.push_back(std::move(more));
    const auto most = std::min(trials.size(), static_cast<size_t>(options_.trials));
    tuned_.report.ended_by = most < trials.size() ? "trials" : "all tried";
    trials.resize(most);
    for (size_t i = 0; i < most; ++i) try_settings(trials[i], i, most);
    if (!has_best_) std::rethrow_exception(first_error_);
    bring_best_back();
    tuned_.report.seconds = seconds();
    return std::move(tuned_);
  }

 private:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  /// One trial alone is not tuning: it may take what `fit` gives it.
  bool has_deadline() const { return options_.minutes > 0 && options_.trials > 1; }
  double seconds_left() const { return 60 * options_.minutes - seconds(); }

  void apply(const SettingValues& settings) {
    for (const auto& [name, value] : settings) keeper_.fields().set(name, value);
  }

  void try_settings(const SettingValues& settings, size_t number, size_t most) {
    TrialRecord trial;
    trial.settings = settings;
    if (number > 0 && has_deadline() && seconds_left() < worth_beginning_) {
      tuned_.report.trials.push_back(std::move(trial));
      tuned_.report.ended_by = "minutes";
      return;
    }
    trial.run = true;
    set_best_aside();
    const double begun = seconds();
    auto scorer = made_and_measured(trial, number, most);
    trial.seconds = seconds() - begun;
    if (scorer == nullptr) {
      tuned_.report.trials.push_back(std::move(trial));
      return;
    }
    note_duration(trial, number);
    keep_if_best(std::move(scorer), std::move(trial));
  }

  /// The best is not in memory while another is made: a model beside its optimiser, or a matrix of all items
  /// by all items, may be all that fits.
  void set_best_aside() {
    if (tuned_.scorer == nullptr) return;
    try {
      if (const auto* model = dynamic_cast<const Trainable*>(tuned_.scorer.get())) aside_.save(*model);
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::kIo) throw;
      base::log_warning("{}: the best model stays in memory while others are tried: {}", method_.text().name,
                        error.what());
      return;
    }
    tuned_.scorer.reset();
  }

  /// The method has its settings, and the scorer is what it was: read, or made once more.
  void bring_best_back() {
    keeper_.put_back();
    apply(tuned_.report.trials[tuned_.report.best].settings);
    if (tuned_.scorer != nullptr) return;
    tuned_.scorer = method_.make(data_, seed_);
    if (auto* model = dynamic_cast<Trainable*>(tuned_.scorer.get())) aside_.load(*model);
  }

  /// Null where the trial failed: others may do better.
  std::unique_ptr<Scorer> made_and_measured(TrialRecord& trial, size_t number, size_t most) {
    try {
      keeper_.put_back();
      apply(trial.settings);
      auto scorer = method_.make(data_, seed_);
      if (made_) made_(*scorer);
      measure(*scorer, trial, label_of(trial.settings, number, most), most - number);
      return scorer;
    } catch (const base::Error& error) {
      if (error.kind() == base::ErrorKind::kInterrupted) throw;
      trial.failure = error.what();
      if (first_error_ == nullptr) first_error_ = std::current_exception();
      if (most > 1)
        base::log_warning("{}: the trial {} failed: {}", method_.text().name, settings_text(trial.settings),
                          trial.failure);
      return nullptr;
    }
  }

  std::string label_of(const SettingValues& settings, size_t number, size_t most) const {
    const std::string name(method_.text().name);
    if (most == 1) return name;
    return fmt::format("{} {}/{} ({})", name, number + 1, most, settings_text(settings));
  }

  void measure(Scorer& scorer, TrialRecord& trial, const std::string& label, size_t trials_left) {
    if (auto* model = dynamic_cast<Trainable*>(&scorer)) {
      trial.fit = fit(*model, data_.split.valid, fit_options(trials_left), label);
      trial.ndcg = trial.fit.best_ndcg;
    } else if (options_.trials > 1) {
      const auto slates = validation_slates(data_.split.valid, fit_.valid_slates, label);
      trial.ndcg = validation_ndcg(scorer, slates, label);
    }
  }

  /// The caller's own limit on minutes holds for each trial too.
  FitOptions fit_options(size_t trials_left) const {
    FitOptions options = fit_;
    if (!has_deadline()) return options;
    const double left = seconds_left(), share = left / static_cast<double>(trials_left);
    const bool first = tuned_.report.trials.empty();
    const double minutes =
        std::max((first ? left : std::min(left, std::max(share, 1.5 * first_seconds_))) / 60, 1e-3);
    options.minutes = options.minutes > 0 ? std::min(options.minutes, minutes) : minutes;
    return options;
  }

  /// Seconds below which another trial could not show what it is worth.
  void note_duration(const TrialRecord& trial, size_t number) {
    if (trial.fit.epochs.empty()) {
      worth_beginning_ = std::max(worth_beginning_, 2 * trial.seconds);  // and to make the best once more
    } else if (number == 0) {
      for (const auto& epoch : trial.fit.epochs) {
        if (epoch.epoch == trial.fit.best_epoch) worth_beginning_ = epoch.seconds;
      }
      first_seconds_ = trial.seconds;
    }
  }

  void keep_if_best(std::unique_ptr<Scorer> scorer, TrialRecord trial) {
    auto& report = tuned_.report;
    if (!std::isnan(trial.ndcg))
      base::log_info("{}: {} gives NDCG@10 {:.4f} on the validation slates in {}", method_.text().name,
                     settings_text(trial.settings), trial.ndcg, base::format_duration(trial.seconds));
    report.trials.push_back(std::move(trial));
    if (has_best_ && report.trials.back().ndcg <= report.trials[report.best].ndcg) return;
    has_best_ = true;
    report.best = report.trials.size() - 1;
    tuned_.scorer = std::move(scorer);
  }

  Method& method_;
  const TrainingData& data_;
  const FitOptions& fit_;
  const TuneOptions& options_;
  uint64_t seed_;
  const std::function<void(Scorer&)>& made_;
  SettingsKeeper keeper_;
  Tuned tuned_;  // its scorer: the best, unless that was set aside
  SetAside aside_;
  bool has_best_ = false;
  double worth_beginning_ = 0, first_seconds_ = 0;
  std::exception_ptr first_error_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace

void TuneOptions::describe(base::ConfigFields& fields) {
  fields.add("trials", trials, "settings tried for each method, at most; 1: those that are set, no tuning")
      .between(1, 10'000);
  fields
      .add("tune_minutes", minutes,
           "minutes for all trials of a method together, where trials is above 1; 0: no limit")
      .at_least(0);
}

Tuned tune(Method& method, const TrainingData& data, const FitOptions& fit_options,
           const TuneOptions& options, uint64_t seed, const std::function<void(Scorer&)>& made) {
  const std::string name(method.text().name);
  if (options.trials < 1 || !(options.minutes >= 0)) {
    base::fail_usage("tune", "expected at least 1 trial and 0 minutes (found: {} and {})", options.trials,
                     options.minutes);
  }
  if (options.trials > 1) validation_slates(data.split.valid, 0, name);
  return Tuner(method, data, fit_options, options, seed, made).run();
}

namespace {

std::string outcome_of(const TrialRecord& trial) {
  if (!trial.run) return "not begun, the minutes were over";
  if (!trial.failure.empty()) return "failed: " + trial.failure;
  std::string text = std::isnan(trial.ndcg) ? "not validated" : fmt::format("NDCG@10 {:.4f}", trial.ndcg);
  text += ", " + base::format_duration(trial.seconds);
  if (!trial.fit.epochs.empty())
    text += fmt::format(", best epoch {} of {}, ended by {}", trial.fit.best_epoch,
                        trial.fit.epochs.back().epoch, trial.fit.ended_by);
  return text;
}

}  // namespace

std::string tune_text(const TuneReport& report) {
  std::string text;
  for (size_t i = 0; i < report.trials.size(); ++i)
    text += fmt::format("{} {}: {}\n", i == report.best ? "*" : " ", settings_text(report.trials[i].settings),
                        outcome_of(report.trials[i]));
  return text + fmt::format("ended by {} after {}\n", report.ended_by, base::format_duration(report.seconds));
}

}  // namespace r2rank::baselines
