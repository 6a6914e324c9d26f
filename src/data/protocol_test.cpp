#include "data/protocol.h"

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
  protocol.exclude_known = false;
  EXPECT_EQ(protocol.name(), "temporal-pop99-seed1-seen");
}

TEST(Protocol, OfAFileCarriesItsHashInsteadOfASeed) {
  Protocol protocol;
  protocol.negatives = "file";
  EXPECT_EQ(protocol.name(), "loo-file19");
  protocol.file_hash = "6113b148";
  EXPECT_EQ(protocol.name(), "loo-file19-6113b148");
}

TEST(Protocol, SurvivesJson) {
  const Protocol protocol{.split = "temporal",
                          .negatives = "popularity",
                          .negative_count = 3,
                          .seed = UINT64_MAX,
                          .exclude_known = false,
                          .file_hash = ""};
  const auto parsed = parse_protocol(JsonFields(protocol_json(protocol).dump(), "slates", "x"));
  EXPECT_EQ(parsed.name(), protocol.name());
  EXPECT_EQ(parsed.seed, UINT64_MAX);
}

TEST(Protocol, RefusesUnknownNames) {
  const auto refused = [](const char* json) {
    return testing::error_of(base::ErrorKind::kData,
                             [&] { parse_protocol(JsonFields(json, "slates", "x")); });
  };
  testing::expect_parts(refused(R"({"split": "random"})"), {"leave-one-out or temporal"});
  testing::expect_parts(refused(R"({"split": "temporal", "negatives": "hard"})"),
                        {"uniform, popularity or file"});
  testing::expect_parts(
      refused(R"({"split": "temporal", "negatives": "uniform", "negative_count": 1, "seed": 1,
                                    "exclude_known": true, "file_hash": "../../etc"})"),
      {"8 hexadecimal digits"});
}

}  // namespace
}  // namespace r2rank::data
