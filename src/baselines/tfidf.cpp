#include "baselines/tfidf.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.h"
#include "baselines/history.h"
#include "baselines/terms.h"

namespace r2rank::baselines {
namespace {

void scale_to_unit_length(std::span<SparseEntry> row) {
  double squares = 0;
  for (const SparseEntry& entry : row) squares += static_cast<double>(entry.value) * entry.value;
  if (squares == 0) return;
  for (SparseEntry& entry : row) entry.value = static_cast<float>(entry.value / std::sqrt(squares));
}

class TermWeights {
 public:
  TermWeights(const SparseRows& documents, int64_t terms, const TfidfOptions& options)
      : options_(options),
        documents_(static_cast<double>(documents.rows())),
        frequency_(document_frequency(documents, terms)) {}

  bool keeps(int32_t term) const {
    const auto fewest = static_cast<double>(options_.fewest_documents);
    const double most =
        std::max(fewest, options_.largest_share * documents_);  // a tiny catalogue keeps something
    return frequency_[term] >= fewest && frequency_[term] <= most;
  }
  float weight(const SparseEntry& term) const {
    const double count = options_.sublinear ? 1 + std::log(term.value) : term.value;
    return static_cast<float>(count * (std::log((1 + documents_) / (1 + frequency_[term.column])) + 1));
  }

 private:
  const TfidfOptions& options_;
  double documents_;
  std::vector<int32_t> frequency_;  // [terms] documents with the term
};

SparseRows weighted(const SparseRows& counts, int64_t terms, const TfidfOptions& options) {
  const TermWeights weights(counts, terms, options);
  SparseRows documents;
  std::vector<SparseEntry> row;
  for (int64_t document = 0; document < counts.rows(); ++document) {
    row.clear();
    for (const SparseEntry& term : counts.row(document)) {
      if (weights.keeps(term.column)) row.push_back({term.column, weights.weight(term)});
    }
    scale_to_unit_length(row);
    documents.append(row);
  }
  return documents;
}

class Tfidf : public Scorer {
 public:
  Tfidf(const data::Dataset& dataset, const TfidfOptions& options, SparseRows documents, int64_t terms)
      : dataset_(dataset), options_(options), documents_(std::move(documents)), query_(terms) {}

  std::string name() const override { return "tfidf"; }

  std::vector<double> score(const data::Slate& slate) override {
    query_.clear();
    for (const int32_t item : recent_items(dataset_, slate, options_.history)) {
      for (const SparseEntry& term : documents_.row(item)) query_.add(term.column, term.value);
    }
    const double length = std::sqrt(query_.squared_norm());
    std::vector<double> scores;  // [K]
    for (const int32_t item : slate.candidates) {
      scores.push_back(length > 0 ? query_.dot(documents_.row(item)) / length : 0);
    }
    return scores;
  }

 private:
  const data::Dataset& dataset_;
  TfidfOptions options_;
  SparseRows documents_;  // [items, terms], rows of length 1 (0 where an item has no text)
  Accumulator query_;     // [terms]
};

void check(const TfidfOptions& options) {
  if (options.history < 1) {
    base::fail_usage("tfidf", "expected a query of at least 1 history item (found: {})", options.history);
  }
  if (options.fewest_documents < 1 || !(options.largest_share > 0 && options.largest_share <= 1)) {
    base::fail_usage("tfidf", "expected fewest_documents >= 1 and largest_share in (0, 1] (found: {} and {})",
                     options.fewest_documents, options.largest_share);
  }
}

}  // namespace

void TfidfOptions::describe(base::ConfigFields& fields) {
  fields.add("history", history, "last items of the user whose texts make the query").between(1, 1'000'000);
  fields.add("pairs", pairs, "pairs of neighbouring words are terms too");
  fields.add("sublinear", sublinear, "a term counts 1 + ln(count) instead of count");
  fields.add("fewest_documents", fewest_documents, "items that must have a term for it to count").at_least(1);
  fields.add("largest_share", largest_share, "share of the items beyond which a term does not count")
      .between(0, 1);
}

std::unique_ptr<Scorer> make_tfidf(const data::Dataset& dataset, const TfidfOptions& options) {
  check(options);
  TermIndex index(options.pairs);
  SparseRows counts;
  for (const data::Item& item : dataset.items) counts.append(index.count(all_text(item)));
  return std::make_unique<Tfidf>(dataset, options, weighted(counts, index.size(), options), index.size());
}

}  // namespace r2rank::baselines
