#include "model/tile_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "model/fast_exp.h"
#include "model/float_rows.h"
#include "model/tile_layout.h"
#include "model/tile_product.h"

namespace r2rank::model {
namespace {

using Block = TileLayout::Block;
using Tile = TileLayout::Tile;

struct Shape {
  int64_t tokens, heads, kv_heads, d, group;
  float scale;
  explicit Shape(const at::Tensor& q, const at::Tensor& k)
      : tokens(q.size(0)),
        heads(q.size(1)),
        kv_heads(k.size(1)),
        d(q.size(2)),
        group(heads / kv_heads),
        scale(1.0F / std::sqrt(static_cast<float>(d))) {}
};

/// Every tile of one of k and v, packed once for each key head: `transposed` for products with the head width
/// inside, else for products over the keys.
template <class T>
class PackedKeys {
 public:
  PackedKeys(const TileLayout& layout, const at::Tensor& x, bool transposed)
      : size_(layout.width * x.size(2)), d_(x.size(2)), data_(static_cast<size_t>(size_ * x.size(1))) {
    const int64_t kv_heads = x.size(1), count = static_cast<int64_t>(layout.tiles.size());
    const T* source = x.const_data_ptr<T>();
    at::parallel_for(0, count * kv_heads, 1, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; ++task) {
        const Tile& tile = layout.tiles[task / kv_heads];
        const int64_t kv = task % kv_heads, stride = kv_heads * d_;
        const T* rows = source + tile.begin * stride + kv * d_;
        T* out = data_.data() + kv * size_ + tile.offset * d_;
        if (transposed)
          pack_transposed(rows, stride, tile.count, d_, tile.width, out);
        else
          pack_row_chunks(rows, stride, tile.count, tile.width, d_, out);
      }
    });
  }

  const T* tile(int64_t kv, const Tile& tile) const { return data_.data() + kv * size_ + tile.offset * d_; }

 private:
  int64_t size_, d_;
  std::vector<T> data_;
};

/// The query rows of a block, (token, head of the group) in order, copied together from [N, heads, d].
template <class T>
void gather_rows(const T* x, const Shape& shape, const Block& block, int64_t kv, T* rows) {
  const int64_t run = shape.group * shape.d;
  for (int64_t t = 0; t < block.count; ++t)
    std::copy_n(x + ((block.begin + t) * shape.heads + kv * shape.group) * shape.d, run, rows + t * run);
}

/// How many keys of a tile the token `position` (packed) sees, given that the tile is on its path.
int64_t visible_keys(const Tile& tile, const Block& block, int64_t position) {
  if (tile.begin < block.own_begin) return tile.count;
  return std::clamp<int64_t>(position - tile.begin + 1, 0, tile.count);
}

// --- Forward

/// Scores of one row in place of their exponentials relative to the row's largest; returns log-sum-exp and
/// sum.
struct RowSum {
  float top = -std::numeric_limits<float>::infinity(), sum = 0;
};

template <class T>
class ForwardWorker {
 public:
  ForwardWorker(const TileLayout& layout, const Shape& shape, const at::Tensor& q, const PackedKeys<T>& keys,
                const PackedKeys<T>& values, at::Tensor& out, at::Tensor& lse)
      : layout_(layout),
        shape_(shape),
        q_(q.const_data_ptr<T>()),
        keys_(keys),
        values_(values),
        out_(out.mutable_data_ptr<T>()),
        lse_(lse.mutable_data_ptr<float>()),
        rows_(kTileWidth * shape.d),
        scores_(kTileWidth * layout.most_keys),
        weights_(kTileWidth * layout.most_keys),
        mixed_(kTileWidth * shape.d) {}

  void run(const Block& block, int64_t kv) {
    const int64_t m = block.count * shape_.group;
    gather_rows(q_, shape_, block, kv, rows_.data());
    int64_t at = 0;
    for (const int64_t index : block.tiles) {
      const Tile& tile = layout_.tiles[index];
      tile_product(m, tile.width, shape_.d, rows_.data(), shape_.d, keys_.tile(kv, tile),
                   scores_.data() + m * at, tile.width, false);
      at += tile.width;
    }
    RowSum sums[kTileWidth];
    for (int64_t row = 0; row < m; ++row) sums[row] = soften(block, row, m);
    mix(block, kv, m);
    finish(block, kv, sums);
  }

 private:
  /// exp(scale * score - top) of one row, rounded to T; invisible and padding keys become 0.
  RowSum soften(const Block& block, int64_t row, int64_t m) {
    const int64_t position = block.begin + row / shape_.group;
    RowSum result;
    int64_t at = 0;
    for (const int64_t index : block.tiles) {
      const Tile& tile = layout_.tiles[index];
      const float* scores = scores_.data() + m * at + row * tile.width;
      const int64_t visible = visible_keys(tile, block, position);
      float top = result.top;
#pragma omp simd reduction(max : top)
      for (int64_t i = 0; i < visible; ++i) top = scores[i] > top ? scores[i] : top;
      result.top = top;
      at += tile.width;
    }
    at = 0;
    for (const int64_t index : block.tiles) {
      const Tile& tile = layout_.tiles[index];
      float* scores = scores_.data() + m * at + row * tile.width;
      const int64_t visible = visible_keys(tile, block, position);
      float sum = 0;
      const float scale = shape_.scale, top = result.top;
#pragma omp simd reduction(+ : sum)
      for (int64_t i = 0; i < visible; ++i) sum += scores[i] = fast_exp((scores[i] - top) * scale);
      std::fill(scores + visible, scores + tile.width, 0.0F);
      store(scores, weights_.data() + m * at + row * tile.width, tile.width);
      result.sum += sum;
      at += tile.width;
    }
    return result;
  }

  void mix(const Block& block, int64_t kv, int64_t m) {
    int64_t at = 0;
    for (const int64_t index : block.tiles) {
      const Tile& tile = layout_.tiles[index];
      for_chunks(shape_.d, [&](int64_t column, int64_t n) {
        tile_product(m, n, tile.width, weights_.data() + m * at, tile.width,
                     values_.tile(kv, tile) + column * tile.width, mixed_.data() + column, shape_.d, at > 0);
      });
      at += tile.width;
    }
  }

  void finish(const Block& block, int64_t kv, const RowSum* sums) {
    for (int64_t t = 0; t < block.count; ++t)
      for (int64_t h = 0; h < shape_.group; ++h) {
        const int64_t row = t * shape_.group + h,
                      place = (block.begin + t) * shape_.heads + kv * shape_.group + h;
        float* mixed = mixed_.data() + row * shape_.d;
        const float factor = 1.0F / sums[row].sum;
        for (int64_t i = 0; i < shape_.d; ++i) mixed[i] *= factor;
        store(mixed, out_ + place * shape_.d, shape_.d);
        lse_[place] = sums[row].top * shape_.scale + std::log(sums[row].sum);
      }
  }

  const TileLayout& layout_;
  const Shape& shape_;
  const T* q_;
  const PackedKeys<T>&keys_, &values_;
  T* out_;
  float* lse_;
  std::vector<T> rows_;
  std::vector<float> scores_;
  std::vector<T> weights_;
  std::vector<float> mixed_;
};

template <class T>
AttentionPartResult forward(const std::vector<TokenTree::Node>& nodes, const at::Tensor& q,
                            const at::Tensor& k, const at::Tensor& v) {
  const Shape shape(q, k);
  const TileLayout layout(nodes, shape.group);
  const PackedKeys<T> keys(layout, k, true), values(layout, v, false);
  AttentionPartResult result{at::empty_like(q),
                             at::empty({shape.tokens, shape.heads}, q.options().dtype(at::kFloat))};
  const auto tasks = static_cast<int64_t>(layout.blocks.size()) * shape.kv_heads;
  at::parallel_for(0, tasks, 4, [&](int64_t begin, int64_t end) {
    const TileProducts context;
    ForwardWorker<T> worker(layout, shape, q, keys, values, result.out, result.lse);
    for (int64_t task = begin; task < end; ++task)
      worker.run(layout.blocks[task / shape.kv_heads], task % shape.kv_heads);
  });
  return result;
}

// --- Backward

/// Blocks of one tree are shared out over at least this many lanes with the key heads and the other trees,
/// each with its own sums, so that one tree alone keeps several threads busy. Fixed, so results do not depend
/// on the threads.
constexpr int64_t kFewestLanes = 8;

struct Lane {
  int64_t tree, kv, first_block, end_block;
  int64_t offset;  ///< of its sums, in rows of d
};

std::vector<Lane> make_lanes(const TileLayout& layout, int64_t kv_heads) {
  std::vector<Lane> lanes;
  const auto pairs = static_cast<int64_t>(layout.trees.size()) * kv_heads;
  int64_t offset = 0;
  for (int64_t tree = 0; tree < static_cast<int64_t>(layout.trees.size()); ++tree) {
    const auto& range = layout.trees[tree];
    const int64_t blocks = range.end_block - range.first_block;
    const int64_t parts =
        std::clamp<int64_t>((kFewestLanes + pairs - 1) / pairs, 1, std::max<int64_t>(blocks, 1));
    for (int64_t kv = 0; kv < kv_heads; ++kv)
      for (int64_t part = 0; part < parts; ++part) {
        lanes.push_back({tree, kv, range.first_block + part * blocks / parts,
                         range.first_block + (part + 1) * blocks / parts, offset});
        offset += range.end - range.begin;
      }
  }
  return lanes;
}

template <class T>
struct BackwardInputs {
  const TileLayout& layout;
  const Shape& shape;
  const T *grad, *q, *k, *v, *out;
  const float* lse;
  const PackedKeys<T>& keys;  ///< for products over the keys
  T* dq;
};

template <class T>
class BackwardWorker {
 public:
  explicit BackwardWorker(const BackwardInputs<T>& in)
      : in_(in),
        d_(in.shape.d),
        q_(kTileWidth * d_),
        g_(kTileWidth * d_),
        q_columns_(kTileWidth * d_),
        g_columns_(kTileWidth * d_),
        q_rows_(kTileWidth * d_),
        g_rows_(kTileWidth * d_),
        scores_(kTileWidth * kTileWidth),
        slopes_(kTileWidth * kTileWidth),
        weights_(kTileWidth * kTileWidth),
        steps_(kTileWidth * kTileWidth),
        turned_(kTileWidth * kTileWidth),
        dq_(kTileWidth * d_) {}

  /// Adds this block's share to the sums dk, dv [tokens of the tree, d] (row 0 is the tree's first token) and
  /// writes its rows of dq.
  void run(const Block& block, int64_t kv, int64_t first_token, float* dk, float* dv) {
    const int64_t m = block.count * in_.shape.group, width = tile_width(m);
    gather_rows(in_.q, in_.shape, block, kv, q_.data());
    gather_rows(in_.grad, in_.shape, block, kv, g_.data());
    pack_transposed(q_.data(), d_, m, d_, width, q_columns_.data());
    pack_transposed(g_.data(), d_, m, d_, width, g_columns_.data());
    pack_row_chunks(q_.data(), d_, m, width, d_, q_rows_.data());
    pack_row_chunks(g_.data(), d_, m, width, d_, g_rows_.data());
    row_terms(block, kv);
    for (size_t index = 0; index < block.tiles.size(); ++index) {
      const Tile& tile = in_.layout.tiles[block.tiles[index]];
      const int64_t to = (tile.begin - first_token) * d_;
      weights_and_steps(block, tile, kv, m, width);
      add_product(weights_, g_rows_, tile.count, width, dv + to);
      add_product(steps_, q_rows_, tile.count, width, dk + to);
      query_gradient(tile, kv, m, width, index > 0);
    }
    for (int64_t t = 0; t < block.count; ++t) {
      const int64_t run = in_.shape.group * d_;
      store(dq_.data() + t * run, in_.dq + ((block.begin + t) * in_.shape.heads + kv * in_.shape.group) * d_,
            run);
    }
  }

 private:
  /// lse and sum(dO * O) of each row.
  void row_terms(const Block& block, int64_t kv) {
    std::vector<float> out(d_), grad(d_);
    for (int64_t t = 0; t < block.count; ++t)
      for (int64_t h = 0; h < in_.shape.group; ++h) {
        const int64_t row = t * in_.shape.group + h,
                      place = (block.begin + t) * in_.shape.heads + kv * in_.shape.group + h;
        load(in_.out + place * d_, out.data(), d_);
        load(in_.grad + place * d_, grad.data(), d_);
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int64_t i = 0; i < d_; ++i) sum += out[i] * grad[i];
        row_dot_[row] = sum;
        row_lse_[row] = in_.lse[place];
      }
  }

  /// For each key of the tile (a row) and query (a column): the weight P and the score's gradient dS, both as
  /// T.
  void weights_and_steps(const Block& block, const Tile& tile, int64_t kv, int64_t m, int64_t width) {
    const int64_t stride = in_.shape.kv_heads * d_;
    const T *keys = in_.k + tile.begin * stride + kv * d_, *values = in_.v + tile.begin * stride + kv * d_;
    tile_product(tile.count, width, d_, keys, stride, q_columns_.data(), scores_.data(), width, false);
    tile_product(tile.count, width, d_, values, stride, g_columns_.data(), slopes_.data(), width, false);
    for (int64_t key = 0; key < tile.count; ++key) {
      // Queries from `first` on see this key.
      const int64_t first =
          tile.begin < block.own_begin
              ? 0
              : std::clamp<int64_t>(tile.begin + key - block.begin, 0, block.count) * in_.shape.group;
      float *p = scores_.data() + key * width, *s = slopes_.data() + key * width;
      std::fill(p, p + first, 0.0F);
      std::fill(s, s + first, 0.0F);
      const float scale = in_.shape.scale;
#pragma omp simd
      for (int64_t i = first; i < m; ++i) {
        p[i] = fast_exp(p[i] * scale - row_lse_[i]);
        s[i] = p[i] * (s[i] - row_dot_[i]) * scale;
      }
      std::fill(p + m, p + width, 0.0F);
      std::fill(s + m, s + width, 0.0F);
      store(p, weights_.data() + key * width, width);
      store(s, steps_.data() + key * width, width);
    }
  }

  void add_product(const std::vector<T>& left, const std::vector<T>& right, int64_t keys, int64_t width,
                   float* sums) {
    for_chunks(d_, [&](int64_t column, int64_t n) {
      tile_product(keys, n, width, left.data(), width, right.data() + column * width, sums + column, d_,
                   true);
    });
  }

  void query_gradient(const Tile& tile, int64_t kv, int64_t m, int64_t width, bool add) {
    for (int64_t row = 0; row < m; ++row) {
      T* out = turned_.data() + row * tile.width;
      for (int64_t key = 0; key < tile.count; ++key) out[key] = steps_[key * width + row];
      std::fill(out + tile.count, out + tile.width, T(0));
    }
    for_chunks(d_, [&](int64_t column, int64_t n) {
      tile_product(m, n, tile.width, turned_.data(), tile.width,
                   in_.keys.tile(kv, tile) + column * tile.width, dq_.data() + column, d_, add);
    });
  }

  const BackwardInputs<T>& in_;
  int64_t d_;
  std::vector<T> q_, g_, q_columns_, g_columns_, q_rows_, g_rows_;
  std::vector<float> scores_, slopes_;
  std::vector<T> weights_, steps_, turned_;
  std::vector<float> dq_;
  float row_lse_[kTileWidth], row_dot_[kTileWidth];
};

/// Sums over the lanes of each tree and key head, as the tensor's type.
template <class T>
at::Tensor collect(const TileLayout& layout, const std::vector<Lane>& lanes, const std::vector<float>& sums,
                   const at::Tensor& like) {
  const int64_t kv_heads = like.size(1), d = like.size(2);
  at::Tensor result = at::zeros_like(like);
  T* out = result.mutable_data_ptr<T>();
  const auto pairs = static_cast<int64_t>(layout.trees.size()) * kv_heads;
  const int64_t count = static_cast<int64_t>(lanes.size());
  at::parallel_for(0, pairs, 1, [&](int64_t begin, int64_t end) {
    std::vector<float> total(d);
    for (int64_t pair = begin; pair < end; ++pair) {
      const int64_t tree = pair / kv_heads, kv = pair % kv_heads;
      const auto& range = layout.trees[tree];
      for (int64_t token = range.begin; token < range.end; ++token) {
        std::fill(total.begin(), total.end(), 0.0F);
        for (int64_t lane = 0; lane < count; ++lane) {
          if (lanes[lane].tree != tree || lanes[lane].kv != kv) continue;
          const float* row = sums.data() + (lanes[lane].offset + token - range.begin) * d;
          for (int64_t i = 0; i < d; ++i) total[i] += row[i];
        }
        store(total.data(), out + (token * kv_heads + kv) * d, d);
      }
    }
  });
  return result;
}

template <class T>
AttentionPartGradients backward(const std::vector<TokenTree::Node>& nodes, const at::Tensor& grad,
                                const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                const at::Tensor& out, const at::Tensor& lse) {
  const Shape shape(q, k);
  const TileLayout layout(nodes, shape.group);
  const PackedKeys<T> keys(layout, k, false);
  const auto lanes = make_lanes(layout, shape.kv_heads);
  const int64_t rows = lanes.empty() ? 0
                                     : lanes.back().offset + layout.trees[lanes.back().tree].end -
                                           layout.trees[lanes.back().tree].begin;
  std::vector<float> dk(rows * shape.d), dv(rows * shape.d);
  at::Tensor dq = at::empty_like(q);
  const BackwardInputs<T> in{layout,
                             shape,
                             grad.const_data_ptr<T>(),
                             q.const_data_ptr<T>(),
                             k.const_data_ptr<T>(),
                             v.const_data_ptr<T>(),
                             out.const_data_ptr<T>(),
                             lse.const_data_ptr<float>(),
                             keys,
                             dq.mutable_data_ptr<T>()};
  at::parallel_for(0, static_cast<int64_t>(lanes.size()), 1, [&](int64_t begin, int64_t end) {
    const TileProducts context;
    BackwardWorker<T> worker(in);
    for (int64_t index = begin; index < end; ++index) {
      const Lane& lane = lanes[index];
      for (int64_t block = lane.first_block; block < lane.end_block; ++block)
        worker.run(layout.blocks[block], lane.kv, layout.trees[lane.tree].begin,
                   dk.data() + lane.offset * shape.d, dv.data() + lane.offset * shape.d);
    }
  });
  return {dq, collect<T>(layout, lanes, dk, k), collect<T>(layout, lanes, dv, v)};
}

}  // namespace

bool tile_attention_available(at::ScalarType type, int64_t head_width, int64_t group) {
  return head_width > 0 && head_width % kTileStep == 0 && group <= kTileWidth &&
         tile_products_available(type);
}

AttentionPartResult tile_attention(const std::vector<TokenTree::Node>& nodes, const at::Tensor& q,
                                   const at::Tensor& k, const at::Tensor& v) {
  if (q.scalar_type() == at::kFloat)
    return forward<float>(nodes, q.contiguous(), k.contiguous(), v.contiguous());
  return forward<at::BFloat16>(nodes, q.contiguous(), k.contiguous(), v.contiguous());
}

AttentionPartGradients tile_attention_backward(const std::vector<TokenTree::Node>& nodes,
                                               const at::Tensor& grad_out, const at::Tensor& q,
                                               const at::Tensor& k, const at::Tensor& v,
                                               const at::Tensor& out, const at::Tensor& lse) {
  const auto run = q.scalar_type() == at::kFloat ? backward<float> : backward<at::BFloat16>;
  return run(nodes, grad_out.contiguous(), q.contiguous(), k.contiguous(), v.contiguous(), out, lse);
}

}  // namespace r2rank::model
