#include "baselines/terms.h"

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace r2rank::baselines {
namespace {

int32_t number_of(auto& numbers, const auto& key, int32_t& size) {
  const auto [found, added] = numbers.try_emplace(key, size);
  if (added) {
    if (size == std::numeric_limits<int32_t>::max()) {
      base::fail(base::ErrorKind::kResource, "tfidf", "the catalogue has more than {} distinct terms", size);
    }
    ++size;
  }
  return found->second;
}

}  // namespace

std::string all_text(const data::Item& item) {
  std::string text = item.title + " " + item.brand;
  for (const std::string& category : item.categories) text += " " + category;
  return text + " " + item.description;
}

int32_t TermIndex::word(const std::string& text) {
  return number_of(words_, text, size_);
}

int32_t TermIndex::pair(int32_t first, int32_t second) {
  const uint64_t key = static_cast<uint64_t>(first) << 32 | static_cast<uint32_t>(second);
  return number_of(neighbours_, key, size_);
}

std::vector<SparseEntry> TermIndex::count(std::string_view text) {
  std::vector<int32_t> terms;
  int32_t previous = -1;
  for (const std::string& text_of_word : finder_.find(text)) {
    const int32_t current = word(text_of_word);
    terms.push_back(current);
    if (pairs_ && previous >= 0) terms.push_back(pair(previous, current));
    previous = current;
  }
  std::sort(terms.begin(), terms.end());
  std::vector<SparseEntry> counts;
  for (const int32_t term : terms) {
    if (counts.empty() || counts.back().column != term) counts.push_back({term, 0});
    ++counts.back().value;
  }
  return counts;
}

std::vector<int32_t> document_frequency(const SparseRows& documents, int64_t columns) {
  std::vector<int32_t> frequency(columns, 0);
  for (int64_t document = 0; document < documents.rows(); ++document) {
    for (const SparseEntry& term : documents.row(document)) ++frequency[term.column];
  }
  return frequency;
}

}  // namespace r2rank::baselines
