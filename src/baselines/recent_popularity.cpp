#include "baselines/recent_popularity.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"

namespace r2rank::baselines {
namespace {

constexpr double kSecondsPerDay = 86400;

std::span<const data::Interaction> training_events(const TrainingData& data, int64_t user) {
  return data.dataset.events(user).first(static_cast<size_t>(data.split.training_end.at(user)));
}

int64_t last_training_time(const TrainingData& data) {
  int64_t last = std::numeric_limits<int64_t>::min();
  for (int64_t user = 0; user < data.dataset.users(); ++user) {
    for (const auto& event : training_events(data, user)) last = std::max(last, event.time);
  }
  return last;
}

/// 0 for an event that is too old to count.
double weight_at(double age, const RecentPopularityOptions& options, bool whole_events) {
  // Events are counted, days are measured: of `window` events the last has age window - 1.
  const bool outside = whole_events ? age >= options.window : age > options.window;
  if (options.window > 0 && outside) return 0;
  return options.half_life > 0 ? std::exp2(-age / options.half_life) : 1;
}

std::vector<double> weigh_by_days(const TrainingData& data, const RecentPopularityOptions& options) {
  std::vector<double> counts(data.dataset.items.size(), 0.0);  // [items]
  const auto last = static_cast<double>(last_training_time(data));
  for (int64_t user = 0; user < data.dataset.users(); ++user) {
    for (const auto& event : training_events(data, user)) {
      const double age = (last - static_cast<double>(event.time)) / kSecondsPerDay;
      counts[event.item] += weight_at(age, options, false);
    }
  }
  return counts;
}

std::vector<double> weigh_by_order(const TrainingData& data, const RecentPopularityOptions& options) {
  std::vector<double> counts(data.dataset.items.size(), 0.0);  // [items]
  for (int64_t user = 0; user < data.dataset.users(); ++user) {
    const auto events = training_events(data, user);
    for (size_t place = 0; place < events.size(); ++place) {
      const auto age = static_cast<double>(events.size() - 1 - place);
      counts[events[place].item] += weight_at(age, options, true);
    }
  }
  return counts;
}

class RecentPopularity : public Scorer {
 public:
  explicit RecentPopularity(std::vector<double> counts) : counts_(std::move(counts)) {}
  std::string name() const override { return "recent-popularity"; }
  std::vector<double> score(const data::Slate& slate) override {
    std::vector<double> scores;  // [K]
    for (const int32_t item : slate.candidates) scores.push_back(counts_.at(item));
    return scores;
  }

 private:
  std::vector<double> counts_;  // [items]
};

void check(const RecentPopularityOptions& options) {
  for (const double value : {options.half_life, options.window}) {
    if (std::isfinite(value) && value >= 0) continue;
    base::fail_usage("recent-popularity",
                     "expected half_life and window of at least 0 (found: {} and {}); 0 turns either off",
                     options.half_life, options.window);
  }
}

}  // namespace

void RecentPopularityOptions::describe(base::ConfigFields& fields) {
  fields
      .add(
          "half_life", half_life,
          "days (events of the same user where times are only an order) after which an event counts half; 0: "
          "no decay")
      .at_least(0);
  fields
      .add("window", window,
           "only the last so many days (events of each user where times are only an order) count; 0: all")
      .at_least(0);
}

std::unique_ptr<Scorer> make_recent_popularity(const TrainingData& data,
                                               const RecentPopularityOptions& options) {
  check(options);
  const bool order = data.dataset.time_kind == data::TimeKind::kOrder;
  return std::make_unique<RecentPopularity>(order ? weigh_by_order(data, options)
                                                  : weigh_by_days(data, options));
}

}  // namespace r2rank::baselines
