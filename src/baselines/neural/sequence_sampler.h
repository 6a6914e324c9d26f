#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "baselines/neural/sequence_encoder.h"
#include "baselines/scorer.h"

namespace r2rank::baselines {

/// One step's sequences, cut into parts of about equal work for threads. Where the cuts lie depends on the
/// sequences alone, so that any number of threads adds up the same sums.
struct SequenceBatch {
  static constexpr int64_t kParts = 8;

  std::vector<PackedSequences> parts = std::vector<PackedSequences>(kParts);
  std::vector<int32_t> targets;  ///< [T] rows of the item table, in the order of the parts' wanted places
  int64_t events = 0;            ///< training events that were taken up: what progress counts
};

/// What sequences a model learns from, in what order, and how it is asked. Item i is row i + 1.
class SequenceSampler {
 public:
  virtual ~SequenceSampler() = default;
  /// Events that are a target once an epoch: every training event of a user but the first.
  virtual int64_t events_per_epoch() const = 0;
  virtual void begin_epoch(uint64_t seed, int64_t epoch) = 0;
  /// False where the epoch is over. A batch may have no targets.
  virtual bool next(SequenceBatch& batch) = 0;
  /// Appends the sequence that asks for what follows `history` (not empty) to `query`.
  virtual void ask(int32_t user, std::span<const data::Interaction> history,
                   PackedSequences& query) const = 0;
};

/// For models that look back only: windows over a user's training events, each of whose states predicts the
/// event after it. The first window begins with the history and predicts from all its places; a history that
/// goes on after `window` events has further windows, each predicting from its last `stride` places. So a
/// target up to the window's length sees the same as if its own prefix were a sample, and later ones see the
/// last window - stride + 1 to window events (stride 1: always `window`, as RecBole's samples).
/// Windows are shuffled; a batch takes whole ones up to `batch` targets.
std::unique_ptr<SequenceSampler> make_window_sampler(const TrainingData& data, int64_t window, int64_t stride,
                                                     int64_t batch);
/// The same for a model whose states look back at most `look_back` events, whatever the window: all targets
/// see exactly that. It is asked with the last `look_back` events.
std::unique_ptr<SequenceSampler> make_look_back_sampler(const TrainingData& data, int64_t look_back,
                                                        int64_t batch);

struct MaskOptions {
  int64_t length = 20;      ///< events of a sequence, the masked ones among them
  double ratio = 0.2;       ///< of its items are masked
  double last_share = 0.5;  ///< of the batches mask the last item alone, as when the model is asked
};

/// For models that look both ways (BERT4Rec; RecBole 1.2.1's masking): a sequence ends with each training
/// event but a user's first. RecBole's end one event earlier, so that its last is never learned. A batch
/// draws whether only last items are masked; else each item is, independently, and the last length * ratio of
/// them count, the very first place never.
std::unique_ptr<SequenceSampler> make_mask_sampler(const TrainingData& data, const MaskOptions& options,
                                                   int64_t batch);

}  // namespace r2rank::baselines
