#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/files.h"
#include "baselines/neural/caser_encoder.h"
#include "baselines/neural/core_encoder.h"
#include "baselines/neural/gru_encoder.h"
#include "baselines/neural/sequence_recommender.h"
#include "baselines/neural/transformer_encoder.h"
#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

/// Everything is training data; asked about whole histories.
data::Split train_on_all(const data::Dataset& dataset) {
  data::Split split;
  for (int64_t user = 0; user < dataset.users(); ++user)
    split.training_end.push_back(static_cast<int32_t>(dataset.events(user).size()));
  return split;
}

/// RecBole 1.2.1's own models (tools/golden/sequential.py).
class SequentialGolden : public ::testing::Test {
 protected:
  static constexpr double kTolerance = 2e-5;  // of the gradient's scale

  int64_t number(const char* name) const { return golden_[name].get<int64_t>(); }
  TransformerShape transformer() const { return {number("width"), 2, 2, number("inner")}; }

  void compare(const std::string& name, SequenceModel model, const SequenceBatch* given = nullptr) {
    const auto& expected = golden_[name];
    SequenceSampler& sampler = *model.sampler;
    SequenceRecommender recommender({dataset_, split_}, std::move(model), 1);
    set_weights(recommender.parameters(), expected["parameters"]);
    SequenceBatch batch;
    sampler.begin_epoch(1, 1);
    ASSERT_TRUE(sampler.next(batch));
    if (given != nullptr) batch = *given;
    const double loss =
        recommender.differentiate(batch, Dropout()) / static_cast<double>(batch.targets.size());
    EXPECT_NEAR(loss, expected["loss"].get<double>(), 1e-6 * loss);
    for (const auto& [parameter, gradient] : recommender.parameters().gradient_tensors())
      compare_gradient(parameter, gradient, expected["gradients"][parameter].get<std::vector<double>>(),
                       kTolerance);
    compare_scores(recommender, expected["scores"].get<std::vector<std::vector<double>>>());
  }

  static void set_weights(FlatParameters& parameters, const nlohmann::json& order) {
    EXPECT_EQ(parameters.tensors().size(), order.size());
    for (auto& [name, value] : parameters.tensors()) {
      ASSERT_TRUE(order.contains(name)) << name;
      ASSERT_EQ(value.sizes().vec(), order[name]["shape"].get<std::vector<int64_t>>()) << name;
      const bool gain = name.find("norm") != std::string::npos && name.ends_with(".weight");
      const auto place = order[name]["index"].get<double>();
      auto* out = value.data_ptr<float>();
      for (int64_t i = 0; i < value.numel(); ++i)
        out[i] =
            static_cast<float>((gain ? 1 : 0) + 0.4 * std::sin(0.7 * static_cast<double>(i + 1) + place));
    }
  }

  static void compare_gradient(const std::string& name, const at::Tensor& gradient,
                               const std::vector<double>& expected, double tolerance) {
    const auto flat = gradient.flatten();
    ASSERT_EQ(flat.numel(), static_cast<int64_t>(expected.size())) << name;
    double scale = 5e-2;  // some are 0 but for rounding: on a CPU with AVX-512 up to 3e-7
    for (const double value : expected) scale = std::max(scale, std::abs(value));
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(flat[static_cast<int64_t>(i)].item<double>(), expected[i], tolerance * scale)
          << name << " " << i;
  }

  void compare_scores(SequenceRecommender& recommender, const std::vector<std::vector<double>>& expected) {
    for (int32_t user = 0; user < dataset_.users(); ++user) {
      auto slate = testing::last_event_slate(dataset_, user, testing::all_items(dataset_));
      ++slate.history_end;
      const auto scores = recommender.score(slate);
      for (size_t i = 0; i < scores.size(); ++i)
        EXPECT_NEAR(scores[i], expected[user][i + 1], 2e-5) << user << " " << i;
    }
  }

  const nlohmann::json golden_ =
      nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/sequential.json"));
  const data::Dataset dataset_ = testing::dataset_of(
      golden_["histories"].get<std::vector<std::vector<int32_t>>>(), golden_["items"].get<int64_t>());
  const data::Split split_ = train_on_all(dataset_);
};

TEST_F(SequentialGolden, SasRecIsRecBoles) {
  SequenceModel model{"sasrec", 1e-3, {}, make_window_sampler({dataset_, split_}, number("length"), 1, 1000)};
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_sasrec_encoder(parameters, number("items"), number("length"), transformer());
  };
  compare("sasrec", std::move(model));
}

TEST_F(SequentialGolden, CoreIsRecBoles) {
  SequenceModel model{"core", 1e-3, {}, make_window_sampler({dataset_, split_}, number("length"), 1, 1000)};
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_core_encoder(parameters, number("items"), number("length"), {transformer()});
  };
  compare("core", std::move(model));
}

TEST_F(SequentialGolden, Gru4RecIsRecBoles) {
  SequenceModel model{
      "gru4rec", 1e-3, {}, make_window_sampler({dataset_, split_}, number("length"), 1, 1000)};
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_gru(parameters, number("items"), {number("width"), number("hidden"), 0.3});
  };
  compare("gru4rec", std::move(model));
}

TEST_F(SequentialGolden, CaserIsRecBoles) {
  SequenceModel model{"caser", 1e-3, {}, make_look_back_sampler({dataset_, split_}, number("length"), 1000)};
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_caser(parameters, number("items"), dataset_.users(),
                      {number("width"), number("length"), 2, 3, 0.4, 0.01});
  };
  compare("caser", std::move(model));
}

TEST_F(SequentialGolden, Bert4RecIsRecBoles) {
  SequenceBatch batch;
  for (auto& part : batch.parts) part.clear();
  for (const auto& sequence : golden_["masked"]) {
    PackedSequences& part = batch.parts[0];
    part.begin(0);
    for (const int32_t row : sequence["rows"].get<std::vector<int32_t>>()) part.push(row);
    for (const auto place : sequence["places"].get<std::vector<int64_t>>())
      part.wanted.push_back(part.starts[part.sequences() - 1] + place);
    for (const int32_t target : sequence["targets"].get<std::vector<int32_t>>())
      batch.targets.push_back(target);
  }
  SequenceModel model{"bert4rec", 1e-3, {}, make_mask_sampler({dataset_, split_}, {number("length")}, 1000)};
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_bert4rec_encoder(parameters, number("items"), number("length"), transformer());
  };
  compare("bert4rec", std::move(model), &batch);
}

}  // namespace
}  // namespace r2rank::baselines
