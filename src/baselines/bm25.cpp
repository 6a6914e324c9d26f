#include "baselines/bm25.h"

#include <cmath>
#include <utility>

#include "base/error.h"
#include "baselines/history.h"
#include "baselines/terms.h"

namespace r2rank::baselines {
namespace {

double length_of(std::span<const SparseEntry> row) {
  double length = 0;
  for (const SparseEntry& term : row) length += term.value;
  return length;
}

void weigh(SparseRows& documents, const std::vector<int32_t>& frequency, const Bm25Options& options) {
  double words = 0;
  const auto count = static_cast<double>(documents.rows());
  for (int64_t document = 0; document < documents.rows(); ++document)
    words += length_of(documents.row(document));
  const double mean_length = words > 0 ? words / count : 1;
  for (int64_t document = 0; document < documents.rows(); ++document) {
    const auto row = documents.row(document);
    const double damping = options.k1 * (1 - options.b + options.b * length_of(row) / mean_length);
    for (SparseEntry& term : row) {
      const double rarity =
          std::log(1 + (count - frequency[term.column] + 0.5) / (frequency[term.column] + 0.5));
      term.value = static_cast<float>(rarity * term.value / (term.value + damping));
    }
  }
}

class Bm25 : public Scorer {
 public:
  Bm25(const data::Dataset& dataset, const Bm25Options& options, SparseRows documents, SparseRows titles,
       int64_t terms)
      : dataset_(dataset),
        options_(options),
        documents_(std::move(documents)),
        titles_(std::move(titles)),
        query_(terms) {}

  std::string name() const override { return "bm25"; }

  std::vector<double> score(const data::Slate& slate) override {
    query_.clear();
    for (const int32_t item : recent_items(dataset_, slate, options_.history)) {
      for (const SparseEntry& term : titles_.row(item)) query_.add(term.column, term.value);
    }
    std::vector<double> scores;  // [K]
    for (const int32_t item : slate.candidates) scores.push_back(query_.dot(documents_.row(item)));
    return scores;
  }

 private:
  const data::Dataset& dataset_;
  Bm25Options options_;
  SparseRows documents_;  // [items, terms] what the term adds
  SparseRows titles_;     // [items, terms] how often it stands in the title
  Accumulator query_;     // [terms]
};

void check(const Bm25Options& options) {
  if (options.history < 1) {
    base::fail_usage("bm25", "expected a query of at least 1 history item (found: {})", options.history);
  }
  if (!(options.k1 >= 0) || !(options.b >= 0 && options.b <= 1)) {
    base::fail_usage("bm25", "expected k1 >= 0 and b in [0, 1] (found: k1 {}, b {}); 1.2 and 0.75 are usual",
                     options.k1, options.b);
  }
}

}  // namespace

void Bm25Options::describe(base::ConfigFields& fields) {
  fields.add("history", history, "last items of the user whose titles make the query").between(1, 1'000'000);
  fields.add("k1", k1, "how soon a repeated term stops to count more").at_least(0);
  fields.add("b", b, "how much a document's length counts").between(0, 1);
}

std::unique_ptr<Scorer> make_bm25(const data::Dataset& dataset, const Bm25Options& options) {
  check(options);
  TermIndex index(false);
  SparseRows documents, titles;
  for (const data::Item& item : dataset.items) {
    documents.append(index.count(all_text(item)));
    titles.append(index.count(item.title));
  }
  weigh(documents, document_frequency(documents, index.size()), options);
  return std::make_unique<Bm25>(dataset, options, std::move(documents), std::move(titles), index.size());
}

}  // namespace r2rank::baselines
