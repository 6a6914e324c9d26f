#include "model/readout.h"

#include <ATen/ATen.h>

#include "base/error.h"
#include "model/linear.h"

namespace r2rank::model {

ReadoutKind readout_kind(const std::string& name) {
  if (name == "verdict") return ReadoutKind::kVerdict;
  if (name == "head") return ReadoutKind::kHead;
  if (name == "both") return ReadoutKind::kBoth;
  base::fail_usage("model", "unknown readout '{}': choose verdict, head or both", name);
}

std::string readout_name(ReadoutKind kind) {
  return kind == ReadoutKind::kVerdict ? "verdict" : kind == ReadoutKind::kHead ? "head" : "both";
}

at::Tensor Readout::operator()(const at::Tensor& states) const {
  const at::Tensor h = states.to(at::kFloat);  // [M, D]
  at::Tensor scores = at::zeros({h.size(0)}, h.options().requires_grad(false));
  if (kind != ReadoutKind::kHead) {
    const at::Tensor ids =
        at::tensor({static_cast<int64_t>(yes), static_cast<int64_t>(no)}, at::kLong).to(h.device());
    const at::Tensor rows = embed(*table, ids).to(at::kFloat);  // [2, D]
    scores = scores + at::mv(h, rows[0] - rows[1]);
  }
  if (kind != ReadoutKind::kVerdict)
    scores = scores + at::linear(at::gelu(at::linear(h, w1->compute)), w2->compute).squeeze(1);
  return scores;
}

}  // namespace r2rank::model
