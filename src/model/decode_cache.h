#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <vector>

namespace r2rank::model {

/// Which prompt tokens the rows of a decoder share. Rows are numbered leaf by leaf, `copies` of each.
struct DecodeLayout {
  /// A run of packed prompt tokens and the rows [row_begin, row_end) that see all of it.
  struct Shared {
    std::vector<int64_t> tokens;
    int64_t row_begin = 0, row_end = 0;
  };
  std::vector<Shared> roots;   ///< ascending; every row belongs to one
  std::vector<Shared> leaves;  ///< what follows the root on the path of each leaf; may be empty runs
  int64_t copies = 1;
  int64_t capacity = 0;  ///< tokens a row may grow by
  int64_t rows() const { return static_cast<int64_t>(leaves.size()) * copies; }
};

/// Keys and values of all layers while rows grow token by token. Room for every row is made at once and never
/// moves.
class DecodeCache {
 public:
  virtual ~DecodeCache() = default;
  /// Takes the prompt's keys and values of the next layer, [N, kv_heads, d] both.
  virtual void add_layer(const at::Tensor& keys, const at::Tensor& values) = 0;
  /// Appends one key and value of each live row and attends to all that the row sees. rows ascending;
  /// lengths[i]: tokens row rows[i] has grown by, this one included. q [R, heads, d], k and v
  /// [R, kv_heads, d] -> [R, heads, d].
  virtual at::Tensor attend(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const std::vector<int64_t>& rows, const std::vector<int64_t>& lengths) = 0;
};

/// Tiles on CPUs that have the instructions (packed_decode_cache.h), plain tensor operations elsewhere
/// (plain_decode_cache.h). The layout is kept by reference.
std::unique_ptr<DecodeCache> make_decode_cache(const DecodeLayout& layout, at::ScalarType type,
                                               at::Device device, int64_t heads, int64_t kv_heads,
                                               int64_t head_width);

}  // namespace r2rank::model
