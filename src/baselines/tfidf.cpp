#include "baselines/tfidf.h"

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

void weigh(SparseRows& documents, const std::vector<int32_t>& frequency) {
  const auto count = static_cast<double>(documents.rows());
  for (int64_t document = 0; document < documents.rows(); ++document) {
    const auto row = documents.row(document);
    for (SparseEntry& term : row) {
      const double idf = std::log((1 + count) / (1 + frequency[term.column])) + 1;
      term.value = static_cast<float>(term.value * idf);
    }
    scale_to_unit_length(row);
  }
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

}  // namespace

std::unique_ptr<Scorer> make_tfidf(const data::Dataset& dataset, const TfidfOptions& options) {
  if (options.history < 1) {
    base::fail_usage("tfidf", "expected a query of at least 1 history item (found: {})", options.history);
  }
  TermIndex index(options.pairs);
  SparseRows documents;
  for (const data::Item& item : dataset.items) documents.append(index.count(all_text(item)));
  weigh(documents, document_frequency(documents, index.size()));
  return std::make_unique<Tfidf>(dataset, options, std::move(documents), index.size());
}

}  // namespace r2rank::baselines
