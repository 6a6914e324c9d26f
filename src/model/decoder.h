#pragma once

#include <memory>
#include <vector>

#include "model/decode_cache.h"
#include "model/language_model.h"
#include "model/token_tree.h"

namespace r2rank::model {

/// Token-by-token continuation of many paths of one tree with a key-value cache. The prompt tree is run once;
/// then every leaf has `copies` rows (row = leaf * copies + copy) that grow apart. Rows of one root share
/// that root's keys and values. The cache is keyed by the weight version: using it after the weights changed
/// is an invariant failure.
class Decoder {
 public:
  /// `leaves` are nodes of `prompts`, in packed order; each row may grow by up to `max_new` tokens. `shifts`
  /// are added to the embeddings of prompt tokens.
  Decoder(const LanguageModel& model, const TokenTree& prompts, std::vector<int32_t> leaves, int64_t copies,
          int64_t max_new, const Transformer::Shifts& shifts = {});
  Decoder(const Decoder&) = delete;  // the cache refers to the layout
  Decoder& operator=(const Decoder&) = delete;

  /// Final-norm states of all prompt tokens, [N, D].
  const at::Tensor& prompt_states() const { return prompt_states_; }
  /// State of the last token of each leaf, [leaves, D].
  at::Tensor leaf_states() const;
  /// Appends tokens[i] to row rows[i] (ascending, each once) and returns the states there, [rows, D].
  at::Tensor step(const std::vector<int64_t>& rows, const std::vector<int32_t>& tokens);

 private:
  void add_leaf(size_t leaf);
  void prefill(const Transformer::Shifts& shifts);

  const LanguageModel& model_;
  const TokenTree& prompts_;
  std::vector<int32_t> leaves_;
  uint64_t version_;
  DecodeLayout layout_;
  std::unique_ptr<DecodeCache> cache_;
  at::Tensor prompt_states_;
  std::vector<int64_t> lengths_;    // [rows] tokens grown by
  std::vector<int64_t> positions_;  // [rows] position of the next token
};

}  // namespace r2rank::model
