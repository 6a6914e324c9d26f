#include "data/price_text.h"

#include <gtest/gtest.h>

namespace r2rank::data {
namespace {

TEST(PriceText, TellsNumbersRangesAndWhatIsNeither) {
  for (const char* text : {"12.99", "$12.99", "$1,299.00", " 5 ", "\u20AC7", "0.5"})
    EXPECT_EQ(price_kind(text), PriceKind::kNumber) << text;
  for (const char* text : {"$9.99 - $25.00", "9-10"}) EXPECT_EQ(price_kind(text), PriceKind::kRange) << text;
  for (const char* text : {"", "None", "null", "nan", " - ", "\u2014"})
    EXPECT_EQ(price_kind(text), PriceKind::kNone) << text;
  for (const char* text :
       {".a-box-inner{background:#fff}", "from 14.99", "12.", "$", "1.2.3", "$5 - x", "-3"})
    EXPECT_EQ(price_kind(text), PriceKind::kOther) << text;
}

}  // namespace
}  // namespace r2rank::data
