#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/random_words.h"

namespace r2rank::metrics {

/// Calls work(begin, end) on parts of [0, count), which together are all of it and may run at once:
/// at::parallel_for, which this layer goes without.
using Spread = std::function<void(int64_t count, const std::function<void(int64_t, int64_t)>& work)>;
/// All of it in one call.
void on_this_thread(int64_t count, const std::function<void(int64_t, int64_t)>& work);

/// Draws as many indices as there are counts, with replacement, by index_below() of the stream's words, and
/// counts how often each came. REQUIRES fewer than 2^32 - 1 counts, at least one.
void count_draws(const base::RandomWords& words, std::span<uint8_t> counts);

/// The means of each column over the users that each resample draws: [columns][resamples]. Resample r draws
/// by count_draws() from the stream of (seed, Purpose::kBootstrap, r), so that more resamples extend fewer,
/// and columns meet the same users. A value depends neither on the other columns nor on how the work is
/// spread. REQUIRES columns of one length, from 1 to below 2^32 - 1, of finite values; resamples >= 1.
std::vector<std::vector<double>> resampled_means(std::span<const std::span<const double>> columns,
                                                 uint64_t seed, int resamples,
                                                 const Spread& spread = on_this_thread);

}  // namespace r2rank::metrics
