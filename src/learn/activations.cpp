#include "learn/activations.h"

namespace r2rank::learn {
namespace {

/// Nothing goes back through the layers.
bool keeps_none(const model::LanguageModel& model) {
  if (model.signal_projection() != nullptr) return false;  // it stands before the layers
  return model.options().tuning == "head" || model.options().tuning == "frozen";
}

}  // namespace

double activation_bytes(const model::LanguageModel& model, int64_t tokens, bool recomputed) {
  if (keeps_none(model)) return 0;
  const auto& shape = model.config();
  const double element = model.options().dtype == "bf16" ? 2 : 4;
  const int64_t closed = model.signal_projection() == nullptr ? model.transformer().closed_layers : 0;
  const auto layers = static_cast<double>(shape.layers - closed), width = static_cast<double>(shape.width);
  // Norms, q, k, v, attention, gate and up, SwiGLU.
  const double layer = 6 * width + 4 * static_cast<double>(shape.heads * shape.head_width) +
                       3 * static_cast<double>(shape.ffn_width);
  return element * static_cast<double>(tokens) * (recomputed ? layers * width + layer : layers * layer);
}

bool recomputes_layers(const OptimisationConfig& config, const model::LanguageModel& model, int64_t tokens,
                       double budget) {
  if (keeps_none(model) || config.checkpoint_layers == "off") return false;
  return config.checkpoint_layers == "on" || activation_bytes(model, tokens, false) > budget;
}

}  // namespace r2rank::learn
