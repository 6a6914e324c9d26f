#include "base/random_words.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/error.h"

#ifdef __AVX2__
#include <immintrin.h>
#endif

namespace r2rank::base {
namespace {

constexpr uint64_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;
constexpr uint64_t kLow = 0xFFFFFFFF;
static_assert(std::endian::native == std::endian::little, "a word's halves are stored as they stand");
constexpr int kLanes = 4, kVectors = 2;             // two hide each other's latency; more spill
constexpr uint64_t kWords = 4 * kLanes * kVectors;  // of the blocks that are computed side by side

/// A 32-bit word of four blocks in the lower halves; what stands in the upper ones is ignored.
typedef uint64_t Lanes __attribute__((vector_size(kLanes * sizeof(uint64_t))));

/// The 64-bit products of the lower halves. Spelt out since GCC 12 makes three multiplications of it; by
/// reference since a vector by value has another ABI where the compiler has no AVX.
void multiply(const Lanes& word, uint64_t multiplier, Lanes& product) {
#ifdef __AVX2__
  product = reinterpret_cast<Lanes>(_mm256_mul_epu32(reinterpret_cast<__m256i>(word),
                                                     _mm256_set1_epi64x(static_cast<int64_t>(multiplier))));
#else
  product = (word & kLow) * multiplier;
#endif
}

/// Blocks `first` and following of philox({index, stream}, key).
void read_blocks(uint64_t first, uint64_t stream, std::array<uint32_t, 2> key, uint32_t* words) {
  Lanes c[4][kVectors];
  for (int v = 0; v < kVectors; ++v) {
    const Lanes index = Lanes{0, 1, 2, 3} + (first + static_cast<uint64_t>(v) * kLanes);
    c[0][v] = index;
    c[1][v] = index >> 32;
    c[2][v] = Lanes{} + stream;
    c[3][v] = Lanes{} + (stream >> 32);
  }
  for (int round = 0; round < kRounds; ++round) {
    for (int v = 0; v < kVectors; ++v) {
      Lanes product0, product1;
      multiply(c[0][v], kMultiplier0, product0);
      multiply(c[2][v], kMultiplier1, product1);
      c[0][v] = (product1 >> 32) ^ c[1][v] ^ uint64_t { key[0] };
      c[1][v] = product1;
      c[2][v] = (product0 >> 32) ^ c[3][v] ^ uint64_t { key[1] };
      c[3][v] = product0;
    }
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  for (int v = 0; v < kVectors; ++v, words += 4 * kLanes) {
    const Lanes front = (c[0][v] & kLow) | c[1][v] << 32, back = (c[2][v] & kLow) | c[3][v] << 32;
    const Lanes blocks01 = __builtin_shufflevector(front, back, 0, 4, 1, 5);
    const Lanes blocks23 = __builtin_shufflevector(front, back, 2, 6, 3, 7);
    std::memcpy(words, &blocks01, sizeof blocks01);
    std::memcpy(words + 2 * kLanes, &blocks23, sizeof blocks23);
  }
}

}  // namespace

RandomWords::RandomWords(uint64_t seed, Purpose purpose, uint64_t a, uint64_t b, uint64_t c)
    : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)},
      stream_(mix({static_cast<uint64_t>(purpose), a, b, c})) {}

void RandomWords::read(uint64_t first, std::span<uint32_t> words) const {
  R2RANK_CHECK(first % 4 == 0);
  size_t done = 0;
  for (; done + kWords <= words.size(); done += kWords)
    read_blocks((first + done) / 4, stream_, key_, words.data() + done);
  if (done == words.size()) return;
  std::array<uint32_t, kWords> last;
  read_blocks((first + done) / 4, stream_, key_, last.data());
  std::copy_n(last.begin(), words.size() - done, words.begin() + static_cast<int64_t>(done));
}

}  // namespace r2rank::base
