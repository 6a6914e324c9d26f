#include "baselines/neural/sequence_sampler.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "baselines/test_data.h"

namespace r2rank::baselines {
namespace {

/// User u's event t is item 100 u + t: a row tells its place.
data::Dataset places(const std::vector<int32_t>& lengths) {
  std::vector<std::vector<int32_t>> histories;
  for (size_t user = 0; user < lengths.size(); ++user) {
    histories.emplace_back();
    for (int32_t t = 0; t < lengths[user]; ++t)
      histories.back().push_back(static_cast<int32_t>(user) * 100 + t);
  }
  return testing::dataset_of(histories, static_cast<int64_t>(lengths.size()) * 100);
}

data::Split train_on_all(const data::Dataset& dataset) {
  data::Split split;
  for (int64_t user = 0; user < dataset.users(); ++user)
    split.training_end.push_back(static_cast<int32_t>(dataset.events(user).size()));
  return split;
}

struct Seen {
  std::map<int32_t, std::vector<int32_t>> context;  // of each target row, the rows up to the wanted place
  std::vector<size_t> batches;                      // targets of each
};

Seen one_epoch(SequenceSampler& sampler, int64_t epoch = 1) {
  Seen seen;
  SequenceBatch batch;
  sampler.begin_epoch(5, epoch);
  while (sampler.next(batch)) {
    size_t target = 0;
    for (const auto& part : batch.parts) {
      size_t wanted = 0;
      for (int64_t s = 0; s < part.sequences(); ++s) {
        for (; wanted < part.wanted.size() && part.wanted[wanted] < part.starts[s + 1]; ++wanted) {
          auto& context = seen.context[batch.targets[target++]];
          EXPECT_TRUE(context.empty()) << "a target twice";
          context.assign(part.rows.begin() + part.starts[s], part.rows.begin() + part.wanted[wanted] + 1);
        }
      }
    }
    EXPECT_EQ(target, batch.targets.size());
    seen.batches.push_back(batch.targets.size());
  }
  return seen;
}

class SamplerTest : public ::testing::Test {
 protected:
  const data::Dataset dataset_ = places({30, 1, 6, 2, 0, 5});
  const data::Split split_ = train_on_all(dataset_);
};

TEST_F(SamplerTest, WindowsGiveEachTargetItsWholePrefixUpToTheirLength) {
  const auto sampler = make_window_sampler({dataset_, split_}, 8, 3, 10);
  const auto seen = one_epoch(*sampler);
  EXPECT_EQ(sampler->events_per_epoch(), 29 + 5 + 1 + 4);
  EXPECT_EQ(seen.context.size(), 39U);
  for (const auto& [target, context] : seen.context) {
    const auto place = static_cast<size_t>((target - 1) % 100);
    EXPECT_EQ(context.back(), target - 1);
    if (place <= 8) {
      EXPECT_EQ(context.size(), place);
    } else {
      EXPECT_GE(context.size(), 6U);
      EXPECT_LE(context.size(), 8U);
    }
  }
  for (const size_t targets : seen.batches) EXPECT_LE(targets, 10U);
}

TEST_F(SamplerTest, StrideOneGivesLaterTargetsExactlyTheWindow) {
  const auto seen = one_epoch(*make_window_sampler({dataset_, split_}, 8, 1, 100));
  for (const auto& [target, context] : seen.context)
    EXPECT_EQ(context.size(), std::min<size_t>(8, static_cast<size_t>((target - 1) % 100)));
}

TEST_F(SamplerTest, LookBackSequencesHoldAtLeastWhatIsLookedBackAt) {
  const auto dataset = places({500});
  const auto split = train_on_all(dataset);
  for (const auto& [target, context] : one_epoch(*make_look_back_sampler({dataset, split}, 7, 50)).context)
    EXPECT_GE(context.size(), std::min<size_t>(7, static_cast<size_t>(target - 1)));
}

TEST_F(SamplerTest, OrderChangesWithTheEpochAlone) {
  const auto sampler = make_window_sampler({dataset_, split_}, 4, 1, 3);
  const auto first_targets = [&](int64_t epoch) {
    SequenceBatch batch;
    sampler->begin_epoch(5, epoch);
    sampler->next(batch);
    return batch.targets;
  };
  const auto one = first_targets(1), two = first_targets(2);
  EXPECT_NE(one, two);
  EXPECT_EQ(first_targets(1), one);
}

TEST_F(SamplerTest, MasksTheLastItemOfEachPrefixWhenOnlyLastOnesAre) {
  const auto sampler = make_mask_sampler({dataset_, split_}, {.length = 8, .ratio = 0.2, .last_share = 1}, 7);
  const auto seen = one_epoch(*sampler);
  EXPECT_EQ(seen.context.size(), 39U);  // also each user's last training event
  const int32_t mask = 601;
  for (const auto& [target, context] : seen.context) {
    EXPECT_EQ(context.back(), mask);
    EXPECT_EQ(context.size(), std::min<size_t>(8, static_cast<size_t>((target - 1) % 100) + 1));
    ASSERT_GT(context.size(), 1U);
    EXPECT_EQ(context[context.size() - 2], target - 1);
  }
}

TEST_F(SamplerTest, MasksAShareOfTheItemsButNeverCountsTheFirst) {
  const auto sampler =
      make_mask_sampler({dataset_, split_}, {.length = 20, .ratio = 0.2, .last_share = 0}, 9);
  SequenceBatch batch;
  int64_t tokens = 0, masks = 0, counted = 0, events = 0;
  for (int64_t epoch = 1; epoch <= 40; ++epoch) {
    sampler->begin_epoch(5, epoch);
    while (sampler->next(batch)) {
      events += batch.events;
      for (const auto& part : batch.parts) {
        for (int64_t s = 0; s < part.sequences(); ++s) {
          for (int64_t i = part.starts[s]; i < part.starts[s + 1]; ++i) {
            const bool wanted = std::count(part.wanted.begin(), part.wanted.end(), i) > 0;
            tokens += 1;
            masks += part.rows[i] == 601 ? 1 : 0;
            counted += wanted ? 1 : 0;
            if (wanted) {
              EXPECT_EQ(part.rows[i], 601);
              EXPECT_NE(i, part.starts[s]);
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(events, 40 * 39);
  EXPECT_NEAR(static_cast<double>(masks) / static_cast<double>(tokens), 0.2, 0.03);
  EXPECT_GT(counted, masks / 2);
}

TEST_F(SamplerTest, AsksWithTheLastEventsOfTheHistory) {
  PackedSequences query;
  query.clear();
  make_window_sampler({dataset_, split_}, 4, 1, 9)->ask(2, dataset_.events(2), query);
  make_mask_sampler({dataset_, split_}, {.length = 4}, 9)->ask(2, dataset_.events(2), query);
  EXPECT_EQ(query.rows, (std::vector<int32_t>{203, 204, 205, 206, 204, 205, 206, 601}));
  EXPECT_EQ(query.starts, (std::vector<int64_t>{0, 4, 8}));
  EXPECT_EQ(query.wanted, (std::vector<int64_t>{3, 7}));
}

}  // namespace
}  // namespace r2rank::baselines
