#include "data/listed_slates.h"

#include <algorithm>

#include "base/error.h"
#include "data/candidate_file.h"
#include "data/input_file.h"
#include "data/seen_items.h"
#include "data/slates_format.h"

namespace r2rank::data {
namespace {

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

/// What a file excludes is what each of its slates excludes.
void weaken(std::string& exclude, const std::string& observed) {
  if (observed == "none" || exclude == "known") exclude = observed;
}

}  // namespace

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
    weaken(set.protocol.exclude, observed_exclusion(dataset, set.slates.back()));
  }
  std::erase_if(held.valid, [&](const Target& target) { return listed[target.user]; });
  seal(set, dataset);
  return set;
}

}  // namespace r2rank::data
