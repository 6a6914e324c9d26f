#pragma once

#include <memory>
#include <string>
#include <vector>

#include "baselines/neural/catalogue_loss.h"
#include "baselines/neural/flat_parameters.h"
#include "baselines/neural/sequence_encoder.h"
#include "baselines/neural/sequence_sampler.h"
#include "baselines/trainable.h"

namespace r2rank::baselines {

/// What a SequenceRecommender is made of.
struct SequenceModel {
  std::string name;
  double learning_rate = 1e-3;
  /// Adds its parameters to the given ones.
  std::function<std::unique_ptr<SequenceEncoder>(FlatParameters&)> make_encoder;
  std::unique_ptr<SequenceSampler> sampler;
};

/// A recommender of the next item: an encoder of the history, trained by cross-entropy over the whole
/// catalogue with Adam. Slates are scored in batches, the catalogue by one product. A user without history is
/// scored by popularity. Any number of threads gives the same parameters.
class SequenceRecommender : public Trainable {
 public:
  SequenceRecommender(const TrainingData& data, SequenceModel model, uint64_t seed);

  std::string name() const override { return model_.name; }
  EpochResult train_epoch(int64_t epoch, const std::function<void(int64_t)>& advance) override;
  int64_t targets_per_epoch() const override { return model_.sampler->events_per_epoch(); }
  std::vector<double> score(const data::Slate& slate) override;
  std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates) override;
  int64_t batch_size() const override { return 256; }
  /// [B][items]; higher is better, the user's own items included.
  void score_catalogue(std::span<const data::Slate> slates, std::span<float> scores) override;
  void keep() override { parameters_.keep(); }
  void restore() override;
  void save(const base::Path& path) const override;
  void load(const base::Path& path) override;

  /// The gradients of one batch's mean loss, left in parameters(); returns the loss's sum over the targets.
  /// `dropout` decides what is dropped. For train_epoch and for tests.
  double differentiate(const SequenceBatch& batch, const Dropout& dropout);
  FlatParameters& parameters() { return parameters_; }

 private:
  void add_shared_gradients();
  void refresh_for_scoring();
  /// States [B, D]; those of users without history are 0.
  const std::vector<float>& encode(std::span<const data::Slate> slates);
  const float* bias() const {
    return encoder_->bias() < 0 ? nullptr : parameters_.values() + encoder_->bias();
  }

  const data::Dataset& dataset_;
  SequenceModel model_;
  uint64_t seed_;
  FlatParameters parameters_;
  std::unique_ptr<SequenceEncoder> encoder_;
  std::vector<std::unique_ptr<EncoderPass>> passes_;  // [kParts]
  std::vector<std::vector<float>> shared_gradients_;  // [kParts][shared]
  std::vector<float> states_, state_gradients_;       // [T, D]
  std::vector<float> popularity_;                     // [items]
  std::vector<float> output_gradients_;               // [items + 1, D] where the output is no parameter
  const float* output_ = nullptr;                     // [items + 1, D] for scoring
  CatalogueLoss loss_;
  bool ready_to_score_ = false;
};

}  // namespace r2rank::baselines
