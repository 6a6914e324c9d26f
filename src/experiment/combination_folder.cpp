#include "experiment/combination_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/hash.h"
#include "base/hash_stream.h"
#include "data/json_fields.h"
#include "experiment/combined_scorer.h"
#include "experiment/gradient_trees.h"
#include "experiment/methods.h"
#include "learn/model_folder.h"
#include "rollout/signal_set.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "r2rank-combination";
constexpr int64_t kVersion = 1;
constexpr const char* kCard = "combination.json";
constexpr const char* kTrees = "trees.txt";

std::unique_ptr<baselines::Scorer> open_trained(const base::Path& folder, const baselines::TrainingData& data,
                                                uint64_t seed) {
  const auto method = make_method("trained-model");
  set_settings(*method, {{"model", folder.string()}});
  return method->make(data, seed);
}

/// Of what decides a baseline's scores: its card, its weights, and the language model that it asks.
std::string identity_of(const FittedBaseline& baseline, const base::Path& folder, FileIdentities& files) {
  std::string all = base::hash_file(folder / "baseline.json").hex;
  if (const base::Path weights = folder / "weights.safetensors"; fs::exists(weights))
    all += base::hash_file(weights).hex;
  for (const auto& [name, value] : baseline.settings)
    if (name == "model" && !value.empty()) all += files.of(value);
  return base::hash_hex(all);
}

// ---- writing ----

Json part_json(const CombinationPart& part, const base::Path& folder) {
  if (part.folder.empty()) return {{"name", part.name}};
  const fs::path way = fs::weakly_canonical(part.folder).lexically_relative(fs::weakly_canonical(folder));
  return {{"name", part.name}, {"folder", way.generic_string()}, {"identity", part.identity}};
}

Json card_json(const KeptCombination& kept, const baselines::TrainingData& data, const base::Path& folder) {
  Json card = {{"format", kFormat},
               {"version", kVersion},
               {"method", kept.combination.method},
               {"settings", settings_json(kept.settings)},
               {"seed", kept.seed},
               {"dataset", data.dataset.name},
               {"dataset_hash", data.dataset.hash},
               {"training_hash", data::training_hash(data.split)},
               {"valid_hash", kept.valid_hash},
               {"cross_fitted_ndcg@10", kept.combination.cross_fitted_ndcg()},
               {"parts", Json::array()}};
  for (const auto& part : kept.parts) card["parts"].push_back(part_json(part, folder));
  card.update(describe_combination(kept.combination));
  if (kept.combination.method != "lambdamart") return card;
  card["item_popularity"] = kept.combination.trees.item_popularity;
  card["trees_hash"] = base::hash_hex(kept.combination.trees.model);
  return card;
}

// ---- reading ----

/// A number of the card in [low, high].
double number_in(const data::JsonFields& fields, const std::string& name, double low, double high) {
  const auto found = fields.value().find(name);
  if (found == fields.value().end() || !found->is_number() || !(found->get<double>() >= low) ||
      !(found->get<double>() <= high))
    fields.fail_field(name, fmt::format("a number from {} to {}", low, high));
  return found->get<double>();
}

std::vector<std::string> names_of(const std::vector<CombinationPart>& parts) {
  std::vector<std::string> names;
  for (const auto& part : parts) names.push_back(part.name);
  return names;
}

/// A part as it is written, with no scorer.
CombinationPart read_part(const nlohmann::json& value, const std::string& source) {
  const auto fields = data::JsonFields::wrap(value, "combine", source);
  CombinationPart part;
  part.name = fields.text("name");
  if (fields.value().contains("folder")) {
    part.folder = fields.text("folder");
    if (part.folder.empty()) fields.fail_field("folder", "the way to a folder");
    part.identity = fields.text("identity");
    return part;
  }
  const auto known = baselines::baseline_names();
  if (std::find(known.begin(), known.end(), part.name) == known.end())
    fields.fail_field("name", "a baseline that eval makes itself, or a folder");
  return part;
}

CombinationPart open_part(const CombinationPart& written, const base::Path& folder,
                          const baselines::TrainingData& data, uint64_t seed, FileIdentities& files) {
  if (written.folder.empty()) return method_part(written.name, data, seed);
  const std::string source = (folder / kCard).string();
  const base::Path way = (fs::weakly_canonical(folder) / written.folder).lexically_normal();
  std::error_code code;
  if (!fs::exists(way, code))
    base::fail_io("combine", "{} combines '{}' of {}, which is not there: bring it back, or combine anew",
                  source, written.name, way.string());
  CombinationPart part = folder_part({written.name, way}, data, seed, files);
  if (part.identity != written.identity)
    base::fail_data("combine", "{} learned from another '{}' than {} holds now; combine anew", source,
                    part.name, way.string());
  return part;
}

Blend read_blend(const data::JsonFields& card, const std::vector<std::string>& names) {
  Blend blend{.scorers = names, .weights = {}};
  const auto weights = card.object("weights");
  for (const auto& name : names) blend.weights.push_back(number_in(weights, name, 0, 1));
  return blend;
}

LambdaMart read_trees(const data::JsonFields& card, std::string trees, const std::vector<std::string>& names,
                      const std::string& source) {
  LambdaMart ranker;
  ranker.scorers = names;
  ranker.model = std::move(trees);
  ranker.trees = card.integer("trees", 0, 1'000'000);
  ranker.item_popularity = card.boolean("item_popularity");
  if (base::hash_hex(ranker.model) != card.text("trees_hash") ||
      GradientTrees(ranker.model).trees() > ranker.trees)
    base::fail_data("combine", "expected the trees that {} names in {} beside it, found others; combine anew",
                    source, kTrees);
  return ranker;
}

}  // namespace

CombinationPart method_part(const std::string& method, const baselines::TrainingData& data, uint64_t seed) {
  return {method, {}, "", baselines::make_baseline(method, data, seed)};
}

CombinationPart folder_part(const NamedFolder& named, const baselines::TrainingData& data, uint64_t seed,
                            FileIdentities& files) {
  const base::Path& folder = named.folder;
  CombinationPart part{named.name, folder, "", nullptr};
  if (is_baseline_folder(folder.string())) {
    FittedBaseline baseline = load_baseline(folder, data);
    part.identity = identity_of(baseline, folder, files);
    part.scorer = std::move(baseline.scorer);
  } else if (learn::has_own_prompt(folder)) {
    part.scorer = open_trained(folder, data, seed);
    part.identity = files.of(folder);
  } else {
    base::fail_usage("combine", "expected a folder of `baseline train` or `train` in {}, found neither",
                     folder.string());
  }
  return part;
}

std::vector<CombinationPart> signal_parts(const base::Path& folder, const baselines::TrainingData& data,
                                          uint64_t seed, FileIdentities& files) {
  const auto set = rollout::load_signal_set(folder);
  rollout::check_signal_set(set, folder, data.dataset, data.split);
  std::vector<CombinationPart> parts;
  for (const auto& signal : set.signals)
    parts.push_back(
        folder_part({signal.method, rollout::full_folder(folder, signal.method)}, data, seed, files));
  return parts;
}

void save_combination(const KeptCombination& kept, const baselines::TrainingData& data,
                      const base::Path& folder, bool overwrite) {
  base::AtomicFolder target(folder, overwrite);
  if (kept.combination.method == "lambdamart")
    base::write_file(target.path() / kTrees, kept.combination.trees.model);
  base::write_file(target.path() / kCard,
                   card_json(kept, data, folder).dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  target.commit();
}

bool is_combination_folder(const base::Path& folder) {
  std::error_code code;
  return fs::exists(folder / kCard, code);
}

KeptCombination parse_combination(std::string_view text, const std::function<std::string()>& trees,
                                  const std::string& source) {
  const data::JsonFields card(text, "combine", source);
  card.check_format(kFormat, kVersion);
  KeptCombination kept;
  kept.combination.method = card.text("method");
  kept.seed = card.unsigned_integer("seed");
  kept.valid_hash = card.text("valid_hash");
  for (const auto& part : card.list("parts")) kept.parts.push_back(read_part(part, source));
  const auto names = names_of(kept.parts);
  if (names.empty() || std::set(names.begin(), names.end()).size() != names.size())
    card.fail_field("parts", "at least one ranker, and names of their own");
  if (kept.combination.method == "blend")
    kept.combination.blend = read_blend(card, names);
  else if (kept.combination.method == "lambdamart")
    kept.combination.trees = read_trees(card, trees(), names, source);
  else
    card.fail_field("method", "blend or lambdamart");
  return kept;
}

KeptCombination load_combination(const base::Path& folder, const baselines::TrainingData& data) {
  const std::string source = (folder / kCard).string(), text = base::read_file(folder / kCard);
  KeptCombination kept = parse_combination(text, [&] { return base::read_file(folder / kTrees); }, source);
  check_trained_on({text, "combine", source}, data, source);
  FileIdentities files;
  for (auto& part : kept.parts) part = open_part(part, folder, data, kept.seed, files);
  return kept;
}

FittedBaseline load_scorer(const base::Path& folder, const baselines::TrainingData& data) {
  if (!is_combination_folder(folder)) {
    if (!is_baseline_folder(folder.string()) && learn::has_own_prompt(folder))
      base::fail_usage("eval", "--scorers: {} holds a model of `train`; name it with --model",
                       folder.string());
    return load_baseline(folder, data);
  }
  KeptCombination kept = load_combination(folder, data);
  FittedBaseline loaded;
  loaded.method = kept.combination.method;
  loaded.seed = kept.seed;
  std::vector<std::unique_ptr<baselines::Scorer>> parts;
  for (auto& part : kept.parts) parts.push_back(std::move(part.scorer));
  auto scorer =
      std::make_unique<CombinedScorer>(loaded.method, std::move(kept.combination), std::move(parts), data);
  scorer->set_learned_from(kept.valid_hash);
  loaded.scorer = std::move(scorer);
  return loaded;
}

}  // namespace r2rank::experiment
