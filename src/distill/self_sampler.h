#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "distill/asked_pairs.h"
#include "distill/distill_config.h"
#include "distill/filters.h"
#include "learn/model_folder.h"
#include "remote/answer_cache.h"
#include "rollout/reasoner.h"
#include "rollout/slate_prompts.h"

namespace r2rank::distill {

/// What was sampled about one pair, before anything is decided.
struct Sampled {
  std::string text;
  double score = 0;      ///< after the rationale
  double reference = 0;  ///< mean silent score of the slate's candidates
  double gain = 0;       ///< utility with this rationale's score minus with the item's silent score
  bool ended = false, malformed = false;
};

/// Rejection sampling from a model (docs/cold-start.md, "The model itself"). What was sampled is kept on disk
/// by a key of model, data and settings, and never sampled again. The references must outlive it.
class SelfSampler {
 public:
  /// `identity` tells model and data apart from any other.
  SelfSampler(const learn::RankingModel& model, const data::Dataset& dataset, const data::Split& split,
              const DistillConfig& config, remote::AnswerCache& kept, std::string identity);

  /// Samples about every pair; those for which no draft passes `good` are sampled again in the next round, up
  /// to SelfConfig::rounds. Drafts of all rounds, by round, pair and sample. `sampled` is told how many pairs
  /// were done. Errors: kInterrupted; what was sampled is kept.
  std::vector<Draft> sample(const AskedPairs& asked, const std::function<bool(const Draft&)>& good,
                            const std::function<void(int64_t pairs)>& sampled);
  /// Tokens read and written, those of kept samples included.
  int64_t tokens_read() const { return read_; }
  int64_t tokens_written() const { return written_; }
  int64_t slates_from_disk() const { return from_disk_; }

 private:
  using Pairs = std::vector<size_t>;  // indices into AskedPairs::pairs, of one slate
  std::vector<Draft> round(const AskedPairs& asked, const std::vector<Pairs>& wanted, int64_t number,
                           const std::function<void(int64_t)>& sampled);
  std::string key_of(const AskedPairs& asked, const Pairs& pairs, int64_t round) const;
  void sample_batch(const AskedPairs& asked, std::span<const Pairs> batch, int64_t round);
  std::string sample_json(const data::Slate& slate, const rollout::PreparedSlate& whole,
                          const rollout::PreparedSlate& part, std::vector<double> silent,
                          const rollout::SlateRollout& rollout) const;
  void read(const std::string& kept, const AskedPairs& asked, const Pairs& pairs, int64_t round,
            std::vector<Draft>& drafts);
  Draft draft_of(const Sampled& sampled) const;

  const learn::RankingModel& model_;
  const data::Dataset& dataset_;
  rollout::SlatePrompts prompts_;
  const DistillConfig& config_;
  remote::AnswerCache& kept_;
  std::string identity_;
  int64_t read_ = 0, written_ = 0, from_disk_ = 0;
};

}  // namespace r2rank::distill
