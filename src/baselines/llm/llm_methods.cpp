#include "baselines/llm/llm_methods.h"

#include <functional>

#include "base/error.h"
#include "baselines/llm/embedding.h"
#include "baselines/llm/letters.h"
#include "baselines/llm/listwise.h"
#include "baselines/llm/model_writer.h"
#include "baselines/llm/server_verdict.h"
#include "baselines/llm/server_writer.h"
#include "baselines/llm/silent.h"

namespace r2rank::baselines {
namespace {

constexpr int64_t kWorkersOfServer = 4;

/// Which model a method opens, and how.
struct ModelSettings {
  std::string path;
  model::ModelOptions options;

  ModelSettings() { options.tuning = "frozen"; }

  void describe(base::ConfigFields& fields, bool trained) {
    fields.add("model", path, "GGUF file, Hugging Face folder, or a run folder");
    if (trained)
      options.describe(fields);
    else
      options.describe_scoring(fields);
  }

  /// A run folder that was trained on other events of this data set is refused: it may know the targets.
  std::unique_ptr<learn::RankingModel> open(std::string_view method, const text::PromptConfig& prompt,
                                            const TrainingData& data, uint64_t seed) const {
    if (path.empty())
      base::fail_usage("llm",
                       "expected a language model for {}, found none; set model to a GGUF file or a folder",
                       method);
    model::ModelOptions seeded = options;
    seeded.seed = static_cast<int64_t>(seed);
    auto ranking = learn::open_ranking_model(path, seeded, prompt);
    learn::refuse_other_training(*ranking, data.dataset, data.split);
    return ranking;
  }
};

/// A listwise method whose model runs here owns that model beside the writer.
class OwningWriter : public TextWriter {
 public:
  explicit OwningWriter(std::unique_ptr<learn::RankingModel> model)
      : model_(std::move(model)), writer_(*model_) {}
  std::vector<Answer> write(std::span<const Question> questions) override { return writer_.write(questions); }
  int64_t count(std::span<const Question> questions) const override { return writer_.count(questions); }
  const model::LanguageModel* language_model() const override { return writer_.language_model(); }

 private:
  std::unique_ptr<learn::RankingModel> model_;
  ModelWriter writer_;
};

class ListwiseMethod : public Method {
 public:
  ListwiseMethod(MethodText text, int64_t shuffles, bool recency) : text_(text) {
    options_.shuffles = shuffles;
    options_.prompt.recency = recency;
  }
  MethodText text() const override { return text_; }
  void describe(base::ConfigFields& fields) override {
    model_.describe(fields, false);
    options_.describe(fields);
  }
  std::unique_ptr<Scorer> make(const TrainingData& data, uint64_t seed) const override {
    auto writer = std::make_unique<OwningWriter>(model_.open(text_.name, {}, data, seed));
    return std::make_unique<ListwiseScorer>(std::string(text_.name), std::move(writer), data, options_, seed);
  }

 private:
  MethodText text_;
  ModelSettings model_;
  ListwiseOptions options_;
};

class ServerListwiseMethod : public Method {
 public:
  ServerListwiseMethod() { options_.slates_per_batch = kWorkersOfServer; }
  MethodText text() const override {
    return {"server-listwise", "an OpenAI-compatible server writes the order of the candidates, zero-shot",
            "Hou et al. 2024; Sun et al. 2023"};
  }
  void describe(base::ConfigFields& fields) override {
    server_.describe(fields);
    options_.describe(fields);
  }
  std::unique_ptr<Scorer> make(const TrainingData& data, uint64_t seed) const override {
    return std::make_unique<ListwiseScorer>(std::string(text().name), std::make_unique<ServerWriter>(server_),
                                            data, options_, seed);
  }

 private:
  remote::ServerOptions server_;
  ListwiseOptions options_;
};

class ServerVerdictMethod : public Method {
 public:
  MethodText text() const override {
    return {"server-verdict",
            "log p(yes) - log p(no) of an OpenAI-compatible server, one question a candidate",
            "Liang et al. 2023"};
  }
  void describe(base::ConfigFields& fields) override {
    server_.describe(fields);
    options_.describe(fields);
  }
  std::unique_ptr<Scorer> make(const TrainingData& data, uint64_t) const override {
    return std::make_unique<ServerVerdictScorer>(std::string(text().name), server_, data, options_);
  }

 private:
  remote::ServerOptions server_;
  ServerVerdictOptions options_;
};

/// A method on a TunedScorer, trained or as the model came.
class TunedMethod : public Method {
 public:
  TunedMethod(MethodText text, bool trained) : text_(text), trained_(trained) {
    if (trained) model_.options.tuning = "lora";
  }
  MethodText text() const override { return text_; }
  void describe(base::ConfigFields& fields) override {
    model_.describe(fields, trained_);
    describe_scoring(fields);
    if (trained_) tuning_.describe(fields);
  }
  std::unique_ptr<Scorer> make(const TrainingData& data, uint64_t seed) const override {
    auto scorer = make_tuned(model_.open(text_.name, prompt(), data, seed), data, seed);
    if (trained_) return scorer;
    return std::make_unique<UntrainedScorer>(std::move(scorer));
  }

 protected:
  virtual void describe_scoring(base::ConfigFields& fields) = 0;
  virtual text::PromptConfig prompt() const { return {}; }
  virtual std::unique_ptr<TunedScorer> make_tuned(std::unique_ptr<learn::RankingModel> model,
                                                  const TrainingData& data, uint64_t seed) const = 0;
  std::string name() const { return std::string(text_.name); }

  MethodText text_;
  bool trained_;
  ModelSettings model_;
  TuningOptions tuning_;
};

class SilentMethod : public TunedMethod {
 public:
  SilentMethod(MethodText text, bool trained, const std::string& readout, const std::string& objective)
      : TunedMethod(text, trained) {
    model_.options.readout = readout;
    silent_.list_objective = objective;
  }

 protected:
  void describe_scoring(base::ConfigFields& fields) override {
    prompt_.describe(fields);
    if (trained_)
      silent_.describe(fields);
    else
      fields.add("slates_per_batch", silent_.slates_per_batch, "slates scored in one pass").between(1, 1024);
  }
  text::PromptConfig prompt() const override { return prompt_; }
  std::unique_ptr<TunedScorer> make_tuned(std::unique_ptr<learn::RankingModel> model,
                                          const TrainingData& data, uint64_t seed) const override {
    return std::make_unique<SilentScorer>(name(), std::move(model), data, silent_, tuning_, seed);
  }

 private:
  text::PromptConfig prompt_;
  SilentOptions silent_;
};

class LetterMethod : public TunedMethod {
 public:
  LetterMethod(MethodText text, bool trained) : TunedMethod(text, trained) {
    constexpr int64_t kNegatives = 19;  // a list as long as those of the evaluation
    tuning_.negative_count = kNegatives;
  }

 protected:
  void describe_scoring(base::ConfigFields& fields) override { letters_.describe(fields); }
  std::unique_ptr<TunedScorer> make_tuned(std::unique_ptr<learn::RankingModel> model,
                                          const TrainingData& data, uint64_t seed) const override {
    return std::make_unique<LetterScorer>(name(), std::move(model), data, letters_, tuning_, seed);
  }

 private:
  LetterOptions letters_;
};

class EmbeddingMethod : public TunedMethod {
 public:
  EmbeddingMethod(MethodText text, bool trained) : TunedMethod(text, trained) {
    constexpr int64_t kBatch = 32;  // the other targets of a step are the negatives
    tuning_.slates_per_step = kBatch;
    tuning_.negative_count = 1;  // drawn with the slate, not used
  }

 protected:
  void describe_scoring(base::ConfigFields& fields) override { embedding_.describe(fields); }
  std::unique_ptr<TunedScorer> make_tuned(std::unique_ptr<learn::RankingModel> model,
                                          const TrainingData& data, uint64_t seed) const override {
    return std::make_unique<EmbeddingScorer>(name(), std::move(model), data, embedding_, tuning_, seed);
  }

 private:
  EmbeddingOptions embedding_;
};

}  // namespace

std::vector<std::unique_ptr<Method>> llm_methods() {
  std::vector<std::unique_ptr<Method>> all;
  const auto silent = [&](MethodText text, bool trained, const char* readout, const char* objective) {
    all.push_back(std::make_unique<SilentMethod>(text, trained, readout, objective));
  };
  const auto listwise = [&](MethodText text, int64_t shuffles, bool recency) {
    all.push_back(std::make_unique<ListwiseMethod>(text, shuffles, recency));
  };
  silent({"llm-verdict", "yes-no logit of each candidate, zero-shot", "Liang et al. 2023"}, false, "verdict",
         "pointwise");
  listwise({"llm-listwise", "the model writes the order of the candidates, zero-shot",
            "Hou et al. 2024; Sun et al. 2023"},
           1, false);
  listwise({"llm-listwise-shuffled", "mean place over orders written for shuffled lists, zero-shot",
            "Hou et al. 2024"},
           3, false);
  listwise({"llm-listwise-recent", "the same with the latest item named again, zero-shot", "Hou et al. 2024"},
           1, true);
  all.push_back(std::make_unique<LetterMethod>(
      MethodText{"llm-letters", "logits of the letters that candidates stand under, zero-shot",
                 "Yue et al. 2023"},
      false));
  all.push_back(std::make_unique<EmbeddingMethod>(
      MethodText{"llm-embedding", "cosine of mean-pooled states of history and item, zero-shot",
                 "mean pooling"},
      false));
  silent({"llm-pointwise-tuned", "yes-no logit, tuned by binary cross-entropy", "Bao et al. 2023 (TALLRec)"},
         true, "verdict", "pointwise");
  silent({"llm-silent-tuned", "score of our silent readout, tuned by cross-entropy over the slate",
          "docs/method.md"},
         true, "both", "cross-entropy");
  all.push_back(std::make_unique<LetterMethod>(
      MethodText{"llm-letters-tuned", "letters of candidates, tuned by cross-entropy over them",
                 "Yue et al. 2023 (LlamaRec)"},
      true));
  all.push_back(std::make_unique<EmbeddingMethod>(
      MethodText{"llm-dual-encoder", "cosine of states, tuned by softmax over a batch's targets",
                 "Karpukhin et al. 2020"},
      true));
  all.push_back(std::make_unique<ServerListwiseMethod>());
  all.push_back(std::make_unique<ServerVerdictMethod>());
  return all;
}

}  // namespace r2rank::baselines
