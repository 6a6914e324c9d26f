#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace r2rank::base {

/// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): four words for a
/// counter and a key.
std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter, std::array<uint32_t, 2> key);

/// The 64 bits as a number in the open interval (0, 1), evenly spaced by 2^-52.
double to_unit(uint32_t high, uint32_t low);

/// What a stream of random numbers is for; part of its key, so that two uses never share numbers. The numbers
/// stay as they are: a run repeats only with the same ones.
enum class Purpose : uint32_t {
  kSplit = 1,
  kNegatives,
  kTargets,
  kShuffle,
  kToken,
  kPermutation,
  kBootstrap,
  kInit,
  kBaseline = 11,  // 9 and 10 were never used
  kOrder,
  kBench,
  kSynthetic
};

/// A random stream keyed by (seed, purpose, a, b, c), so that a draw depends on what it is for and never on
/// the order or the batch in which it is made. Counter-based: `uniform_at(t)` gives draw t without the
/// ones before it.
class RandomStream {
 public:
  RandomStream(uint64_t seed, Purpose purpose, uint64_t a = 0, uint64_t b = 0, uint64_t c = 0);

  uint32_t bits();                 ///< next 32 bits
  double uniform();                ///< next number in the open interval (0, 1), 52 bits
  double gumbel();                 ///< -log(-log(uniform))
  double normal();                 ///< Box-Muller, one draw per call
  uint64_t below(uint64_t bound);  ///< unbiased integer in [0, bound); REQUIRES bound > 0
  /// Uniform in (0, 1) for position t, independent of the sequence position of this stream.
  double uniform_at(uint64_t t) const;

  template <class T>
  void shuffle(std::span<T> values) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }
  /// `count` distinct integers of [0, bound) in random order; REQUIRES count <= bound.
  std::vector<uint64_t> sample(uint64_t bound, uint64_t count);

 private:
  std::array<uint32_t, 4> block(uint64_t index) const;

  std::array<uint32_t, 2> key_;
  uint64_t stream_;
  uint64_t next_block_ = 0;
  std::array<uint32_t, 4> buffer_{};
  int used_ = 4;
};

/// Mixes 64-bit words into one (splitmix64 steps); for keys, not for secrets.
uint64_t mix(std::initializer_list<uint64_t> words);

}  // namespace r2rank::base
