#include "experiment/signal_training.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "data/early_split.h"
#include "data/training_slates.h"
#include "experiment/baseline_folder.h"
#include "experiment/methods.h"
#include "experiment/signal_weights.h"

namespace r2rank::experiment {
namespace {

using nlohmann::json;
using rollout::Signal;
using rollout::SignalSet;

constexpr int64_t kScaleSlates = 256;    // that floors, means and deviations are measured on
constexpr int64_t kUsualNegatives = 19;  // of the slates that weights are learned from
constexpr int64_t kMostNegatives = 99;
constexpr const char* kNoSignals[] = {"random", "constant", "incoming"};

bool is_no_signal(const std::string& method) {
  return std::find(std::begin(kNoSignals), std::end(kNoSignals), method) != std::end(kNoSignals) ||
         is_language_method(method);
}

/// "METHOD.name=value"
struct MethodSetting {
  std::string method, name, value;
};

MethodSetting parse_method_setting(const std::string& text) {
  const size_t dot = text.find('.'), equals = text.find('=');
  if (dot == std::string::npos || equals == std::string::npos || dot == 0 || equals < dot + 2)
    base::fail_usage(
        "signals",
        "--set {}: expected METHOD.name=value, such as sasrec.dimensions=32; `r2rank baseline list "
        "METHOD` shows the names",
        text);
  return {text.substr(0, dot), text.substr(dot + 1, equals - dot - 1), text.substr(equals + 1)};
}

baselines::SettingValues settings_for(const SignalRequest& request, const std::string& method) {
  baselines::SettingValues values;
  for (const auto& text : request.set) {
    const MethodSetting setting = parse_method_setting(text);
    if (setting.method == method) values.emplace_back(setting.name, setting.value);
  }
  return values;
}

[[noreturn]] void refuse_difference(const std::string& key, const std::string& before, const std::string& now,
                                    const base::Path& folder) {
  base::fail_usage(
      "signals",
      "{} was begun with {} = {}, this run has {}; resume with the same settings, choose another "
      "--output, or start anew with --overwrite",
      folder.string(), key, before, now);
}

/// Those given for rankers that are trained already.
std::vector<std::string> settings_in_use(const std::vector<std::string>& given, const SignalSet& begun) {
  std::vector<std::string> used;
  for (const auto& text : given)
    for (const auto& signal : begun.signals)
      if (!signal.full.empty() && parse_method_setting(text).method == signal.method) used.push_back(text);
  std::sort(used.begin(), used.end());
  return used;
}

std::vector<std::string> settings_begun_with(const SignalSet& begun, const base::Path& folder) {
  try {
    return json::parse(begun.request).at("set").get<std::vector<std::string>>();
  } catch (const json::exception& error) {
    base::fail_data("signals", "{} is damaged: expected the settings given as 'set' of its request ({})",
                    (folder / rollout::kSignalFile).string(), error.what());
  }
}

/// Budgets may differ: a ranker that is trained stays what it is. What it was trained on and with must not.
void check_same_request(const SignalSet& begun, const SignalRequest& request, const base::Path& folder) {
  const auto check = [&](const char* key, auto before, auto now) {
    if (before != now) refuse_difference(key, std::to_string(before), std::to_string(now), folder);
  };
  check("withhold", begun.withhold, request.withhold);
  check("min_history", begun.min_history, request.min_history);
  check("seed", begun.seed, static_cast<uint64_t>(request.seed));
  const auto before = settings_in_use(settings_begun_with(begun, folder), begun);
  const auto now = settings_in_use(request.set, begun);
  if (before != now)
    refuse_difference("set", fmt::format("{}", fmt::join(before, ",")),
                      fmt::format("{}", fmt::join(now, ",")), folder);
}

SignalSet new_set(const SignalRequest& request, const baselines::TrainingData& data) {
  SignalSet set;
  set.dataset = data.dataset.name;
  set.dataset_hash = data.dataset.hash;
  set.training_hash = data::training_hash(data.split);
  set.withhold = request.withhold;
  set.min_history = request.min_history;
  set.references = request.references;
  set.seed = static_cast<uint64_t>(request.seed);
  set.request = request_text(request);
  return set;
}

void check_same_data(const SignalSet& begun, const baselines::TrainingData& data, const base::Path& folder) {
  SignalSet whole = begun;
  whole.finished = true;  // that it is not is why it is resumed
  rollout::check_signal_set(whole, folder, data.dataset, data.split);
}

/// The set that a run goes on with: signals in the order of the request, those begun as far as they are.
SignalSet continued(const SignalRequest& request, const baselines::TrainingData& data,
                    const base::Path& folder, bool resume) {
  SignalSet set = new_set(request, data);
  const bool begun = resume && std::filesystem::exists(folder / rollout::kSignalFile);
  const SignalSet before = begun ? rollout::load_signal_set(folder) : SignalSet();
  for (const auto& method : request.methods) {
    const auto found = std::find_if(before.signals.begin(), before.signals.end(),
                                    [&](const Signal& signal) { return signal.method == method; });
    set.signals.push_back(found != before.signals.end() ? *found : Signal{.method = method});
  }
  return set;
}

data::TrainingSlates::Options slate_options(const SignalRequest& request, const data::Split& split) {
  const int64_t validated = split.valid.protocol.negative_count;
  const int64_t negatives = validated > 0 ? std::min(validated, kMostNegatives) : kUsualNegatives;
  return {negatives, request.withhold, request.min_history, "uniform", static_cast<uint64_t>(request.seed)};
}

/// One command of `signals`.
class Training {
 public:
  Training(const SignalRequest& request, const baselines::TrainingData& data, base::Path folder,
           SignalSet set)
      : request_(request),
        data_(data),
        folder_(std::move(folder)),
        set_(std::move(set)),
        slates_(data.dataset, data.split, slate_options(request, data.split)),
        full_(data.dataset, data.split, references()),
        early_(data.dataset, data::early_split(data.split, request.withhold, request.min_history),
               references()) {}

  SignalSet run() {
    save();
    for (const char* part : {"full", "early"}) remove_unlisted(folder_ / part);
    for (size_t m = 0; m < set_.signals.size(); ++m) {
      base::stop_if_interrupted("signals");
      full_.add(train_full(m));
      early_.add(train_early(m));
    }
    learn_weights();
    set_.finished = true;
    save();
    return set_;
  }

 private:
  std::vector<int32_t> references() const {
    return reference_items(data_.dataset, data_.split, request_.references,
                           static_cast<uint64_t>(request_.seed));
  }

  void save() { rollout::save_signal_set(set_, folder_); }

  /// Rankers of an older run, and what a killed one left.
  void remove_unlisted(const base::Path& part) const {
    std::error_code code;
    if (!std::filesystem::is_directory(part, code)) return;
    for (const auto& entry : std::filesystem::directory_iterator(part)) {
      const std::string name = entry.path().filename().string();
      const bool listed = std::any_of(set_.signals.begin(), set_.signals.end(), [&](const Signal& signal) {
        return signal.method == name && !(part.filename() == "full" ? signal.full : signal.early).empty();
      });
      if (!listed) std::filesystem::remove_all(entry.path());
    }
  }

  BaselineRequest wanted(const Signal& signal, const baselines::SettingValues& settings) const {
    return {.method = signal.method,
            .settings = settings,
            .seed = static_cast<uint64_t>(request_.seed),
            .fit = request_.fit,
            .tune = request_.tune};
  }

  std::unique_ptr<baselines::Scorer> train_full(size_t m) {
    Signal& signal = set_.signals[m];
    const base::Path folder = rollout::full_folder(folder_, signal.method);
    if (!signal.full.empty()) return kept(folder, signal.full, full_.data());
    base::log_info("{} on all training events", signal.method);
    FittedBaseline fitted = fit_baseline(wanted(signal, settings_for(request_, signal.method)), full_.data());
    signal.settings = fitted.settings;
    if (!fitted.report.trials.empty())
      signal.epochs = fitted.report.trials[fitted.report.best].fit.best_epoch;
    signal.full = finished(fitted, full_.data(), folder);
    signal.early = "";  // it repeats what the full one found
    save();
    return std::move(fitted.scorer);
  }

  std::unique_ptr<baselines::Scorer> train_early(size_t m) {
    Signal& signal = set_.signals[m];
    const base::Path folder = rollout::early_folder(folder_, signal.method);
    if (!signal.early.empty()) return kept(folder, signal.early, early_.data());
    base::log_info("{} on the events before those withheld", signal.method);
    BaselineRequest repeated = wanted(signal, signal.settings);
    repeated.tune.trials = 1;
    if (signal.epochs > 0) repeated.fit.epochs = signal.epochs;
    FittedBaseline fitted = fit_baseline(repeated, early_.data());
    signal.early = finished(fitted, early_.data(), folder);
    save();
    return std::move(fitted.scorer);
  }

  /// Saves a ranker; the hash that signals.json lists it with.
  static std::string finished(const FittedBaseline& fitted, const baselines::TrainingData& data,
                              const base::Path& folder) {
    save_baseline(fitted, data, folder, true);
    return base::hash_hex(base::read_file(folder / "baseline.json"));
  }

  static std::unique_ptr<baselines::Scorer> kept(const base::Path& folder, const std::string& hash,
                                                 const baselines::TrainingData& data) {
    if (const std::string found = base::hash_hex(base::read_file(folder / "baseline.json")); found != hash)
      base::fail_data("signals",
                      "expected a ranker with hash {} in {}, found {}: it was changed; start anew with "
                      "--overwrite",
                      hash, folder.string(), found);
    base::log_info("kept: {}", folder.string());
    return load_baseline(folder, data).scorer;
  }

  void learn_weights() {
    std::vector<data::Slate> drawn;
    for (int64_t n = 0; n < std::max(request_.weight_slates, kScaleSlates); ++n)
      drawn.push_back(slates_.draw(n));
    const std::span<const data::Slate> slates = drawn;
    learn_signal_scales(early_, slates.first(kScaleSlates), set_);
    const auto training = signal_scores(early_, slates.first(static_cast<size_t>(request_.weight_slates)),
                                        data_.dataset, set_, "signals of training slates");
    const auto weights = learn_signal_weights(training, request_.ridge);
    const auto valid =
        signal_scores(full_, data_.split.valid.slates, data_.dataset, set_, "signals of validation slates");
    for (size_t m = 0; m < weights.size(); ++m) {
      std::vector<double> alone(weights.size(), 0.0);
      alone[m] = 1;
      set_.signals[m].weight = weights[m];
      set_.signals[m].valid_ndcg = signal_ndcg(valid, alone);
    }
    set_.valid_ndcg = signal_ndcg(valid, weights);
    set_.training_ndcg = signal_ndcg(training, weights);
  }

  const SignalRequest& request_;
  baselines::TrainingData data_;
  base::Path folder_;
  SignalSet set_;
  data::TrainingSlates slates_;
  SignalSide full_, early_;
};

}  // namespace

void SignalRequest::describe(base::ConfigFields& fields) {
  fields.add("methods", methods, "conventional rankers whose scores become signals (`r2rank baseline list`)");
  fields.add("set", set, "settings of the methods, each METHOD.name=value");
  fields
      .add(
          "withhold", withhold,
          "N: a user's last N training events are kept from the early rankers; `train` draws its targets among "
          "them")
      .between(1, 1e6);
  fields
      .add("min_history", min_history,
           "earlier events a training target needs, as in `train`: shorter users stay whole")
      .between(1, 1e6);
  fields.add("references", references, "R: items that a user's scores are compared with").between(2, 1e6);
  fields.add("weight_slates", weight_slates, "training slates that the starting weights are learned from")
      .between(10, 1e6);
  fields.add("ridge", ridge, "weight of the squared starting weights in the loss").between(1e-9, 1e3);
  fields.add("seed", seed, "seed of every random draw").at_least(0);
}

void SignalRequest::check() const {
  if (methods.empty())
    base::fail_usage("signals", "--methods names none: choose some of `r2rank baseline list`");
  for (const auto& method : methods) {
    const auto made = make_method(method);
    if (is_no_signal(method))
      base::fail_usage(
          "signals",
          "'{}' is no signal: choose a conventional ranker that learns from the data set, such as "
          "lightgcn, sasrec, ease, item-knn or tfidf",
          method);
    if (std::count(methods.begin(), methods.end(), method) > 1)
      base::fail_usage("signals", "--methods names '{}' twice", method);
    set_settings(*made, settings_for(*this, method));
  }
  for (const auto& text : set) {
    const auto setting = parse_method_setting(text);
    if (std::find(methods.begin(), methods.end(), setting.method) == methods.end())
      base::fail_usage("signals", "--set {}: '{}' is none of --methods", text, setting.method);
  }
}

std::string request_text(const SignalRequest& request) {
  SignalRequest copy = request;
  base::ConfigFields fields;
  copy.describe(fields);
  copy.fit.describe(fields);
  copy.tune.describe(fields);
  return fields.as_json();
}

bool check_signal_folder(const SignalRequest& request, const baselines::TrainingData& data,
                         const base::Path& folder, bool resume) {
  // Refuses a split that has no training slates.
  const data::TrainingSlates slates(data.dataset, data.split, slate_options(request, data.split));
  if (!resume || !std::filesystem::exists(folder / rollout::kSignalFile)) return false;
  const SignalSet begun = rollout::load_signal_set(folder);
  check_same_data(begun, data, folder);
  check_same_request(begun, request, folder);
  return begun.finished && begun.names() == request.methods && begun.references == request.references;
}

SignalSet train_signals(const SignalRequest& request, const baselines::TrainingData& data,
                        const base::Path& folder, bool resume) {
  check_signal_folder(request, data, folder, resume);
  SignalSet set = continued(request, data, folder, resume);
  Training training(request, data, folder, std::move(set));
  return training.run();
}

}  // namespace r2rank::experiment
