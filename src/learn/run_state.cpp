#include "learn/run_state.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "model/format/safetensors.h"

namespace r2rank::learn {
namespace {

using nlohmann::json;

constexpr int kFormatVersion = 1;

/// Settings a resumed run may change: they do not decide what a step computes.
constexpr const char* kFreeKeys[] = {
    "model", "dataset", "split", "minutes", "steps", "checkpoint_minutes", "device", "nonfinite_limit"};

json config_json(TrainConfig config) {
  base::ConfigFields fields;
  config.describe(fields);
  return json::parse(fields.as_json());
}

int64_t counter(const json& document, const char* key, const base::Path& path) {
  const json& value = document.at(key);
  if (!value.is_number_integer() || value.get<int64_t>() < 0)
    base::fail_data("train", "{} is damaged: '{}' is {}, expected a whole number of 0 or more", path.string(),
                    key, value.dump());
  return value.get<int64_t>();
}

void refuse_differences(const json& saved, const json& now, const base::Path& path) {
  if (!saved.is_object())
    base::fail_data("train", "{} is damaged: its configuration is no object", path.string());
  for (const auto& [key, value] : saved.items()) {
    // The starting model matters beyond the start where the divergence from it is part of the objective.
    const bool needed = key == "model" && saved.value("kl", 0.0) > 0;
    if (!needed && std::find(std::begin(kFreeKeys), std::end(kFreeKeys), key) != std::end(kFreeKeys))
      continue;
    if (now.contains(key) && now.at(key) == value) continue;
    base::fail_usage("train",
                     "the checkpoint was made with {} = {}, this run has {}; resume with the same settings "
                     "or choose another --output",
                     key, value.dump(), now.contains(key) ? now.at(key).dump() : "none");
  }
}

model::StoredTensor stored(const std::string& name, const at::Tensor& value) {
  model::StoredTensor tensor{name, value.sizes().vec(), model::StoredType::kF32, {}};
  tensor.bytes = {static_cast<const std::byte*>(value.const_data_ptr()), value.nbytes()};
  return tensor;
}

void save_moments(const base::Path& path, AdamW& optimizer) {
  std::vector<at::Tensor> alive;
  std::vector<model::StoredTensor> tensors;
  const auto add = [&](const std::string& kind, const std::vector<at::Tensor>& moments) {
    for (size_t i = 0; i < moments.size(); ++i) {
      alive.push_back(moments[i].cpu().contiguous());
      tensors.push_back(stored(fmt::format("{}.{:05}", kind, i), alive.back()));
    }
  };
  add("first", optimizer.first_moments());
  add("second", optimizer.second_moments());
  model::write_safetensors(path, tensors, {});
}

void load_moments(const base::Path& path, AdamW& optimizer) {
  const base::MappedFile file(path);
  std::map<std::string, model::StoredTensor> tensors;
  for (auto& tensor : model::parse_safetensors(file.bytes(), path.string())) tensors[tensor.name] = tensor;
  const auto fill = [&](const std::string& kind, std::vector<at::Tensor>& moments) {
    for (size_t i = 0; i < moments.size(); ++i) {
      const auto found = tensors.find(fmt::format("{}.{:05}", kind, i));
      if (found == tensors.end() || found->second.shape != moments[i].sizes().vec())
        base::fail_data("train", "{} does not fit this model; the checkpoint is damaged or of another model",
                        path.string());
      at::Tensor value = at::empty(found->second.shape, at::kFloat);
      model::decode_f32(found->second, {value.data_ptr<float>(), static_cast<size_t>(value.numel())});
      moments[i].copy_(value);
    }
  };
  fill("first", optimizer.first_moments());
  fill("second", optimizer.second_moments());
}

}  // namespace

bool has_checkpoint(const base::Path& run) {
  return std::filesystem::exists(run / "checkpoint" / "state.json");
}

std::string checkpoint_dtype(const base::Path& run) {
  const base::Path path = run / "checkpoint" / "state.json";
  try {
    return json::parse(base::read_file(path)).at("dtype").get<std::string>();
  } catch (const json::exception& error) {
    base::fail_data("train", "{} is damaged: {}", path.string(), error.what());
  }
}

void save_checkpoint(const base::Path& run, const RankingModel& model, AdamW& optimizer,
                     const RunState& state, const TrainConfig& config, const std::string& dataset_hash,
                     const std::string& split_hash) {
  base::AtomicFolder folder(run / "checkpoint", true);
  const json configuration = config_json(config);
  const json training = {{"step", state.step},
                         {"slates", state.slates},
                         {"seconds", state.seconds},
                         {"configuration", configuration}};
  write_ranking_model(model, folder.path(), training.dump());
  save_moments(folder.path() / "optimizer.safetensors", optimizer);
  const json document = {{"format", "r2rank-checkpoint"},
                         {"version", kFormatVersion},
                         {"step", state.step},
                         {"optimizer_steps", optimizer.steps()},
                         {"slates", state.slates},
                         {"seconds", state.seconds},
                         {"nonfinite_steps", state.nonfinite_steps},
                         {"dtype", model.model->options().dtype},
                         {"dataset_hash", dataset_hash},
                         {"split_hash", split_hash},
                         {"configuration", configuration}};
  base::write_file(folder.path() / "state.json", document.dump(2) + "\n");
  folder.commit();
}

RunState load_checkpoint(const base::Path& run, AdamW& optimizer, const TrainConfig& config,
                         const std::string& dataset_hash, const std::string& split_hash) {
  const base::Path path = run / "checkpoint" / "state.json";
  RunState state;
  try {
    const json document = json::parse(base::read_file(path));
    if (document.at("format") != "r2rank-checkpoint" || document.at("version") != kFormatVersion)
      base::fail_data("train", "{} is not an r2rank checkpoint of version {}", path.string(), kFormatVersion);
    if (document.at("dataset_hash") != dataset_hash || document.at("split_hash") != split_hash)
      base::fail_usage(
          "train", "the checkpoint in {} was trained on another dataset or split; choose another --output",
          run.string());
    refuse_differences(document.at("configuration"), config_json(config), path);
    state = {counter(document, "step", path), counter(document, "slates", path), document.at("seconds"),
             counter(document, "nonfinite_steps", path)};
    optimizer.restore(counter(document, "optimizer_steps", path));
  } catch (const json::exception& error) {
    base::fail_data("train", "{} is damaged: {}", path.string(), error.what());
  }
  load_moments(run / "checkpoint" / "optimizer.safetensors", optimizer);
  return state;
}

}  // namespace r2rank::learn
