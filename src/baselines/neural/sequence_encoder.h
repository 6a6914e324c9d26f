#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "baselines/neural/dropout.h"

namespace r2rank::baselines {

/// Item sequences one after the other, without padding.
struct PackedSequences {
  std::vector<int32_t> rows;    ///< [N] rows of the item table, oldest first in each sequence
  std::vector<int64_t> starts;  ///< [S + 1] where each sequence begins in rows
  std::vector<int32_t> users;   ///< [S]
  std::vector<int64_t> wanted;  ///< [T] places in rows whose states are asked for, ascending

  int64_t tokens() const { return static_cast<int64_t>(rows.size()); }
  int64_t sequences() const { return static_cast<int64_t>(users.size()); }
  void clear();
  void begin(int32_t user);  ///< a new sequence
  void push(int32_t row);    ///< one item more of it
  void want_last() { wanted.push_back(tokens() - 1); }
};

/// Copies the rows' vectors out of a table, x [N, D] / adds gradients [N, D] to the table's, but for row 0:
/// padding is no item, and only the softmax moves it.
void gather_rows(const PackedSequences& input, const float* table, int64_t width, std::vector<float>& x);
void scatter_rows(const PackedSequences& input, const float* gradients, int64_t width, float* table);

/// One forward and backward pass over some sequences; holds what backward needs. Passes of one encoder may
/// run in different threads, but for scatter().
class EncoderPass {
 public:
  virtual ~EncoderPass() = default;
  /// States [T, D] of the wanted places; `input` must stay until scatter().
  virtual void forward(const PackedSequences& input, const Dropout& dropout, float* states) = 0;
  /// Adds the gradients of the shared parameters to gradients [shared()], from those of the states [T, D].
  virtual void backward(const float* state_gradients, float* gradients) = 0;
  /// Adds the gradients of the tables' rows to those of all parameters.
  virtual void scatter(float* gradients) const = 0;
};

/// Turns item sequences into states whose product with an item's row is its score. Its parameters lie in a
/// FlatParameters: first the shared ones, then tables with a row an item or a user, of which a pass touches
/// few.
class SequenceEncoder {
 public:
  virtual ~SequenceEncoder() = default;
  virtual int64_t width() const = 0;   ///< D
  virtual int64_t shared() const = 0;  ///< how many numbers the shared parameters have
  virtual int64_t item_table()
      const = 0;  ///< place of [items + 1 (+ 1), D]; row 0 is padding, item i row i + 1
  virtual int64_t bias() const { return -1; }  ///< place of [items + 1] added to scores; -1: none
  /// By what states are multiplied, [items + 1, D]: the item table, or what is made of it. The gradients of
  /// what is made of it are handed to output_back.
  virtual const float* output_table(const float* values, const Dropout& dropout) {
    static_cast<void>(dropout);
    return values + item_table();
  }
  virtual bool output_is_table() const { return true; }
  virtual void output_back(const float* output_gradients, float* gradients) const {
    static_cast<void>(output_gradients);
    static_cast<void>(gradients);
  }
  /// To be called when parameters have changed.
  virtual void refresh() = 0;
  virtual std::unique_ptr<EncoderPass> make_pass() const = 0;
  /// Adds the gradients of what the loss has beside the cross-entropy, and returns its value.
  virtual double regularise(float* gradients) const {
    static_cast<void>(gradients);
    return 0;
  }
};

}  // namespace r2rank::baselines
