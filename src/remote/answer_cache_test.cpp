#include "remote/answer_cache.h"

#include <gtest/gtest.h>

#include "base/log.h"
#include "data/test_support.h"

namespace r2rank::remote {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;
using data::testing::TemporaryFolder;

TEST(AnswerCache, KeepsAnswersAcrossPrograms) {
  const TemporaryFolder folder;
  const base::Path path = folder.path() / "made" / "answers.jsonl";
  {
    AnswerCache cache(path);
    EXPECT_EQ(cache.find("a"), nullptr);
    cache.add("a", "{\"text\": \"two\\nlines\"}");
    cache.add("b", "caf\xC3\xA9");
    ASSERT_NE(cache.find("a"), nullptr);
  }
  AnswerCache again(path);
  EXPECT_EQ(again.size(), 2);
  EXPECT_EQ(*again.find("a"), "{\"text\": \"two\\nlines\"}");
  EXPECT_EQ(*again.find("b"), "caf\xC3\xA9");
}

TEST(AnswerCache, WithoutAPathKeepsThemInMemory) {
  AnswerCache cache("");
  cache.add("a", "x");
  EXPECT_EQ(*cache.find("a"), "x");
}

TEST(AnswerCache, PassesOverWhatACrashCutOffAndGoesOn) {
  const TemporaryFolder folder;
  const base::Path path = folder.path() / "answers.jsonl";
  {
    AnswerCache cache(path);
    cache.add("a", "first");
    cache.add("b", "second");
  }
  const std::string whole = base::read_file(path);
  base::set_log_level(base::LogLevel::kError);  // a warning a cut
  for (size_t length = 0; length < whole.size(); ++length) {
    base::write_file(path, whole.substr(0, length));
    {
      AnswerCache cut(path);
      // Without its line end alone the last answer is whole.
      EXPECT_EQ(cut.size() == 2, length == whole.size() - 1) << length;
      cut.add("c", "third");
    }
    AnswerCache again(path);
    ASSERT_NE(again.find("c"), nullptr) << length;
    EXPECT_EQ(*again.find("c"), "third") << length;
  }
  base::set_log_level(base::LogLevel::kInfo);
}

TEST(AnswerCache, RefusesFilesThatAreNoCache) {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& text) {
    const auto path = folder.write("answers.jsonl", text);
    return error_of(base::ErrorKind::kData, [&] { AnswerCache cache(path); });
  };
  expect_parts(refused("user,item\n1,2\n"), {"answers.jsonl"});
  expect_parts(refused("{\"format\":\"other\",\"version\":1}\n"), {"r2rank-answers", "other"});
  expect_parts(refused("{\"format\":\"r2rank-answers\",\"version\":99}\n"), {"99"});
  expect_parts(refused("no line end"), {"answers.jsonl"});
}

TEST(AnswerCache, KeysTellAddressesAndBodiesApart) {
  EXPECT_EQ(AnswerCache::key_of("http://a", "x"), AnswerCache::key_of("http://a", "x"));
  EXPECT_NE(AnswerCache::key_of("http://a", "x"), AnswerCache::key_of("http://b", "x"));
  EXPECT_NE(AnswerCache::key_of("http://a", "x"), AnswerCache::key_of("http://a", "y"));
}

}  // namespace
}  // namespace r2rank::remote
