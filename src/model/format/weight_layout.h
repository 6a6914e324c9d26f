#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/format/host_tensor.h"

namespace r2rank::model {

/// The Hugging Face name of a GGUF tensor ("blk.3.attn_q.weight" ->
/// "model.layers.3.self_attn.q_proj.weight"); nothing when the name belongs to no supported family.
std::optional<std::string> hugging_face_name(std::string_view gguf_name);

/// Checks that `tensors` hold every weight of the configuration in its shape, and no weight that the model
/// would ignore. Errors: kData naming the first tensor that is missing, of another shape, unknown, or no
/// floating-point weight.
void check_weights(const ModelConfig& config, const std::map<std::string, StoredTensor>& tensors,
                   const std::string& origin);

}  // namespace r2rank::model
