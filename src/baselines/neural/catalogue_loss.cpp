#include "baselines/neural/catalogue_loss.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "model/fast_exp.h"

namespace r2rank::baselines {
namespace {

constexpr int64_t kBlock = 256;  // table rows a unit of work; a whole number of panels
constexpr int64_t kStates = 64;  // states a unit of work
static_assert(kBlock % TablePanels::kWidth == 0);

float maximum(const float* values, int64_t count) {
  float highest = -std::numeric_limits<float>::infinity();
#pragma omp simd reduction(max : highest)
  for (int64_t i = 0; i < count; ++i) highest = std::max(highest, values[i]);
  return highest;
}

float exponentials(float* values, int64_t count, float highest) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) {
    values[i] = model::fast_exp(values[i] - highest);
    sum += values[i];
  }
  return sum;
}

}  // namespace

void CatalogueLoss::set_table(const float* table, int64_t rows, int64_t width, const float* bias) {
  table_ = table;
  bias_ = bias;
  rows_ = rows;
  width_ = width;
  panels_.pack(table, rows, width);
}

int64_t CatalogueLoss::blocks() const {
  return (rows_ + kBlock - 1) / kBlock;
}

int64_t CatalogueLoss::block_rows(int64_t block) const {
  return std::min(kBlock, rows_ - block * kBlock);
}

double CatalogueLoss::run(const float* states, std::span<const int32_t> targets, float* state_gradients,
                          float* table_gradients, float* bias_gradients) {
  const auto total = static_cast<int64_t>(targets.size());
  const int64_t at_once = std::min(total, std::clamp<int64_t>(kHeld / (blocks() * kBlock), 16, 4096));
  held_.resize(blocks() * at_once * kBlock);
  highest_.resize(blocks() * at_once);
  sums_.resize(blocks() * at_once);
  target_logits_.resize(at_once);
  for (const int32_t target : targets) R2RANK_CHECK(target >= 0 && target < rows_);
  double loss = 0;
  for (int64_t first = 0; first < total; first += at_once) {
    const Chunk chunk{states + first * width_, targets.subspan(first, std::min(at_once, total - first)),
                      state_gradients + first * width_};
    at::parallel_for(0, blocks(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; ++block) exponentiate(chunk, block);
    });
    loss += combine(chunk);
    at::parallel_for(0, blocks(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; ++block) {
        normalise(chunk, block, 1 / static_cast<float>(total), bias_gradients);
        multiply(columns_of(held_.data() + block * chunk.rows() * kBlock, kBlock), chunk.states, width_,
                 table_gradients + block * kBlock * width_, width_, block_rows(block), width_, chunk.rows(),
                 true);
      }
    });
    at::parallel_for(0, (chunk.rows() + kStates - 1) / kStates, 1, [&](int64_t begin, int64_t end) {
      to_states(chunk, begin * kStates, std::min(chunk.rows(), end * kStates));
    });
  }
  return loss;
}

/// Each block relative to its own highest logit, so that no pass over all blocks has to come first.
void CatalogueLoss::exponentiate(const Chunk& chunk, int64_t block) {
  const int64_t rows = chunk.rows(), filled = block_rows(block);
  float* held = held_.data() + block * rows * kBlock;
  const int64_t panels = (filled + TablePanels::kWidth - 1) / TablePanels::kWidth;
  panels_.multiply(chunk.states, rows, block * (kBlock / TablePanels::kWidth), panels, held, kBlock);
  for (int64_t r = 0; r < rows; ++r) {
    float* logits = held + r * kBlock;
    if (bias_ != nullptr)
      for (int64_t i = 0; i < filled; ++i) logits[i] += bias_[block * kBlock + i];
    const int64_t target = chunk.targets[r] - block * kBlock;
    if (target >= 0 && target < filled) target_logits_[r] = logits[target];
    const float highest = maximum(logits, filled);
    highest_[block * rows + r] = highest;
    sums_[block * rows + r] = exponentials(logits, filled, highest);
  }
}

/// Loss of the chunk; leaves in highest_ by what each block's exponentials become probabilities.
double CatalogueLoss::combine(const Chunk& chunk) {
  const int64_t rows = chunk.rows();
  double loss = 0;
  for (int64_t r = 0; r < rows; ++r) {
    float highest = -std::numeric_limits<float>::infinity();
    for (int64_t b = 0; b < blocks(); ++b) highest = std::max(highest, highest_[b * rows + r]);
    double sum = 0;
    for (int64_t b = 0; b < blocks(); ++b)
      sum += sums_[b * rows + r] * std::exp(static_cast<double>(highest_[b * rows + r]) - highest);
    loss += std::log(sum) - (static_cast<double>(target_logits_[r]) - highest);
    for (int64_t b = 0; b < blocks(); ++b) {
      float& factor = highest_[b * rows + r];
      factor = static_cast<float>(std::exp(static_cast<double>(factor) - highest) / sum);
    }
  }
  return loss;
}

void CatalogueLoss::normalise(const Chunk& chunk, int64_t block, float scale, float* bias_gradients) {
  const int64_t rows = chunk.rows(), filled = block_rows(block);
  for (int64_t r = 0; r < rows; ++r) {
    float* values = held_.data() + (block * rows + r) * kBlock;
    const float factor = highest_[block * rows + r] * scale;
#pragma omp simd
    for (int64_t i = 0; i < filled; ++i) values[i] *= factor;
    const int64_t target = chunk.targets[r] - block * kBlock;
    if (target >= 0 && target < filled) values[target] -= scale;
    if (bias_gradients != nullptr)
      for (int64_t i = 0; i < filled; ++i) bias_gradients[block * kBlock + i] += values[i];
  }
}

void CatalogueLoss::to_states(const Chunk& chunk, int64_t begin, int64_t end) const {
  for (int64_t block = 0; block < blocks(); ++block) {
    multiply(rows_of(held_.data() + (block * chunk.rows() + begin) * kBlock, kBlock),
             table_ + block * kBlock * width_, width_, chunk.state_gradients + begin * width_, width_,
             end - begin, width_, block_rows(block), block > 0);
  }
}

void CatalogueLoss::logits(const float* states, int64_t count, float* out, int64_t out_stride) const {
  panels_.multiply_all(states, count, out, out_stride);
  if (bias_ == nullptr) return;
  at::parallel_for(0, count, 16, [&](int64_t begin, int64_t end) {
    for (int64_t s = begin; s < end; ++s)
      for (int64_t i = 0; i < rows_; ++i) out[s * out_stride + i] += bias_[i];
  });
}

}  // namespace r2rank::baselines
