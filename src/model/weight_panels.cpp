#include "model/weight_panels.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <array>
#include <cmath>

#include "base/error.h"
#include "model/float_rows.h"
#include "model/tile_product.h"

namespace r2rank::model {
namespace {

constexpr int64_t kBlock = 16;        // rows of x in one tile
constexpr int64_t kRowsAtOnce = 320;  // rows that meet a panel before the next one: they stay in the L2 cache
constexpr float kLargest = 127;
constexpr int32_t kShift = 128;  // the instruction wants x without a sign

int64_t panel_count(int64_t out) {
  return (out + kTileWidth - 1) / kTileWidth;
}

/// Each panel's outputs [begin, begin + count) and its width with padding.
template <class Use>
void for_panels(int64_t out, const Use& use) {
  at::parallel_for(0, panel_count(out), 1, [&](int64_t first, int64_t last) {
    for (int64_t panel = first; panel < last; ++panel) {
      const int64_t begin = panel * kTileWidth, count = std::min(kTileWidth, out - begin);
      use(begin, count, tile_width(count));
    }
  });
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
        levels_(x.numel()),
        scales_(x.size(0)),
        panels_(weight.packed.const_data_ptr<int8_t>()) {
    const T* in = x.const_data_ptr<T>();
    at::parallel_for(0, x.size(0), 16, [&](int64_t first, int64_t last) {
      std::vector<float> row(weight_.in);
      for (int64_t r = first; r < last; ++r) {
        load(in + r * weight_.in, row.data(), weight_.in);
        quantize(row.data(), r);
      }
    });
  }

  void multiply(int64_t row, int64_t m, int64_t begin, int64_t count, int64_t width, float* sums) const {
    alignas(64) std::array<int32_t, kBlock * kTileWidth> exact;
    at::native::cpublas::brgemm(
        m, width, weight_.in, weight_.in, width, kTileWidth, false, levels_.data() + row * weight_.in,
        reinterpret_cast<const signed char*>(panels_ + begin * weight_.in), exact.data(), true);
    const float* scales = weight_.scales.const_data_ptr<float>() + begin;
    const int32_t* offsets = weight_.offsets.const_data_ptr<int32_t>() + begin;
    for (int64_t i = 0; i < m; ++i) {
      const float scale = scales_[row + i];
#pragma omp simd
      for (int64_t n = 0; n < count; ++n)
        sums[i * kTileWidth + n] =
            static_cast<float>(exact[i * kTileWidth + n] - offsets[n]) * (scale * scales[n]);
    }
  }

 private:
  void quantize(const float* row, int64_t r) {
    float largest = 0;
#pragma omp simd reduction(max : largest)
    for (int64_t i = 0; i < weight_.in; ++i) largest = std::max(largest, std::fabs(row[i]));
    const float inverse = largest > 0 ? kLargest / largest : 0;
    scales_[r] = largest / kLargest;
    uint8_t* out = levels_.data() + r * weight_.in;
#pragma omp simd
    for (int64_t i = 0; i < weight_.in; ++i)
      out[i] = static_cast<uint8_t>(static_cast<int32_t>(std::nearbyint(row[i] * inverse)) + kShift);
  }

  const WeightPanels& weight_;
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

bool int8_works() {
  std::array<uint8_t, kTileStep * 4> a;
  std::array<int8_t, kTileStep * 4> b;
  std::array<int32_t, kTileStep * kTileStep> c{};
  a.fill(255);
  b.fill(127);
  try {
    const TileProducts context;
    at::native::cpublas::brgemm(kTileStep, kTileStep, 4, 4, kTileStep, kTileStep, false, a.data(),
                                reinterpret_cast<const signed char*>(b.data()), c.data(), true);
    return c.back() == 4 * 255 * 127;  // older instructions saturate at 16 bits
  } catch (const std::exception&) {
    return false;
  }
}

bool cpu_has_int8() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512vnni") != 0;
#else
  return false;
#endif
}

}  // namespace

bool panels_available() {
  return tile_products_available(at::kBFloat16);
}

bool int8_panels_available() {
  static const bool available = cpu_has_int8() && int8_works();
  return available;
}

WeightPanels pack_panels(const at::Tensor& weight) {
  R2RANK_CHECK(weight.scalar_type() == at::kBFloat16 && weight.size(1) % 2 == 0);
  WeightPanels panels{.in = weight.size(1), .out = weight.size(0)};
  const at::Tensor rows = weight.contiguous();
  panels.packed = at::empty({packed_size(panels.in, panels.out)}, weight.options());
  const auto* from = rows.const_data_ptr<at::BFloat16>();
  auto* to = panels.packed.mutable_data_ptr<at::BFloat16>();
  for_panels(panels.out, [&](int64_t begin, int64_t count, int64_t width) {
    pack_transposed(from + begin * panels.in, panels.in, count, panels.in, width, to + begin * panels.in);
  });
  return panels;
}

WeightPanels quantize_panels(const at::Tensor& weight) {
  R2RANK_CHECK(weight.size(1) % 4 == 0);
  WeightPanels panels{.in = weight.size(1), .out = weight.size(0)};
  const at::Tensor rows = weight.to(at::kFloat);
  panels.scales = rows.abs().amax(1) / kLargest;
  const at::Tensor divisors = panels.scales.clamp_min(std::numeric_limits<float>::min()).unsqueeze(1);
  const at::Tensor levels = (rows / divisors).round_().to(at::kChar).contiguous();
  panels.offsets = levels.sum(1, false, at::kInt) * kShift;
  panels.packed = at::empty({packed_size(panels.in, panels.out)}, levels.options());
  const auto* from = levels.const_data_ptr<int8_t>();
  auto* to = panels.packed.mutable_data_ptr<int8_t>();
  for_panels(panels.out, [&](int64_t begin, int64_t count, int64_t width) {
    pack_transposed(from + begin * panels.in, panels.in, count, panels.in, width, to + begin * panels.in);
  });
  return panels;
}

at::Tensor panel_product(const WeightPanels& weight, const at::Tensor& x, const at::Tensor& bias,
                         const at::Tensor& residual) {
  const at::Tensor rows = x.contiguous();
  if (!weight.scales.defined())
    return multiply<at::BFloat16>(Bf16Rows(weight, rows), weight, rows, bias, residual);
  if (x.scalar_type() == at::kFloat)
    return multiply<float>(Int8Rows<float>(weight, rows), weight, rows, bias, residual);
  return multiply<at::BFloat16>(Int8Rows<at::BFloat16>(weight, rows), weight, rows, bias, residual);
}

}  // namespace r2rank::model
