#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "baselines/sparse_rows.h"
#include "baselines/word_finder.h"
#include "data/dataset.h"

namespace r2rank::baselines {

/// Title, brand, categories and description of an item as one text.
std::string all_text(const data::Item& item);

/// Numbers the terms of texts (words and, with `pairs`, two neighbouring words) as they first appear.
class TermIndex {
 public:
  explicit TermIndex(bool pairs) : pairs_(pairs) {}

  /// The text's terms and how often each appears, by term.
  std::vector<SparseEntry> count(std::string_view text);
  int32_t size() const { return size_; }

 private:
  int32_t word(const std::string& text);
  int32_t pair(int32_t first, int32_t second);

  bool pairs_;
  WordFinder finder_;
  int32_t size_ = 0;
  std::unordered_map<std::string, int32_t> words_;
  std::unordered_map<uint64_t, int32_t> neighbours_;  // two words' numbers -> their pair's number
};

/// In how many rows each column appears: [columns].
std::vector<int32_t> document_frequency(const SparseRows& documents, int64_t columns);

}  // namespace r2rank::baselines
