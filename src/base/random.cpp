#include "base/random.h"

#include <cmath>
#include <numbers>
#include <unordered_set>

#include "base/error.h"

namespace r2rank::base {
namespace {

constexpr uint32_t kMultiplier0 = 0xD2511F53, kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9, kWeyl1 = 0xBB67AE85;
// Sequential draws and draws by position live in disjoint halves of the counter space.
constexpr uint64_t kPositional = uint64_t{1} << 63;

uint64_t splitmix(uint64_t x) {
  x += 0x9E3779B97F4A7C15;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

}  // namespace

double to_unit(uint32_t high, uint32_t low) {
  // 52 bits, not 53: with 53 the half would round the largest value up to exactly 1.
  const uint64_t bits = (uint64_t{high} << 32 | low) >> 12;
  return (static_cast<double>(bits) + 0.5) * 0x1.0p-52;
}

std::array<uint32_t, 4> philox(std::array<uint32_t, 4> c, std::array<uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const uint64_t product0 = uint64_t{kMultiplier0} * c[0];
    const uint64_t product1 = uint64_t{kMultiplier1} * c[2];
    c = {static_cast<uint32_t>(product1 >> 32) ^ c[1] ^ k[0], static_cast<uint32_t>(product1),
         static_cast<uint32_t>(product0 >> 32) ^ c[3] ^ k[1], static_cast<uint32_t>(product0)};
    k[0] += kWeyl0;
    k[1] += kWeyl1;
  }
  return c;
}

uint64_t mix(std::initializer_list<uint64_t> words) {
  uint64_t state = 0;
  for (const uint64_t word : words) state = splitmix(state ^ word);
  return state;
}

RandomStream::RandomStream(uint64_t seed, Purpose purpose, uint64_t a, uint64_t b, uint64_t c)
    : key_{static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)},
      stream_(mix({static_cast<uint64_t>(purpose), a, b, c})) {}

std::array<uint32_t, 4> RandomStream::block(uint64_t index) const {
  return philox({static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
                 static_cast<uint32_t>(stream_), static_cast<uint32_t>(stream_ >> 32)},
                key_);
}

uint32_t RandomStream::bits() {
  if (used_ == 4) {
    buffer_ = block(next_block_++);
    used_ = 0;
  }
  return buffer_[used_++];
}

double RandomStream::uniform() {
  const uint32_t high = bits();
  return to_unit(high, bits());
}

double RandomStream::gumbel() {
  return -std::log(-std::log(uniform()));
}

double RandomStream::normal() {
  const double radius = std::sqrt(-2 * std::log(uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

uint64_t RandomStream::below(uint64_t bound) {
  R2RANK_CHECK(bound > 0);
  const uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  while (true) {
    const uint64_t high = bits();
    const uint64_t value = high << 32 | bits();
    if (value < limit) return value % bound;
  }
}

double RandomStream::uniform_at(uint64_t t) const {
  const auto words = block(kPositional | t);
  return to_unit(words[0], words[1]);
}

std::vector<uint64_t> RandomStream::sample(uint64_t bound, uint64_t count) {
  R2RANK_CHECK(count <= bound);
  // Floyd's algorithm draws each subset with equal probability; the shuffle makes the order uniform too.
  std::unordered_set<uint64_t> taken;
  std::vector<uint64_t> drawn;
  for (uint64_t top = bound - count; top < bound; ++top) {
    const uint64_t value = below(top + 1);
    drawn.push_back(taken.insert(value).second ? value : top);
    taken.insert(drawn.back());
  }
  shuffle(std::span<uint64_t>(drawn));
  return drawn;
}

}  // namespace r2rank::base
