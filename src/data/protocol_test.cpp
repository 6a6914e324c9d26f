#include "data/protocol.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "data/json_fields.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

TEST(Protocol, NamesSplitNegativesAndSeed) {
  Protocol protocol;
  EXPECT_EQ(protocol.name(), "loo-uni19-seed7");
  protocol.split = "temporal";
  protocol.negatives = "popularity";
  protocol.negative_count = 99;
  protocol.seed = 1;
  EXPECT_EQ(protocol.name(), "temporal-pop99-seed1");
  protocol.exclude = "none";
  EXPECT_EQ(protocol.name(), "temporal-pop99-seed1-seen");
}

TEST(Protocol, OfAFileCarriesItsHashInsteadOfASeed) {
  Protocol protocol;
  protocol.negatives = "file";
  EXPECT_EQ(protocol.name(), "loo-file19");
  protocol.file_hash = "6113b148";
  EXPECT_EQ(protocol.name(), "loo-file19-6113b148");
}

TEST(Protocol, OfAFileSaysWhatItsCandidatesExclude) {
  Protocol protocol;
  protocol.negatives = "file";
  protocol.exclude = "none";
  EXPECT_EQ(protocol.name(), "loo-file19-seen");
  protocol.file_hash = "6113b148";
  EXPECT_EQ(protocol.name(), "loo-file19-6113b148-seen");
  protocol.exclude = "history";
  EXPECT_EQ(protocol.name(), "loo-file19-6113b148-later");
}

TEST(Protocol, NamesSharesTargetsLabelsAndExclusion) {
  Protocol protocol;
  protocol.split = "ratio";
  protocol.valid_from = 0.8;
  protocol.test_from = 0.9;
  EXPECT_EQ(protocol.name(), "ratio80-10-10-uni19-seed7");
  protocol.targets = "together";
  protocol.labels = "ratings";
  protocol.negatives = "full";
  EXPECT_EQ(protocol.name(), "ratio80-10-10-together-rated-full");
  protocol.exclude = "history";
  EXPECT_EQ(protocol.name(), "ratio80-10-10-together-rated-full-later");
  protocol = {};
  protocol.split = "temporal";
  protocol.valid_from = 0.7;
  protocol.test_from = 0.825;
  EXPECT_EQ(protocol.name(), "temporal70-12.5-17.5-of-events-uni19-seed7");
  protocol.shares = "targets";
  protocol.negatives = "hard";
  protocol.retriever = "item-knn";
  EXPECT_EQ(protocol.name(), "temporal70-12.5-17.5-hard19-item-knn-seed7");
}

TEST(Protocol, OfTheFirstVersionIsWrittenAsItWas) {
  Protocol protocol;
  EXPECT_EQ(protocol_version(protocol), 1);
  EXPECT_EQ(protocol_json(protocol).dump(),
            R"({"split":"leave-one-out","negatives":"uniform","negative_count":19,"seed":7,)"
            R"("exclude_known":true,"file_hash":""})");
  protocol.split = "temporal";  // as version 1 wrote it: its shares are not known
  protocol.exclude = "none";
  EXPECT_EQ(protocol_version(protocol), 1);
  EXPECT_EQ(protocol.name(), "temporal-uni19-seed7-seen");
}

TEST(Protocol, NeedsTheSecondVersionForWhatTheFirstCouldNotSay) {
  std::vector<Protocol> newer(7);
  newer[0].split = "ratio";
  newer[1].valid_from = 0.8, newer[1].test_from = 0.9;
  newer[2].negatives = "hard", newer[2].retriever = "tfidf";
  newer[3].negatives = "full";
  newer[4].exclude = "history";
  newer[5].targets = "together";
  newer[6].labels = "ratings";
  for (const Protocol& protocol : newer) {
    EXPECT_EQ(protocol_version(protocol), 2);
    const auto parsed = parse_protocol(JsonFields(protocol_json(protocol).dump(), "slates", "x"));
    EXPECT_EQ(protocol_json(parsed).dump(), protocol_json(protocol).dump());
    EXPECT_EQ(parsed.name(), protocol.name());
  }
}

TEST(Protocol, NeedsTheThirdVersionForSmoothedPopularity) {
  Protocol protocol;
  protocol.negatives = "smoothed-popularity";
  EXPECT_EQ(protocol.name(), "loo-smoothpop19-seed7");
  EXPECT_EQ(protocol_version(protocol), 3);
  const auto parsed = parse_protocol(JsonFields(protocol_json(protocol).dump(), "slates", "x"));
  EXPECT_EQ(parsed.name(), protocol.name());
}

TEST(Protocol, SurvivesJson) {
  Protocol protocol;
  protocol.split = "temporal";
  protocol.negatives = "popularity";
  protocol.negative_count = 3;
  protocol.seed = UINT64_MAX;
  protocol.exclude = "none";
  const auto parsed = parse_protocol(JsonFields(protocol_json(protocol).dump(), "slates", "x"));
  EXPECT_EQ(parsed.name(), protocol.name());
  EXPECT_EQ(parsed.seed, UINT64_MAX);
}

TEST(Protocol, RefusesUnknownNames) {
  const auto refused = [](const char* json) {
    return testing::error_of(base::ErrorKind::kData,
                             [&] { parse_protocol(JsonFields(json, "slates", "x")); });
  };
  testing::expect_parts(refused(R"({"split": "random"})"), {"leave-one-out, temporal or ratio"});
  testing::expect_parts(refused(R"({"split": "temporal", "negatives": "easy"})"),
                        {"uniform, popularity, smoothed-popularity, hard, full or file"});
  testing::expect_parts(
      refused(R"({"split": "temporal", "negatives": "uniform", "negative_count": 1, "seed": 1,
                                    "exclude_known": true, "file_hash": "../../etc"})"),
      {"8 hexadecimal digits"});
  const auto changed = [&](const char* field, const nlohmann::ordered_json& value) {
    Protocol protocol;
    protocol.negatives = "hard";
    protocol.retriever = "knn";
    protocol.valid_from = 0.8;
    protocol.test_from = 0.9;
    auto json = protocol_json(protocol);
    json[field] = value;
    return refused(json.dump().c_str());
  };
  testing::expect_parts(changed("retriever", "../etc"), {"'retriever'", "name of a baseline"});
  testing::expect_parts(changed("valid_from", 1.5), {"'valid_from'", "between 0 and 1"});
  testing::expect_parts(changed("test_from", 0.5), {"'test_from'", "above valid_from"});
  testing::expect_parts(changed("targets", "some"), {"'targets'", "each or together"});
  testing::expect_parts(changed("labels", 3), {"'labels'"});
}

}  // namespace
}  // namespace r2rank::data
