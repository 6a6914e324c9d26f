#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace r2rank::baselines {

/// Finds the words of a text, each of at least two letters, digits or underscores, in lower case:
/// scikit-learn's default token pattern `(?u)\b\w\w+\b`, with simple (one to one) case mapping. Invalid
/// UTF-8 separates words. Not thread-safe.
class WordFinder {
 public:
  WordFinder();
  ~WordFinder();
  WordFinder(WordFinder&&) noexcept;

  std::vector<std::string> find(std::string_view text) const;

 private:
  struct Regex;
  void append_words(std::string_view valid_text, std::vector<std::string>& words) const;
  std::unique_ptr<Regex> words_, whole_;
};

}  // namespace r2rank::baselines
