#include "rollout/signal_set.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "data/json_fields.h"

namespace r2rank::rollout {
namespace {

using data::JsonFields;
using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "r2rank-signals";
constexpr int64_t kVersion = 1;
constexpr int64_t kMost = 1'000'000'000;
constexpr size_t kMostSignals = 64;

/// A finite number of at least `low`.
double number(const JsonFields& fields, const std::string& name, double low) {
  const auto found = fields.value().find(name);
  const bool good = found != fields.value().end() && found->is_number() &&
                    std::isfinite(found->get<double>()) && found->get<double>() >= low;
  if (!good) fields.fail_field(name, fmt::format("a number of at least {}", low));
  return found->get<double>();
}

double any_number(const JsonFields& fields, const std::string& name) {
  return number(fields, name, -1e300);
}

double above_zero(const JsonFields& fields, const std::string& name) {
  return number(fields, name, 1e-300);
}

Standard parse_standard(const JsonFields& fields) {
  return {any_number(fields, "mean"), above_zero(fields, "deviation")};
}

/// A name that becomes a folder's.
bool is_method_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

Signal parse_signal(const JsonFields& fields) {
  Signal signal;
  signal.method = fields.text("method");
  if (!is_method_name(signal.method)) fields.fail_field("method", "a method's name");
  const JsonFields settings = fields.object("settings");
  for (const auto& [name, value] : settings.value().items())
    signal.settings.emplace_back(name, settings.text(name));
  signal.epochs = fields.integer("epochs", 0, kMost);
  signal.full = fields.text("full");
  signal.early = fields.text("early");
  signal.floor = above_zero(fields, "floor");
  signal.weight = any_number(fields, "weight");
  signal.valid_ndcg = number(fields, "valid_ndcg@10", 0);
  return signal;
}

Json json_of(const Signal& signal) {
  Json settings = Json::object();
  for (const auto& [name, value] : signal.settings) settings[name] = value;
  return {{"method", signal.method}, {"settings", settings},
          {"epochs", signal.epochs}, {"full", signal.full},
          {"early", signal.early},   {"floor", signal.floor},
          {"weight", signal.weight}, {"valid_ndcg@10", signal.valid_ndcg}};
}

Json json_of(const Standard& standard) {
  return {{"mean", standard.mean}, {"deviation", standard.deviation}};
}

void parse_signals(const JsonFields& fields, SignalSet& set, const std::string& what) {
  const auto& list = fields.list("signals");
  if (list.size() > kMostSignals) fields.fail_field("signals", fmt::format("at most {}", kMostSignals));
  for (const auto& entry : list) {
    const JsonFields own =
        JsonFields::wrap(entry, "signals", fmt::format("signals[{}] of {}", set.signals.size(), what));
    Signal signal = parse_signal(own);
    for (const auto& other : set.signals)
      if (other.method == signal.method) own.fail_field("method", "each method once");
    if (set.finished && (signal.full.empty() || signal.early.empty()))
      own.fail_field(signal.full.empty() ? "full" : "early", "the hash of a trained ranker");
    set.signals.push_back(std::move(signal));
  }
  if (set.finished && set.signals.empty()) fields.fail_field("signals", "at least one");
}

}  // namespace

std::vector<std::string> SignalSet::names() const {
  std::vector<std::string> all;
  for (const auto& signal : signals) all.push_back(signal.method);
  return all;
}

std::vector<float> SignalSet::weights() const {
  std::vector<float> all;
  for (const auto& signal : signals) all.push_back(static_cast<float>(signal.weight));
  return all;
}

base::Path full_folder(const base::Path& folder, const std::string& method) {
  return folder / "full" / method;
}

base::Path early_folder(const base::Path& folder, const std::string& method) {
  return folder / "early" / method;
}

SignalSet parse_signal_set(std::string_view text, const std::string& what) {
  const JsonFields fields(text, "signals", what);
  fields.check_format(kFormat, kVersion);
  SignalSet set;
  set.finished = fields.boolean("finished");
  set.dataset = fields.text("dataset");
  set.dataset_hash = fields.text("dataset_hash");
  set.training_hash = fields.text("training_hash");
  set.withhold = fields.integer("withhold", 1, kMost);
  set.min_history = fields.integer("min_history", 1, kMost);
  set.references = fields.integer("references", 2, kMost);
  set.seed = fields.unsigned_integer("seed");
  set.request = fields.object("request").value().dump();
  parse_signals(fields, set, what);
  set.count = parse_standard(fields.object("count"));
  set.history = parse_standard(fields.object("history"));
  set.valid_ndcg = number(fields, "valid_ndcg@10", 0);
  set.training_ndcg = number(fields, "training_ndcg@10", 0);
  set.hash = base::hash_hex(text);
  return set;
}

SignalSet load_signal_set(const base::Path& folder) {
  const base::Path path = folder / kSignalFile;
  return parse_signal_set(base::read_file(path), path.string());
}

std::string signal_set_text(const SignalSet& set) {
  Json signals = Json::array();
  for (const auto& signal : set.signals) signals.push_back(json_of(signal));
  const Json document = {{"format", kFormat},
                         {"version", kVersion},
                         {"finished", set.finished},
                         {"dataset", set.dataset},
                         {"dataset_hash", set.dataset_hash},
                         {"training_hash", set.training_hash},
                         {"withhold", set.withhold},
                         {"min_history", set.min_history},
                         {"references", set.references},
                         {"seed", set.seed},
                         {"request", Json::parse(set.request)},
                         {"signals", signals},
                         {"count", json_of(set.count)},
                         {"history", json_of(set.history)},
                         {"valid_ndcg@10", set.valid_ndcg},
                         {"training_ndcg@10", set.training_ndcg}};
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void save_signal_set(SignalSet& set, const base::Path& folder) {
  const std::string text = signal_set_text(set);
  base::write_file(folder / kSignalFile, text);
  set.hash = base::hash_hex(text);
}

void check_signal_set(const SignalSet& set, const base::Path& folder, const data::Dataset& dataset,
                      const data::Split& split) {
  if (set.dataset_hash != dataset.hash)
    base::fail_usage("signals", "{} was made for another data set ({}) than {}; make signals of this one",
                     folder.string(), set.dataset, dataset.name);
  if (set.training_hash != data::training_hash(split))
    base::fail_usage("signals",
                     "{} was made for a split of {} that trains on other events; make signals of this split",
                     folder.string(), dataset.name);
  if (!set.finished)
    base::fail_usage("signals", "{} is not finished: run its `r2rank signals` command again with --resume",
                     folder.string());
}

}  // namespace r2rank::rollout
