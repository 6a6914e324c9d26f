#include "metrics/ranking_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "metrics/tied_blocks.h"

namespace r2rank::metrics {
namespace {

using Blocks = std::vector<TiedBlock>;

constexpr int kNdcgCuts[] = {5, 10, 20};
constexpr int kHitCuts[] = {1, 5, 10};

void check_labels(std::span<const float> relevance) {
  R2RANK_CHECK(
      std::none_of(relevance.begin(), relevance.end(), [](float label) { return std::isnan(label); }));
  R2RANK_CHECK(std::any_of(relevance.begin(), relevance.end(), [](float label) { return label > 0; }));
}

Blocks checked_blocks(std::span<const double> scores, std::span<const float> relevance) {
  check_labels(relevance);
  return tied_blocks(scores, relevance);
}

/// The first block that holds a relevant item: what lies behind it cannot change HR or MRR.
const TiedBlock& first_relevant(const Blocks& blocks) {
  return *std::find_if(blocks.begin(), blocks.end(),
                       [](const TiedBlock& block) { return block.relevant > 0; });
}

double mean_discount(const TiedBlock& block, int k) {
  double total = 0;
  const int end = std::min(block.start + block.size, k);
  for (int place = block.start; place < end; ++place) total += discount_at(place + 1, k);
  return total / block.size;
}

double expected_dcg(const Blocks& blocks, int k) {
  double total = 0;
  for (const auto& block : blocks) total += block.gain * mean_discount(block, k);
  return total;
}

double hit_probability(const Blocks& blocks, int k) {
  const TiedBlock& block = first_relevant(blocks);
  const int places = std::clamp(k - block.start, 0, block.size);
  // Hypergeometric: the chance that the block's first `places` items hold none of its relevant ones.
  double miss = 1;
  for (int i = 0; i < places; ++i)
    miss *= std::max(0.0, 1 - static_cast<double>(block.relevant) / (block.size - i));
  return 1 - miss;
}

double expected_reciprocal_rank(const Blocks& blocks) {
  const TiedBlock& block = first_relevant(blocks);
  // P(the block's first relevant item is its j-th), by recursion from j = 1.
  double probability = static_cast<double>(block.relevant) / block.size;
  double total = 0;
  for (int j = 1; j <= block.size - block.relevant + 1; ++j) {
    total += probability / (block.start + j);
    if (j < block.size)
      probability *= static_cast<double>(block.size - j - block.relevant + 1) / (block.size - j);
  }
  return total;
}

double area_under_curve(const Blocks& blocks) {
  double others_below = 0, relevant = 0, pairs = 0;
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    const double others = block->size - block->relevant;
    pairs += block->relevant * (others_below + others / 2);
    others_below += others;
    relevant += block->relevant;
  }
  return others_below > 0 ? pairs / (relevant * others_below) : 0.5;
}

}  // namespace

double ndcg(std::span<const double> scores, std::span<const float> relevance, int k) {
  R2RANK_CHECK(k >= 1);
  return expected_dcg(checked_blocks(scores, relevance), k) / ideal_dcg(relevance, k);
}

double hit_rate(std::span<const double> scores, std::span<const float> relevance, int k) {
  R2RANK_CHECK(k >= 1);
  return hit_probability(checked_blocks(scores, relevance), k);
}

double reciprocal_rank(std::span<const double> scores, std::span<const float> relevance) {
  return expected_reciprocal_rank(checked_blocks(scores, relevance));
}

double auc(std::span<const double> scores, std::span<const float> relevance) {
  return area_under_curve(checked_blocks(scores, relevance));
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const int k : kNdcgCuts) names.push_back(fmt::format("ndcg@{}", k));
  for (const int k : kHitCuts) names.push_back(fmt::format("hr@{}", k));
  names.insert(names.end(), {"mrr", "auc"});
  return names;
}

std::map<std::string, double> all_metrics(std::span<const double> scores, std::span<const float> relevance) {
  return block_metrics(checked_blocks(scores, relevance), relevance);
}

std::map<std::string, double> block_metrics(std::span<const TiedBlock> ranking,
                                            std::span<const float> relevance) {
  const Blocks blocks(ranking.begin(), ranking.end());
  std::map<std::string, double> values;
  for (const int k : kNdcgCuts)
    values[fmt::format("ndcg@{}", k)] = expected_dcg(blocks, k) / ideal_dcg(relevance, k);
  for (const int k : kHitCuts) values[fmt::format("hr@{}", k)] = hit_probability(blocks, k);
  values["mrr"] = expected_reciprocal_rank(blocks);
  values["auc"] = area_under_curve(blocks);
  return values;
}

std::string full_name(const std::string& metric, const std::string& protocol) {
  return fmt::format("{}[{}]", metric, protocol);
}

}  // namespace r2rank::metrics
