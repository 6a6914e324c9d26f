#include "distill/spending.h"

#include "base/error.h"

namespace r2rank::distill {

void SpendingConfig::describe(base::ConfigFields& fields) {
  fields.add("price_read", price_read, "price of a million tokens sent, in any currency").between(0, 1e9);
  fields.add("price_written", price_written, "price of a million tokens written, in the same currency")
      .between(0, 1e9);
  fields
      .add(
          "max_tokens_spent", max_tokens_spent,
          "tokens, sent and written, after which nothing more is asked; answers of earlier runs count (0: no "
          "limit)")
      .between(0, 1e15);
  fields
      .add(
          "max_cost", max_cost,
          "cost, by the prices, after which nothing more is asked; answers of earlier runs count (0: no limit)")
      .between(0, 1e12);
}

void SpendingConfig::check() const {
  if (max_cost > 0 && !priced())
    base::fail_usage(
        "distill",
        "max_cost = {} limits costs, and no prices are set: give price_read and price_written, of "
        "a million tokens",
        max_cost);
}

void TokenCount::add(const remote::ChatReply& reply) {
  read += reply.read;
  written += reply.written;
  estimated_answers += reply.estimated ? 1 : 0;
}

double TokenCount::cost(const SpendingConfig& prices) const {
  constexpr double kMillion = 1e6;
  return (static_cast<double>(read) * prices.price_read +
          static_cast<double>(written) * prices.price_written) /
         kMillion;
}

bool TokenCount::reaches(const SpendingConfig& limits) const {
  return (limits.max_tokens_spent > 0 && read + written >= limits.max_tokens_spent) ||
         (limits.max_cost > 0 && cost(limits) >= limits.max_cost);
}

}  // namespace r2rank::distill
