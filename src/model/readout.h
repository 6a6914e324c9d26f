#pragma once

#include <cstdint>
#include <string>

#include "model/parameter.h"

namespace r2rank::model {

/// How a score is read from the final-norm state h of the cue's last token (docs/method.md, "From slate to
/// scores"): `verdict` (e_yes - e_no) . h, `head` W2 GELU(W1 h), `both` their sum.
enum class ReadoutKind { kVerdict, kHead, kBoth };
ReadoutKind readout_kind(const std::string& name);  ///< Errors: kUsage
std::string readout_name(ReadoutKind kind);

/// The scalar score of a state. W2 starts at zero, so that `both` starts from the model's own yes-no verdict.
struct Readout {
  ReadoutKind kind = ReadoutKind::kBoth;
  int32_t yes = 0, no = 0;     ///< verdict tokens
  Parameter* table = nullptr;  ///< [V, D] output embedding
  Parameter* w1 = nullptr;     ///< [hidden, D] f32
  Parameter* w2 = nullptr;     ///< [1, hidden] f32

  /// states [M, D] -> scores [M] f32. Differentiable in states, table, W1 and W2.
  at::Tensor operator()(const at::Tensor& states) const;
};

}  // namespace r2rank::model
