#include "experiment/baseline_folder.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/error_text.h"
#include "base/hash.h"
#include "base/hash_stream.h"
#include "baselines/retrieval.h"
#include "baselines/trainable.h"
#include "data/split.h"
#include "experiment/methods.h"

namespace r2rank::experiment {
namespace {

constexpr const char* kFormat = "r2rank-baseline";
constexpr int64_t kVersion = 1;
constexpr const char* kCard = "baseline.json";
constexpr const char* kWeights = "weights.safetensors";

nlohmann::ordered_json epochs_json(const baselines::FitReport& fit) {
  auto epochs = nlohmann::ordered_json::array();
  for (const auto& record : fit.epochs)
    epochs.push_back({{"epoch", record.epoch},
                      {"loss", record.loss},
                      {"ndcg@10", record.ndcg},
                      {"seconds", record.seconds},
                      {"training_seconds", record.training_seconds}});
  return epochs;
}

nlohmann::ordered_json trial_json(const baselines::TrialRecord& trial) {
  nlohmann::ordered_json json = {
      {"settings", settings_json(trial.settings)},
      {"run", trial.run},
      {"ndcg@10", std::isnan(trial.ndcg) ? nlohmann::ordered_json() : nlohmann::ordered_json(trial.ndcg)},
      {"seconds", trial.seconds}};
  if (!trial.failure.empty()) json["failure"] = trial.failure;
  if (trial.fit.epochs.empty()) return json;
  json["best_epoch"] = trial.fit.best_epoch;
  json["ended_by"] = trial.fit.ended_by;
  json["targets_per_second"] = trial.fit.targets_per_second;
  json["epochs"] = epochs_json(trial.fit);
  return json;
}

baselines::SettingValues parse_settings(const data::JsonFields& settings) {
  baselines::SettingValues values;
  for (const auto& [name, value] : settings.value().items()) values.emplace_back(name, settings.text(name));
  return values;
}

/// What a user could change in a flag is a damaged file where it comes from the card.
template <class Action>
auto from_card(const std::string& source, const Action& action) {
  try {
    return action();
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::kUsage) throw;
    base::fail_data("baseline",
                    "expected method and settings of this program in {}, found: {}; train it again", source,
                    base::text_of(error));
  }
}

/// The method that the card names, with its settings; made anew from the training events. A language model
/// may want more than the card holds (a key of a server): there a usage error is the user's.
void make_scorer(FittedBaseline& baseline, const baselines::TrainingData& data, const std::string& source) {
  const auto method = from_card(source, [&] { return make_method(baseline.method); });
  from_card(source, [&] { set_settings(*method, baseline.settings); });
  baseline.settings = settings_of(*method);
  const auto make = [&] { return method->make(data, baseline.seed); };
  baseline.scorer = is_language_method(baseline.method) ? make() : from_card(source, make);
}

/// Folders of older programs do not have the hash.
void check_weights(const data::JsonFields& card, const base::Path& path) {
  if (!card.value().contains("weights_hash")) return;
  const std::string expected = card.text("weights_hash"), found = base::hash_file(path).hex;
  if (found != expected)
    base::fail_data("baseline",
                    "expected weights with hash {} in {}, found {}: the file was changed; train it again",
                    expected, path.string(), found);
}

void refuse_language_retriever(const std::string& method) {
  if (is_language_method(method))
    base::fail_usage("retriever",
                     "retriever = '{}': a language model cannot score every item of a catalogue in a useful "
                     "time; choose another baseline (`r2rank baseline list`)",
                     method);
}

}  // namespace

void check_trained_on(const data::JsonFields& card, const baselines::TrainingData& data,
                      const std::string& source) {
  if (card.text("dataset_hash") != data.dataset.hash)
    base::fail_usage("baseline", "{} was trained on another dataset ({}) than {}; train it anew on this one",
                     source, card.text("dataset"), data.dataset.name);
  if (card.text("training_hash") != data::training_hash(data.split))
    base::fail_usage(
        "baseline",
        "{} was trained on other events of {} than this split trains on; train it anew on this split", source,
        data.dataset.name);
}

nlohmann::ordered_json settings_json(const baselines::SettingValues& settings) {
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  for (const auto& [name, value] : settings) json[name] = value;
  return json;
}

nlohmann::ordered_json report_json(const baselines::TuneReport& report) {
  auto trials = nlohmann::ordered_json::array();
  for (const auto& trial : report.trials) trials.push_back(trial_json(trial));
  return {
      {"seconds", report.seconds}, {"ended_by", report.ended_by}, {"best", report.best}, {"trials", trials}};
}

FittedBaseline fit_baseline(const BaselineRequest& request, const baselines::TrainingData& data) {
  const auto method = make_method(request.method);
  set_settings(*method, request.settings);
  auto tuned = baselines::tune(*method, data, request.fit, request.tune, request.seed, request.made);
  return {.method = request.method,
          .settings = settings_of(*method),
          .seed = request.seed,
          .report = std::move(tuned.report),
          .scorer = std::move(tuned.scorer)};
}

data::Retriever fitted_retriever(const std::string& method, const baselines::TrainingData& data,
                                 uint64_t seed, std::unique_ptr<baselines::Scorer>& scorer) {
  refuse_language_retriever(method);
  BaselineRequest request;
  request.method = method;
  request.seed = seed;
  request.tune.trials = 1;
  scorer = fit_baseline(request, data).scorer;
  return baselines::make_retriever(*scorer, static_cast<int64_t>(data.dataset.items.size()), seed);
}

bool is_baseline_folder(const std::string& retriever) {
  std::error_code code;
  return std::filesystem::exists(base::Path(retriever) / kCard, code);
}

std::string folder_retriever_name(const base::Path& folder) {
  const std::string text = base::read_file(folder / kCard);
  const data::JsonFields card(text, "baseline", (folder / kCard).string());
  card.check_format(kFormat, kVersion);
  refuse_language_retriever(card.text("method"));
  return card.text("method") + "-" + base::hash_hex(text).substr(0, 8);
}

data::Retriever folder_retriever(const base::Path& folder, const baselines::TrainingData& data, uint64_t seed,
                                 std::unique_ptr<baselines::Scorer>& scorer) {
  auto loaded = load_baseline(folder, data);
  refuse_language_retriever(loaded.method);
  scorer = std::move(loaded.scorer);
  return baselines::make_retriever(*scorer, static_cast<int64_t>(data.dataset.items.size()), seed);
}

void save_baseline(const FittedBaseline& baseline, const baselines::TrainingData& data,
                   const base::Path& folder, bool overwrite) {
  base::AtomicFolder target(folder, overwrite);
  nlohmann::ordered_json card = {{"format", kFormat},
                                 {"version", kVersion},
                                 {"method", baseline.method},
                                 {"settings", settings_json(baseline.settings)},
                                 {"seed", baseline.seed},
                                 {"dataset", data.dataset.name},
                                 {"dataset_hash", data.dataset.hash},
                                 {"training_hash", data::training_hash(data.split)}};
  if (const auto* trained = dynamic_cast<const baselines::Trainable*>(baseline.scorer.get())) {
    trained->save(target.path() / kWeights);
    card["weights_hash"] = base::hash_file(target.path() / kWeights).hex;
  }
  card["report"] = report_json(baseline.report);
  base::write_file(target.path() / kCard, card.dump(1) + "\n");
  target.commit();
}

FittedBaseline load_baseline(const base::Path& folder, const baselines::TrainingData& data) {
  const std::string source = (folder / kCard).string();
  const data::JsonFields card(base::read_file(folder / kCard), "baseline", source);
  card.check_format(kFormat, kVersion);
  check_trained_on(card, data, source);
  FittedBaseline baseline{.method = card.text("method"),
                          .settings = parse_settings(card.object("settings")),
                          .seed = card.unsigned_integer("seed"),
                          .report = {},
                          .scorer = nullptr};
  make_scorer(baseline, data, source);
  if (auto* trained = dynamic_cast<baselines::Trainable*>(baseline.scorer.get())) {
    check_weights(card, folder / kWeights);
    trained->load(folder / kWeights);
  }
  return baseline;
}

}  // namespace r2rank::experiment
