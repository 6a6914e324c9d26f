#include "distill/kept_rationales.h"

#include <gtest/gtest.h>

#include "distill/distill_world.h"

namespace r2rank::distill {
namespace {

class KeptRationales : public ::testing::Test {
 protected:
  KeptRationales() : asked_(world_.draw(3)) {
    for (size_t pair = 0; pair < 3; ++pair) drafts_.push_back(testing::good_draft(asked_, pair));
    drafts_[1].gain = 0.25;
    drafts_[1].round = 2;
  }
  std::vector<rollout::WrittenRationale> kept() const {
    return kept_rationales(asked_, drafts_, std::vector<Fate>{Fate::kKept, Fate::kKept, Fate::kTooLong},
                           "self");
  }

  testing::World world_;
  AskedPairs asked_;
  std::vector<Draft> drafts_;
};

TEST_F(KeptRationales, SayWhatTheyAreAboutAndWhoWroteThem) {
  const auto found = kept();
  ASSERT_EQ(found.size(), 2U);
  const data::Slate& slate = asked_.slates[0];
  EXPECT_EQ(found[0].user, slate.user);
  EXPECT_EQ(found[0].history_end, slate.history_end);
  EXPECT_EQ(found[0].item, asked_.pairs[0].item);
  EXPECT_TRUE(found[0].label);
  EXPECT_EQ(found[0].text, drafts_[0].text);
  EXPECT_EQ(found[0].source, "self");
  EXPECT_FALSE(found[0].gain);
  EXPECT_FALSE(found[1].label);
  EXPECT_EQ(found[1].gain, 0.25);
  EXPECT_EQ(found[1].round, 2);
}

TEST_F(KeptRationales, AreReadAgainAsTheyWereSaved) {
  data::testing::TemporaryFolder folder;
  const std::string hash = rollout::save_rationales(kept(), world_.dataset, world_.split,
                                                    folder.path() / "out", R"({"source": "self"})", false);
  const auto found = rollout::load_rationales(folder.path() / "out", world_.dataset, world_.split);
  EXPECT_EQ(found.hash, hash);
  ASSERT_EQ(found.rationales.size(), 2U);
  EXPECT_EQ(found.rationales[1].gain, 0.25);
}

TEST(Endpoint, IsToldWithoutItsHost) {
  EXPECT_EQ(endpoint_without_host("https://some.host:8080/openai/v1"), "https, /openai/v1/chat/completions");
  EXPECT_EQ(endpoint_without_host("http://127.0.0.1:1"), "http, /chat/completions");
  EXPECT_EQ(endpoint_without_host("nonsense"), "");
}

}  // namespace
}  // namespace r2rank::distill
