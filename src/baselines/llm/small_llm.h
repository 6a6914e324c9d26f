#pragma once

// Test support: the tiny ranking model of learn with a data set in which a title's first word decides.

#include <gtest/gtest.h>

#include <memory>

#include "baselines/llm/list_prompt.h"
#include "baselines/llm/tuning_options.h"
#include "learn/tiny_ranking_model.h"

namespace r2rank::baselines::testing {

class SmallLlm : public ::testing::Test {
 protected:
  SmallLlm() : dataset_(learn::testing::red_or_blue()), split_(learn::testing::split_of(dataset_)) {
    learn::testing::write_tiny_base(base_);
  }

  TrainingData data() const { return {dataset_, split_}; }
  std::unique_ptr<learn::RankingModel> open(const std::string& tuning = "full") const {
    return learn::testing::open_tiny(base_, tuning);
  }
  /// Short enough for the 512 positions of the tiny model, a token a byte.
  static ListPromptConfig short_prompt() {
    ListPromptConfig prompt;
    prompt.instruction = "Chosen:\n";
    prompt.item = "{title}";
    prompt.history_items = 2;
    return prompt;
  }
  static TuningOptions quick_tuning() {
    TuningOptions options;
    options.slates_per_epoch = 16;
    options.slates_per_step = 4;
    options.negative_count = 3;
    options.learning_rate = 1e-2;
    options.readout_learning_rate = 1e-2;
    options.warm_up_steps = 2;
    options.schedule_steps = 40;
    return options;
  }
  const data::Slate& slate(size_t index = 0) const { return split_.test.slates[index]; }
  /// Share of test slates whose positive has the best score; equal scores count as lost.
  double hit_rate(Scorer& scorer) const {
    double hits = 0;
    for (const auto& one : split_.test.slates) {
      const auto scores = scorer.score(one);
      const auto target =
          std::max_element(one.relevance.begin(), one.relevance.end()) - one.relevance.begin();
      hits += std::count_if(scores.begin(), scores.end(), [&](double s) { return s >= scores[target]; }) == 1
                  ? 1
                  : 0;
    }
    return hits / static_cast<double>(split_.test.slates.size());
  }

  data::testing::TemporaryFolder folder_;
  base::Path base_ = folder_.path() / "base";
  data::Dataset dataset_;
  data::Split split_;
};

inline void ignore_progress(int64_t) {}

}  // namespace r2rank::baselines::testing
