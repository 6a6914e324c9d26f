#include "study/step_reference.h"

#include <gtest/gtest.h>

namespace r2rank::study {
namespace {

using Names = std::vector<std::string>;

std::string folder_of(const std::string& step) {
  return "steps/" + step;
}

TEST(StepReference, IsAValueOfItsOwn) {
  EXPECT_EQ(steps_named_in("@start"), Names{"start"});
  EXPECT_EQ(with_steps("@start", folder_of), "steps/start");
  EXPECT_EQ(steps_named_in("@two words"), Names{"two words"});
}

TEST(StepReference, IsAnElementOfAListWithOrWithoutALabel) {
  const std::string value = "text=@start,runs/sasrec,@hybrid";
  EXPECT_EQ(steps_named_in(value), (Names{"start", "hybrid"}));
  EXPECT_EQ(with_steps(value, folder_of), "text=steps/start,runs/sasrec,steps/hybrid");
}

TEST(StepReference, IsNotEveryAtSign) {
  for (const char* value : {"", "a@b", "mail me @ home", "a=b@c", ",,"}) {
    EXPECT_EQ(steps_named_in(value), Names{}) << value;
    EXPECT_EQ(with_steps(value, folder_of), value);
    EXPECT_FALSE(broken_reference(value)) << value;
  }
}

TEST(StepReference, IsBrokenWithoutAStepOrWithALabelThatIsNone) {
  for (const char* element : {"@", "a b=@c", "=@c", "text=@"}) {
    EXPECT_EQ(steps_named_in(element), Names{}) << element;
    EXPECT_EQ(broken_reference(std::string("@start,") + element), element);
  }
  EXPECT_FALSE(broken_reference("@start,text=@again"));
}

}  // namespace
}  // namespace r2rank::study
