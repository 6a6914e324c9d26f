#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "text/tokenizer.h"

namespace r2rank::text {

/// Cuts well-formed UTF-8 into the words that byte-pair merges never cross. Immutable and thread-safe once
/// made.
class WordSplitter {
 public:
  explicit WordSplitter(PreTokenizer rule);
  ~WordSplitter();
  WordSplitter(WordSplitter&&) noexcept;
  WordSplitter& operator=(WordSplitter&&) noexcept;

  /// Appends the words of `text`, in order and without gaps. REQUIRES: text is well-formed UTF-8.
  void split(std::string_view text, std::vector<std::string_view>& words) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The regular expression that tokenizer.json files carry for this rule; "" for kSmolLm, which is built of
/// two steps.
std::string_view split_pattern(PreTokenizer rule);
std::string_view pre_tokenizer_name(PreTokenizer rule);

}  // namespace r2rank::text
