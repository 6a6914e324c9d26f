#include "metrics/ranking_metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "metrics/tied_blocks.h"

namespace r2rank::metrics {
namespace {

using Blocks = std::vector<TiedBlock>;

constexpr int kNoCut = std::numeric_limits<int>::max();

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

double expected_relevant(const Blocks& blocks, int k) {
  double total = 0;
  for (const auto& block : blocks)
    total += static_cast<double>(block.relevant) * std::clamp(k - block.start, 0, block.size) / block.size;
  return total;
}

int relevant_items(const Blocks& blocks) {
  int total = 0;
  for (const auto& block : blocks) total += block.relevant;
  return total;
}

/// The sum over the block's places within k of P(relevant there) E[precision there | relevant there]: each
/// other relevant item of the block is equally likely at each of its other places.
double expected_precisions(const TiedBlock& block, int relevant_before, int k) {
  if (block.relevant == 0) return 0;
  const double others = block.size > 1 ? (block.relevant - 1.0) / (block.size - 1.0) : 0;
  double total = 0;
  const int places = std::clamp(k - block.start, 0, block.size);
  for (int j = 0; j < places; ++j) total += (relevant_before + 1 + j * others) / (block.start + j + 1);
  return total * block.relevant / block.size;
}

double expected_average_precision(const Blocks& blocks, int k) {
  double total = 0;
  int relevant_before = 0;
  for (const auto& block : blocks) {
    total += expected_precisions(block, relevant_before, k);
    relevant_before += block.relevant;
  }
  return total / std::min(k, relevant_before);
}

double expected_reciprocal_rank(const Blocks& blocks, int k) {
  const TiedBlock& block = first_relevant(blocks);
  // P(the block's first relevant item is its j-th), by recursion from j = 1.
  double probability = static_cast<double>(block.relevant) / block.size;
  double total = 0;
  const int last = std::min(block.size - block.relevant + 1, std::max(0, k - block.start));
  for (int j = 1; j <= last; ++j) {
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

enum class Kind { kNdcg, kHitRate, kRecall, kPrecision, kAveragePrecision, kReciprocalRank, kAuc };

struct Metric {
  Kind kind;
  int k;
};

struct KindName {
  std::string_view name;
  Kind kind;
  bool with_cut, without_cut;
};

constexpr KindName kKinds[] = {{"ndcg", Kind::kNdcg, true, false},
                               {"hr", Kind::kHitRate, true, false},
                               {"recall", Kind::kRecall, true, false},
                               {"precision", Kind::kPrecision, true, false},
                               {"map", Kind::kAveragePrecision, true, false},
                               {"mrr", Kind::kReciprocalRank, true, true},
                               {"auc", Kind::kAuc, false, true}};
constexpr int kLargestCut = 1'000'000;

std::optional<int> parse_cut(std::string_view text) {
  int k = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), k);
  const bool whole = error == std::errc() && end == text.data() + text.size() && text[0] != '0';
  return whole && k >= 1 && k <= kLargestCut ? std::optional(k) : std::nullopt;
}

std::optional<Metric> parse_metric(std::string_view name) {
  const size_t at = name.find('@');
  const auto cut = at == name.npos ? std::optional(kNoCut) : parse_cut(name.substr(at + 1));
  for (const auto& known : kKinds)
    if (cut && known.name == name.substr(0, at) && (at == name.npos ? known.without_cut : known.with_cut))
      return Metric{known.kind, *cut};
  return std::nullopt;
}

double value_of(const Metric& metric, const Blocks& blocks, std::span<const float> relevance) {
  switch (metric.kind) {
    case Kind::kNdcg:
      return expected_dcg(blocks, metric.k) / ideal_dcg(relevance, metric.k);
    case Kind::kHitRate:
      return hit_probability(blocks, metric.k);
    case Kind::kRecall:
      return expected_relevant(blocks, metric.k) / relevant_items(blocks);
    case Kind::kPrecision:
      return expected_relevant(blocks, metric.k) / metric.k;
    case Kind::kAveragePrecision:
      return expected_average_precision(blocks, metric.k);
    case Kind::kReciprocalRank:
      return expected_reciprocal_rank(blocks, metric.k);
    case Kind::kAuc:
      return area_under_curve(blocks);
  }
  return 0;
}

double value_at(Kind kind, std::span<const double> scores, std::span<const float> relevance, int k) {
  R2RANK_CHECK(k >= 1);
  return value_of({kind, k}, checked_blocks(scores, relevance), relevance);
}

}  // namespace

double ndcg(std::span<const double> scores, std::span<const float> relevance, int k) {
  return value_at(Kind::kNdcg, scores, relevance, k);
}

double hit_rate(std::span<const double> scores, std::span<const float> relevance, int k) {
  return value_at(Kind::kHitRate, scores, relevance, k);
}

double recall(std::span<const double> scores, std::span<const float> relevance, int k) {
  return value_at(Kind::kRecall, scores, relevance, k);
}

double precision(std::span<const double> scores, std::span<const float> relevance, int k) {
  return value_at(Kind::kPrecision, scores, relevance, k);
}

double average_precision(std::span<const double> scores, std::span<const float> relevance, int k) {
  return value_at(Kind::kAveragePrecision, scores, relevance, k);
}

double reciprocal_rank(std::span<const double> scores, std::span<const float> relevance) {
  return value_at(Kind::kReciprocalRank, scores, relevance, kNoCut);
}

double reciprocal_rank(std::span<const double> scores, std::span<const float> relevance, int k) {
  return value_at(Kind::kReciprocalRank, scores, relevance, k);
}

double auc(std::span<const double> scores, std::span<const float> relevance) {
  return value_at(Kind::kAuc, scores, relevance, kNoCut);
}

std::vector<std::string> metric_names() {
  return {"ndcg@5", "ndcg@10", "ndcg@20",   "hr@1",         "hr@5",   "hr@10",
          "mrr",    "auc",     "recall@10", "precision@10", "map@10", "mrr@10"};
}

std::map<std::string, double> all_metrics(std::span<const double> scores, std::span<const float> relevance) {
  return block_metrics(checked_blocks(scores, relevance), relevance);
}

std::map<std::string, double> block_metrics(std::span<const TiedBlock> ranking,
                                            std::span<const float> relevance) {
  static const auto known = [] {  // in the order of their names
    std::map<std::string, Metric> metrics;
    for (const auto& name : metric_names()) metrics.emplace(name, *parse_metric(name));
    return metrics;
  }();
  const Blocks blocks(ranking.begin(), ranking.end());
  std::map<std::string, double> values;
  for (const auto& [name, metric] : known)
    values.emplace_hint(values.end(), name, value_of(metric, blocks, relevance));
  return values;
}

bool is_metric(const std::string& name) {
  return parse_metric(name).has_value();
}

double metric_value(const std::string& name, std::span<const double> scores,
                    std::span<const float> relevance) {
  const auto metric = parse_metric(name);
  R2RANK_CHECK(metric.has_value());
  return value_of(*metric, checked_blocks(scores, relevance), relevance);
}

std::string full_name(const std::string& metric, const std::string& protocol) {
  return fmt::format("{}[{}]", metric, protocol);
}

}  // namespace r2rank::metrics
