#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

namespace r2rank::metrics {

/// Metrics of one slate, every one of them the expectation over a uniformly random order within each block of tied scores.
/// A NaN score ranks below everything. REQUIRES: equal lengths, some label > 0, no NaN label.
/// Gains are 2^rel - 1, discounts 1/log2(rank + 1) (Jaervelin & Kekaelaeinen 2002).
double ndcg(std::span<const double> scores, std::span<const float> relevance, int k);
double hit_rate(std::span<const double> scores, std::span<const float> relevance, int k);
double reciprocal_rank(std::span<const double> scores, std::span<const float> relevance);
double auc(std::span<const double> scores, std::span<const float> relevance);

/// The metrics a table shows, by name: ndcg@5/10/20, hr@1/5/10, mrr, auc.
std::vector<std::string> metric_names();
std::map<std::string, double> all_metrics(std::span<const double> scores, std::span<const float> relevance);
/// "ndcg@10[loo-uni19-seed7]": a metric's full name carries its protocol.
std::string full_name(const std::string& metric, const std::string& protocol);

}  // namespace r2rank::metrics
