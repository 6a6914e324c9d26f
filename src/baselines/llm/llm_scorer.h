#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "baselines/scorer.h"
#include "baselines/scorer_notes.h"
#include "model/format/model_config.h"

namespace r2rank::model {
class LanguageModel;
}

namespace r2rank::baselines {

/// What scoring slates asks of a language model, by a look at some of them.
struct LlmWork {
  int64_t slates = 0;
  double requests_per_slate = 0;  ///< of a server; 0 where the model runs here
  double read_per_slate =
      0;  ///< prompt tokens; what several prompts share counts once where the model runs here
  double written_per_slate = 0;  ///< tokens written one by one, at most

  int64_t tokens() const;
};

/// Seconds of that work for a model of this shape that runs here: 2 operations a parameter and token, at the
/// shares of the speed of one product (experiment/cost.h: product_speed) which reading and writing reach.
double seconds_of(const LlmWork& work, const model::ModelConfig& config, double product_speed);

/// What the scorers of this layer can tell besides scores. Found by dynamic_cast from a Scorer.
class LlmScorer : public ScorerNotes {
 public:
  /// The work that scoring these slates will be; nothing is asked of the model.
  virtual LlmWork work(std::span<const data::Slate> slates) const = 0;
  /// The model that runs here; null for a server.
  virtual const model::LanguageModel* language_model() const = 0;
};

/// The first slates, enough for an estimate.
std::span<const data::Slate> sample_of(std::span<const data::Slate> slates);

}  // namespace r2rank::baselines
