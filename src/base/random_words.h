#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/random.h"

namespace r2rank::base {

/// The words that RandomStream::bits() gives one after the other, read by position and many at once: a fifth
/// of the time a word, for loops that draw millions of them. May be shared by threads.
class RandomWords {
 public:
  /// Of the stream RandomStream(seed, purpose, a, b, c).
  RandomWords(uint64_t seed, Purpose purpose, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0);

  /// words[i] becomes word first + i of the stream, counted from 0. REQUIRES `first` to be a multiple of 4.
  void read(uint64_t first, std::span<uint32_t> words) const;

 private:
  std::array<uint32_t, 2> key_;
  uint64_t stream_;
};

}  // namespace r2rank::base
