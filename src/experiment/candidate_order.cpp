#include "experiment/candidate_order.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/stable_sort.h"

namespace r2rank::experiment {
namespace {

constexpr std::array<std::pair<const char*, CandidateOrder>, 3> kNames = {
    {{"given", CandidateOrder::kGiven},
     {"relevant-first", CandidateOrder::kRelevantFirst},
     {"relevant-last", CandidateOrder::kRelevantLast}}};

data::Slate reordered(const data::Slate& slate, const std::vector<size_t>& places) {
  data::Slate shown = slate;
  for (size_t i = 0; i < places.size(); ++i) {
    shown.candidates[i] = slate.candidates[places[i]];
    shown.relevance[i] = slate.relevance[places[i]];
  }
  return shown;
}

}  // namespace

std::vector<std::string> candidate_order_names() {
  std::vector<std::string> names;
  for (const auto& [name, order] : kNames) names.emplace_back(name);
  return names;
}

CandidateOrder candidate_order(const std::string& name) {
  const auto found =
      std::find_if(kNames.begin(), kNames.end(), [&](const auto& known) { return name == known.first; });
  R2RANK_CHECK(found != kNames.end());
  return found->second;
}

std::vector<size_t> places_of(CandidateOrder order, const data::Slate& slate) {
  std::vector<size_t> places(slate.candidates.size());
  std::iota(places.begin(), places.end(), size_t{0});
  if (order == CandidateOrder::kGiven) return places;
  const bool first = order == CandidateOrder::kRelevantFirst;
  const auto ahead = [&](size_t place) { return (slate.relevance[place] > 0) == first; };
  return base::stable_sorted(std::move(places), [&](size_t a, size_t b) { return ahead(a) > ahead(b); });
}

std::vector<double> ReorderedScorer::score(const data::Slate& slate) {
  return score_batch({&slate, 1}).front();
}

std::vector<std::vector<double>> ReorderedScorer::score_batch(std::span<const data::Slate> slates) {
  std::vector<std::vector<size_t>> places;
  std::vector<data::Slate> shown;
  for (const auto& slate : slates) {
    places.push_back(places_of(order_, slate));
    shown.push_back(reordered(slate, places.back()));
  }
  auto scores = scorer_.score_batch(shown);
  for (size_t b = 0; b < scores.size(); ++b) {
    const std::vector<double> read = scores[b];
    for (size_t i = 0; i < read.size(); ++i) scores[b][places[b][i]] = read[i];
  }
  return scores;
}

std::vector<std::pair<std::string, double>> ReorderedScorer::notes() const {
  const auto* noted = dynamic_cast<const baselines::ScorerNotes*>(&scorer_);
  return noted == nullptr ? std::vector<std::pair<std::string, double>>() : noted->notes();
}

void ReorderedScorer::forget_notes() {
  if (auto* noted = dynamic_cast<baselines::ScorerNotes*>(&scorer_)) noted->forget_notes();
}

double ReorderedScorer::noting_seconds() const {
  const auto* noted = dynamic_cast<const baselines::ScorerNotes*>(&scorer_);
  return noted == nullptr ? 0 : noted->noting_seconds();
}

}  // namespace r2rank::experiment
