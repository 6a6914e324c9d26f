#pragma once

#include <mutex>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "text/tokenizer.h"

namespace r2rank::text {

/// Tokens by key, made once. Thread-safe; forgets everything when it is full, so that a long-running server
/// stays small.
class TokenCache {
 public:
  explicit TokenCache(size_t capacity) : capacity_(capacity) {}

  /// The tokens of `key`, from `make()` at the first call. `make` must depend on nothing but the key.
  template <class Make>
  std::vector<TokenId> get(const std::string& key, Make make) {
    {
      const std::shared_lock lock(mutex_);
      const auto found = tokens_.find(key);
      if (found != tokens_.end()) return found->second;
    }
    std::vector<TokenId> made = make();
    const std::unique_lock lock(mutex_);
    if (tokens_.size() >= capacity_) tokens_.clear();
    tokens_.emplace(key, made);
    return made;
  }

  size_t size() const {
    const std::shared_lock lock(mutex_);
    return tokens_.size();
  }

 private:
  const size_t capacity_;
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, std::vector<TokenId>> tokens_;
};

}  // namespace r2rank::text
