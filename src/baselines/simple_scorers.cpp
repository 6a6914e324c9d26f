#include "baselines/simple_scorers.h"

#include <utility>

#include "base/random.h"
#include "data/item_statistics.h"

namespace r2rank::baselines {
namespace {

class RandomScorer : public Scorer {
 public:
  explicit RandomScorer(uint64_t seed) : seed_(seed) {}
  std::string name() const override { return "random"; }
  std::vector<double> score(const data::Slate& slate) override {
    std::vector<double> scores;  // [K]
    for (const int32_t item : slate.candidates) {
      base::RandomStream stream(seed_, base::Purpose::kBaseline, static_cast<uint64_t>(slate.id),
                                static_cast<uint64_t>(item));
      scores.push_back(stream.uniform());
    }
    return scores;
  }

 private:
  uint64_t seed_;
};

class ConstantScorer : public Scorer {
 public:
  std::string name() const override { return "constant"; }
  std::vector<double> score(const data::Slate& slate) override {
    return std::vector<double>(slate.candidates.size(), 0.0);
  }
};

class IncomingScorer : public Scorer {
 public:
  std::string name() const override { return "incoming"; }
  std::vector<double> score(const data::Slate& slate) override {
    std::vector<double> scores;  // [K]
    for (size_t place = 0; place < slate.candidates.size(); ++place)
      scores.push_back(-static_cast<double>(place));
    return scores;
  }
};

class PopularityScorer : public Scorer {
 public:
  explicit PopularityScorer(std::vector<int32_t> counts) : counts_(std::move(counts)) {}
  std::string name() const override { return "popularity"; }
  std::vector<double> score(const data::Slate& slate) override {
    std::vector<double> scores;  // [K]
    for (const int32_t item : slate.candidates) scores.push_back(counts_.at(item));
    return scores;
  }

 private:
  std::vector<int32_t> counts_;  // [items]
};

}  // namespace

std::unique_ptr<Scorer> make_random(uint64_t seed) {
  return std::make_unique<RandomScorer>(seed);
}
std::unique_ptr<Scorer> make_constant() {
  return std::make_unique<ConstantScorer>();
}
std::unique_ptr<Scorer> make_incoming() {
  return std::make_unique<IncomingScorer>();
}
std::unique_ptr<Scorer> make_popularity(const TrainingData& data) {
  return std::make_unique<PopularityScorer>(data::item_statistics(data.dataset, data.split).count);
}

}  // namespace r2rank::baselines
