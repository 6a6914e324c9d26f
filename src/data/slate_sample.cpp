#include "data/slate_sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "base/hash.h"
#include "base/random.h"

namespace r2rank::data {
namespace {

constexpr uint64_t kPart = 2;  // of kSplit: 0 and 1 draw the users of validation and test

uint64_t place_of(const std::string& user, uint64_t seed) {
  base::RandomStream stream(seed, base::Purpose::kSplit, base::hash64(user), kPart);
  const uint64_t high = stream.bits();
  return high << 32 | stream.bits();
}

}  // namespace

bool is_whole(size_t slates, const SlateSample& sample) {
  return sample.count <= 0 || sample.count >= static_cast<int64_t>(slates);
}

std::string sampled_hash(const std::string& hash, const SlateSample& sample) {
  return fmt::format("{}:sample{}-seed{}", hash.substr(0, hash.find(':')), sample.count, sample.seed);
}

std::vector<size_t> sampled_rows(const std::vector<std::string>& users, const SlateSample& sample) {
  std::vector<size_t> rows(users.size());
  std::iota(rows.begin(), rows.end(), size_t{0});
  if (is_whole(users.size(), sample)) return rows;
  std::map<std::pair<uint64_t, std::string>, std::vector<size_t>> of_user;  // in the order of drawing
  for (const size_t row : rows) of_user[{place_of(users[row], sample.seed), users[row]}].push_back(row);
  rows.clear();
  for (const auto& [user, own] : of_user) {
    if (static_cast<int64_t>(rows.size()) >= sample.count) break;
    rows.insert(rows.end(), own.begin(), own.end());
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

SlateSet sampled_slates(const SlateSet& set, const Dataset& dataset, const SlateSample& sample) {
  if (is_whole(set.slates.size(), sample)) return set;
  std::vector<std::string> users;
  for (const auto& slate : set.slates) users.push_back(dataset.user_ids.at(slate.user));
  SlateSet part = set;
  part.slates.clear();
  for (const size_t row : sampled_rows(users, sample)) part.slates.push_back(set.slates[row]);
  part.hash = sampled_hash(set.hash, sample);
  return part;
}

}  // namespace r2rank::data
