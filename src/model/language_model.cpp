#include "model/language_model.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "model/compute_type.h"
#include "model/device.h"
#include "model/tile_product.h"

namespace r2rank::model {
namespace {

std::string layer_name(int64_t index, const std::string& rest) {
  return "model.layers." + std::to_string(index) + "." + rest;
}

bool ends_with_any(const std::string& module, const std::vector<std::string>& targets) {
  return std::any_of(targets.begin(), targets.end(),
                     [&](const std::string& target) { return module.ends_with(target); });
}

std::string without_weight(const std::string& name) {
  return name.substr(0, name.rfind(".weight"));
}

/// With only the lowest of its layers.
ModelConfig lowest(ModelConfig config, int64_t layers) {
  if (layers > config.layers)
    base::fail_usage("model", "expected at most the {} layers that the model has, found {}", config.layers,
                     layers);
  if (layers > 0) config.layers = layers;
  return config;
}

void describe_compute(ModelOptions& options, base::ConfigFields& fields) {
  fields
      .add("dtype", options.dtype,
           "compute type: bf16 with f32 masters, f32, or auto (bf16 where the processor has it)")
      .one_of({"auto", "bf16", "f32"});
  fields.add("device", options.device, "where to compute").one_of({"cpu", "cuda"});
}

}  // namespace

void ModelOptions::describe_scoring(base::ConfigFields& fields) {
  describe_compute(*this, fields);
  fields.add("int8_weights", int8_weights,
             "round the weights to int8: decodes and scores faster, a little less exactly");
}

void ModelOptions::describe(base::ConfigFields& fields) {
  describe_compute(*this, fields);
  fields.add("seed", seed, "seed of every random draw of this run").at_least(0);
  fields.add("tuning", tuning, "what is trained: all weights, LoRA adapters, the readout head alone, nothing")
      .one_of({"full", "lora", "head", "frozen"});
  fields.add("lora_rank", lora_rank, "rank r of the LoRA adapters").between(1, 1024);
  fields.add("lora_alpha", lora_alpha, "LoRA scale alpha (the adapters are multiplied by alpha / r)")
      .between(1e-6, 1e6);
  fields.add("lora_targets", lora_targets, "projections that get adapters")
      .one_of({"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"});
  fields.add("readout", readout, "how the score is read: yes-no verdict, trained head, or their sum")
      .one_of({"verdict", "head", "both"});
  fields.add("readout_hidden", readout_hidden, "hidden width of the readout head").between(1, 65536);
  fields.add("train_embedding", train_embedding,
             "full tuning: train the embedding (and tied output layer) too");
  fields
      .add(
          "trained_layers", trained_layers,
          "full tuning and LoRA: train only so many of the uppermost layers, and no embedding (0: all); what "
          "lies below costs no backward pass")
      .between(0, 10000);
}

LanguageModel::LanguageModel(const ModelConfig& whole, const WeightSource& source,
                             const ModelOptions& options)
    : options_(options),
      transformer_(lowest(whole, options.layers), resolve_dtype(options.dtype, options.device),
                   open_device(options.device)) {
  const ModelConfig& config = this->config();
  options_.layers = 0;  // none is left to be cut from what this one saves
  options_.dtype = transformer_.compute_type() == at::kFloat ? "f32" : "bf16";
  for (auto& [name, shape] : expected_tensors(config)) shapes_[name] = shape;
  if (options_.trained_layers > config.layers)
    base::fail_usage("model", "expected trained_layers of at most {} (found {}): this model has no more",
                     config.layers, options_.trained_layers);
  const bool full = options_.tuning == "full";
  const bool embedding = full && options_.train_embedding && options_.trained_layers == 0;
  transformer_.embedding = &add({"model.embed_tokens.weight"}, source, ParameterKind::kMatrix, embedding);
  while (transformer_.closed_layers < config.layers && !is_open(transformer_.closed_layers))
    ++transformer_.closed_layers;
  for (int64_t index = 0; index < config.layers; ++index) add_layer(index, source);
  transformer_.final_norm = &add({"model.norm.weight"}, source, ParameterKind::kVector, full);
  transformer_.output_table = config.tied_embeddings
                                  ? transformer_.embedding
                                  : &add({"lm_head.weight"}, source, ParameterKind::kMatrix, embedding);
  add_readout();
  if (options_.int8_weights) round_to_int8();
}

void LanguageModel::round_to_int8() {
  if (options_.device != "cpu" || !tile_products_available(at::kChar))
    base::fail(
        base::ErrorKind::kResource, "model",
        "--int8-weights needs a CPU with int8 dot products (AVX-512 VNNI) and --device cpu; leave it out");
  for (auto& parameter : parameters_.all())
    if (parameter.kind == ParameterKind::kMatrix) parameter.packed.use_int8();
}

Parameter& LanguageModel::add(const std::vector<std::string>& names, const WeightSource& source,
                              ParameterKind kind, bool trainable) {
  std::vector<at::Tensor> values;
  std::vector<Parameter::Part> parts;
  int64_t row = 0;
  for (const auto& name : names) {
    values.push_back(source(name, shapes_.at(name)).to(transformer_.device()));
    parts.push_back({name, row, row + values.back().size(0)});
    row = parts.back().end;
  }
  at::Tensor value = values.size() == 1 ? values.front() : at::cat(values, 0);
  return parameters_.add(std::move(parts), kind, std::move(value), transformer_.compute_type(), trainable);
}

bool LanguageModel::is_open(int64_t layer) const {
  if (options_.tuning != "full" && options_.tuning != "lora") return false;
  return options_.trained_layers == 0 || layer >= config().layers - options_.trained_layers;
}

void LanguageModel::add_layer(int64_t index, const WeightSource& source) {
  const bool full = options_.tuning == "full" && is_open(index);
  auto& layer = transformer_.layers[index];
  const auto named = [index](const std::string& rest) { return layer_name(index, rest); };
  const auto matrix = [&](const std::vector<std::string>& names) {
    return &add(names, source, ParameterKind::kMatrix, full);
  };
  const auto vector = [&](const std::vector<std::string>& names) {
    return &add(names, source, ParameterKind::kVector, full);
  };
  layer.input_norm = vector({named("input_layernorm.weight")});
  layer.qkv.weight = matrix(
      {named("self_attn.q_proj.weight"), named("self_attn.k_proj.weight"), named("self_attn.v_proj.weight")});
  if (config().qkv_bias)
    layer.qkv.bias = vector(
        {named("self_attn.q_proj.bias"), named("self_attn.k_proj.bias"), named("self_attn.v_proj.bias")});
  if (config().qk_norm) {
    layer.q_norm = vector({named("self_attn.q_norm.weight")});
    layer.k_norm = vector({named("self_attn.k_norm.weight")});
  }
  layer.output.weight = matrix({named("self_attn.o_proj.weight")});
  layer.post_norm = vector({named("post_attention_layernorm.weight")});
  layer.gate_up.weight = matrix({named("mlp.gate_proj.weight"), named("mlp.up_proj.weight")});
  layer.down.weight = matrix({named("mlp.down_proj.weight")});
  if (options_.tuning != "lora" || !is_open(index)) return;
  for (Linear* linear : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down}) add_adapters(*linear);
}

void LanguageModel::add_adapters(Linear& linear) {
  const int64_t rank = options_.lora_rank, in = linear.weight->compute.size(1);
  for (const auto& part : linear.weight->parts) {
    const std::string module = without_weight(part.name);
    if (!ends_with_any(module, options_.lora_targets)) continue;
    LoraAdapter adapter{
        .scale = options_.lora_alpha / static_cast<double>(rank), .begin = part.begin, .end = part.end};
    const auto make = [&](const std::string& suffix, const at::Tensor& value) {
      Parameter::Part whole{module + suffix, 0, value.size(0)};
      return &parameters_.add({whole}, ParameterKind::kMatrix, value.to(transformer_.device()),
                              transformer_.compute_type(), true);
    };
    const double deviation = 1.0 / std::sqrt(static_cast<double>(in));
    adapter.a = make(".lora_A.weight", random_normal({rank, in}, deviation, options_.seed, module));
    adapter.b = make(".lora_B.weight", at::zeros({part.end - part.begin, rank}, at::kFloat));
    linear.adapters.push_back(adapter);
  }
}

void LanguageModel::add_readout() {
  readout_.kind = readout_kind(options_.readout);
  readout_.table = transformer_.output_table;
  const bool trained = options_.tuning != "frozen" && readout_.kind != ReadoutKind::kVerdict;
  const int64_t hidden = options_.readout_hidden, width = config().width;
  const double deviation = 1.0 / std::sqrt(static_cast<double>(width));
  const auto make = [&](const std::string& name, const at::Tensor& value) {
    Parameter::Part whole{name, 0, value.size(0)};
    return &parameters_.add({whole}, ParameterKind::kReadout, value.to(transformer_.device()), at::kFloat,
                            trained);
  };
  readout_.w1 = make("readout.w1", random_normal({hidden, width}, deviation, options_.seed, "readout.w1"));
  readout_.w2 = make("readout.w2", at::zeros({1, hidden}, at::kFloat));
}

void LanguageModel::add_signal_head(const std::vector<float>& start, int64_t features, int64_t hidden) {
  const auto signals = static_cast<int64_t>(start.size());
  R2RANK_CHECK(!signal_head_ && signals >= 1 && features >= signals);
  const auto make = [&](const std::string& name, const at::Tensor& value) {
    Parameter::Part whole{name, 0, value.size(0)};
    return &parameters_.add({whole}, ParameterKind::kReadout, value.to(transformer_.device()), at::kFloat,
                            true);
  };
  SignalHead head;
  head.features = features;
  head.weights = make("signals.w", at::tensor(start).unsqueeze(0));
  if (hidden > 0) {
    const double deviation = 1.0 / std::sqrt(static_cast<double>(features));
    head.w1 = make("signals.w1", random_normal({hidden, features}, deviation, options_.seed, "signals.w1"));
    head.b1 = make("signals.b1", at::zeros({hidden}, at::kFloat));
    head.w2 = make("signals.w2", at::zeros({1, hidden}, at::kFloat));
  }
  signal_head_ = head;
}

void LanguageModel::add_signal_projection(int64_t features) {
  R2RANK_CHECK(signal_projection_ == nullptr && features >= 1);
  Parameter::Part whole{"signals.token", 0, config().width};
  signal_projection_ = &parameters_.add(
      {whole}, ParameterKind::kReadout,
      at::zeros({config().width, features}, at::kFloat).to(transformer_.device()), at::kFloat, true);
}

void LanguageModel::set_verdict_tokens(int32_t yes, int32_t no) {
  R2RANK_CHECK(yes >= 0 && yes < config().vocabulary && no >= 0 && no < config().vocabulary);
  readout_.yes = yes;
  readout_.no = no;
}

std::vector<std::pair<std::string, at::Tensor>> LanguageModel::merged_weights() const {
  at::NoGradGuard no_grad;
  std::map<const Parameter*, const Linear*> adapted;
  for (const auto& layer : transformer_.layers)
    for (const Linear* linear : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down})
      adapted[linear->weight] = linear;
  std::vector<std::pair<std::string, at::Tensor>> weights;
  for (const auto& parameter : parameters_.all()) {
    if (!shapes_.contains(parameter.name())) continue;
    at::Tensor value =
        (parameter.master.defined() ? parameter.master : parameter.compute).detach().to(at::kFloat).clone();
    if (const auto found = adapted.find(&parameter); found != adapted.end())
      for (const auto& adapter : found->second->adapters) {
        const auto weight_of = [](const Parameter* p) { return p->master.detach(); };
        value.slice(0, adapter.begin, adapter.end)
            .add_(at::mm(weight_of(adapter.b), weight_of(adapter.a)), adapter.scale);
      }
    for (const auto& part : parameter.parts)
      weights.emplace_back(part.name, value.slice(0, part.begin, part.end).cpu().contiguous());
  }
  return weights;
}

std::unique_ptr<LanguageModel> load_language_model(const ModelFiles& files, const ModelOptions& options) {
  const auto source = [&files](const std::string& name, const std::vector<int64_t>& shape) {
    at::Tensor value = at::empty(shape, at::kFloat);
    const std::vector<float> data = files.load_f32(name, shape);
    std::copy(data.begin(), data.end(), value.data_ptr<float>());
    return value;
  };
  auto model = std::make_unique<LanguageModel>(files.config, source, options);
  model->tokenizer = files.tokenizer;
  return model;
}

}  // namespace r2rank::model
