#pragma once

#include <memory>
#include <vector>

#include "model/language_model.h"
#include "model/token_tree.h"

namespace r2rank::model {

/// Token-by-token continuation of many paths of one tree with a key-value cache. The prompt tree is run once;
/// then every leaf has `copies` rows (row = leaf * copies + copy) that grow apart. Rows of one root share
/// that root's keys and values. The cache is keyed by the weight version: using it after the weights changed
/// is an invariant failure.
class Decoder {
 public:
  /// `leaves` are nodes of `prompts`, in packed order; each row may grow by up to `max_new` tokens.
  Decoder(const LanguageModel& model, const TokenTree& prompts, std::vector<int32_t> leaves, int64_t copies,
          int64_t max_new);

  /// Final-norm states of all prompt tokens, [N, D].
  const at::Tensor& prompt_states() const { return prompt_states_; }
  /// State of the last token of each leaf, [leaves, D].
  at::Tensor leaf_states() const;
  /// Appends tokens[i] to row rows[i] (ascending, each once) and returns the states there, [rows, D].
  at::Tensor step(const std::vector<int64_t>& rows, const std::vector<int32_t>& tokens);

 private:
  struct RootCache {
    int64_t row_begin = 0, row_end = 0;
    std::vector<at::Tensor> keys, values;  // per layer [1, heads, H, d]
  };

  void prefill();
  void capture_roots(int64_t layer, const at::Tensor& k, const at::Tensor& v);
  void capture_leaves(int64_t layer, const at::Tensor& k, const at::Tensor& v);
  at::Tensor attend_step(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const std::vector<int64_t>& rows, const std::vector<int64_t>& lengths);

  const LanguageModel& model_;
  const TokenTree& prompts_;
  std::vector<int32_t> leaves_;
  int64_t copies_, capacity_ = 0;
  uint64_t version_;
  at::Tensor prompt_states_;
  std::vector<RootCache> roots_;
  std::vector<int32_t> root_nodes_;
  std::vector<std::vector<int64_t>> leaf_paths_;  // packed tokens below the root
  std::vector<at::Tensor> keys_, values_;         // per layer [rows, kv_heads, capacity, d]
  std::vector<int64_t> lengths_;                  // [rows] valid private keys
  std::vector<int64_t> positions_;                // [rows] position of the next token
};

}  // namespace r2rank::model
