#include "model/decoder.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "base/error.h"
#include "model/attention_part.h"
#include "model/decode_attention.h"
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
                 int64_t copies, int64_t max_new)
    : model_(model),
      prompts_(prompts),
      leaves_(std::move(leaves)),
      copies_(copies),
      version_(model.parameters().version()) {
  for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
    const int32_t root = root_of(prompts_, leaves_[leaf]);
    auto path = prompts_.path(leaves_[leaf]);
    const auto whole = static_cast<int64_t>(path.size());
    path.erase(path.begin(), path.begin() + prompts_.node(root).length);
    capacity_ = std::max(capacity_, static_cast<int64_t>(path.size()) + max_new);
    if (root_nodes_.empty() || root_nodes_.back() != root) {
      root_nodes_.push_back(root);
      roots_.push_back({static_cast<int64_t>(leaf) * copies, 0, {}, {}});
    }
    roots_.back().row_end = static_cast<int64_t>(leaf + 1) * copies;
    lengths_.insert(lengths_.end(), copies, static_cast<int64_t>(path.size()));
    positions_.insert(positions_.end(), copies, whole);
    leaf_paths_.push_back(std::move(path));
  }
  prefill();
}

void Decoder::prefill() {
  at::NoGradGuard no_grad;
  const Transformer& transformer = model_.transformer();
  const auto plan = transformer.plan(prompts_);
  const auto attend = [&](int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    capture_roots(layer, k, v);
    capture_leaves(layer, k, v);
    return tree_attention(q, k, v, plan);
  };
  prompt_states_ = transformer.states(plan->tokens, plan->positions, attend, false);
}

void Decoder::capture_roots(int64_t layer, const at::Tensor& k, const at::Tensor& v) {
  (void)layer;  // layers arrive in order
  const int64_t group = model_.config().heads / model_.config().kv_heads;
  const auto of_root = [&](const at::Tensor& x, const TokenTree::Node& node) {
    return x.slice(0, node.begin, node.begin + node.length)
        .transpose(0, 1)
        .repeat_interleave(group, 0)
        .unsqueeze(0);
  };
  for (size_t root = 0; root < roots_.size(); ++root) {
    roots_[root].keys.push_back(of_root(k, prompts_.node(root_nodes_[root])));
    roots_[root].values.push_back(of_root(v, prompts_.node(root_nodes_[root])));
  }
}

void Decoder::capture_leaves(int64_t layer, const at::Tensor& k, const at::Tensor& v) {
  (void)layer;
  const auto rows = static_cast<int64_t>(leaves_.size()) * copies_;
  const auto fill = [&](const at::Tensor& x) {
    at::Tensor cache = at::zeros({rows, x.size(1), capacity_, x.size(2)}, x.options());
    for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
      if (leaf_paths_[leaf].empty()) continue;
      const at::Tensor own =
          x.index_select(0, index_tensor(leaf_paths_[leaf], x.device())).transpose(0, 1);  // [kv, L, d]
      const auto first = static_cast<int64_t>(leaf) * copies_;
      cache.slice(0, first, first + copies_).slice(2, 0, own.size(1)).copy_(own.unsqueeze(0));
    }
    return cache;
  };
  keys_.push_back(fill(k));
  values_.push_back(fill(v));
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
    R2RANK_CHECK(lengths_[row] < capacity_);
    positions.push_back(positions_[row]++);
    lengths.push_back(++lengths_[row]);
  }
  const auto attend = [&](int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
    return attend_step(layer, q, k, v, rows, lengths);
  };
  return transformer.states(index_tensor(ids, transformer.device()),
                            index_tensor(positions, transformer.device()), attend, false);
}

at::Tensor Decoder::attend_step(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                const std::vector<int64_t>& rows, const std::vector<int64_t>& lengths) {
  std::vector<int64_t> last;
  for (const int64_t length : lengths) last.push_back(length - 1);
  const at::Tensor row_index = index_tensor(rows, q.device()), place = index_tensor(last, q.device());
  keys_[layer].index_put_({row_index, at::indexing::Slice(), place}, k);
  values_[layer].index_put_({row_index, at::indexing::Slice(), place}, v);
  const auto count = static_cast<int64_t>(rows.size());
  at::Tensor out = at::empty({count, q.size(1), q.size(2)}, q.options().dtype(at::kFloat));
  at::Tensor lse = at::empty({count, q.size(1)}, out.options());
  cached_attention(q.contiguous(), keys_[layer], values_[layer], rows, lengths, out, lse);
  for (const auto& root : roots_) {
    const int64_t begin = std::lower_bound(rows.begin(), rows.end(), root.row_begin) - rows.begin();
    const int64_t end = std::lower_bound(rows.begin(), rows.end(), root.row_end) - rows.begin();
    if (begin == end || root.keys[layer].size(2) == 0) continue;
    const auto shared = model::attend(q.slice(0, begin, end).transpose(0, 1).unsqueeze(0), root.keys[layer],
                                      root.values[layer], false, {});
    merge_attention(out.slice(0, begin, end), lse.slice(0, begin, end), shared.out.squeeze(0).transpose(0, 1),
                    shared.lse.squeeze(0).transpose(0, 1));
  }
  return out.to(q.scalar_type());
}

}  // namespace r2rank::model
