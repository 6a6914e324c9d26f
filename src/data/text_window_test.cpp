#include "data/text_window.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::DripSource;

TEST(TextWindow, SlidesOverATextOfAnyLength) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + "\n";
  for (const size_t most : {size_t{7777}, size_t{1} << 22}) {
    TextWindow window(std::make_unique<DripSource>(text, most));
    std::string found;
    size_t widest = 0;
    while (!window.at_end()) {
      widest = std::max(widest, window.rest().size());
      const size_t passed = std::min<size_t>(window.rest().size(), 1000);
      found += window.rest().substr(0, passed);
      window.pass(passed);
    }
    EXPECT_EQ(found, text);
    EXPECT_LT(widest, size_t{1} << 20);
    EXPECT_EQ(window.share(), 1);
  }
}

TEST(TextWindow, GrowsWithWhatIsNotPassed) {
  TextWindow window(std::make_unique<DripSource>(std::string(size_t{3} << 20, 'x'), 100'000));
  while (!window.complete()) window.more();
  EXPECT_EQ(window.rest().size(), size_t{3} << 20);
}

TEST(TextWindow, PassesAByteOrderMarkThatComesInPieces) {
  TextWindow window(std::make_unique<DripSource>("\xEF\xBB\xBFx", 1));
  EXPECT_FALSE(window.at_end());
  EXPECT_EQ(window.rest(), "x");
  TextWindow shorter(std::make_unique<DripSource>("\xEF\xBB", 1));
  EXPECT_EQ(shorter.rest(), "\xEF\xBB");
  EXPECT_TRUE(TextWindow(memory_source("")).at_end());
}

}  // namespace
}  // namespace r2rank::data
