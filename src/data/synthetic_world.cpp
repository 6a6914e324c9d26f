#include "data/synthetic_world.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/interrupt.h"

namespace r2rank::data {
namespace {

/// What a stream draws; the second part of its key.
enum Stream : uint64_t { kRanks = 1, kEvents, kTitle, kWord };
constexpr int64_t kFirstTime = 1'400'000'000, kSpan = 5LL * 365 * 86400;
constexpr double kMeanGap = 3.0 * 86400;
constexpr uint64_t kWordsOfCluster = 12, kBrandsOfCluster = 3, kTitleWords = 3;
constexpr int64_t kClustersOfSection = 8;

base::RandomStream stream_of(const SyntheticConfig& config, Stream what, uint64_t a, uint64_t b = 0) {
  return {static_cast<uint64_t>(config.seed), base::Purpose::kSynthetic, what, a, b};
}

}  // namespace

void check_world(const SyntheticConfig& config) {
  if (config.items < 2 * config.clusters)
    base::fail_usage("generate", "expected at least two items for each of {} clusters, found {} items",
                     config.clusters, config.items);
  if (config.mean_length < static_cast<double>(config.shortest))
    base::fail_usage("generate", "mean_length = {} must be at least shortest = {}", config.mean_length,
                     config.shortest);
  if (config.mean_length > static_cast<double>(config.items) / 8)
    base::fail_usage("generate",
                     "mean_length = {} must be at most an eighth of items = {}: no user meets an item twice",
                     config.mean_length, config.items);
}

namespace {

int64_t draw_length(const SyntheticConfig& config, base::RandomStream& stream) {
  const double more = config.mean_length - static_cast<double>(config.shortest);
  const double failure = more / (more + 1);
  const double extra = failure > 0 ? std::floor(std::log(stream.uniform()) / std::log(failure)) : 0;
  return std::min(config.shortest + static_cast<int64_t>(extra), config.items / 4);
}

float draw_rating(base::RandomStream& stream) {
  constexpr std::array<double, 4> kUpTo = {0.05, 0.1, 0.2, 0.5};
  const double at = stream.uniform();
  return static_cast<float>(1 +
                            std::count_if(kUpTo.begin(), kUpTo.end(), [&](double up) { return at > up; }));
}

}  // namespace

void SyntheticConfig::describe(base::ConfigFields& fields) {
  fields.add("interactions", interactions, "Events to make; users follow").between(1, 1e10);
  fields.add("items", items, "Items of the catalogue").between(4, 1e8);
  fields.add("clusters", clusters, "Clusters of items that are met together and share words").between(1, 1e7);
  fields.add("mean_length", mean_length, "Events of a user on average").between(1, 1e5);
  fields.add("shortest", shortest, "Events of a user at least").between(1, 1e5);
  fields.add("stay", stay, "Probability that an event is drawn from the cluster of the one before")
      .between(0, 1);
  fields.add("popularity", popularity, "Zipf exponent of the items' weights (0: all alike)").between(0, 4);
  fields.add("text_noise", text_noise, "Probability that a word of a title is another cluster's")
      .between(0, 1);
  fields.add("seed", seed, "Seed of everything").at_least(0);
}

SyntheticWorld::SyntheticWorld(const SyntheticConfig& config) : config_(config) {
  check_world(config);
  constexpr int64_t kStep = 1 << 16;  // items between two looks at whether to stop
  std::vector<double> ranked;
  for (int64_t rank = 1; rank <= config.items; ++rank) {
    if (rank % kStep == 0) base::stop_if_interrupted("generate");
    ranked.push_back(std::pow(static_cast<double>(rank), -config.popularity));
  }
  base::RandomStream ranks = stream_of(config, kRanks, 0);
  ranks.shuffle(std::span<double>(ranked));  // an item's number says nothing of its popularity
  weights_ = std::move(ranked);
  total_ = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  base::stop_if_interrupted("generate");
  all_ = AliasTable(weights_);
  for (int64_t cluster = 0; cluster < config.clusters; ++cluster) {
    base::stop_if_interrupted("generate");
    std::vector<double> members;
    for (int64_t item = cluster; item < config.items; item += config.clusters)
      members.push_back(weights_[static_cast<size_t>(item)]);
    cluster_weights_.push_back(std::accumulate(members.begin(), members.end(), 0.0));
    within_.emplace_back(members);
  }
}

double SyntheticWorld::probability(int32_t item, int32_t previous) const {
  const double global = weight(item) / total_;
  if (previous < 0) return global;
  const bool together = cluster(item) == cluster(previous);
  const double local = together ? weight(item) / cluster_weights_[static_cast<size_t>(cluster(item))] : 0;
  return config_.stay * local + (1 - config_.stay) * global;
}

std::string SyntheticWorld::item_id(int32_t item) {
  return fmt::format("i{}", item);
}

std::string SyntheticWorld::user_id(int64_t user) {
  return fmt::format("u{}", user);
}

std::string SyntheticWorld::word(int64_t cluster, uint64_t number) const {
  constexpr std::array<const char*, 16> kBegin = {"b", "d", "f", "g", "h", "k", "l", "m",
                                                  "n", "p", "r", "s", "t", "v", "z", "st"};
  constexpr std::array<const char*, 5> kMiddle = {"a", "e", "i", "o", "u"};
  base::RandomStream stream = stream_of(config_, kWord, static_cast<uint64_t>(cluster), number);
  std::string text;
  for (int syllable = 0; syllable < 3; ++syllable) {
    text += kBegin[stream.below(kBegin.size())];
    text += kMiddle[stream.below(kMiddle.size())];
  }
  return text;
}

Item SyntheticWorld::item(int32_t item) const {
  base::RandomStream stream = stream_of(config_, kTitle, static_cast<uint64_t>(item));
  const auto source = [&]() -> int64_t {
    const bool other = stream.uniform() < config_.text_noise;
    return other ? static_cast<int64_t>(stream.below(static_cast<uint64_t>(config_.clusters)))
                 : cluster(item);
  };
  Item made;
  made.id = item_id(item);
  for (uint64_t place = 0; place < kTitleWords; ++place) {
    const int64_t from = source();
    made.title += word(from, stream.below(kWordsOfCluster)) + " ";
  }
  made.title += fmt::format("{}", item / config_.clusters);
  const int64_t from = source();
  made.brand = word(from, kWordsOfCluster + stream.below(kBrandsOfCluster));
  made.categories = {fmt::format("section {}", cluster(item) / kClustersOfSection)};
  return made;
}

int32_t SyntheticWorld::next_item(base::RandomStream& stream, int32_t previous) const {
  if (previous < 0 || stream.uniform() >= config_.stay) return all_.draw(stream);
  const int32_t from = cluster(previous);
  return from + within_[static_cast<size_t>(from)].draw(stream) * static_cast<int32_t>(config_.clusters);
}

bool SyntheticWorld::is_stuck(const std::vector<Interaction>& events) const {
  if (config_.stay < 1) return false;
  const int32_t last = cluster(events.back().item);
  const int64_t size = (config_.items - last + config_.clusters - 1) / config_.clusters;
  return size == std::count_if(events.begin(), events.end(),
                               [&](const Interaction& event) { return cluster(event.item) == last; });
}

std::vector<Interaction> SyntheticWorld::events(int64_t user, Memory& memory) const {
  base::RandomStream stream = stream_of(config_, kEvents, static_cast<uint64_t>(user));
  const int64_t length = draw_length(config_, stream);
  int64_t time = kFirstTime + static_cast<int64_t>(stream.uniform() * static_cast<double>(kSpan));
  std::vector<Interaction> events;
  int32_t previous = -1;
  while (static_cast<int64_t>(events.size()) < length) {
    const int32_t item = next_item(stream, previous);
    if (memory.met_by[static_cast<size_t>(item)] == user) continue;  // rejected: exactly p among the rest
    memory.met_by[static_cast<size_t>(item)] = user;
    time += 1 - static_cast<int64_t>(std::log(stream.uniform()) * kMeanGap);
    events.push_back({.user = 0, .item = item, .time = time, .rating = draw_rating(stream)});
    previous = is_stuck(events) ? -1 : item;
  }
  return events;
}

}  // namespace r2rank::data
