#include "distill/teacher_reply.h"

#include <gtest/gtest.h>

namespace r2rank::distill {
namespace {

const std::string kGood =
    "Initial reasoning: The user likes noir.\nSelf-check: I weighed age too much; revised.\n"
    "Final conclusion: It fits.\n<answer>yes</answer>";

TEST(TeacherReply, IsARationaleInThreePartsAndAVerdict) {
  const auto reply = read_teacher_reply(kGood);
  EXPECT_EQ(reply.verdict, Verdict::kYes);
  EXPECT_TRUE(reply.parts);
  EXPECT_EQ(reply.text,
            "Initial reasoning: The user likes noir. Self-check: I weighed age too much; revised. Final "
            "conclusion: It fits.");
  EXPECT_EQ(reply.opening,
            "Initial reasoning: The user likes noir. Self-check: I weighed age too much; revised.");
}

TEST(TeacherReply, IsTheSameInMarkdownWithPreambleAndThoughts) {
  const std::string decorated =
      "<think>Is it <answer>no</answer>? Conclusion: perhaps.</think>\nSure! Here it is.\n\n## **Initial "
      "Reasoning:**\n- The user likes noir.\n\n**Self check** : I weighed age too much; revised.\n\n"
      "__Conclusion:__ It fits.\n\n**Verdict:**\n<ANSWER> Yes. </ANSWER>\nThank you!";
  const auto reply = read_teacher_reply(decorated);
  EXPECT_EQ(reply.verdict, Verdict::kYes);
  EXPECT_EQ(reply.text, read_teacher_reply(kGood).text);
}

TEST(TeacherReply, HasNoVerdictWithoutTags) {
  EXPECT_EQ(read_teacher_reply("Final conclusion: yes").verdict, Verdict::kMissing);
  EXPECT_EQ(read_teacher_reply("").verdict, Verdict::kMissing);
  EXPECT_EQ(read_teacher_reply("<think>never ends <answer>yes</answer>").verdict, Verdict::kMissing);
}

TEST(TeacherReply, IsUnclearWhereTagsSayNeitherOrBoth) {
  for (const char* text : {"<answer>maybe</answer>", "<answer></answer>", "<answer>yes and no</answer>",
                           "<answer>yes</answer> or <answer>no</answer>", "<answer>yes/no</answer>"})
    EXPECT_EQ(read_teacher_reply(text).verdict, Verdict::kUnclear) << text;
  EXPECT_EQ(read_teacher_reply("<answer>no</answer> as said: <answer>NO</answer>").verdict, Verdict::kNo);
  EXPECT_EQ(read_teacher_reply("so <answer>no").verdict, Verdict::kNo);  // the closing tag was a stop word
}

TEST(TeacherReply, LacksPartsWhereALabelIsMissingEmptyOrOutOfOrder) {
  for (const char* text : {"The user likes noir. <answer>yes</answer>",
                           "Initial reasoning: a. Final conclusion: b. <answer>yes</answer>",
                           "Initial reasoning: a. Self-check: Final conclusion: b.",
                           "Self-check: a. Initial reasoning: b. Final conclusion: c."})
    EXPECT_FALSE(read_teacher_reply(text).parts) << text;
  const auto plain = read_teacher_reply("The user likes noir.\nSo: <answer>yes</answer>");
  EXPECT_EQ(plain.text, "The user likes noir.");
  EXPECT_EQ(plain.opening, plain.text);
}

TEST(TeacherReply, LabelsAreMentionedWithoutAColonInPlainSentences) {
  const auto reply = read_teacher_reply(
      "Initial reasoning: my initial reasoning is weak. Self-check: a self-check helps. Final conclusion: ok.");
  ASSERT_TRUE(reply.parts);
  EXPECT_NE(reply.text.find("my initial reasoning is weak"), std::string::npos);
}

TEST(TeacherReply, BrokenBytesBecomeText) {
  const auto reply = read_teacher_reply("a\xFF\x01 b <answer>yes</answer>");
  EXPECT_EQ(reply.text, "a\uFFFD b");
}

}  // namespace
}  // namespace r2rank::distill
