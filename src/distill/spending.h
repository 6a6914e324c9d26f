#pragma once

#include <cstdint>

#include "base/config.h"
#include "remote/chat_server.h"

namespace r2rank::distill {

/// What a teacher's tokens cost, and what may be spent on it at most.
struct SpendingConfig {
  double price_read = 0, price_written = 0;  ///< of a million tokens
  int64_t max_tokens_spent = 0;              ///< 0: no limit
  double max_cost = 0;                       ///< 0: no limit

  void describe(base::ConfigFields& fields);
  bool priced() const { return price_read > 0 || price_written > 0; }
  /// Errors: kUsage for a limit of costs without prices.
  void check() const;
};

/// What answers took, by the server's count where it tells one; answers from the cache included.
struct TokenCount {
  int64_t read = 0, written = 0;
  int64_t estimated_answers = 0;  ///< whose tokens were estimated

  void add(const remote::ChatReply& reply);
  /// In the currency of the prices.
  double cost(const SpendingConfig& prices) const;
  /// Whether a limit is reached.
  bool reaches(const SpendingConfig& limits) const;
};

}  // namespace r2rank::distill
