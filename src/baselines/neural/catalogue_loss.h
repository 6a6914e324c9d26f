#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "baselines/neural/row_product.h"

namespace r2rank::baselines {

/// Softmax cross-entropy over all rows of a table: what full-catalogue training of a recommender minimises.
/// Logits are states . table (+ bias). They are held for as many states at a time as fit kHeld floats, so
/// that memory does not grow with the batch; three products a target, none of them repeated. Any number of
/// threads gives the same bits.
class CatalogueLoss {
 public:
  static constexpr int64_t kHeld = int64_t{4} << 20;  // 16 MiB

  /// Table [rows, D] and, where there is one, bias [rows], which stay as they are until the next set_table().
  void set_table(const float* table, int64_t rows, int64_t width, const float* bias = nullptr);

  /// Sum of -log softmax(logits[t])[targets[t]] over states [T, D]. Writes its gradient, divided by T, to
  /// state_gradients [T, D], and adds it to table_gradients [rows, D] and, with a bias, bias_gradients.
  double run(const float* states, std::span<const int32_t> targets, float* state_gradients,
             float* table_gradients, float* bias_gradients = nullptr);

  /// Logits of states [count, D], rows `out_stride` >= rows apart.
  void logits(const float* states, int64_t count, float* out, int64_t out_stride) const;

 private:
  struct Chunk {
    const float* states;               // [R, D]
    std::span<const int32_t> targets;  // [R]
    float* state_gradients;            // [R, D]
    int64_t rows() const { return static_cast<int64_t>(targets.size()); }
  };
  int64_t blocks() const;
  int64_t block_rows(int64_t block) const;
  void exponentiate(const Chunk& chunk, int64_t block);
  double combine(const Chunk& chunk);
  void normalise(const Chunk& chunk, int64_t block, float scale, float* bias_gradients);
  void to_states(const Chunk& chunk, int64_t begin, int64_t end) const;

  TablePanels panels_;
  const float* table_ = nullptr;
  const float* bias_ = nullptr;
  int64_t rows_ = 0, width_ = 0;
  std::vector<float> held_;           // [blocks][R][kBlock]: logits, then probabilities, then gradients
  std::vector<float> highest_;        // [blocks][R], then what a block's exponentials are multiplied by
  std::vector<float> target_logits_;  // [R]
  std::vector<double> sums_;          // [blocks][R] of the exponentials
};

}  // namespace r2rank::baselines
