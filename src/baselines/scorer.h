#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "data/slates.h"
#include "data/split.h"

namespace r2rank::baselines {

/// Anything that scores the candidates of a slate; higher is better. Baselines and the language model share
/// it, so that one evaluation loop serves both. A score depends on the slate's user, history and items, never
/// on a candidate's place (but for "incoming", whose point that is). Not thread-safe.
class Scorer {
 public:
  virtual ~Scorer() = default;
  virtual std::string name() const = 0;
  virtual std::vector<double> score(const data::Slate& slate) = 0;  ///< [K]
  /// Scores of several slates, [B][K]; scorers that gain from a batch override it and name their
  /// batch_size().
  virtual std::vector<std::vector<double>> score_batch(std::span<const data::Slate> slates);
  virtual int64_t batch_size() const { return 1; }
  /// Scores of every item of the catalogue, for evaluation over all of it and for retrieval: [B, items] row
  /// by row into `scores`; a slate's own candidates do not matter. The default scores all items as
  /// candidates; a scorer that gains from the whole overrides it. REQUIRES set_catalogue() and room.
  virtual void score_catalogue(std::span<const data::Slate> slates, std::span<float> scores);
  /// How many items there are: whoever asks for scores of all says it first.
  void set_catalogue(int64_t items) { catalogue_ = items; }
  /// Tokens a language model has read and written so far; 0 for scorers without one.
  virtual int64_t tokens() const { return 0; }

 protected:
  /// Checks that `scores` has room for the slates of a catalogue of `items` items.
  static void check_room(std::span<const data::Slate> slates, size_t items, std::span<const float> scores);

 private:
  int64_t catalogue_ = 0;
};

/// Slates whose scores of the whole catalogue are about `bytes` together: at least 16, which products of
/// matrices need to be worth their while however large the catalogue is, and at most 256.
size_t catalogue_batch(size_t items, size_t bytes);

/// What a baseline may learn from: the catalogue's text and training interactions, nothing later. What a user
/// did before the target (Slate::history_end) is the query, as the protocol states, and is never learned
/// from. The references must outlive the scorer.
struct TrainingData {
  const data::Dataset& dataset;
  const data::Split& split;
};

/// "random" (keyed by seed, slate and item), "constant", "incoming" (the given order), "popularity" (training
/// count), "item-knn", "item-knn-pop" (its ties broken by popularity), "tfidf", "bm25".
std::vector<std::string> baseline_names();
/// Errors: kUsage for an unknown name, with the nearest one.
std::unique_ptr<Scorer> make_baseline(const std::string& name, const TrainingData& data, uint64_t seed);

}  // namespace r2rank::baselines
