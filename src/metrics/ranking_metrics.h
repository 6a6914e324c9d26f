#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "metrics/tied_blocks.h"

namespace r2rank::metrics {

/// Metrics of one slate, every one of them the exact expectation over a uniformly random order within each
/// block of tied scores. A NaN score ranks below everything, minus infinity included; several NaN are one
/// tied block. An item is relevant when its label is above 0. REQUIRES: equal lengths, some label > 0, every
/// label 0 or of a size whose gain is a number above 0 (the slates reader lets 0.001 to 64 pass), k >= 1.

/// Gains are 2^rel - 1, discounts 1/log2(rank + 1) (Jaervelin & Kekaelaeinen 2002), divided by the best
/// possible order's value.
double ndcg(std::span<const double> scores, std::span<const float> relevance, int k);
/// Probability that at least one relevant item is among the first k.
double hit_rate(std::span<const double> scores, std::span<const float> relevance, int k);
/// Relevant items among the first k, over all relevant items.
double recall(std::span<const double> scores, std::span<const float> relevance, int k);
/// Relevant items among the first k, over k: a list shorter than k has empty places.
double precision(std::span<const double> scores, std::span<const float> relevance, int k);
/// Average precision of the first k: the precision at the place of each relevant item among them, summed,
/// over min(k, relevant items). Its mean over slates is MAP@k.
double average_precision(std::span<const double> scores, std::span<const float> relevance, int k);
/// Expectation of 1 / rank of the first relevant item.
double reciprocal_rank(std::span<const double> scores, std::span<const float> relevance);
/// The same, 0 where that rank is beyond k.
double reciprocal_rank(std::span<const double> scores, std::span<const float> relevance, int k);
/// Probability that a random relevant item is ahead of a random other one; 0.5 where every item is relevant.
double auc(std::span<const double> scores, std::span<const float> relevance);

/// The metrics that are always measured: ndcg@5/10/20, hr@1/5/10, mrr, auc, recall@10, precision@10, map@10,
/// mrr@10.
std::vector<std::string> metric_names();
std::map<std::string, double> all_metrics(std::span<const double> scores, std::span<const float> relevance);
/// Whether a name is one of ours: ndcg, hr, recall, precision, map or mrr with "@k", k from 1 to a million;
/// mrr and auc without.
bool is_metric(const std::string& name);
/// The metric of that name. REQUIRES is_metric(name).
double metric_value(const std::string& name, std::span<const double> scores,
                    std::span<const float> relevance);
/// The same of a ranking that is given as blocks (tied_blocks.h, catalogue_blocks.h); `relevance` holds the
/// labels of its relevant items, others need not be there.
std::map<std::string, double> block_metrics(std::span<const TiedBlock> blocks,
                                            std::span<const float> relevance);
/// "ndcg@10[loo-uni19-seed7]": a metric's full name carries its protocol.
std::string full_name(const std::string& metric, const std::string& protocol);

}  // namespace r2rank::metrics
