#include "data/candidates.h"

#include <algorithm>
#include <set>

#include "data/seen_items.h"
#include "data/slate_builder.h"
#include "data/split.h"
#include "data/test_retriever.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::count_of;
using testing::error_of;
using testing::expect_parts;
using Items = std::vector<int32_t>;

/// Hard candidates of a retriever that finds items with small indices best. Two users are evaluated; two with
/// short histories touch more items.
struct HardCandidates : ::testing::Test {
  Dataset dataset = with_last_two(13, 2);
  SplitConfig config;
  Split training;
  void SetUp() override {
    config.negatives = "hard";
    config.retriever = "item-knn";
    config.negative_count = 4;
  }
  Split made() {
    return make_split(dataset, config, [&](const Split& given) {
      training = given;
      return testing::first_items(20);
    });
  }
  static Dataset with_last_two(int32_t before, int32_t last) {
    return testing::dataset_of(
        {{10, 11, 12, before, last}, {0, 10, 11, 12, 9}, {14, 15, 16, 17}, {1, 3, 4, 5}}, 20);
  }
  static Items sorted(Items items) {
    std::sort(items.begin(), items.end());
    return items;
  }
};

TEST_F(HardCandidates, AreTheBestItemsThatTheUserDoesNotKnow) {
  const Split split = made();
  ASSERT_EQ(split.test.slates.size(), 2U);
  EXPECT_EQ(sorted(split.test.slates[0].candidates), (Items{0, 1, 2, 3, 4}));
  EXPECT_EQ(sorted(split.test.slates[1].candidates), (Items{1, 2, 3, 4, 9}));  // knows 0; 9 was put in
}

TEST_F(HardCandidates, NameTheRelevantItemsThatWerePutIn) {
  const Split split = made();
  EXPECT_TRUE(split.test.slates[0].missed.empty());
  EXPECT_EQ(split.test.slates[1].missed, Items{9});
  const RetrieverRecall recall = retriever_recall(split.test);
  EXPECT_EQ(recall.relevant, 2);
  EXPECT_EQ(recall.found, 1);
  EXPECT_EQ(recall.share(), 0.5);
  EXPECT_EQ(count_of(split.counts, "test: of these, among the best of item-knn"), 1);
}

TEST_F(HardCandidates, MayBeItemsOfTheUsersWhereTheProtocolSaysSo) {
  config.exclude = "history";
  dataset = with_last_two(1, 2);
  const Split split = made();
  EXPECT_EQ(sorted(split.valid.slates[0].candidates), (Items{0, 1, 2, 3, 4}));  // 2 is taken next
  EXPECT_EQ(split.test.protocol.name(), "loo-hard4-item-knn-seed7-later");
}

TEST_F(HardCandidates, ComeFromARetrieverThatSeesNoTestSlate) {
  made();
  EXPECT_TRUE(training.test.slates.empty());
  EXPECT_EQ(training.training_end, (Items{3, 3, 4, 4}));
  ASSERT_EQ(training.valid.slates.size(), 2U);
  EXPECT_EQ(training.valid.protocol.name(), "loo-uni4-seed7");
}

TEST_F(HardCandidates, WithoutARetrieverOrEnoughItemsAreRefused) {
  Protocol protocol;
  protocol.negative_count = 16;
  std::vector<Slate> slates{relevant_slate(dataset, {0, 4, 1}, "binary")};
  const Retriever best = testing::first_items(20);
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { hard_candidates(dataset, protocol, best, slates); }),
               {"expected 16 hard candidates", "user 'u0'", "found 15", "--negative-count"});
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { make_split(dataset, config); }), {"need a retriever"});
  config.retriever.clear();
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { made(); }), {"--negatives hard needs --retriever"});
  config.negatives = "uniform";
  config.retriever = "tfidf";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { made(); }), {"--retriever needs --negatives hard"});
}

/// Several relevant items a slate: the last four of ten events of each user are held out.
struct Together : ::testing::Test {
  Dataset dataset = testing::regular_dataset(20, 10, 50);
  SplitConfig config;
  void SetUp() override {
    config.method = "ratio";
    config.targets = "together";
    config.valid_from = 0.6;
    config.test_from = 0.8;
    config.negative_count = 5;
  }
};

TEST_F(Together, HeldOutEventsOfAUserAreOneSlate) {
  const Split split = make_split(dataset, config);
  EXPECT_EQ(split.protocol.name(), "ratio60-20-20-together-uni5-seed7");
  ASSERT_EQ(split.test.slates.size(), 20U);
  for (const Slate& slate : split.test.slates) {
    EXPECT_EQ(slate.history_end, 8);
    EXPECT_EQ(slate.candidates.size(), 7U);
    std::set<int32_t> relevant;
    for (size_t place = 0; place < slate.candidates.size(); ++place)
      if (slate.relevance[place] > 0) relevant.insert(slate.candidates[place]);
    const auto events = dataset.events(slate.user);
    EXPECT_EQ(relevant, (std::set<int32_t>{events[8].item, events[9].item}));
  }
}

TEST_F(Together, RatingsAreLabelsAndEventsWithoutOneAreNotRelevant) {
  config.labels = "ratings";
  for (auto& event : dataset.interactions) event.rating = static_cast<float>(event.item % 4);
  const Split split = make_split(dataset, config);
  EXPECT_EQ(split.test.protocol.name(), "ratio60-20-20-together-rated-uni5-seed7");
  for (const Slate& slate : split.test.slates)
    for (size_t place = 0; place < slate.candidates.size(); ++place)
      EXPECT_TRUE(slate.relevance[place] == 0 ||
                  slate.relevance[place] == static_cast<float>(slate.candidates[place] % 4));
  EXPECT_EQ(count_of(split.counts, "slates without a rating above 0"),
            40 - static_cast<int64_t>(split.test.slates.size() + split.valid.slates.size()));
}

TEST_F(Together, LabelsThatNoSlateCanHoldAreRefused) {
  config.labels = "ratings";
  dataset.interactions.back().rating = 100;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { make_split(dataset, config); }),
               {"ratings from 0.001 to 64", "found 100", "rescale"});
  dataset.has_ratings = false;
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { make_split(dataset, config); }), {"needs ratings"});
  config.targets = "each";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { make_split(dataset, config); }),
               {"needs --targets together"});
  config.labels = "binary";
  config.targets = "together";
  config.method = "leave-one-out";
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { make_split(dataset, config); }),
               {"--method temporal or ratio"});
}

TEST(DrawnCandidates, MayBeSeenOnesOnlyWhereTheProtocolSaysSo) {
  const Dataset dataset = testing::regular_dataset(30, 8, 20);
  for (const char* exclude : {"known", "history", "none"}) {
    SplitConfig config;
    config.negative_count = 11;
    config.exclude = exclude;
    const Split split = make_split(dataset, config);
    EXPECT_EQ(split.protocol.exclude, exclude);
    std::set<std::string> observed;
    for (const Slate& slate : split.valid.slates) {
      observed.insert(observed_exclusion(dataset, slate));
      const auto excluded = excluded_items(dataset, slate, exclude);
      for (const int32_t item : slate.candidates)
        EXPECT_FALSE(std::binary_search(excluded.begin(), excluded.end(), item));
    }
    EXPECT_TRUE(observed.contains(exclude)) << exclude;
  }
}

struct TooFewItems : ::testing::Test {
  SplitConfig config;
  std::string refusal(const Dataset& dataset) const {
    return error_of(base::ErrorKind::kUsage, [&] { make_split(dataset, config); });
  }
};

TEST_F(TooFewItems, NameTheCountThatEverySlateCanHave) {
  const Dataset dataset =
      testing::dataset_of({{0, 1, 2, 3, 4}, {5, 6, 7, 8, 9}, {0, 1, 2, 3, 4, 5, 6, 7}}, 20);
  config.negative_count = 6;
  expect_parts(refusal(dataset), {"expected 6 negatives", "found 5 items", "user 'u0'", "of 10 with",
                                  "lower --negative-count: these slates have at most 2 each"});
  config.negative_count = 2;
  EXPECT_EQ(make_split(dataset, config).test.slates.size(), 3U);
}

TEST_F(TooFewItems, AreNotHelpedByALowerCountWhereAUserKnowsAll) {
  const Dataset dataset = testing::dataset_of({{0, 1, 2, 3, 4}, {0, 1, 2, 3, 4}}, 20);
  for (const char* negatives : {"uniform", "popularity", "full"}) {
    config.negatives = negatives;
    config.negative_count = 1;
    config.exclude = "known";
    const std::string text = refusal(dataset);
    expect_parts(text, {"found 0 items", "no number will do", "--exclude none", "import more items"});
    EXPECT_EQ(text.find("--negative-count"), std::string::npos) << text;
    config.exclude = "none";
    EXPECT_EQ(make_split(dataset, config).test.slates.size(), 2U) << negatives;
  }
}

TEST(FullCatalogue, SlatesNameRelevantItemsOnly) {
  const Dataset dataset = testing::regular_dataset(30, 8, 20);
  SplitConfig config;
  config.negatives = "full";
  const Split split = make_split(dataset, config);
  EXPECT_EQ(split.protocol.name(), "loo-full");
  EXPECT_EQ(split.protocol.negative_count, 0);
  for (const Slate& slate : split.test.slates)
    EXPECT_EQ(slate.candidates, Items{dataset.events(slate.user).back().item});
}

TEST(FullCatalogue, ValidationListsDrawnCandidatesToChooseModelsBy) {
  for (const char* exclude : {"known", "history"}) {
    const Dataset dataset = testing::regular_dataset(30, 8, 20);
    SplitConfig config;
    config.negatives = "full";
    config.exclude = exclude;
    const Split split = make_split(dataset, config);
    // Users know 8 of 20 items; of those the history before the validated event has 6.
    const int64_t left = exclude == std::string("known") ? 12 : 13;
    EXPECT_EQ(split.valid.protocol.negatives, "uniform");
    EXPECT_EQ(split.valid.protocol.negative_count, left);
    ASSERT_EQ(split.valid.slates.size(), 30U);
    for (const Slate& slate : split.valid.slates) EXPECT_EQ(std::ssize(slate.candidates), left + 1);
  }
}

TEST(FullCatalogue, ValidationHasNinetyNineNegativesWhereTheCatalogueGivesThem) {
  SplitConfig config;
  config.negatives = "full";
  const Split split = make_split(testing::regular_dataset(200, 8, 150), config);
  EXPECT_EQ(split.valid.protocol.negative_count, 99);
  EXPECT_EQ(count_of(split.counts, "valid: uniform negatives of a slate"), 99);
}

}  // namespace
}  // namespace r2rank::data
