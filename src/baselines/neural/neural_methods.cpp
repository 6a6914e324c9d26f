#include "baselines/neural/neural_methods.h"

#include "baselines/neural/bpr_mf.h"
#include "baselines/neural/ease.h"
#include "baselines/neural/light_gcn.h"
#include "baselines/options_method.h"

namespace r2rank::baselines {
namespace {

std::unique_ptr<Method> ease_method() {
  return options_method<EaseOptions>(
      {.name = "ease", .summary = "closed-form linear autoencoder over items", .source = "Steck 2019"}, {},
      {{{"regularisation", "2500"}},
       {{"regularisation", "50"}},
       {{"regularisation", "1000"}},
       {{"regularisation", "10000"}}},
      [](const TrainingData& data, const EaseOptions& options, uint64_t) {
        return make_ease(data, options);
      });
}

std::unique_ptr<Method> bpr_mf_method() {
  return options_method<PairwiseOptions>(
      {.name = "bpr-mf",
       .summary = "matrix factorisation by pairwise ranking",
       .source = "Rendle et al. 2009"},
      {.learning_rate = 0.005, .regularisation = 0.1, .squared_norms = true},
      {{{"regularisation", "0.3"}},
       {{"regularisation", "0.03"}},
       {{"learning_rate", "0.002"}, {"dimensions", "128"}},
       {{"learning_rate", "0.001"}, {"regularisation", "0"}}},
      [](const TrainingData& data, const PairwiseOptions& options, uint64_t seed) {
        return make_bpr_mf(data, options, seed);
      });
}

std::unique_ptr<Method> light_gcn_method() {
  return options_method<LightGcnOptions>(
      {.name = "lightgcn",
       .summary = "embeddings spread over the interaction graph",
       .source = "He et al. 2020"},
      {},
      {{{"dimensions", "128"}},
       {{"layers", "2"}},
       {{"dimensions", "128"}, {"layers", "2"}},
       {{"learning_rate", "0.001"}, {"regularisation", "1e-5"}, {"squared_norms", "false"}}},
      [](const TrainingData& data, const LightGcnOptions& options, uint64_t seed) {
        return make_light_gcn(data, options, seed);
      });
}

}  // namespace

std::vector<std::unique_ptr<Method>> neural_methods() {
  std::vector<std::unique_ptr<Method>> methods;
  methods.push_back(ease_method());
  methods.push_back(bpr_mf_method());
  methods.push_back(light_gcn_method());
  return methods;
}

}  // namespace r2rank::baselines
