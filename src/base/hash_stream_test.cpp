#include "base/hash_stream.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"
#include "base/hash.h"

namespace r2rank::base {
namespace {

TEST(HashStream, GivesTheHashOfTheWholeHoweverItIsCut) {
  std::string text;
  for (int64_t i = 0; i < 100000; ++i) text += std::to_string(i * i);
  for (const size_t piece : {size_t{1} << 20, size_t{4096}, size_t{7}}) {
    HashStream stream;
    for (size_t at = 0; at < text.size(); at += piece) stream.add(std::string_view(text).substr(at, piece));
    EXPECT_EQ(stream.hex(), hash_hex(text));
  }
  EXPECT_EQ(HashStream().hex(), hash_hex(""));
}

TEST(HashFile, HashesAndCountsTheBytes) {
  const Path path = std::filesystem::temp_directory_path() / ("r2rank-hash-" + std::to_string(::getpid()));
  const std::string text(3 << 20, 'x');
  write_file(path, text);
  const FileHash hash = hash_file(path);
  EXPECT_EQ(hash.hex, hash_hex(text));
  EXPECT_EQ(hash.bytes, 3 << 20);
  std::filesystem::remove(path);
  EXPECT_THROW(hash_file(path), Error);
}

}  // namespace
}  // namespace r2rank::base
