#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "baselines/llm/llm_scorer.h"
#include "baselines/llm/tuning_options.h"
#include "baselines/trainable.h"
#include "data/training_slates.h"
#include "learn/model_folder.h"
#include "learn/optimizer.h"

namespace r2rank::baselines {

/// A language model whose scores of slates can be trained. Derived classes say how slates are scored and what
/// loss a few training slates have; drawing, optimiser, best parameters and files are here. A model opened as
/// frozen is only scored.
class TunedScorer : public Trainable, public LlmScorer {
 public:
  /// Errors: kUsage where the data has no user to train on, or nothing of the model can be trained.
  TunedScorer(std::string name, std::unique_ptr<learn::RankingModel> model, const TrainingData& data,
              TuningOptions options, uint64_t seed);
  ~TunedScorer() override;

  std::string name() const override { return name_; }
  std::vector<double> score(const data::Slate& slate) override { return score_batch({&slate, 1}).front(); }
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override = 0;
  int64_t tokens() const override { return tokens_; }
  const model::LanguageModel* language_model() const override { return model_->model.get(); }

  /// An epoch is slates_per_epoch training slates, numbered on from those of the epochs before.
  EpochResult train_epoch(int64_t epoch, const std::function<void(int64_t)>& advance) override;
  int64_t targets_per_epoch() const override { return options_.slates_per_epoch; }
  void keep() override;
  void restore() override;
  /// Trainable parameters alone, under their names; the model they belong to is opened as ever.
  void save(const base::Path& path) const override;
  void load(const base::Path& path) override;

  const learn::RankingModel& model() const { return *model_; }

 protected:
  /// Adds the gradient of the sum of these slates' losses, divided by slates_in_step, to the parameters;
  /// returns that sum. The slates' ids are their numbers.
  virtual double accumulate(std::span<const data::Slate> slates, int64_t slates_in_step) = 0;
  /// Tokens of one training slate, by which passes are packed; 0 puts a whole step into one pass.
  virtual int64_t tokens_of(const data::Slate& slate) const = 0;
  /// Whether a pass over so many tokens recomputes its layers in the backward pass, to stay within memory.
  bool recomputes(int64_t tokens) const;

  std::unique_ptr<learn::RankingModel> model_;
  const TrainingData data_;
  TuningOptions options_;
  uint64_t seed_;
  int64_t tokens_ = 0;

 private:
  struct Training;
  Training& training();
  double train_step(int64_t first_slate, int64_t count);

  std::string name_;
  std::unique_ptr<Training> training_;  // made by the first epoch: scoring alone needs no moments
  std::vector<at::Tensor> best_;        // masters put aside by keep()
};

/// A TunedScorer that is not to be trained: the same scores, but no Trainable.
class UntrainedScorer : public Scorer, public LlmScorer {
 public:
  explicit UntrainedScorer(std::unique_ptr<TunedScorer> scorer) : scorer_(std::move(scorer)) {}

  std::string name() const override { return scorer_->name(); }
  std::vector<double> score(const data::Slate& slate) override { return scorer_->score(slate); }
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override {
    return scorer_->score_batch(slates);
  }
  int64_t batch_size() const override { return scorer_->batch_size(); }
  int64_t tokens() const override { return scorer_->tokens(); }
  LlmWork work(std::span<const data::Slate> slates) const override { return scorer_->work(slates); }
  const model::LanguageModel* language_model() const override { return scorer_->language_model(); }
  std::vector<std::pair<std::string, double>> notes() const override { return scorer_->notes(); }
  void forget_notes() override { scorer_->forget_notes(); }

 private:
  std::unique_ptr<TunedScorer> scorer_;
};

}  // namespace r2rank::baselines
