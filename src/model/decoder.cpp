#include "model/decoder.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "base/error.h"
#include "model/tree_attention.h"

namespace r2rank::model {
namespace {

int32_t root_of(const TokenTree& tree, int32_t node) {
  while (tree.node(node).parent != TokenTree::kRoot) node = tree.node(node).parent;
  return node;
}

at::Tensor index_tensor(const std::vector<int64_t>& values, at::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

}  // namespace

Decoder::Decoder(const LanguageModel& model, const TokenTree& prompts, std::vector<int32_t> leaves,
                 int64_t copies, int64_t max_new, const Transformer::Shifts& shifts)
    : model_(model), prompts_(prompts), leaves_(std::move(leaves)), version_(model.parameters().version()) {
  layout_.copies = copies;
  layout_.capacity = max_new;
  for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) add_leaf(leaf);
  prefill(shifts);
}

void Decoder::add_leaf(size_t leaf) {
  const int32_t root = root_of(prompts_, leaves_[leaf]);
  const auto path = prompts_.path(leaves_[leaf]);
  const auto below = path.begin() + prompts_.node(root).length;
  const auto first = static_cast<int64_t>(leaf) * layout_.copies, end = first + layout_.copies;
  if (leaf == 0 || root_of(prompts_, leaves_[leaf - 1]) != root)
    layout_.roots.push_back({{path.begin(), below}, first, end});
  layout_.roots.back().row_end = end;
  layout_.leaves.push_back({{below, path.end()}, first, end});
  lengths_.insert(lengths_.end(), layout_.copies, 0);
  positions_.insert(positions_.end(), layout_.copies, static_cast<int64_t>(path.size()));
}

void Decoder::prefill(const Transformer::Shifts& shifts) {
  at::NoGradGuard no_grad;
  const Transformer& transformer = model_.transformer();
  const auto& config = model_.config();
  cache_ = make_decode_cache(layout_, transformer.compute_type(), transformer.device(), config.heads,
                             config.kv_heads, config.head_width);
  const auto plan = transformer.plan(prompts_);
  const auto attend = [&](int64_t, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    cache_->add_layer(k, v);  // layers arrive in order
    return tree_attention(q, k, v, plan);
  };
  prompt_states_ = transformer.states(plan->tokens, plan->positions, attend, false, shifts);
}

at::Tensor Decoder::leaf_states() const {
  std::vector<int64_t> last;
  for (const int32_t leaf : leaves_) last.push_back(prompts_.last_token(leaf));
  return prompt_states_.index_select(0, index_tensor(last, prompt_states_.device()));
}

at::Tensor Decoder::step(const std::vector<int64_t>& rows, const std::vector<int32_t>& tokens) {
  R2RANK_CHECK(version_ == model_.parameters().version());
  R2RANK_CHECK(rows.size() == tokens.size());
  at::NoGradGuard no_grad;
  const Transformer& transformer = model_.transformer();
  std::vector<int64_t> ids(tokens.begin(), tokens.end()), positions, lengths;
  for (const int64_t row : rows) {
    R2RANK_CHECK(lengths_[row] < layout_.capacity);
    positions.push_back(positions_[row]++);
    lengths.push_back(++lengths_[row]);
  }
  const auto attend = [&](int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return cache_->attend(layer, q, k, v, rows, lengths);
  };
  return transformer.states(index_tensor(ids, transformer.device()),
                            index_tensor(positions, transformer.device()), attend, false);
}

}  // namespace r2rank::model
