#include "distill/spending.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::distill {
namespace {

TEST(TokenCounts, AddUpAndCostWhatThePricesSay) {
  TokenCount count;
  remote::ChatReply reply;
  reply.read = 300;
  reply.written = 24;
  count.add(reply);
  reply = {};
  reply.read = 100;
  reply.estimated = true;
  count.add(reply);
  EXPECT_EQ(count.read, 400);
  EXPECT_EQ(count.written, 24);
  EXPECT_EQ(count.estimated_answers, 1);
  EXPECT_DOUBLE_EQ(count.cost({.price_read = 2, .price_written = 10}), (800 + 240) / 1e6);
  EXPECT_EQ(count.cost({}), 0);
}

TEST(TokenCounts, ReachALimitOfTokensOrOfCosts) {
  const TokenCount count{.read = 90, .written = 10};
  EXPECT_FALSE(count.reaches({}));
  EXPECT_TRUE(count.reaches({.max_tokens_spent = 100}));
  EXPECT_FALSE(count.reaches({.max_tokens_spent = 101}));
  EXPECT_TRUE(count.reaches({.price_written = 1e6, .max_cost = 10}));
  EXPECT_FALSE(count.reaches({.price_written = 1e6, .max_cost = 10.5}));
}

TEST(SpendingConfigs, RefuseALimitOfCostsWithoutPrices) {
  SpendingConfig config;
  config.max_cost = 2;
  data::testing::expect_parts(data::testing::error_of(base::ErrorKind::kUsage, [&] { config.check(); }),
                              {"max_cost = 2", "price_read"});
  config.price_written = 1;
  EXPECT_NO_THROW(config.check());
}

}  // namespace
}  // namespace r2rank::distill
