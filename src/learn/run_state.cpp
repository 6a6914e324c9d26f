#include "learn/run_state.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "data/training_slates.h"
#include "learn/tensor_file.h"

namespace r2rank::learn {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "r2rank-checkpoint";
constexpr int kFormatVersion = 1;
constexpr int64_t kMostSteps = int64_t{1} << 53;

/// Settings a resumed run may change: they do not decide what a step computes.
constexpr const char* kFreeKeys[] = {
    "model",  "dataset",         "split",   "rationale_set",     "minutes", "steps", "checkpoint_minutes",
    "device", "nonfinite_limit", "signals", "valid_measurements"};

json best_json(const RunState::Best& best) {
  return {{"value", best.value}, {"step", best.step}, {"worse", best.worse}};
}

json gate_json(const ReasonGate& gate) {
  return {{"least_doubt", gate.least_doubt}, {"share", gate.share}, {"silent", gate.silent},
          {"reasoned", gate.reasoned},       {"gated", gate.gated}, {"slates", gate.slates}};
}

/// state.json of a checkpoint; its errors name the verb that reads it.
class StateFile {
 public:
  StateFile(const base::Path& run, std::string verb)
      : verb_(std::move(verb)),
        run_(run),
        path_(run / "checkpoint" / "state.json"),
        document_(base::parse_json(base::read_file(path_), verb_, path_.string())) {
    base::check_format(document_, kFormat, kFormatVersion, verb_, path_.string());
  }

  const json& document() const { return document_; }
  int64_t counter(const char* key) const { return counter_of(document_, key); }
  /// What older versions did not write.
  int64_t counter_or(const char* key, int64_t otherwise) const {
    return document_.contains(key) ? counter(key) : otherwise;
  }

  template <class... Args>
  [[noreturn]] void damaged(fmt::format_string<Args...> what, Args&&... args) const {
    base::fail_data(verb_, "{} is damaged: {}", path_.string(),
                    fmt::format(what, std::forward<Args>(args)...));
  }

  double seconds() const {
    const json& value = document_.at("seconds");
    if (!value.is_number() || !(value.get<double>() >= 0))
      damaged("'seconds' is {}, expected a number of 0 or more", value.dump());
    return value.get<double>();
  }

  std::optional<RunState::Best> best() const {
    if (!document_.contains("best")) return std::nullopt;
    const json& best = document_.at("best");
    const json& value = best.at("value");
    if (!value.is_number()) damaged("the best value is {}, expected a number", base::json_excerpt(value));
    return RunState::Best{value.get<double>(), counter_of(best, "step"), counter_of(best, "worse")};
  }

  std::optional<ReasonGate> gate() const {
    if (!document_.contains("reason_gate")) return std::nullopt;
    const json& gate = document_.at("reason_gate");
    const auto number = [&](const char* key) {
      const json& value = gate.at(key);
      if (!value.is_number() || !(value.get<double>() >= 0) || value.get<double>() > 2)
        damaged("'{}' of the gate is {}, expected a number from 0 to 2", key, base::json_excerpt(value));
      return value.get<double>();
    };
    return ReasonGate{number("least_doubt"), number("share"), number("silent"),
                      number("reasoned"),    number("gated"), counter_of(gate, "slates")};
  }

  void refuse_other_data(const RunIdentity& identity) const {
    if (document_.at("dataset_hash") != identity.dataset_hash ||
        document_.at("split_hash") != identity.split_hash)
      base::fail_usage(
          verb_, "the checkpoint in {} was trained on another dataset or split; choose another --output",
          run_.string());
    if (document_.value("rationales_hash", "") != identity.rationales_hash)
      base::fail_usage(verb_, "the checkpoint in {} was trained on other rationales; choose another --output",
                       run_.string());
    if (document_.value("signals_hash", "") != identity.signals_hash)
      base::fail_usage(verb_, "the checkpoint in {} was trained with other signals; choose another --output",
                       run_.string());
  }

  void refuse_differences(const json& now) const {
    const json& saved = document_.at("configuration");
    if (!saved.is_object()) damaged("its configuration is no object");
    for (const auto& [key, value] : saved.items()) {
      // The starting model matters beyond the start where the divergence from it is part of the objective, or
      // it writes the rationales.
      const bool needed =
          key == "model" && (saved.value("kl", 0.0) > 0 || saved.value("rationale_source", "") == "start");
      if (!needed && std::find(std::begin(kFreeKeys), std::end(kFreeKeys), key) != std::end(kFreeKeys))
        continue;
      if (now.contains(key) && now.at(key) == value) continue;
      base::fail_usage(verb_,
                       "the checkpoint was made with {} = {}, this run has {}; resume with the same settings "
                       "or choose another --output",
                       key, value.dump(), now.contains(key) ? now.at(key).dump() : "none");
    }
  }

  /// A run that goes on with other negatives than it began with is still sound, but not what either would be.
  void warn_of_other_draws() const {
    const int64_t draws = document_.contains("draws") ? counter("draws") : 1;
    if (draws == data::TrainingSlates::kDraws) return;
    base::log_warning(
        "{} was written by a version that drew training slates otherwise ({} here, {} there: negatives once "
        "left out the user's held-out items, and users once were drawn again and again at random); the run "
        "goes on with the slates of this version",
        path_.string(), data::TrainingSlates::kDraws, draws);
  }

 private:
  int64_t counter_of(const json& object, const char* key) const {
    const json& value = object.at(key);
    if (!value.is_number_integer() || value < 0 || value > kMostSteps)
      damaged("'{}' is {}, expected a whole number from 0 to {}", key, value.dump(), kMostSteps);
    return value.get<int64_t>();
  }

  std::string verb_;
  base::Path run_, path_;
  json document_;
};

/// They share storage with the parameters: what is copied into them is in the model.
std::vector<at::Tensor> masters(model::ParameterStore& parameters) {
  std::vector<at::Tensor> weights;
  for (auto& parameter : parameters.all()) weights.push_back(parameter.master.detach());
  return weights;
}

std::string entry_name(const std::string& kind, size_t index) {
  return fmt::format("{}.{:05}", kind, index);
}

/// The moments of an optimiser and, of what is in no model folder (the critic), the `weights` too.
void save_moments(const base::Path& path, AdamW& optimizer, const std::vector<at::Tensor>& weights = {}) {
  TensorEntries entries;
  const auto add = [&](const std::string& kind, const std::vector<at::Tensor>& moments) {
    for (size_t i = 0; i < moments.size(); ++i) entries.add(entry_name(kind, i), moments[i]);
  };
  add("first", optimizer.first_moments());
  add("second", optimizer.second_moments());
  add("weight", weights);
  model::write_safetensors(path, entries.all(), {});
}

void load_moments(const base::Path& path, const std::string& verb, AdamW& optimizer,
                  std::vector<at::Tensor> weights = {}) {
  const TensorFile file(path);
  const auto fill = [&](const std::string& kind, std::vector<at::Tensor>& moments) {
    for (size_t i = 0; i < moments.size(); ++i) {
      const at::Tensor value = file.read(entry_name(kind, i), moments[i].sizes());
      const bool damaged =
          !at::isfinite(value).all().item<bool>() || (kind == "second" && at::any(value < 0).item<bool>());
      if (damaged)
        base::fail_data(verb, "{} is damaged: {} holds values that no optimiser makes", path.string(),
                        entry_name(kind, i));
      moments[i].copy_(value);
    }
  };
  fill("first", optimizer.first_moments());
  fill("second", optimizer.second_moments());
  fill("weight", weights);
}

}  // namespace

bool has_checkpoint(const base::Path& run) {
  base::restore_folder(run / "checkpoint");
  return std::filesystem::exists(run / "checkpoint" / "state.json");
}

std::string checkpoint_dtype(const base::Path& run, const std::string& verb) {
  const StateFile state(run, verb);
  try {
    const auto dtype = state.document().at("dtype").get<std::string>();
    if (dtype != "bf16" && dtype != "f32") state.damaged("'dtype' is \"{}\", expected bf16 or f32", dtype);
    return dtype;
  } catch (const json::exception& error) {
    state.damaged("{}", error.what());
  }
}

std::string training_text(const RunState& state, const RunIdentity& identity) {
  json training = {{"step", state.step},
                   {"slates", state.slates},
                   {"next_slate", state.next_slate},
                   {"seconds", state.seconds},
                   {"dataset_hash", identity.dataset_hash},
                   {"training_hash", identity.split_hash},
                   {"configuration", json::parse(identity.configuration)}};
  if (state.best && state.best->step == state.step)
    training["best"] = {{"value", state.best->value}, {"step", state.best->step}};
  if (state.gate) training["reason_gate"] = gate_json(*state.gate);
  if (!identity.signals_hash.empty()) training["signals_hash"] = identity.signals_hash;
  return training.dump();
}

std::optional<RunState::Best> chosen_by(const std::string& training) {
  const json account = json::parse(training);
  const json best = account.is_object() ? account.value("best", json()) : json();
  if (!best.is_object() || !best.value("value", json()).is_number() ||
      !best.value("step", json()).is_number_integer())
    return std::nullopt;
  return RunState::Best{best.at("value").get<double>(), best.at("step").get<int64_t>(), 0};
}

std::string with_whole_run(const std::string& training, const RunState& state) {
  json whole = json::parse(training);
  whole["run"] = {{"step", state.step}, {"slates", state.slates}, {"seconds", state.seconds}};
  return whole.dump();
}

void save_checkpoint(const base::Path& run, const RankingModel& model, AdamW& optimizer, Critic* critic,
                     const RunState& state, const RunIdentity& identity) {
  base::AtomicFolder folder(run / "checkpoint", true);
  write_ranking_model(model, folder.path(), training_text(state, identity));
  save_moments(folder.path() / "optimizer.safetensors", optimizer);
  if (critic != nullptr)
    save_moments(folder.path() / "critic.safetensors", critic->optimizer(), masters(critic->parameters()));
  json document = {{"format", kFormat},
                   {"version", kFormatVersion},
                   {"step", state.step},
                   {"optimizer_steps", optimizer.steps()},
                   {"slates", state.slates},
                   {"next_slate", state.next_slate},
                   {"draws", data::TrainingSlates::kDraws},
                   {"seconds", state.seconds},
                   {"nonfinite_steps", state.nonfinite_steps},
                   {"dtype", model.model->options().dtype},
                   {"dataset_hash", identity.dataset_hash},
                   {"split_hash", identity.split_hash},
                   {"configuration", json::parse(identity.configuration)}};
  if (!identity.rationales_hash.empty()) document["rationales_hash"] = identity.rationales_hash;
  if (!identity.signals_hash.empty()) document["signals_hash"] = identity.signals_hash;
  if (state.measured != RunState::kUnknown) document["measured"] = state.measured;
  if (state.best) document["best"] = best_json(*state.best);
  if (state.gate) document["reason_gate"] = gate_json(*state.gate);
  base::write_file(folder.path() / "state.json", document.dump(2) + "\n");
  folder.commit();
}

RunState load_checkpoint(const base::Path& run, AdamW& optimizer, Critic* critic,
                         const RunIdentity& identity) {
  const StateFile file(run, identity.verb);
  RunState state;
  try {
    file.refuse_other_data(identity);
    file.refuse_differences(json::parse(identity.configuration));
    file.warn_of_other_draws();
    state = {file.counter("step"),
             file.counter("slates"),
             file.seconds(),
             file.counter("nonfinite_steps"),
             file.best(),
             file.gate(),
             file.counter_or("next_slate", file.counter("slates")),
             file.counter_or("measured", RunState::kUnknown)};
    optimizer.restore(file.counter("optimizer_steps"));
    if (critic != nullptr) critic->optimizer().restore(optimizer.steps());
  } catch (const json::exception& error) {
    file.damaged("{}", error.what());
  }
  load_moments(run / "checkpoint" / "optimizer.safetensors", identity.verb, optimizer);
  if (critic != nullptr)
    load_moments(run / "checkpoint" / "critic.safetensors", identity.verb, critic->optimizer(),
                 masters(critic->parameters()));
  return state;
}

}  // namespace r2rank::learn
