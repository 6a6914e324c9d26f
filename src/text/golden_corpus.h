#pragma once

#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/hash.h"
#include "text/tokenizer.h"

/// For tests only: the strings of tests/golden/text_strings.jsonl and what tools/golden/tokenizers_golden.py
/// says of them.
namespace r2rank::text::golden {

inline std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

inline std::vector<std::string> strings() {
  std::vector<std::string> texts;
  for (const auto& line : read_lines(R2RANK_SOURCE_DIR "/tests/golden/text_strings.jsonl"))
    texts.push_back(nlohmann::json::parse(line).get<std::string>());
  return texts;
}

/// What the golden files hash: ids with special tokens, -1, ids without.
inline std::vector<TokenId> both_ways(const Tokenizer& tokenizer, const std::string& text) {
  std::vector<TokenId> ids = tokenizer.encode(text, true);
  const std::vector<TokenId> plain = tokenizer.encode(text, false);
  ids.push_back(-1);
  ids.insert(ids.end(), plain.begin(), plain.end());
  return ids;
}

inline std::string hash_of(const std::vector<TokenId>& ids) {
  const auto* bytes = reinterpret_cast<const char*>(ids.data());
  return fmt::format("{:016x}", base::hash64({bytes, ids.size() * sizeof(TokenId)}));
}

/// Compares every string; a line of the golden file is a hash, and for the first strings the ids behind it.
inline void expect_equal_ids(const Tokenizer& tokenizer, const std::string& family) {
  const auto texts = strings();
  const auto lines = read_lines(R2RANK_SOURCE_DIR "/tests/golden/text_" + family + ".txt");
  ASSERT_GE(texts.size(), 10000u);
  ASSERT_EQ(lines.size(), texts.size() + 1);  // the first names versions
  size_t different = 0;
  for (size_t i = 0; i < texts.size(); ++i) {
    const std::vector<TokenId> ids = both_ways(tokenizer, texts[i]);
    const std::string expected = lines[i + 1].substr(0, 16);
    if (lines[i + 1].size() > 16) {
      EXPECT_EQ(fmt::format("{}", fmt::join(ids, " ")), lines[i + 1].substr(17));
    }
    if (hash_of(ids) == expected) continue;
    if (++different <= 10)
      ADD_FAILURE() << family << ", string " << i << ": " << nlohmann::json(texts[i]).dump();
  }
  EXPECT_EQ(different, 0u) << "of " << texts.size();
}

/// Without special tokens and normalisation nothing is lost: the bytes come back.
inline void expect_round_trip(const Tokenizer& tokenizer) {
  for (const auto& text : strings()) ASSERT_EQ(tokenizer.decode(tokenizer.encode(text, true)), text);
}

}  // namespace r2rank::text::golden
