#include "model/packed_decode_cache.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>

#include "model/fast_exp.h"
#include "model/float_rows.h"
#include "model/own_tokens.h"
#include "model/profile.h"
#include "model/tile_product.h"

namespace r2rank::model {
namespace {

struct Shape {
  int64_t heads, kv_heads, d, group;
  float scale;
};

/// Keys and values of a run of prompt tokens in tiles of up to 64 tokens, for each key head.
template <class T>
class SharedRun {
 public:
  SharedRun(const at::Tensor& keys, const at::Tensor& values, const std::vector<int64_t>& tokens)
      : count_(static_cast<int64_t>(tokens.size())),
        d_(keys.size(2)),
        keys_(static_cast<size_t>(tile_width(count_) * d_ * keys.size(1))),
        values_(keys_.size()) {
    std::vector<T> rows(count_ * d_);
    for (int64_t kv = 0; kv < keys.size(1); ++kv) {
      gather(keys, tokens, kv, rows);
      for_tiles([&](int64_t at, int64_t count, int64_t width) {
        pack_transposed(rows.data() + at * d_, d_, count, d_, width, keys_.data() + offset(kv, at));
      });
      gather(values, tokens, kv, rows);
      for_tiles([&](int64_t at, int64_t count, int64_t width) {
        pack_row_chunks(rows.data() + at * d_, d_, count, width, d_, values_.data() + offset(kv, at));
      });
    }
  }

  int64_t width() const { return tile_width(count_); }

  /// Scores of m query rows with every token: tile after tile [m, width of the tile].
  void score(int64_t kv, int64_t m, const T* queries, float* scores) const {
    for_tiles([&](int64_t at, int64_t, int64_t width) {
      tile_product(m, width, d_, queries, d_, keys_.data() + offset(kv, at), scores + m * at, width, false);
    });
  }
  /// mixed [m, d] += weights times values.
  void mix(int64_t kv, int64_t m, const T* weights, float* mixed) const {
    for_tiles([&](int64_t at, int64_t, int64_t width) {
      for_chunks(d_, [&](int64_t column, int64_t n) {
        tile_product(m, n, width, weights + m * at, width, values_.data() + offset(kv, at) + column * width,
                     mixed + column, d_, true);
      });
    });
  }
  /// For one row of m and each tile, use(where its scores begin, how many are of tokens, how many there are
  /// with padding).
  template <class Use>
  void for_row(int64_t row, int64_t m, const Use& use) const {
    for_tiles([&](int64_t at, int64_t count, int64_t width) { use(m * at + row * width, count, width); });
  }

 private:
  template <class Use>
  void for_tiles(const Use& use) const {
    for (int64_t at = 0; at < count_; at += kTileWidth) {
      const int64_t count = std::min(kTileWidth, count_ - at);
      use(at, count, tile_width(count));
    }
  }
  int64_t offset(int64_t kv, int64_t at) const { return (kv * width() + at) * d_; }

  static void gather(const at::Tensor& x, const std::vector<int64_t>& tokens, int64_t kv,
                     std::vector<T>& rows) {
    const int64_t d = x.size(2);
    const T* data = x.const_data_ptr<T>();
    for (size_t i = 0; i < tokens.size(); ++i)
      std::copy_n(data + (tokens[i] * x.size(1) + kv) * d, d, rows.data() + i * d);
  }

  int64_t count_, d_;
  std::vector<T> keys_, values_;
};

template <class T>
struct LayerCache {
  std::vector<SharedRun<T>> roots, leaves;
  OwnTokens<T> own;
};

/// Live rows of one root that are attended together: a range of the step's rows.
struct Block {
  int64_t root, begin, end;
};

/// What one step asks of one layer.
template <class T>
struct Step {
  const DecodeLayout& layout;
  LayerCache<T>& cache;
  const Shape& shape;
  const std::vector<int64_t>&rows, &lengths;
  const T *q, *k, *v;
  T* out;
};

/// Attention of a block's rows for one key head. Queries stand row after row, a group's heads together.
template <class T>
class BlockWorker {
 public:
  BlockWorker(const Step<T>& step, int64_t shared_width)
      : step_(step),
        queries_(kTileWidth * step.shape.d),
        wide_(kTileWidth * step.shape.d),
        scores_(kTileWidth * shared_width),
        weights_(kTileWidth * shared_width),
        own_stride_(step.layout.capacity + 1),
        own_(step.shape.group * own_stride_),
        mixed_(kTileWidth * step.shape.d) {}

  void run(const Block& block, int64_t kv) {
    const Shape& shape = step_.shape;
    const int64_t count = block.end - block.begin, m = count * shape.group, run = shape.group * shape.d;
    for (int64_t r = 0; r < count; ++r)
      std::copy_n(step_.q + ((block.begin + r) * shape.heads + kv * shape.group) * shape.d, run,
                  queries_.data() + r * run);
    load(queries_.data(), wide_.data(), m * shape.d);
    std::fill_n(mixed_.data(), m * shape.d, 0.0F);
    prefetch(block, kv, block.begin);
    const auto& root = step_.cache.roots[block.root];
    root.score(kv, m, queries_.data(), scores_.data());
    for (int64_t r = 0; r < count;) {
      const int64_t leaf = step_.rows[block.begin + r] / step_.layout.copies;
      int64_t end = r + 1;
      while (end < count && step_.rows[block.begin + end] / step_.layout.copies == leaf) ++end;
      attend_leaf(block, kv, leaf, r, end, m);
      r = end;
    }
    root.mix(kv, m, weights_.data(), mixed_.data());
    for (int64_t r = 0; r < count; ++r) {
      for (int64_t h = 0; h < shape.group; ++h)
        scale(mixed_.data() + r * run + h * shape.d, shape.d, inverse_[r * shape.group + h]);
      store(mixed_.data() + r * run,
            step_.out + ((block.begin + r) * shape.heads + kv * shape.group) * shape.d, run);
    }
  }

 private:
  /// The own tokens of one of the step's rows, if it is of the block.
  [[gnu::always_inline]] void prefetch(const Block& block, int64_t kv, int64_t r) const {
    if (r < block.end) step_.cache.own.prefetch(step_.rows[r], kv, step_.lengths[r]);
  }

  static void scale(float* numbers, int64_t n, float factor) {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) numbers[i] *= factor;
  }

  /// Rows [first, end) of the block, all of one leaf: their weights of the root's tokens, and what the leaf's
  /// and their own tokens add to `mixed`, both relative to each row's largest score.
  void attend_leaf(const Block& block, int64_t kv, int64_t leaf, int64_t first, int64_t end, int64_t m) {
    const Shape& shape = step_.shape;
    const auto &root = step_.cache.roots[block.root], &shared = step_.cache.leaves[leaf];
    const int64_t leaf_m = (end - first) * shape.group, base = kTileWidth * root.width();
    const int64_t start = first * shape.group;
    shared.score(kv, leaf_m, queries_.data() + start * shape.d, scores_.data() + base);
    for (int64_t r = first; r < end; ++r) {
      prefetch(block, kv, block.begin + r + 1);
      const int64_t row = step_.rows[block.begin + r], length = step_.lengths[block.begin + r];
      const int64_t token = ((block.begin + r) * shape.kv_heads + kv) * shape.d;
      step_.cache.own.append(row, kv, length - 1, step_.k + token, step_.v + token);
      step_.cache.own.score(row, kv, length, wide_.data() + r * shape.group * shape.d, shape.group,
                            own_.data(), own_stride_);
      for (int64_t h = 0; h < shape.group; ++h) {
        const int64_t place = r * shape.group + h;
        float* own = own_.data() + h * own_stride_;
        float top = largest(own, length, own[0]), sum = 0;
        root.for_row(place, m,
                     [&](int64_t at, int64_t n, int64_t) { top = largest(scores_.data() + at, n, top); });
        shared.for_row(place - start, leaf_m, [&](int64_t at, int64_t n, int64_t) {
          top = largest(scores_.data() + base + at, n, top);
        });
        root.for_row(place, m,
                     [&](int64_t at, int64_t n, int64_t width) { sum += soften(at, n, width, top); });
        shared.for_row(place - start, leaf_m, [&](int64_t at, int64_t n, int64_t width) {
          sum += soften(base + at, n, width, top);
        });
        sum += exponentials(own, length, top);
        own[length] = 0;
        inverse_[place] = 1.0F / sum;
      }
      step_.cache.own.mix(row, kv, length, own_.data(), own_stride_, shape.group,
                          mixed_.data() + r * shape.group * shape.d);
    }
    shared.mix(kv, leaf_m, weights_.data() + base, mixed_.data() + start * shape.d);
  }

  static float largest(const float* scores, int64_t n, float top) {
#pragma omp simd reduction(max : top)
    for (int64_t i = 0; i < n; ++i) top = scores[i] > top ? scores[i] : top;
    return top;
  }

  float exponentials(float* scores, int64_t n, float top) const {
    float sum = 0;
    const float scale = step_.shape.scale;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; ++i) sum += scores[i] = fast_exp((scores[i] - top) * scale);
    return sum;
  }

  /// Scores to weights of one row of a tile; padding weighs nothing.
  float soften(int64_t at, int64_t n, int64_t width, float top) {
    float* scores = scores_.data() + at;
    const float sum = exponentials(scores, n, top);
    std::fill(scores + n, scores + width, 0.0F);
    store(scores, weights_.data() + at, width);
    return sum;
  }

  const Step<T>& step_;
  std::vector<T> queries_;
  std::vector<float> wide_, scores_;
  std::vector<T> weights_;
  int64_t own_stride_;  // one more than a row may have: values are read in pairs
  std::vector<float> own_, mixed_;
  float inverse_[kTileWidth];
};

template <class T>
class PackedDecodeCache : public DecodeCache {
 public:
  PackedDecodeCache(const DecodeLayout& layout, const Shape& shape) : layout_(layout), shape_(shape) {}

  void add_layer(const at::Tensor& keys, const at::Tensor& values) override {
    const at::Tensor k = keys.contiguous(), v = values.contiguous();
    LayerCache<T> layer{{}, {}, OwnTokens<T>(layout_.rows(), shape_.kv_heads, layout_.capacity, shape_.d)};
    for (const auto& root : layout_.roots) layer.roots.emplace_back(k, v, root.tokens);
    for (const auto& leaf : layout_.leaves) layer.leaves.emplace_back(k, v, leaf.tokens);
    if (layers_.empty()) measure(layer);
    layers_.push_back(std::move(layer));
  }

  at::Tensor attend(int64_t layer, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                    const std::vector<int64_t>& rows, const std::vector<int64_t>& lengths) override {
    const Mark mark("decode attention");
    const at::Tensor queries = q.contiguous(), keys = k.contiguous(), values = v.contiguous();
    LayerCache<T>& cache = layers_[layer];
    at::Tensor out = at::empty_like(queries);
    const Step<T> step{layout_,
                       cache,
                       shape_,
                       rows,
                       lengths,
                       queries.const_data_ptr<T>(),
                       keys.const_data_ptr<T>(),
                       values.const_data_ptr<T>(),
                       out.mutable_data_ptr<T>()};
    const auto blocks = cut(rows);
    at::parallel_for(0, static_cast<int64_t>(blocks.size()) * shape_.kv_heads, 1,
                     [&](int64_t begin, int64_t end) {
                       const TileProducts context;
                       BlockWorker<T> worker(step, shared_width_);
                       for (int64_t task = begin; task < end; ++task)
                         worker.run(blocks[task / shape_.kv_heads], task % shape_.kv_heads);
                     });
    return out;
  }

 private:
  void measure(const LayerCache<T>& layer) {
    int64_t root = 0, leaf = 0;
    for (const auto& run : layer.roots) root = std::max(root, run.width());
    for (const auto& run : layer.leaves) leaf = std::max(leaf, run.width());
    shared_width_ = root + leaf;
  }

  /// As many rows of one root together as a tile has room for.
  std::vector<Block> cut(const std::vector<int64_t>& rows) const {
    const int64_t most = kTileWidth / shape_.group;
    std::vector<Block> blocks;
    int64_t root = 0;
    for (int64_t i = 0; i < static_cast<int64_t>(rows.size()); ++i) {
      while (rows[i] >= layout_.roots[root].row_end) ++root;
      if (blocks.empty() || blocks.back().root != root || i - blocks.back().begin == most)
        blocks.push_back({root, i, i});
      blocks.back().end = i + 1;
    }
    return blocks;
  }

  const DecodeLayout& layout_;
  Shape shape_;
  int64_t shared_width_ = 0;
  std::vector<LayerCache<T>> layers_;
};

}  // namespace

std::unique_ptr<DecodeCache> make_packed_decode_cache(const DecodeLayout& layout, at::ScalarType type,
                                                      int64_t heads, int64_t kv_heads, int64_t head_width) {
  const Shape shape{heads, kv_heads, head_width, heads / kv_heads,
                    1.0F / std::sqrt(static_cast<float>(head_width))};
  if (type == at::kFloat) return std::make_unique<PackedDecodeCache<float>>(layout, shape);
  return std::make_unique<PackedDecodeCache<at::BFloat16>>(layout, shape);
}

}  // namespace r2rank::model
