#include "data/python_literal.h"

#include <stdexcept>

#include "data/test_support.h"

namespace r2rank::data {
namespace {

nlohmann::json golden() {
  return nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/import_text.json"));
}

TEST(PythonLiteral, IsReadAsPythonReadsIt) {
  for (const auto& [line, value] :
       golden()["literals"].get<std::vector<std::pair<std::string, nlohmann::json>>>())
    EXPECT_EQ(parse_python_literal(line), value) << line;
}

TEST(PythonLiteral, RefusesWhatPythonRefuses) {
  for (const auto& line : golden()["refused"].get<std::vector<std::string>>())
    EXPECT_THROW(parse_python_literal(line), std::invalid_argument) << line;
}

TEST(PythonLiteral, TakesBytesAsUtf8WhereTheyAreAndElseAsLatin1) {
  EXPECT_EQ(parse_python_literal(R"({'t': 'caf\xc3\xa9'})")["t"], "caf\u00E9");
  EXPECT_EQ(parse_python_literal(R"({'t': 'caf\xe9'})")["t"], "caf\u00E9");
  EXPECT_EQ(parse_python_literal(R"({'t': u'\xc3\xa9'})")["t"], "\u00C3\u00A9");
  EXPECT_EQ(parse_python_literal(R"({'t': u'\ud83d\ude00 \ud83d'})")["t"], "\U0001F600 \uFFFD");
  EXPECT_EQ(parse_python_literal(R"({'rank': 123L})")["rank"], 123);
}

TEST(PythonLiteral, SurvivesAbsurdNesting) {
  for (const char* open : {"[", "(", "{1:"})
    EXPECT_THROW(
        {
          std::string deep;
          for (int i = 0; i < 100'000; ++i) deep += open;
          parse_python_literal(deep);
        },
        std::invalid_argument);
}

}  // namespace
}  // namespace r2rank::data
