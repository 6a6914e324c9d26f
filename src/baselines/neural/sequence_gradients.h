#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "baselines/neural/sequence_recommender.h"
#include "baselines/neural/sequence_twin.h"
#include "baselines/test_data.h"

namespace r2rank::baselines::testing {

/// A twin's states of one sequence, [L, D], or the last one's, [D].
using States = std::function<at::Tensor(const Twin&, const std::vector<int32_t>&, int32_t user)>;

/// Weights far enough from their small beginnings for every path to matter.
inline void spread(FlatParameters& parameters, double factor) {
  for (auto& [name, value] : parameters.tensors())
    if (value.dim() > 1) value.detach().mul_(factor);
}

inline void expect_near(const at::Tensor& ours, const at::Tensor& theirs, const std::string& what) {
  const double scale = theirs.abs().max().item<double>() + 1e-2;  // some are 0 but for rounding
  EXPECT_LT((ours - theirs).abs().max().item<double>() / scale, 3e-5) << what;
}

class GradientTest : public ::testing::Test {
 protected:
  void SetUp() override { split_ = leave_last_two(dataset_); }

  /// Compares loss and every gradient with the twin's, which sees each target's sequence of its own.
  void compare(SequenceModel model, const States& states, bool shared_prefixes, double norms = 0,
               double temperature = 0) {
    SequenceSampler& sampler = *model.sampler;
    SequenceRecommender recommender({dataset_, split_}, std::move(model), 3);
    spread(recommender.parameters(), 6);
    SequenceBatch batch;
    sampler.begin_epoch(9, 1);
    ASSERT_TRUE(sampler.next(batch));
    const double loss =
        recommender.differentiate(batch, Dropout()) / static_cast<double>(batch.targets.size());
    const Twin twin(recommender.parameters());
    at::Tensor twin_loss = twin.loss(twin_states(twin, batch, states, shared_prefixes), batch.targets,
                                     static_cast<int64_t>(dataset_.items.size()) + 1, temperature);
    if (norms > 0) twin_loss = twin_loss + norms * twin.caser_norms();
    twin_loss.backward();
    EXPECT_NEAR(loss, twin_loss.item<double>(), 1e-5 * loss);
    for (const auto& [name, gradient] : recommender.parameters().gradient_tensors()) {
      ASSERT_TRUE(twin.at(name).grad().defined()) << name;
      expect_near(gradient, twin.at(name).grad(), name);
    }
  }

  static at::Tensor twin_states(const Twin& twin, const SequenceBatch& batch, const States& states,
                                bool shared_prefixes) {
    std::vector<at::Tensor> all;
    for (const auto& part : batch.parts) {
      size_t wanted = 0;
      for (int64_t s = 0; s < part.sequences(); ++s) {
        for (; wanted < part.wanted.size() && part.wanted[wanted] < part.starts[s + 1]; ++wanted) {
          const int64_t end = shared_prefixes ? part.wanted[wanted] + 1 : part.starts[s + 1];
          const std::vector<int32_t> rows(part.rows.begin() + part.starts[s], part.rows.begin() + end);
          const at::Tensor of_all = states(twin, rows, part.users[s]);
          all.push_back(of_all.dim() == 1 ? of_all : of_all[part.wanted[wanted] - part.starts[s]]);
        }
      }
    }
    return at::stack(all);
  }

  const data::Dataset dataset_ = random_dataset(8, 60, 300);
  data::Split split_;
};

}  // namespace r2rank::baselines::testing
