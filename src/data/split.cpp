#include "data/split.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/hash.h"
#include "data/candidate_file.h"
#include "data/held_out.h"
#include "data/input_file.h"
#include "data/slate_builder.h"
#include "data/slates_format.h"

namespace r2rank::data {

std::string training_hash(const Split& split) {
  std::string bytes;
  for (const int32_t end : split.training_end) bytes += std::to_string(end) + ',';
  return base::hash_hex(bytes);
}

namespace {

void check_config(const Dataset& dataset, const SplitConfig& config) {
  if (dataset.interactions.empty())
    base::fail_usage("split", "expected a data set with interactions, found none");
  if (config.negatives == "file" && config.candidates_file.empty())
    base::fail_usage("split", "--negatives file needs --candidates-file");
  if (config.negatives != "file" && !config.candidates_file.empty())
    base::fail_usage("split", "--candidates-file needs --negatives file, found --negatives {}",
                     config.negatives);
  if (config.negatives == "file" && config.method != "leave-one-out")
    base::fail_usage("split", "candidates from a file need --method leave-one-out, found {}", config.method);
  if (config.negatives == "file" && config.test_users > 0)
    base::fail_usage("split",
                     "--test-users does not apply to candidates from a file: its lines are the test set");
  if (config.negative_count < 1)
    base::fail_usage("split", "negative_count = {} must be at least 1", config.negative_count);
  if (config.min_history < 1)
    base::fail_usage("split", "min_history = {} must be at least 1", config.min_history);
  if (config.method != "temporal") return;
  if (dataset.time_kind == TimeKind::kOrder)
    base::fail_usage(
        "split", "a temporal split needs real times, found only an order in '{}'; use --method leave-one-out",
        dataset.name);
  if (!(config.valid_from > 0 && config.valid_from < config.test_from && config.test_from < 1))
    base::fail_usage("split", "expected 0 < valid_from < test_from < 1, found {} and {}", config.valid_from,
                     config.test_from);
}

SlateSet build_set(const Dataset& dataset, const std::string& part, const Protocol& protocol,
                   const std::vector<Target>& targets, const NegativeSampler& sampler) {
  SlateSet set{.part = part, .protocol = protocol, .dataset_hash = "", .slates = {}, .hash = ""};
  for (const Target& target : targets)
    set.slates.push_back(
        build_slate(dataset, target.user, target.position, protocol.negative_count, sampler,
                    held_out_streams(protocol.seed, dataset.user_ids[target.user], target.position)));
  seal(set, dataset);
  return set;
}

Slate listed_slate(const Dataset& dataset, const CandidateLine& line, const std::string& source) {
  const auto events = dataset.events(line.user);
  const auto last = static_cast<int32_t>(events.size()) - 1;
  if (last < 1)
    base::fail_data("split",
                    "expected users with a history in {}, found user '{}' with {} interactions (line {})",
                    source, dataset.user_ids[line.user], events.size(), line.line);
  if (events[last].item != line.positive)
    base::fail_data("split",
                    "expected the last item '{}' of user '{}' as the positive in line {} of {}, found '{}': "
                    "leave-one-out predicts a user's last item; was the data set imported with other filters "
                    "(k-core, --duplicates) than the file was made from?",
                    dataset.items[events[last].item].id, dataset.user_ids[line.user], line.line, source,
                    dataset.items[line.positive].id);
  Slate slate;
  slate.id = dataset.user_offsets[line.user] + last;
  slate.user = line.user;
  slate.history_end = last;
  slate.candidates = line.candidates;
  for (const int32_t item : line.candidates) slate.relevance.push_back(item == line.positive ? 1.0F : 0.0F);
  return slate;
}

bool knows_a_negative(const Dataset& dataset, const CandidateLine& line) {
  const auto known = known_items(dataset, line.user);
  return std::any_of(line.candidates.begin(), line.candidates.end(), [&](int32_t item) {
    return item != line.positive && std::binary_search(known.begin(), known.end(), item);
  });
}

/// Makes the listed slates the test set, withholds their users' last two events and takes those users out of
/// validation.
SlateSet listed_set(const Dataset& dataset, const SplitConfig& config, Split& split, HeldOut& held) {
  const base::Path path = config.candidates_file;
  const auto lines = parse_candidate_file(read_input(path), path.filename().string(), dataset);
  SlateSet set{.part = "test", .protocol = split.protocol, .dataset_hash = "", .slates = {}, .hash = ""};
  set.protocol.negative_count = static_cast<int64_t>(lines.front().candidates.size()) - 1;
  std::vector<bool> listed(dataset.user_ids.size(), false);
  for (const CandidateLine& line : lines) {
    set.slates.push_back(listed_slate(dataset, line, path.filename().string()));
    held.skipped_users -= set.slates.back().history_end < config.min_history + 1;  // short, but evaluated
    listed[line.user] = true;
    split.training_end[line.user] = std::max(0, set.slates.back().history_end - 1);
    set.protocol.exclude_known = set.protocol.exclude_known && !knows_a_negative(dataset, line);
  }
  std::erase_if(held.valid, [&](const Target& target) { return listed[target.user]; });
  seal(set, dataset);
  return set;
}

Protocol protocol_of(const SplitConfig& config) {
  return {.split = config.method,
          .negatives = config.negatives,
          .negative_count = config.negative_count,
          .seed = static_cast<uint64_t>(config.seed),
          .exclude_known = true,
          .file_hash = ""};
}

void fill_counts(const HeldOut& held, const SplitConfig& config, Split& split) {
  split.counts.emplace_back("training interactions", std::accumulate(split.training_end.begin(),
                                                                     split.training_end.end(), int64_t{0}));
  split.counts.emplace_back("valid slates", static_cast<int64_t>(split.valid.slates.size()));
  split.counts.emplace_back("test slates", static_cast<int64_t>(split.test.slates.size()));
  if (config.method == "leave-one-out") {
    split.counts.emplace_back(fmt::format("users with fewer than {} interactions (trained on, not evaluated)",
                                          config.min_history + 2),
                              held.skipped_users);
  } else {
    split.counts.emplace_back(
        fmt::format("held-out events with fewer than {} earlier ones (not evaluated)", config.min_history),
        held.skipped_targets);
  }
}

}  // namespace

void SplitConfig::describe(base::ConfigFields& fields) {
  fields.add("method", method, "How events are held out: each user's last ones, or everything after a moment")
      .one_of({"leave-one-out", "temporal"});
  fields.add("negatives", negatives, "How the candidates beside the target are chosen")
      .one_of({"uniform", "popularity", "file"});
  fields.add("candidates_file", candidates_file,
             "JSON lines with user_id, positive and candidates: exactly these become the test set "
             "(--negatives file)");
  fields
      .add("negative_count", negative_count,
           "Negatives of a slate (--negatives file: as many as its lines have)")
      .between(1, 1'000'000);
  fields.add("min_history", min_history, "Earlier events that a slate needs at least").between(1, 1'000'000);
  fields.add("test_users", test_users, "Users to test on, drawn at random (0: all)").at_least(0);
  fields.add("valid_users", valid_users, "Users to validate on, drawn at random (0: all)").at_least(0);
  fields
      .add("valid_from", valid_from,
           "Temporal: share of the interactions, by time, after which validation begins")
      .between(0, 1);
  fields
      .add("test_from", test_from, "Temporal: share of the interactions, by time, after which testing begins")
      .between(0, 1);
  fields.add("seed", seed, "Seed of every random choice of the split").at_least(0);
}

Split make_split(const Dataset& dataset, const SplitConfig& config) {
  check_config(dataset, config);
  Split split{.protocol = protocol_of(config), .training_end = {}, .valid = {}, .test = {}, .counts = {}};
  HeldOut held = config.method == "temporal"
                     ? temporal(dataset, config.min_history, config.valid_from, config.test_from)
                     : leave_one_out(dataset, config.min_history);
  split.training_end = std::move(held.training_end);
  Protocol drawn = split.protocol;
  if (config.negatives == "file") {
    split.test = listed_set(dataset, config, split, held);
    split.protocol = split.test.protocol;
    drawn.negatives = "uniform";
    drawn.negative_count = split.protocol.negative_count;
  }
  keep_users(dataset, held.valid, config.valid_users, drawn.seed, 0);
  keep_users(dataset, held.test, config.test_users, drawn.seed, 1);
  const NegativeSampler sampler(dataset, split.training_end, drawn.negatives);
  split.valid = build_set(dataset, "valid", drawn, held.valid, sampler);
  if (config.negatives != "file") split.test = build_set(dataset, "test", drawn, held.test, sampler);
  if (split.test.slates.empty())
    base::fail_usage("split",
                     "no slate can be made: expected held-out events with at least {} earlier ones of the "
                     "same user, found none; lower --min-history",
                     config.min_history);
  fill_counts(held, config, split);
  return split;
}

}  // namespace r2rank::data
