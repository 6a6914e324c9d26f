#include "metrics/randomisation.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

#include "base/error.h"
#include "base/random_words.h"

namespace r2rank::metrics {
namespace {

constexpr size_t kGroup = 8;               // users whose signs one random byte holds
constexpr size_t kPatterns = 1 << kGroup;  // of their signs
constexpr size_t kGroups = 4;              // met at a time: their tables fill the first cache
constexpr size_t kColumns = 4;             // side by side
constexpr size_t kSigns = 1024;            // permutations of a part of the work, a multiple of 16
static_assert(std::endian::native == std::endian::little, "bytes are taken from words as they stand");

/// A number of each of kColumns columns.
typedef double Columns __attribute__((vector_size(kColumns * sizeof(double))));
using SignedSums = std::array<Columns, kPatterns>;  // the sum of a group for each pattern of signs
using Signs = std::array<uint8_t, kSigns>;          // a pattern for each permutation

std::vector<double> differing(std::span<const double> a, std::span<const double> b) {
  R2RANK_CHECK(a.size() == b.size());
  std::vector<double> differences;
  for (size_t i = 0; i < a.size(); ++i) {
    R2RANK_CHECK(std::isfinite(a[i]) && std::isfinite(b[i]));
    if (a[i] != b[i]) differences.push_back(a[i] - b[i]);
  }
  return differences;
}

/// Differences of kColumns columns, those that are shorter with zeros behind.
using Differences = std::vector<Columns>;

std::vector<Differences> side_by_side(std::span<const std::vector<double>> columns) {
  std::vector<Differences> tiles((columns.size() + kColumns - 1) / kColumns);
  for (size_t column = 0; column < columns.size(); ++column) {
    Differences& tile = tiles[column / kColumns];
    tile.resize(std::max(tile.size(), columns[column].size()));
    for (size_t i = 0; i < columns[column].size(); ++i) tile[i][column % kColumns] = columns[column][i];
  }
  return tiles;
}

/// Bit i of a pattern turns the sign of difference i.
void set_signed_sums(std::span<const Columns> group, SignedSums& sums) {
  sums[0] = Columns{};
  for (const Columns& difference : group) sums[0] += difference;
  for (size_t i = 0; i < kGroup; ++i) {
    const Columns twice = i < group.size() ? group[i] + group[i] : Columns{};
    for (size_t pattern = 0; pattern < size_t{1} << i; ++pattern)
      sums[pattern | size_t{1} << i] = sums[pattern] - twice;
  }
}

std::span<const Columns> group_of(const Differences& tile, size_t group) {
  const size_t start = std::min(group * kGroup, tile.size());
  return std::span(tile).subspan(start, std::min(kGroup, tile.size() - start));
}

/// The signs of a group for the permutations from `first` on. A group of users has a stream of its own: more
/// permutations extend fewer.
void draw_signs(uint64_t seed, size_t group, size_t first, Signs& signs) {
  // The second key keeps these numbers apart from those of the bootstrap.
  const base::RandomWords random(seed, base::Purpose::kBootstrap, group, 1);
  std::array<uint32_t, kSigns / sizeof(uint32_t)> words;
  random.read(first / sizeof(uint32_t), words);
  std::memcpy(signs.data(), words.data(), signs.size());
}

/// Sums of the permutations [first, first + kSigns) for each tile.
class SignSums {
 public:
  SignSums(std::span<const Differences> tiles, uint64_t seed, size_t first)
      : sums_(tiles.size() * kSigns), tables_(kGroups), signs_(kGroups) {
    size_t longest = 0;
    for (const auto& tile : tiles) longest = std::max(longest, tile.size());
    for (size_t group = 0; group * kGroup < longest; group += kGroups) {
      for (size_t i = 0; i < kGroups; ++i) draw_signs(seed, group + i, first, signs_[i]);
      for (size_t tile = 0; tile < tiles.size(); ++tile) {
        if (group * kGroup >= tiles[tile].size()) continue;
        for (size_t i = 0; i < kGroups; ++i) set_signed_sums(group_of(tiles[tile], group + i), tables_[i]);
        add_groups(sums_.data() + tile * kSigns);
      }
    }
  }

  double at(size_t permutation, size_t column) const {
    return sums_[column / kColumns * kSigns + permutation][column % kColumns];
  }

 private:
  void add_groups(Columns* sums) const {
    static_assert(kGroups == 4);
    for (size_t p = 0; p < kSigns; ++p)
      sums[p] += (tables_[0][signs_[0][p]] + tables_[1][signs_[1][p]]) +
                 (tables_[2][signs_[2][p]] + tables_[3][signs_[3][p]]);
  }

  std::vector<Columns> sums_;  // [tiles][kSigns]
  std::vector<SignedSums> tables_;
  std::vector<Signs> signs_;
};

/// The sums of `permutations` random signs of each column.
std::vector<std::vector<double>> random_sums(std::span<const std::vector<double>> columns, uint64_t seed,
                                             int permutations, const Spread& spread) {
  const auto count = static_cast<size_t>(permutations);
  std::vector<std::vector<double>> sums(columns.size(), std::vector<double>(count));
  if (columns.empty()) return sums;
  const auto tiles = side_by_side(columns);
  spread(static_cast<int64_t>((count + kSigns - 1) / kSigns), [&](int64_t begin, int64_t end) {
    for (auto part = static_cast<size_t>(begin); part < static_cast<size_t>(end); ++part) {
      const size_t first = part * kSigns;
      const SignSums of_part(tiles, seed, first);
      for (size_t column = 0; column < columns.size(); ++column)
        for (size_t p = first; p < std::min(count, first + kSigns); ++p)
          sums[column][p] = of_part.at(p - first, column);
    }
  });
  return sums;
}

std::vector<double> every_sum(std::span<const double> differences) {
  std::vector<double> sums = {0.0};
  for (const double difference : differences) {
    const size_t count = sums.size();
    for (size_t i = 0; i < count; ++i) {
      sums.push_back(sums[i] - difference);
      sums[i] += difference;
    }
  }
  return sums;
}

bool can_enumerate(size_t users, int permutations) {
  return users < 31 && (int64_t{1} << users) <= permutations;
}

/// How many of the sums are as far from zero as the differences as they are.
double as_far(std::span<const double> sums, std::span<const double> differences) {
  double observed = 0, size = 0;
  for (const double difference : differences) {
    observed += difference;
    size += std::abs(difference);
  }
  // Sums that are equal on paper differ by rounding; they count as equal.
  const double limit = std::abs(observed) - 1e-12 * size;
  return static_cast<double>(
      std::count_if(sums.begin(), sums.end(), [&](double sum) { return std::abs(sum) >= limit; }));
}

double exact_p(std::span<const double> differences) {
  const auto sums = every_sum(differences);
  return as_far(sums, differences) / static_cast<double>(sums.size());
}

}  // namespace

std::vector<double> paired_permutations(std::span<const ValuePair> pairs, uint64_t seed, int permutations,
                                        const Spread& spread) {
  R2RANK_CHECK(permutations >= 1);
  std::vector<double> p_values(pairs.size(), 1.0);
  std::vector<std::vector<double>> columns;  // of the pairs whose signs are drawn
  std::vector<size_t> places;
  for (size_t i = 0; i < pairs.size(); ++i) {
    auto differences = differing(pairs[i].a, pairs[i].b);
    if (can_enumerate(differences.size(), permutations)) {
      p_values[i] = exact_p(differences);
    } else {
      columns.push_back(std::move(differences));
      places.push_back(i);
    }
  }
  const auto sums = random_sums(columns, seed, permutations, spread);
  for (size_t i = 0; i < places.size(); ++i)
    p_values[places[i]] = (1 + as_far(sums[i], columns[i])) / (1 + static_cast<double>(permutations));
  return p_values;
}

double paired_permutation(std::span<const double> a, std::span<const double> b, uint64_t seed,
                          int permutations) {
  const ValuePair pair{a, b};
  return paired_permutations({&pair, 1}, seed, permutations)[0];
}

std::vector<double> holm_corrected(std::span<const double> p_values) {
  std::vector<size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) { return p_values[i] < p_values[j]; });
  std::vector<double> corrected(p_values.size());
  double largest = 0;
  for (size_t place = 0; place < order.size(); ++place) {
    const double p = p_values[order[place]];
    R2RANK_CHECK(p >= 0 && p <= 1);
    largest = std::max(largest, std::min(1.0, p * static_cast<double>(order.size() - place)));
    corrected[order[place]] = largest;
  }
  return corrected;
}

}  // namespace r2rank::metrics
