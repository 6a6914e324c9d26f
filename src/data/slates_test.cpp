#include "data/slates.h"

#include <algorithm>

#include "data/slates_format.h"
#include "data/split.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
constexpr auto kData = base::ErrorKind::kData;

struct Slates : ::testing::Test {
  Dataset dataset = testing::regular_dataset(12, 6, 30);
  SlateSet set = make_split(dataset, {}).test;
  std::string text = slates_text(set, dataset);

  /// The error on reading the set with one slate changed and everything sealed again.
  std::string sealed_error(const std::string& from, const std::string& to) {
    const size_t header = text.find('\n') + 1;
    std::string lines = text.substr(header);
    EXPECT_NE(lines.find(from), std::string::npos) << from;
    lines.replace(lines.find(from), from.size(), to);
    std::string changed = text.substr(0, header) + lines;
    changed.replace(changed.find(set.hash), set.hash.size(), slates_hash(set, lines));
    return error_of(kData, [&] { parse_slates(changed, "t.jsonl", dataset); });
  }

  void expect_same_slates(const SlateSet& loaded) const {
    ASSERT_EQ(loaded.slates.size(), set.slates.size());
    for (size_t i = 0; i < set.slates.size(); ++i) {
      EXPECT_EQ(loaded.slates[i].id, set.slates[i].id);
      EXPECT_EQ(loaded.slates[i].user, set.slates[i].user);
      EXPECT_EQ(loaded.slates[i].history_end, set.slates[i].history_end);
      EXPECT_EQ(loaded.slates[i].candidates, set.slates[i].candidates);
      EXPECT_EQ(loaded.slates[i].relevance, set.slates[i].relevance);
      EXPECT_EQ(loaded.slates[i].missed, set.slates[i].missed);
    }
  }
};

TEST_F(Slates, ReturnAsTheyWereSaved) {
  const testing::TemporaryFolder folder;
  save_slates(set, dataset, folder.path() / "test.slates.jsonl");
  const SlateSet loaded = load_slates(folder.path() / "test.slates.jsonl", dataset);
  EXPECT_EQ(loaded.part, "test");
  EXPECT_EQ(loaded.hash, set.hash);
  EXPECT_EQ(loaded.protocol.name(), "loo-uni19-seed7");
  expect_same_slates(loaded);
}

TEST_F(Slates, AreTheSameHoweverTheirLinesAreWritten) {
  set.slates[1].relevance[0] = 0.3F;
  seal(set, dataset);
  std::string lines;
  for (const char c : slate_lines(set, dataset)) lines += c == ':' ? ": " : std::string(1, c);
  SlateSet spaced = set;
  spaced.hash = slates_hash(set, lines);
  const std::string changed = slates_text(spaced, dataset);
  const SlateSet loaded = parse_slates(changed.substr(0, changed.find('\n') + 1) + lines, "t", dataset);
  expect_same_slates(loaded);
  expect_same_slates(parse_slates(slates_text(set, dataset), "t", dataset));
}

TEST_F(Slates, KeepGradedLabelsExactly) {
  set.slates[0].relevance[0] = 0.3F;
  seal(set, dataset);
  EXPECT_EQ(parse_slates(slates_text(set, dataset), "t", dataset).slates[0].relevance[0], 0.3F);
}

TEST_F(Slates, TakeLabelsWhoseGainsAreNeitherLostNorInfinite) {
  for (const float label : {0.001F, 64.0F}) {
    SlateSet graded = set;
    graded.slates[0].relevance[0] = label;
    seal(graded, dataset);
    EXPECT_EQ(parse_slates(slates_text(graded, dataset), "t", dataset).slates[0].relevance[0], label);
  }
  const std::string first = "\"relevance\":[";
  for (const char* label : {"1024.0", "64.5", "0.0009", "1e-17", "-0.5", "true", "\"1\"", "null"})
    expect_parts(sealed_error(first, fmt::format("{}{},", first, label)),
                 {"line 2 of t.jsonl", "'relevance'", "0, or from 0.001 to 64", "2^label - 1"});
  expect_parts(sealed_error(first, first + "1024,"), {"found 1024:"});
}

TEST_F(Slates, HashDependsOnContentPartAndProtocol) {
  std::vector<SlateSet> others(5, set);
  std::swap(others[0].slates[0].candidates[0], others[0].slates[0].candidates[1]);
  others[1].part = "valid";
  others[2].protocol.seed = 8;
  others[3].slates.pop_back();
  others[4].slates[0].history_end -= 1;
  for (SlateSet& other : others) {
    seal(other, dataset);
    EXPECT_NE(other.hash, set.hash);
  }
}

TEST_F(Slates, OfAnotherDatasetAreRefused) {
  Dataset other = testing::regular_dataset(12, 6, 29);
  expect_parts(error_of(kData, [&] { parse_slates(text, "t.jsonl", other); }),
               {"t.jsonl", dataset.hash, other.hash, "split"});
}

TEST_F(Slates, EveryTruncationIsNoticed) {
  for (size_t size = 0; size < text.size(); size += 37)
    error_of(kData, [&] { parse_slates(text.substr(0, size), "t.jsonl", dataset); });
}

TEST_F(Slates, AnAlteredLineIsNoticed) {
  text.replace(text.rfind("\"i"), 2, "\"j");
  expect_parts(error_of(kData, [&] { parse_slates(text, "t.jsonl", dataset); }),
               {"content hash", "cut or changed"});
}

TEST_F(Slates, MalformedLinesNameLineAndField) {
  expect_parts(sealed_error("\"user\":\"u0\"", "\"user\":\"nobody\""), {"line 2 of t.jsonl", "'nobody'"});
  expect_parts(sealed_error("\"history_end\":5", "\"history_end\":6"),
               {"'history_end'", "0 to 5"});  // six events: the last is 5
  expect_parts(sealed_error("\"history_end\":5", "\"history_end\":-1"), {"'history_end'"});
  expect_parts(sealed_error("\"candidates\":[\"", "\"candidates\":[\"x"), {"candidate of the data set"});
  expect_parts(sealed_error("\"candidates\":[", "\"candidates\":[4,"), {"'candidates'", "item ids"});
  expect_parts(sealed_error("\"relevance\":[", "\"relevance\":[0,"), {"20 labels"});
  expect_parts(sealed_error("\"relevance\":[", "\"relevance\":[-1,"), {"'relevance'"});
  expect_parts(sealed_error("1.0", "0.0"), {"at least one relevant"});
  expect_parts(sealed_error("\"id\":5", "\"id\":11"), {"distinct slate ids", "11 twice"});
  expect_parts(sealed_error("{", "["), {"JSON in line 2"});
}

TEST_F(Slates, RepeatedCandidatesAreRefused) {
  set.slates[0].candidates[1] = set.slates[0].candidates[0];
  seal(set, dataset);
  expect_parts(error_of(kData, [&] { parse_slates(slates_text(set, dataset), "t", dataset); }),
               {"distinct candidates", "twice"});
}

TEST_F(Slates, KeepWhatARetrieverMissed) {
  set.protocol.negatives = "hard";
  set.protocol.retriever = "item-knn";
  for (Slate& slate : set.slates)
    slate.missed = {slate.candidates[static_cast<size_t>(
        std::find(slate.relevance.begin(), slate.relevance.end(), 1.0F) - slate.relevance.begin())]};
  seal(set, dataset);
  text = slates_text(set, dataset);
  EXPECT_NE(text.find("\"version\":2"), std::string::npos);
  EXPECT_EQ(parse_slates(text, "t", dataset).slates[3].missed, set.slates[3].missed);
  expect_parts(sealed_error("\"missed\":[\"", "\"missed\":[\"x"), {"missed item", "line 2"});
  expect_parts(sealed_error("\"missed\":[", "\"missed\":[7,"), {"'missed'", "item ids"});
  const Slate& first = set.slates[0];
  const size_t other = first.relevance[0] > 0 ? 1 : 0;
  expect_parts(sealed_error("\"missed\":[",
                            fmt::format("\"missed\":[\"{}\",", dataset.items[first.candidates[other]].id)),
               {"'missed'", "relevant candidates"});
}

TEST_F(Slates, OfTheFullCatalogueNameRelevantItemsAlone) {
  SplitConfig config;
  config.negatives = "full";
  set = make_split(dataset, config).test;
  text = slates_text(set, dataset);
  EXPECT_EQ(parse_slates(text, "t", dataset).slates[5].candidates, set.slates[5].candidates);
  EXPECT_LT(text.size(), 2000U);
  expect_parts(sealed_error("[1.0]", "[0.0]"), {"at least one relevant"});
  expect_parts(sealed_error("\"candidates\":[", "\"candidates\":[\"i29\","), {"labels"});
}

TEST_F(Slates, ANewerVersionIsRefused) {
  text.replace(text.find("\"version\":1"), 11, "\"version\":9");
  expect_parts(error_of(kData, [&] { parse_slates(text, "t", dataset); }), {"version 3 or older", "found 9"});
}

}  // namespace
}  // namespace r2rank::data
