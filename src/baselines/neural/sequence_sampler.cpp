#include "baselines/neural/sequence_sampler.h"

#include <algorithm>

#include "base/random.h"

namespace r2rank::baselines {
namespace {

/// Events [begin, end) of a user, of which those from `first` on count.
struct Stretch {
  int32_t user, begin, end, first;

  int64_t length() const { return end - begin; }
};

int32_t item_row(const data::Interaction& event) {
  return event.item + 1;
}

/// Stretches in a new order each epoch, taken batch by batch.
class StretchSampler : public SequenceSampler {
 public:
  StretchSampler(const TrainingData& data, int64_t batch) : data_(data), batch_(batch) {}

  int64_t events_per_epoch() const override { return events_; }

  void begin_epoch(uint64_t seed, int64_t epoch) override {
    order_ = stretches_;
    base::RandomStream(seed, base::Purpose::kShuffle, static_cast<uint64_t>(epoch))
        .shuffle(std::span(order_));
    next_ = 0;
    seed_ = seed;
    epoch_ = static_cast<uint64_t>(epoch);
  }

  bool next(SequenceBatch& batch) override {
    batch.targets.clear();
    batch.events = 0;
    for (auto& part : batch.parts) part.clear();
    const size_t begin = next_;
    int64_t tokens = 0;
    while (next_ < order_.size()) {
      const Stretch& stretch = order_[next_];
      const int64_t events = events_of(stretch);
      if (batch.events > 0 && batch.events + events > batch_) break;
      batch.events += events;
      tokens += stretch.length();
      ++next_;
    }
    fill({order_.data() + begin, next_ - begin}, tokens, batch);
    return next_ > begin;
  }

 protected:
  /// Events that taking it up counts as.
  virtual int64_t events_of(const Stretch& stretch) const = 0;
  virtual void fill(std::span<const Stretch> stretches, int64_t tokens, SequenceBatch& batch) = 0;

  std::span<const data::Interaction> training_events(int32_t user) const {
    return data_.dataset.events(user).first(static_cast<size_t>(data_.split.training_end[user]));
  }
  void add_stretch(const Stretch& stretch) {
    stretches_.push_back(stretch);
    events_ += events_of(stretch);
  }
  int32_t users() const { return static_cast<int32_t>(data_.dataset.users()); }

  const TrainingData data_;
  uint64_t seed_ = 0, epoch_ = 0;
  size_t next_ = 0;

 private:
  int64_t batch_, events_ = 0;
  std::vector<Stretch> stretches_, order_;
};

/// The part that a sequence beginning after `before` of `tokens` tokens belongs to.
int64_t part_of(int64_t before, int64_t tokens) {
  return before * SequenceBatch::kParts / tokens;
}

class WindowSampler : public StretchSampler {
 public:
  WindowSampler(const TrainingData& data, int64_t window, int64_t stride, int64_t batch, int64_t asked)
      : StretchSampler(data, batch), asked_(asked) {
    for (int32_t user = 0; user < users(); ++user) {
      const auto inputs = static_cast<int64_t>(training_events(user).size()) - 1;
      for (int64_t from = 0; from < inputs;) {
        const int64_t end = std::min(inputs, from == 0 ? window : from + stride);
        const int64_t begin = std::max<int64_t>(0, end - window);
        add_stretch(
            {user, static_cast<int32_t>(begin), static_cast<int32_t>(end), static_cast<int32_t>(from)});
        from = end;
      }
    }
  }

  void ask(int32_t user, std::span<const data::Interaction> history, PackedSequences& query) const override {
    query.begin(user);
    for (const auto& event : history.last(std::min(history.size(), static_cast<size_t>(asked_))))
      query.push(item_row(event));
    query.want_last();
  }

 protected:
  int64_t events_of(const Stretch& stretch) const override { return stretch.end - stretch.first; }

  void fill(std::span<const Stretch> stretches, int64_t tokens, SequenceBatch& batch) override {
    int64_t before = 0;
    for (const Stretch& stretch : stretches) {
      PackedSequences& part = batch.parts[part_of(before, tokens)];
      const auto events = training_events(stretch.user);
      part.begin(stretch.user);
      for (int32_t i = stretch.begin; i < stretch.end; ++i) {
        part.push(item_row(events[i]));
        if (i < stretch.first) continue;
        part.want_last();
        batch.targets.push_back(item_row(events[i + 1]));
      }
      before += stretch.length();
    }
  }

 private:
  int64_t asked_;
};

class MaskSampler : public StretchSampler {
 public:
  MaskSampler(const TrainingData& data, const MaskOptions& options, int64_t batch)
      : StretchSampler(data, batch),
        options_(options),
        mask_row_(static_cast<int32_t>(data.dataset.items.size()) + 1),
        most_(
            std::max<int64_t>(1, static_cast<int64_t>(options.ratio * static_cast<double>(options.length)))) {
    for (int32_t user = 0; user < users(); ++user) {
      const auto events = static_cast<int32_t>(training_events(user).size());
      for (int32_t end = 2; end <= events; ++end) {
        const auto begin = std::max(0, end - static_cast<int32_t>(options.length));
        add_stretch({user, begin, end, begin});
      }
    }
  }

  void ask(int32_t user, std::span<const data::Interaction> history, PackedSequences& query) const override {
    query.begin(user);
    for (const auto& event : history.last(std::min(history.size(), static_cast<size_t>(options_.length - 1))))
      query.push(item_row(event));
    query.push(mask_row_);
    query.want_last();
  }

 protected:
  int64_t events_of(const Stretch&) const override { return 1; }

  void fill(std::span<const Stretch> stretches, int64_t tokens, SequenceBatch& batch) override {
    base::RandomStream coin(seed_, base::Purpose::kTargets, epoch_, next_);
    const bool last_only = coin.uniform() < options_.last_share;
    int64_t before = 0;
    for (const Stretch& stretch : stretches) {
      draw_masks(stretch, last_only);
      if (!counted_.empty()) add(stretch, batch.parts[part_of(before, tokens)], batch.targets);
      before += stretch.length();
    }
  }

 private:
  void draw_masks(const Stretch& stretch, bool last_only) {
    masked_.assign(stretch.length(), false);
    if (last_only) {
      masked_.back() = true;
    } else {
      base::RandomStream stream(seed_, base::Purpose::kTargets, epoch_, stretch.user,
                                static_cast<uint64_t>(stretch.end) + 1);
      for (size_t i = 0; i < masked_.size(); ++i) masked_[i] = stream.uniform() < options_.ratio;
    }
    counted_.clear();
    const int64_t most = last_only ? 1 : most_;
    for (size_t i = masked_.size(); i-- > 1 && static_cast<int64_t>(counted_.size()) < most;)
      if (masked_[i]) counted_.push_back(i);
  }

  void add(const Stretch& stretch, PackedSequences& part, std::vector<int32_t>& targets) const {
    const auto events = training_events(stretch.user);
    part.begin(stretch.user);
    const size_t first_counted = counted_.back();
    for (size_t i = 0; i < masked_.size(); ++i) {
      const int32_t row = item_row(events[stretch.begin + i]);
      part.push(masked_[i] ? mask_row_ : row);
      if (!masked_[i] || i < first_counted) continue;
      part.want_last();
      targets.push_back(row);
    }
  }

  MaskOptions options_;
  int32_t mask_row_;
  int64_t most_;  // masks of a sequence that count
  std::vector<bool> masked_;
  std::vector<size_t> counted_;  // places, last ones first
};

}  // namespace

std::unique_ptr<SequenceSampler> make_window_sampler(const TrainingData& data, int64_t window, int64_t stride,
                                                     int64_t batch) {
  return std::make_unique<WindowSampler>(data, window, stride, batch, window);
}

std::unique_ptr<SequenceSampler> make_look_back_sampler(const TrainingData& data, int64_t look_back,
                                                        int64_t batch) {
  constexpr int64_t kStride = 64;  // enough for the repeated events to cost little
  return std::make_unique<WindowSampler>(data, look_back - 1 + kStride, kStride, batch, look_back);
}

std::unique_ptr<SequenceSampler> make_mask_sampler(const TrainingData& data, const MaskOptions& options,
                                                   int64_t batch) {
  return std::make_unique<MaskSampler>(data, options, batch);
}

}  // namespace r2rank::baselines
