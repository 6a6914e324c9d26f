#include "rollout/signal_offsets.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"

namespace r2rank::rollout {
namespace {

/// [N, F] f32
at::Tensor features_of(const SignalRows& rows, int64_t count) {
  at::Tensor features = at::empty({static_cast<int64_t>(rows.size()), count}, at::kFloat);
  auto* next = features.mutable_data_ptr<float>();
  for (const auto& row : rows) {
    if (row.empty())
      base::fail_usage(
          "model",
          "this model was trained with signals of other rankers (docs/signals.md), which are not "
          "known here: use `r2rank eval --model` or `r2rank rank` with data set and split");
    R2RANK_CHECK(static_cast<int64_t>(row.size()) == count);
    next = std::copy(row.begin(), row.end(), next);
  }
  return features;
}

}  // namespace

std::span<const float> signal_row(const PreparedSlate& slate, int64_t candidate) {
  if (slate.signals.empty()) return {};
  return slate.signals[static_cast<size_t>(candidate)];
}

SignalRows signal_rows(std::span<const PreparedSlate* const> slates) {
  SignalRows rows;
  for (const auto* slate : slates)
    for (int64_t i = 0; i < slate->candidates(); ++i) rows.push_back(signal_row(*slate, i));
  return rows;
}

at::Tensor signal_offsets(const model::LanguageModel& model, const SignalRows& rows) {
  const auto& head = model.signal_head();
  if (!head) return {};
  return (*head)(features_of(rows, head->features).to(model.transformer().device()));
}

model::Transformer::Shifts signal_shifts(const model::LanguageModel& model, const SignalRows& rows,
                                         const std::vector<int64_t>& places) {
  const auto* projection = model.signal_projection();
  if (projection == nullptr) return {};
  R2RANK_CHECK(rows.size() == places.size());
  const at::Device device = model.transformer().device();
  const at::Tensor features = features_of(rows, projection->compute.size(1)).to(device);  // [n, F]
  return {at::tensor(places, at::kLong).to(device), at::linear(features, projection->compute)};
}

}  // namespace r2rank::rollout
