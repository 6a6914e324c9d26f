#include "report/page.h"

#include <gtest/gtest.h>

#include "report/page_parts.h"

namespace r2rank::report {
namespace {

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

size_t count(std::string_view text, std::string_view part) {
  size_t found = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(ModelText, CannotEndItsScriptOrTurnTheTextAroundIt) {
  const Json hostile = {
      {"title", "a </script><script>alert(1)</script> <!-- & \u2028 \u202E back \u2066 \xff"}};
  const std::string text = model_text(hostile);
  for (const char* part : {"<", ">", "&", "\u2028", "\u202E", "\u2066"})
    EXPECT_FALSE(has(text, part)) << part;
  const auto read = Json::parse(text)["title"].get<std::string>();
  EXPECT_TRUE(has(read, "</script>"));
  EXPECT_TRUE(has(read, "\u202E back"));
  EXPECT_TRUE(has(read, "\uFFFD")) << "a byte that is no UTF-8";
}

TEST(ModelText, LeavesOtherTextAlone) {
  EXPECT_EQ(model_text({{"t", "Café “日本” …"}}), "{\"t\":\"Café “日本” …\"}");
}

TEST(RenderPage, IsOnePageWithEverythingInIt) {
  const std::string page = render_page({{"title", "Results on <b>x</b> & y {{script}}"}});
  EXPECT_TRUE(has(page.substr(0, 1500), kPageMark));
  EXPECT_TRUE(has(page, "<title>Results on &lt;b>x&lt;/b> &amp; y {{script}}</title>"));
  EXPECT_EQ(count(page, "</script>"), 3U) << "model, library, own";
  EXPECT_FALSE(has(page, "src=\"") || has(page, "<link")) << "nothing is fetched";
  EXPECT_TRUE(has(page, "default-src 'none'; script-src 'sha256-"));
  EXPECT_TRUE(has(page, "Permission to use, copy, modify")) << "the library's licence";
}

TEST(RenderPage, TakesWhatItSaysBesideTheModel) {
  const Json model = {{"title", "t"}};
  EXPECT_EQ(static_cast<int64_t>(render_page(model).size()),
            page_bytes() + static_cast<int64_t>(model_text(model).size()) + 1);
}

TEST(PageParts, HoldNoEndOfAScript) {
  for (const auto part : {parts::kLibrary, parts::kScript}) {
    EXPECT_FALSE(has(part, "</script") || has(part, "<!--") || has(part, "\r"));
    EXPECT_GT(part.size(), 1000U);
  }
}

}  // namespace
}  // namespace r2rank::report
