#include "rollout/signal_offsets.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"

namespace r2rank::rollout {

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
  at::Tensor features = at::empty({static_cast<int64_t>(rows.size()), head->features}, at::kFloat);  // [N, F]
  float* next = features.mutable_data_ptr<float>();
  for (const auto& row : rows) {
    if (row.empty())
      base::fail_usage(
          "model",
          "this model was trained with signals of other rankers (docs/signals.md), which are not "
          "known here: use `r2rank eval --model` or `r2rank rank` with data set and split");
    R2RANK_CHECK(static_cast<int64_t>(row.size()) == head->features);
    next = std::copy(row.begin(), row.end(), next);
  }
  return (*head)(features.to(model.transformer().device()));
}

}  // namespace r2rank::rollout
