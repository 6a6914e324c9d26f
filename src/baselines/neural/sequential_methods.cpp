#include "baselines/neural/sequential_methods.h"

#include <algorithm>

#include "baselines/neural/caser_encoder.h"
#include "baselines/neural/core_encoder.h"
#include "baselines/neural/gru_encoder.h"
#include "baselines/neural/sequence_recommender.h"
#include "baselines/neural/transformer_encoder.h"
#include "baselines/options_method.h"

namespace r2rank::baselines {
namespace {

int64_t items_of(const TrainingData& data) {
  return static_cast<int64_t>(data.dataset.items.size());
}

void describe_stride(base::ConfigFields& fields, int64_t& stride) {
  fields
      .add("stride", stride,
           "targets of each further window over a history longer than length; 1: every target sees exactly "
           "length events; 0: a quarter of length")
      .at_least(0);
}

std::unique_ptr<SequenceSampler> windows(const TrainingData& data, const SequenceTraining& training,
                                         int64_t stride) {
  const int64_t quarter = std::max<int64_t>(1, training.length / 4);
  return make_window_sampler(data, training.length, stride > 0 ? stride : quarter, training.batch);
}

struct TransformerOptions {
  SequenceTraining training;
  int64_t layers = 2, heads = 2, inner = 256;
  double hidden_dropout = 0.5, attention_dropout = 0.5;

  void describe(base::ConfigFields& fields) {
    training.describe(fields);
    fields.add("layers", layers, "transformer blocks").between(1, 64);
    fields.add("heads", heads, "attention heads").between(1, 64);
    fields.add("inner", inner, "width of the feed-forward part").between(1, 1 << 16);
    fields.add("hidden_dropout", hidden_dropout, "share of hidden numbers dropped").between(0, 0.95);
    fields.add("attention_dropout", attention_dropout, "share of attention weights dropped").between(0, 0.95);
  }
  TransformerShape shape() const {
    return {training.dimensions, layers, heads, inner, hidden_dropout, attention_dropout};
  }
};

struct SasRecOptions : TransformerOptions {
  int64_t stride = 0;

  void describe(base::ConfigFields& fields) {
    TransformerOptions::describe(fields);
    describe_stride(fields, stride);
  }
};

std::unique_ptr<Scorer> make_sasrec(const TrainingData& data, const SasRecOptions& options, uint64_t seed) {
  SequenceModel model{"sasrec", options.training.learning_rate, {}, {}};
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_sasrec_encoder(parameters, items_of(data), options.training.length, options.shape());
  };
  model.sampler = windows(data, options.training, options.stride);
  return std::make_unique<SequenceRecommender>(data, std::move(model), seed);
}

struct CoreOptions : SasRecOptions {
  std::string weights = "transformer";
  double history_dropout = 0.2, item_dropout = 0.2, temperature = 0.07;

  void describe(base::ConfigFields& fields) {
    SasRecOptions::describe(fields);
    fields.add("weights", weights, "how the history's items are weighted").one_of({"transformer", "even"});
    fields.add("history_dropout", history_dropout, "share of the history's item numbers dropped")
        .between(0, 0.95);
    fields.add("item_dropout", item_dropout, "share of the scored items' numbers dropped").between(0, 0.95);
    fields.add("temperature", temperature, "what cosines are divided by").between(0.001, 100);
  }
};

std::unique_ptr<Scorer> make_core(const TrainingData& data, const CoreOptions& options, uint64_t seed) {
  SequenceModel model{"core", options.training.learning_rate, {}, {}};
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_core_encoder(parameters, items_of(data), options.training.length,
                             {options.shape(), options.weights == "even", options.history_dropout,
                              options.item_dropout, options.temperature});
  };
  model.sampler = windows(data, options.training, options.stride);
  return std::make_unique<SequenceRecommender>(data, std::move(model), seed);
}

struct Bert4RecOptions : TransformerOptions {
  double mask_ratio = 0.2, last_share = 0.5;

  Bert4RecOptions() { hidden_dropout = attention_dropout = 0.2; }
  void describe(base::ConfigFields& fields) {
    TransformerOptions::describe(fields);
    fields.add("mask_ratio", mask_ratio, "share of a sequence's items that are masked").between(0.05, 1);
    fields.add("last_share", last_share, "share of the batches that mask the last item alone").between(0, 1);
  }
};

std::unique_ptr<Scorer> make_bert4rec(const TrainingData& data, const Bert4RecOptions& options,
                                      uint64_t seed) {
  SequenceModel model{"bert4rec", options.training.learning_rate, {}, {}};
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_bert4rec_encoder(parameters, items_of(data), options.training.length, options.shape());
  };
  model.sampler = make_mask_sampler(data, {options.training.length, options.mask_ratio, options.last_share},
                                    options.training.batch);
  return std::make_unique<SequenceRecommender>(data, std::move(model), seed);
}

struct Gru4RecOptions {
  SequenceTraining training;
  int64_t hidden = 128, stride = 0;
  double dropout = 0.3;

  void describe(base::ConfigFields& fields) {
    training.describe(fields);
    fields.add("hidden", hidden, "width of the recurrent layer").between(1, 4096);
    fields.add("dropout", dropout, "share of the item rows' numbers dropped").between(0, 0.95);
    describe_stride(fields, stride);
  }
};

std::unique_ptr<Scorer> make_gru4rec(const TrainingData& data, const Gru4RecOptions& options, uint64_t seed) {
  SequenceModel model{"gru4rec", options.training.learning_rate, {}, {}};
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_gru(parameters, items_of(data),
                    {options.training.dimensions, options.hidden, options.dropout});
  };
  model.sampler = windows(data, options.training, options.stride);
  return std::make_unique<SequenceRecommender>(data, std::move(model), seed);
}

struct CaserOptions {
  SequenceTraining training{.length = 10};
  CaserShape shape;

  void describe(base::ConfigFields& fields) {
    training.describe(fields);
    fields.add("vertical", shape.vertical, "filters over the places of one dimension").between(1, 256);
    fields.add("horizontal", shape.horizontal, "filters of each height").between(1, 256);
    fields.add("dropout", shape.dropout, "share of the filters' responses dropped").between(0, 0.95);
    fields.add("regularisation", shape.regularisation, "weight of the parameters' norms").between(0, 1);
  }
};

std::unique_ptr<Scorer> make_caser_model(const TrainingData& data, const CaserOptions& options,
                                         uint64_t seed) {
  SequenceModel model{"caser", options.training.learning_rate, {}, {}};
  CaserShape shape = options.shape;
  shape.width = options.training.dimensions;
  shape.length = options.training.length;
  model.make_encoder = [&](FlatParameters& parameters) {
    return make_caser(parameters, items_of(data), data.dataset.users(), shape);
  };
  model.sampler = make_look_back_sampler(data, options.training.length, options.training.batch);
  return std::make_unique<SequenceRecommender>(data, std::move(model), seed);
}

}  // namespace

void SequenceTraining::describe(base::ConfigFields& fields) {
  fields.add("dimensions", dimensions, "width of the item embeddings").between(1, 4096);
  fields.add("length", length, "most recent events of a history that are looked at").between(2, 4096);
  fields.add("batch", batch, "training targets a step").between(1, 1 << 20);
  fields.add("learning_rate", learning_rate, "learning rate of Adam").between(1e-8, 1);
}

std::vector<std::unique_ptr<Method>> sequential_methods() {
  std::vector<std::unique_ptr<Method>> methods;
  methods.push_back(options_method<SasRecOptions>(
      {"sasrec", "self-attention over the history, cross-entropy over the catalogue", "Kang & McAuley 2018"},
      {}, {{{"hidden_dropout", "0.3"}}, {{"dimensions", "128"}}}, make_sasrec));
  methods.push_back(options_method<CoreOptions>(
      {"core", "a weighted mean of the history's item vectors, compared by cosine", "Hou et al. 2022"}, {},
      {{{"weights", "even"}},
       {{"item_dropout", "0.4"}, {"history_dropout", "0.4"}},
       {{"temperature", "0.1"}}},
      make_core));
  methods.push_back(options_method<Gru4RecOptions>(
      {"gru4rec", "a recurrent layer over the history, cross-entropy over the catalogue",
       "Hidasi et al. 2016; Tan et al. 2016"},
      {}, {{{"dropout", "0.5"}}, {{"hidden", "256"}}}, make_gru4rec));
  methods.push_back(options_method<CaserOptions>(
      {"caser", "convolutions over the last events beside a vector for the user", "Tang & Wang 2018"}, {},
      {{{"dropout", "0.6"}}, {{"regularisation", "1e-3"}}}, make_caser_model));
  methods.push_back(options_method<Bert4RecOptions>(
      {"bert4rec", "bidirectional self-attention, masked items predicted", "Sun et al. 2019"}, {},
      {{{"mask_ratio", "0.4"}}, {{"hidden_dropout", "0.4"}}}, make_bert4rec));
  return methods;
}

}  // namespace r2rank::baselines
