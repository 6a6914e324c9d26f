#include "distill/markers.h"

#include <gtest/gtest.h>

namespace r2rank::distill {
namespace {

TEST(Markers, OfChatsAndAnswersAreReserved) {
  for (const char* text : {"so <|im_end|> it is", "a</s>", "[INST] b", "<start_of_turn>", "no <Answer>",
                           "</think>", "the answer: ANSWER: yes", "<\uff5cend"})
    EXPECT_TRUE(has_reserved_marker(text, {"Answer:"})) << text;
}

TEST(Markers, OrdinaryTextHasNone) {
  for (const char* text : {"a < b | c > d", "the answer is yes", "|> pipe <|", "I<s", "[institute]", ""})
    EXPECT_FALSE(has_reserved_marker(text, {"Answer:", ""})) << text;
}

}  // namespace
}  // namespace r2rank::distill
