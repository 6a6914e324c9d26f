#include "metrics/resampled_means.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <thread>

#include "metrics/resampling.h"

namespace r2rank::metrics {
namespace {

using Values = std::vector<double>;
using Columns = std::vector<Values>;

base::RandomStream stream(uint64_t seed, uint64_t resample) {
  return {seed, base::Purpose::kBootstrap, resample};
}

/// The plain twin: one column, one draw after the other.
double plain_mean(const Values& values, base::RandomStream random) {
  const auto count = static_cast<uint32_t>(values.size());
  double total = 0;
  for (uint32_t i = 0; i < count; ++i) total += values[index_below(random, count)];
  return total / count;
}

Columns normal_columns(size_t columns, size_t users) {
  base::RandomStream random(5, base::Purpose::kInit, columns, users);
  Columns values(columns, Values(users));
  for (auto& column : values)
    for (auto& value : column) value = 3 + random.normal();
  return values;
}

Columns means_of(const Columns& columns, uint64_t seed, int resamples,
                 const Spread& spread = on_this_thread) {
  const std::vector<std::span<const double>> spans(columns.begin(), columns.end());
  return resampled_means(spans, seed, resamples, spread);
}

Spread over_threads(int64_t parts) {
  return [parts](int64_t count, const std::function<void(int64_t, int64_t)>& work) {
    std::vector<std::thread> threads;
    for (int64_t part = 0; part < parts; ++part)
      threads.emplace_back([&, part] { work(count * part / parts, count * (part + 1) / parts); });
    for (auto& thread : threads) thread.join();
  };
}

void expect_like_plain(const Columns& columns, uint64_t seed, int resamples) {
  const Columns means = means_of(columns, seed, resamples);
  ASSERT_EQ(means.size(), columns.size());
  for (size_t column = 0; column < columns.size(); ++column) {
    ASSERT_EQ(means[column].size(), static_cast<size_t>(resamples));
    for (size_t r = 0; r < means[column].size(); ++r) {
      const double expected = plain_mean(columns[column], stream(seed, r));
      EXPECT_NEAR(means[column][r], expected, 1e-12 * std::abs(expected))
          << columns[column].size() << " users, column " << column << ", resample " << r;
    }
  }
}

TEST(ResampledMeans, AreThoseOfAPlainLoopForEveryShape) {
  for (const size_t users : {1, 2, 3, 4, 5, 7, 8, 31, 255, 256, 257, 300, 513, 1100})
    for (const size_t columns : {1, 2, 4, 5, 9}) expect_like_plain(normal_columns(columns, users), 7, 11);
  for (int resamples = 1; resamples < 20; ++resamples) expect_like_plain(normal_columns(2, 20), 8, resamples);
}

TEST(ResampledMeans, AreThoseOfAPlainLoopWhereWordsAreRefused) {
  // 2^32 mod 50,546 = 23,130: a word in 186,000 gives no index, and resamples that meet one draw on behind
  // it.
  constexpr uint32_t kUsers = 50'546, kThreshold = 23'130;
  static_assert((uint64_t{1} << 32) % kUsers == kThreshold);
  int refused = 0;
  for (uint64_t r = 0; r < 12; ++r) {
    auto random = stream(7, r);
    for (uint32_t i = 0; i < kUsers; ++i) refused += random.bits() * kUsers < kThreshold;
  }
  EXPECT_GT(refused, 0) << "otherwise this shows nothing";
  expect_like_plain(normal_columns(2, kUsers), 7, 12);
}

TEST(ResampledMeans, CountEveryDrawOnce) {
  for (const size_t users : {1, 2, 6, 511, 512, 513, 2000}) {
    std::vector<uint8_t> counts(users), expected(users, 0);
    count_draws({3, base::Purpose::kBootstrap, 4}, counts);
    auto random = stream(3, 4);
    for (size_t i = 0; i < users; ++i) ++expected[index_below(random, static_cast<uint32_t>(users))];
    EXPECT_EQ(counts, expected);
    EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), size_t{0}), users);
  }
}

TEST(ResampledMeans, DependNeitherOnTheThreadsNorOnTheOtherColumns) {
  const Columns columns = normal_columns(6, 700);
  const Columns means = means_of(columns, 7, 50);
  for (const int64_t threads : {2, 3, 9}) EXPECT_EQ(means_of(columns, 7, 50, over_threads(threads)), means);
  for (size_t column = 0; column < columns.size(); ++column)
    EXPECT_EQ(means_of({columns[column]}, 7, 50)[0], means[column]);
}

TEST(ResampledMeans, AreExtendedByMoreResamples) {
  const Columns columns = normal_columns(1, 40);
  Values more = means_of(columns, 7, 30)[0];
  more.resize(13);
  EXPECT_EQ(more, means_of(columns, 7, 13)[0]);
}

TEST(ResampledMeans, OfNoColumnAreNone) {
  EXPECT_TRUE(means_of({}, 7, 10).empty());
}

TEST(ResampledMeansDeathTest, RefuseWhatOurOwnCodeMustNeverPass) {
  const double kNan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_DEATH(means_of({{}}, 1, 10), "invariant");
  EXPECT_DEATH(means_of({{1, 2}, {1}}, 1, 10), "invariant");
  EXPECT_DEATH(means_of({{1, 2}, {1, kNan}}, 1, 10), "invariant");
  EXPECT_DEATH(means_of({{1, std::numeric_limits<double>::infinity()}}, 1, 10), "invariant");
  EXPECT_DEATH(means_of({{1, 2}}, 1, 0), "invariant");
}

}  // namespace
}  // namespace r2rank::metrics
