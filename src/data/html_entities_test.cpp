#include "data/html_entities.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "data/html_entity_table.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

TEST(HtmlEntities, AreReplacedAsPythonsHtmlUnescapeDoes) {
  const auto golden =
      nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/import_text.json"));
  for (const auto& [text, expected] :
       golden["html"].get<std::vector<std::pair<std::string, std::string>>>()) {
    std::string found = text;
    EXPECT_EQ(decode_html(found), text != expected) << text;
    EXPECT_EQ(found, expected) << text;
  }
}

TEST(HtmlEntities, LeaveAReferenceWithoutItsEnd) {
  for (const std::string text : {"AT&T", "a &lt b", "&", "&amp", "&#", "&toolongtobeareference;"}) {
    std::string found = text;
    EXPECT_FALSE(decode_html(found));
    EXPECT_EQ(found, text);
  }
}

TEST(HtmlEntities, StandSortedInTheirTable) {
  EXPECT_TRUE(std::is_sorted(kHtmlEntities.begin(), kHtmlEntities.end(),
                             [](const auto& a, const auto& b) { return a.first < b.first; }));
}

}  // namespace
}  // namespace r2rank::data
