#include "model/weight_panels.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "model/float_rows.h"
#include "model/profile.h"
#include "model/tile_product.h"

namespace r2rank::model {
namespace {

constexpr int64_t kBlock = 16;        // rows of x in one tile
constexpr int64_t kRowsAtOnce = 320;  // rows that meet a panel before the next one: they stay in the L2 cache
constexpr int64_t kGroup = 256;       // inputs that share a scale
constexpr float kLargest = 127;
constexpr int32_t kShift = 128;  // the instruction wants x without a sign

int64_t group_count(int64_t in) {
  return (in + kGroup - 1) / kGroup;
}

/// The same for all groups but the last.
int64_t group_width(int64_t in) {
  const int64_t each = (in + group_count(in) - 1) / group_count(in);
  return (each + 3) / 4 * 4;
}

int64_t panel_count(int64_t out) {
  return (out + kTileWidth - 1) / kTileWidth;
}

int64_t packed_size(int64_t in, int64_t out) {
  return in * ((panel_count(out) - 1) * kTileWidth + tile_width(out - (panel_count(out) - 1) * kTileWidth));
}

/// Rows of x in the type that is multiplied, and what its sums become.
class Bf16Rows {
 public:
  Bf16Rows(const WeightPanels& weight, const at::Tensor& x)
      : x_(x.const_data_ptr<at::BFloat16>()),
        panels_(weight.packed.const_data_ptr<at::BFloat16>()),
        in_(weight.in) {}

  /// sums [m, kTileWidth] of rows [row, row + m) with a panel.
  void multiply(int64_t row, int64_t m, int64_t begin, int64_t, int64_t width, float* sums) const {
    tile_product(m, width, in_, x_ + row * in_, in_, panels_ + begin * in_, sums, kTileWidth, false);
  }

 private:
  const at::BFloat16 *x_, *panels_;
  int64_t in_;
};

template <class T>
class Int8Rows {
 public:
  Int8Rows(const WeightPanels& weight, const at::Tensor& x)
      : weight_(weight),
        groups_(group_count(weight.in)),
        width_(group_width(weight.in)),
        levels_(x.numel()),
        scales_(x.size(0) * groups_),
        panels_(weight.packed.const_data_ptr<int8_t>()) {
    const T* in = x.const_data_ptr<T>();
    at::parallel_for(0, x.size(0), 16, [&](int64_t first, int64_t last) {
      std::array<float, kGroup> numbers;
      for (int64_t row = first; row < last; ++row)
        for (int64_t group = 0; group < groups_; ++group) {
          const int64_t place = row * weight_.in + group * width_;
          load(in + place, numbers.data(), width_of(group));
          scales_[row * groups_ + group] = quantize(numbers.data(), width_of(group), levels_.data() + place);
        }
    });
  }

  void multiply(int64_t row, int64_t m, int64_t begin, int64_t count, int64_t width, float* sums) const {
    for (int64_t group = 0; group < groups_; ++group) {
      alignas(64) std::array<int32_t, kBlock * kTileWidth> exact;
      const int64_t first = group * width_;
      tile_product(m, width, width_of(group), levels_.data() + row * weight_.in + first, weight_.in,
                   panels_ + begin * weight_.in + first * width, exact.data(), kTileWidth, false);
      const float* scales = weight_.scales.const_data_ptr<float>() + group * weight_.out + begin;
      const int32_t* offsets = weight_.offsets.const_data_ptr<int32_t>() + group * weight_.out + begin;
      for (int64_t i = 0; i < m; ++i)
        add(exact.data() + i * kTileWidth, offsets, scales, scales_[(row + i) * groups_ + group], count,
            group > 0, sums + i * kTileWidth);
    }
  }

 private:
  int64_t width_of(int64_t group) const { return std::min(width_, weight_.in - group * width_); }

  /// sums (+)= (exact - offsets) x both scales.
  static void add(const int32_t* exact, const int32_t* offsets, const float* scales, float scale,
                  int64_t count, bool further, float* sums) {
#pragma omp simd
    for (int64_t n = 0; n < count; ++n) {
      const float value = static_cast<float>(exact[n] - offsets[n]) * (scale * scales[n]);
      sums[n] = further ? sums[n] + value : value;
    }
  }

  /// Writes levels around kShift; gives the size of one, NaN where a number is none or infinite.
  static float quantize(const float* numbers, int64_t count, uint8_t* levels) {
    float largest = 0, nothing = 0;
#pragma omp simd reduction(max : largest) reduction(+ : nothing)
    for (int64_t i = 0; i < count; ++i) {
      largest = std::max(largest, std::fabs(numbers[i]));
      nothing += numbers[i] * 0;
    }
    if (nothing != 0) {
      std::fill_n(levels, count, static_cast<uint8_t>(kShift));
      return std::numeric_limits<float>::quiet_NaN();
    }
    const float inverse = largest > 0 ? kLargest / largest : 0;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i)
      levels[i] = static_cast<uint8_t>(static_cast<int32_t>(std::nearbyint(numbers[i] * inverse)) + kShift);
    return largest / kLargest;
  }

  const WeightPanels& weight_;
  int64_t groups_, width_;
  std::vector<uint8_t> levels_;
  std::vector<float> scales_;
  const int8_t* panels_;
};

template <class T>
struct Addends {
  const T *bias, *residual;
  int64_t out;

  /// Adds them to sums of m rows and `count` outputs and writes the results.
  void finish(int64_t row, int64_t m, int64_t begin, int64_t count, float* sums, T* y) const {
    std::array<float, kTileWidth> added;
    const auto add = [&](const T* from, float* to) {
      load(from, added.data(), count);
      for (int64_t n = 0; n < count; ++n) to[n] += added[n];
    };
    for (int64_t i = 0; i < m; ++i) {
      float* values = sums + i * kTileWidth;
      const int64_t place = (row + i) * out + begin;
      if (bias != nullptr) add(bias + begin, values);
      if (residual != nullptr) add(residual + place, values);
      store(values, y + place, count);
    }
  }
};

template <class T, class Rows>
at::Tensor multiply(const Rows& rows, const WeightPanels& weight, const at::Tensor& x, const at::Tensor& bias,
                    const at::Tensor& residual) {
  const int64_t m = x.size(0), out = weight.out, panels = panel_count(out);
  at::Tensor y = at::empty({m, out}, x.options());
  T* results = y.mutable_data_ptr<T>();
  const at::Tensor other = residual.defined() ? residual.contiguous() : residual;
  const Addends<T> addends{bias.defined() ? bias.const_data_ptr<T>() : nullptr,
                           other.defined() ? other.const_data_ptr<T>() : nullptr, out};
  for (int64_t top = 0; top < m; top += kRowsAtOnce) {
    const int64_t bottom = std::min(top + kRowsAtOnce, m), blocks = (bottom - top + kBlock - 1) / kBlock;
    at::parallel_for(0, panels * blocks, 1, [&](int64_t first, int64_t last) {
      const TileProducts context;
      alignas(64) std::array<float, kBlock * kTileWidth> sums;
      for (int64_t task = first; task < last; ++task) {
        const int64_t begin = task / blocks * kTileWidth, count = std::min(kTileWidth, out - begin);
        const int64_t row = top + task % blocks * kBlock, here = std::min(kBlock, bottom - row);
        rows.multiply(row, here, begin, count, tile_width(count), sums.data());
        addends.finish(row, here, begin, count, sums.data(), results);
      }
    });
  }
  return y;
}

/// The rows of a weight in panels.
template <class T>
at::Tensor pack(const at::Tensor& weight) {
  const int64_t out = weight.size(0), in = weight.size(1);
  at::Tensor packed = at::empty({packed_size(in, out)}, weight.options());
  const at::Tensor rows = weight.contiguous();
  const T* from = rows.const_data_ptr<T>();
  T* to = packed.mutable_data_ptr<T>();
  at::parallel_for(0, panel_count(out), 1, [&](int64_t first, int64_t last) {
    for (int64_t begin = first * kTileWidth; begin < std::min(last * kTileWidth, out); begin += kTileWidth) {
      const int64_t count = std::min(kTileWidth, out - begin);
      pack_transposed(from + begin * in, in, count, in, tile_width(count), to + begin * in);
    }
  });
  return packed;
}

}  // namespace

WeightPanels pack_panels(const at::Tensor& weight) {
  R2RANK_CHECK(weight.scalar_type() == at::kBFloat16 && weight.size(1) % 2 == 0);
  return {.in = weight.size(1), .out = weight.size(0), .packed = pack<at::BFloat16>(weight)};
}

WeightPanels quantize_panels(const at::Tensor& weight) {
  R2RANK_CHECK(weight.size(1) % 4 == 0);
  WeightPanels panels{.in = weight.size(1), .out = weight.size(0)};
  const at::Tensor rows = weight.to(at::kFloat);
  at::Tensor levels = at::empty(rows.sizes(), rows.options().dtype(at::kChar));
  std::vector<at::Tensor> scales, offsets;
  for (int64_t first = 0; first < panels.in; first += group_width(panels.in)) {
    const int64_t end = std::min(first + group_width(panels.in), panels.in);
    const at::Tensor group = rows.slice(1, first, end), scale = group.abs().amax(1) / kLargest;  // [out]
    const at::Tensor rounded =
        (group / scale.clamp_min(std::numeric_limits<float>::min()).unsqueeze(1)).round_().to(at::kChar);
    levels.slice(1, first, end).copy_(rounded);
    scales.push_back(scale);
    offsets.push_back(rounded.sum(1, false, at::kInt) * kShift);
  }
  panels.scales = at::stack(scales);
  panels.offsets = at::stack(offsets);
  panels.packed = pack<int8_t>(levels);
  return panels;
}

at::Tensor panel_product(const WeightPanels& weight, const at::Tensor& x, const at::Tensor& bias,
                         const at::Tensor& residual) {
  const Mark mark("panel products");
  const at::Tensor rows = x.contiguous();
  if (!weight.scales.defined())
    return multiply<at::BFloat16>(Bf16Rows(weight, rows), weight, rows, bias, residual);
  if (x.scalar_type() == at::kFloat)
    return multiply<float>(Int8Rows<float>(weight, rows), weight, rows, bias, residual);
  return multiply<at::BFloat16>(Int8Rows<at::BFloat16>(weight, rows), weight, rows, bias, residual);
}

}  // namespace r2rank::model
