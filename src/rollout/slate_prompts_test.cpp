#include "rollout/slate_prompts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <set>

#include "data/test_support.h"
#include "data/training_slates.h"
#include "rollout/test_slates.h"
#include "text/small_tokenizer.h"

namespace r2rank::rollout {
namespace {

constexpr float kUnrated = std::numeric_limits<float>::quiet_NaN();

const text::Tokenizer& tokenizer() {
  static const text::Tokenizer instance(text::small_chat_tokenizer());
  return instance;
}

/// The tokens are bytes here, so prompts can be read back.
text::PromptConfig showing_everything() {
  text::PromptConfig config;
  config.history_item = "- {title}[ rated {rating}][ {days_ago}]\n";
  config.candidate = "{title}[ chosen {count}][ mean {mean_rating}].";
  config.history_tokens = 5000;
  config.candidate_tokens = 500;
  config.title_tokens = 50;
  return config;
}

class SlatePromptsTest : public testing::Test {
 protected:
  // u0 chose items 0 1 2 3 4; u1 chose 2 3; the last event of each is held out.
  SlatePromptsTest() { split_.training_end = {4, 1}; }

  PreparedSlate prepare(const data::Slate& slate, bool training) const {
    return SlatePrompts(dataset_, split_, builder_).prepare(slate, training);
  }
  std::string history(const data::Slate& slate) const {
    return tokenizer().decode(prepare(slate, false).pieces.history);
  }
  /// The candidate of a slate as text, by its place in the slate.
  std::string candidate(const data::Slate& slate, bool training, int32_t place) const {
    const PreparedSlate prepared = prepare(slate, training);
    for (size_t i = 0; i < prepared.order.size(); ++i)
      if (prepared.order[i] == place) return tokenizer().decode(prepared.pieces.candidates[i]);
    return "no such candidate";
  }

  data::Dataset dataset_ = data::testing::dataset_of({{0, 1, 2, 3, 4}, {2, 3}}, 8);
  data::Split split_;
  text::PromptBuilder builder_{tokenizer(), showing_everything()};
  data::Slate training_ = {
      .id = 7, .user = 0, .history_end = 2, .candidates = {5, 2, 3}, .relevance = {0, 1, 0}};
  data::Slate held_out_ = {
      .id = 9, .user = 0, .history_end = 4, .candidates = {5, 4, 2}, .relevance = {0, 1, 0}};
};

TEST_F(SlatePromptsTest, ShowsThePastAndNothingOfWhatCameLater) {
  const std::string text = history(training_);
  for (const char* past : {"Title 0", "Title 1"}) EXPECT_NE(text.find(past), std::string::npos) << text;
  for (const char* later : {"Title 2", "Title 3", "Title 4"})
    EXPECT_EQ(text.find(later), std::string::npos) << text;
}

TEST_F(SlatePromptsTest, ReadsNoEventAtOrAfterTheTarget) {
  const PreparedSlate before = prepare(held_out_, false);
  auto& target = dataset_.interactions[4];
  target.item = 6;
  target.rating = 1;
  const PreparedSlate after = prepare(held_out_, false);
  EXPECT_EQ(after.pieces.history, before.pieces.history);
  EXPECT_EQ(after.pieces.candidates, before.pieces.candidates);
  EXPECT_EQ(after.order, before.order);
}

TEST_F(SlatePromptsTest, ReadsNothingLaterIntoTheHistoryOfATrainingSlateEither) {
  const auto before = prepare(training_, true).pieces.history;
  for (int place = 2; place < 5; ++place) dataset_.interactions[place].item = 7;
  EXPECT_EQ(prepare(training_, true).pieces.history, before);
}

TEST_F(SlatePromptsTest, ShowsOnlyTheLatestItems) {
  text::PromptConfig config = showing_everything();
  config.history_items = 1;
  const text::PromptBuilder short_builder(tokenizer(), config);
  const auto prepared = SlatePrompts(dataset_, split_, short_builder).prepare(held_out_, false);
  const std::string text = tokenizer().decode(prepared.pieces.history);
  EXPECT_NE(text.find("Title 3"), std::string::npos) << text;
  EXPECT_EQ(text.find("Title 2"), std::string::npos) << text;
}

TEST_F(SlatePromptsTest, CountsTrainingEventsOnly) {
  EXPECT_EQ(candidate(held_out_, false, 2), "Title 2 chosen 2 mean 4.0.")
      << "item 2: both users, in training";
  EXPECT_EQ(candidate(held_out_, false, 1).find("mean"), std::string::npos)
      << "item 4 was only chosen in held-out events";
}

TEST_F(SlatePromptsTest, TakesTheTargetsOwnEventOutWhenTraining) {
  dataset_.interactions[2].rating = 1;  // u0's own event with item 2; u1 gave it 4
  EXPECT_EQ(candidate(training_, false, 1), "Title 2 chosen 2 mean 2.5.");
  EXPECT_EQ(candidate(training_, true, 1), "Title 2 chosen 1 mean 4.0.");
  EXPECT_EQ(candidate(training_, true, 2), candidate(training_, false, 2));
}

TEST_F(SlatePromptsTest, DoesNotShowTheTargetsRatingWhereOthersGaveNone) {
  dataset_.interactions[2].rating = 1;
  dataset_.interactions[5].rating = kUnrated;  // u1's event with item 2: the only rating is the target's own
  EXPECT_EQ(candidate(training_, true, 1), "Title 2 chosen 1.");
}

TEST_F(SlatePromptsTest, KeepsTheMeanWhereTheTargetIsUnrated) {
  dataset_.interactions[2].rating = kUnrated;
  EXPECT_EQ(candidate(training_, true, 1), "Title 2 chosen 1 mean 4.0.");
}

TEST_F(SlatePromptsTest, PrintsNoTimeWhereOnlyTheOrderIsKnown) {
  dataset_.interactions[2].time = 10 * 86400 + 20;  // the target, ten days after the rest
  EXPECT_NE(history(training_).find("10 days ago"), std::string::npos) << history(training_);
  dataset_.time_kind = data::TimeKind::kOrder;
  EXPECT_EQ(history(training_).find("ago"), std::string::npos) << history(training_);
}

TEST_F(SlatePromptsTest, NamesAnItemWithoutTitleByItsId) {
  dataset_.items[5].title = "";
  EXPECT_NE(candidate(held_out_, false, 0).find("item i5"), std::string::npos);
}

/// Titles of the shown history in their order.
std::vector<std::string> titles_in(const std::string& text) {
  std::vector<std::string> titles;
  for (size_t at = text.find("Title "); at != std::string::npos; at = text.find("Title ", at + 1))
    titles.push_back(text.substr(at, 7));
  return titles;
}

TEST_F(SlatePromptsTest, ShowsTheHistoryInAnotherOrderWhereAStudyWantsIt) {
  const SlatePrompts prompts(dataset_, split_, builder_);
  const auto titles = [&](uint64_t variant) {
    const PromptView view{.shuffled_history = true, .variant = variant};
    return titles_in(tokenizer().decode(prompts.prepare(held_out_, false, view).pieces.history));
  };
  const auto plain = titles_in(history(held_out_));
  std::set<std::vector<std::string>> orders;
  for (uint64_t variant = 0; variant < 40; ++variant) {
    EXPECT_EQ(titles(variant), titles(variant));
    orders.insert(titles(variant));
    auto sorted = titles(variant);
    std::sort(sorted.begin(), sorted.end());
    EXPECT_EQ(sorted, plain) << "the same four titles, which the history has in their order";
  }
  EXPECT_GT(orders.size(), 12U) << "of 24";
}

TEST_F(SlatePromptsTest, ShowsFewerPastItemsWhereAStudyWantsThem) {
  const SlatePrompts prompts(dataset_, split_, builder_);
  const auto shown = [&](int64_t items) {
    const PromptView view{.history_items = items};
    return titles_in(tokenizer().decode(prompts.prepare(held_out_, false, view).pieces.history));
  };
  EXPECT_EQ(shown(0), std::vector<std::string>());
  EXPECT_EQ(shown(2), (std::vector<std::string>{"Title 2", "Title 3"}));
  EXPECT_EQ(shown(9), titles_in(history(held_out_)));
}

TEST_F(SlatePromptsTest, ShowsMadeUpNamesThatAreTheSameInHistoryAndCandidates) {
  for (auto& item : dataset_.items) item.brand = "Brand";
  text::PromptConfig config = showing_everything();
  config.history_item = config.candidate = "{title} by {brand}.";
  const text::PromptBuilder builder(tokenizer(), config);
  const SlatePrompts prompts(dataset_, split_, builder);
  const auto prepared = prompts.prepare(held_out_, false, {.made_up_names = true});
  const std::string past = tokenizer().decode(prepared.pieces.history);
  EXPECT_EQ(past.find("Title"), std::string::npos) << past;
  EXPECT_EQ(past.find("Brand"), std::string::npos) << past;
  int shared = 0;
  for (const auto& candidate : prepared.pieces.candidates)
    shared += past.find(tokenizer().decode(candidate)) != std::string::npos ? 1 : 0;
  EXPECT_EQ(shared, 1) << "item 2 alone is in the history of 0 1 2 3";
}

TEST_F(SlatePromptsTest, NeedsNoTarget) {
  held_out_.history_end = 5;
  EXPECT_EQ(prepare(held_out_, false).pieces.candidates.size(), 3U);
}

TEST_F(SlatePromptsTest, AbortsWhereTheHistoryEndsBehindTheLastEvent) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  held_out_.history_end = 6;
  EXPECT_DEATH(prepare(held_out_, false), "history_end");
}

TEST_F(SlatePromptsTest, OrdersCandidatesAlikeHoweverTheSlateListsThem) {
  const PreparedSlate one = prepare(held_out_, false);
  data::Slate turned = held_out_;
  turned.candidates = {4, 2, 5};
  turned.relevance = {1, 0, 0};
  const PreparedSlate two = prepare(turned, false);
  EXPECT_EQ(one.pieces.candidates, two.pieces.candidates);
  EXPECT_EQ(one.item_keys, two.item_keys);
  EXPECT_EQ(one.relevance, two.relevance);
  EXPECT_EQ(one.id, two.id);
}

/// A dataset in which no user meets an item twice and no title holds another one, split as `r2rank split`
/// does it; what every prompt shows of its slate.
class SplitPrompts : public testing::TestWithParam<const char*> {
 protected:
  SplitPrompts() {
    for (size_t item = 0; item < dataset_.items.size(); ++item)
      dataset_.items[item].title = fmt::format("<{:03}>", item);
    for (auto& event : dataset_.interactions) event.time += 3 * event.user;
    data::SplitConfig config;
    config.method = GetParam();
    split_ = data::make_split(dataset_, config);
    prompts_ = std::make_unique<SlatePrompts>(dataset_, split_, builder_);
  }

  static bool holds(const std::vector<int32_t>& tokens, const std::string& title) {
    return tokenizer().decode(tokens).find(title) != std::string::npos;
  }
  /// Everything before the target stands in the history and nothing else does; the target is one candidate.
  void expect_no_target(const data::Slate& slate, bool training) const {
    const PreparedSlate prepared = prompts_->prepare(slate, training);
    const auto events = dataset_.events(slate.user);
    const std::string target = dataset_.items[events[slate.history_end].item].title;
    EXPECT_FALSE(holds(prepared.pieces.history, target)) << "slate " << slate.id;
    for (int32_t place = 0; place < static_cast<int32_t>(events.size()); ++place)
      EXPECT_EQ(holds(prepared.pieces.history, dataset_.items[events[place].item].title),
                place < slate.history_end)
          << "slate " << slate.id << " event " << place;
    for (size_t i = 0; i < prepared.order.size(); ++i)
      EXPECT_EQ(holds(prepared.pieces.candidates[i], target), prepared.relevance[i] > 0) << slate.id;
  }

  data::Dataset dataset_ = data::testing::regular_dataset(40, 8, 50);
  data::Split split_;
  text::PromptBuilder builder_{tokenizer(), showing_everything()};
  std::unique_ptr<SlatePrompts> prompts_;
};

TEST_P(SplitPrompts, HoldNoTargetOfAHeldOutSlateButAmongItsCandidates) {
  for (const auto* set : {&split_.valid, &split_.test}) {
    ASSERT_FALSE(set->slates.empty());
    for (const auto& slate : set->slates) expect_no_target(slate, false);
  }
}

TEST_P(SplitPrompts, HoldNoTargetOfATrainingSlateButAmongItsCandidates) {
  const data::TrainingSlates slates(dataset_, split_, {});
  for (int64_t n = 0; n < 200; ++n) expect_no_target(slates.draw(n), true);
}

INSTANTIATE_TEST_SUITE_P(Of, SplitPrompts, testing::Values("leave-one-out", "temporal"),
                         [](const auto& info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(CanonicalSlate, DependsOnTheSetOfCandidatesAlone) {
  const RawSlate raw(3, 5);
  const PreparedSlate first = raw.prepared();
  std::vector<int> order = {0, 1, 2, 3, 4};
  do {
    const PreparedSlate other = raw.permuted(order).prepared();
    ASSERT_EQ(other.pieces.candidates, first.pieces.candidates);
    ASSERT_EQ(other.item_keys, first.item_keys);
    ASSERT_EQ(other.relevance, first.relevance);
    // Canonical candidate i stands where the slate's order has it.
    for (size_t i = 0; i < order.size(); ++i) ASSERT_EQ(order[other.order[i]], first.order[i]);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(CanonicalSlate, OrdersEqualTextsByItem) {
  RawSlate raw(3, 2);
  raw.pieces.candidates[1] = raw.pieces.candidates[0];
  raw.keys = {20, 10};
  EXPECT_EQ(raw.prepared().item_keys, (std::vector<uint64_t>{10, 20}));
  EXPECT_EQ(raw.permuted({1, 0}).prepared().item_keys, (std::vector<uint64_t>{10, 20}));
}

TEST(CanonicalSlate, GivesValuesBackInTheSlatesOrder) {
  PreparedSlate slate;
  slate.order = {2, 0, 1};
  EXPECT_EQ(slate.in_slate_order({10, 20, 30}), (std::vector<double>{20, 30, 10}));
}

/// Tells of each item its index, and of a training slate that it is one.
class Telling : public SignalSource {
 public:
  const std::vector<std::string>& names() const override { return names_; }
  SlateSignals of(const data::Slate& slate, bool training) override {
    SlateSignals signals;
    for (const int32_t item : slate.candidates) {
      signals.features.push_back({static_cast<float>(item), training ? 1.0F : 0.0F});
      signals.percentiles.push_back({item});
    }
    return signals;
  }

 private:
  std::vector<std::string> names_ = {"sasrec"};
};

TEST_F(SlatePromptsTest, SignalsFollowTheirCandidatesIntoCanonicalOrder) {
  Telling source;
  for (const bool training : {true, false}) {
    const data::Slate& slate = training ? training_ : held_out_;
    const auto prepared = SlatePrompts(dataset_, split_, builder_, &source).prepare(slate, training);
    ASSERT_EQ(prepared.signals.size(), slate.candidates.size());
    for (size_t i = 0; i < prepared.order.size(); ++i) {
      EXPECT_EQ(prepared.signals[i][0], static_cast<float>(slate.candidates[prepared.order[i]]));
      EXPECT_EQ(prepared.signals[i][1], training ? 1.0F : 0.0F);
    }
  }
  EXPECT_TRUE(prepare(held_out_, false).signals.empty());
}

TEST_F(SlatePromptsTest, PercentilesStandInTheCandidatesText) {
  text::PromptConfig config = showing_everything();
  config.candidate = "{title}: {signal:sasrec} of 100";
  const text::PromptBuilder builder(tokenizer(), config);
  Telling source;
  const auto prepared = SlatePrompts(dataset_, split_, builder, &source).prepare(held_out_, false);
  for (size_t i = 0; i < prepared.order.size(); ++i) {
    const int32_t item = held_out_.candidates[prepared.order[i]];
    EXPECT_EQ(tokenizer().decode(prepared.pieces.candidates[i]),
              fmt::format("Title {}: {} of 100", item, item));
  }
}

}  // namespace
}  // namespace r2rank::rollout
