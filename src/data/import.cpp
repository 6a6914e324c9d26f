#include "data/import.h"

#include <algorithm>

#include "base/error.h"
#include "base/log.h"
#include "data/dataset_checks.h"
#include "data/dataset_hash.h"
#include "data/import_files.h"
#include "data/import_layout.h"
#include "data/k_core.h"
#include "data/log_filters.h"

namespace r2rank::data {
namespace {

constexpr int64_t kMillisecondsFrom = 100'000'000'000;  // as seconds: the year 5138
constexpr int64_t kLatestPlausible = 4'102'444'800;     // the year 2100
constexpr int64_t kEarliestPlausible = 631'152'000;     // 1990
constexpr double kNoRatingBound = -1e300;

/// Everything between the files and the dataset.
struct Import {
  const ImportConfig& config;
  ImportLayout layout;
  Catalogue catalogue;
  InteractionLog log;
  TimeKind time_kind = TimeKind::kReal;
  ImportReport report;

  void count(const std::string& what, int64_t number) { report.counts.emplace_back(what, number); }
};

void check_config(const ImportConfig& config) {
  if (!config.name.empty()) check_utf8(config.name, "--name");
  // One character: of a longer separator, or one beyond ASCII, the rest would stay in the categories.
  const std::string& separator = config.category_separator;
  if (separator.size() > 1 || (separator.size() == 1 && static_cast<unsigned char>(separator[0]) >= 0x80))
    base::fail_usage("import", "--category-separator '{}': expected one ASCII character, or nothing",
                     separator);
  if (config.interactions.empty())
    base::fail_usage("import", "--interactions is needed: a log file or its folder");
  if (config.from_time >= config.to_time)
    base::fail_usage("import", "from_time = {} must be before to_time = {}", config.from_time,
                     config.to_time);
  if (config.user_core < 0 || config.item_core < 0)
    base::fail_usage("import", "user_core = {} and item_core = {} must be 0 or more", config.user_core,
                     config.item_core);
}

/// Units of a second of the times: as --time-unit says, else as the layout defines or the times themselves
/// tell. Errors: kData for times of which some are seconds and some are not.
int64_t units_of_second(const Import& state) {
  const std::string& unit = state.config.time_unit;
  if (unit == "seconds") return 1;
  if (unit == "milliseconds") return 1000;
  if (unit == "microseconds") return 1'000'000;
  if (unit == "nanoseconds") return 1'000'000'000;
  const auto& events = state.log.events;
  if (state.layout.format == "amazon-2023")  // seconds where Parquet knew them as times
    return std::any_of(events.begin(), events.end(),
                       [](const Interaction& event) { return event.time >= kMillisecondsFrom; })
               ? 1000
               : 1;
  const auto fine = std::count_if(events.begin(), events.end(),
                                  [](const Interaction& event) { return event.time >= kMillisecondsFrom; });
  if (fine > 0 && fine < static_cast<int64_t>(events.size()))
    base::fail_data(
        "import",
        "expected times of one unit in {}, found {} of {} at 1e11 or above (milliseconds?) and the "
        "others below (seconds?); correct them, or say with --time-unit what all of them are",
        state.layout.interactions.front().filename().string(), fine, events.size());
  return fine > 0 ? 1000 : 1;
}

/// A typed time of Parquet is in seconds already, whatever the unit of its column was.
void warn_of_early_times(const Import& state, int64_t units) {
  const auto& events = state.log.events;
  const auto early = [](const Interaction& event) { return event.time < kEarliestPlausible; };
  if (units > 1 && !events.empty() && std::all_of(events.begin(), events.end(), early))
    base::log_warning(
        "all times in {} lie before 1990 when taken as {} (first: {} seconds); is --time-unit right? Times that "
        "Parquet knows as times are seconds",
        state.layout.interactions.front().filename().string(),
        state.config.time_unit == "auto" ? "milliseconds" : state.config.time_unit, events.front().time);
}

/// Times that no log has tell of another unit. Errors: kData where the unit was a guess that they disprove.
void check_latest(Import& state, int64_t units) {
  const auto& events = state.log.events;
  const auto late = [](const Interaction& event) { return event.time > kLatestPlausible; };
  const int64_t count = std::count_if(events.begin(), events.end(), late);
  if (count == 0) return;
  const int64_t first = std::find_if(events.begin(), events.end(), late)->time;
  const std::string file = state.layout.interactions.front().filename().string();
  if (state.config.time_unit == "auto" && units > 1)
    base::fail_data("import",
                    "expected times before the year 2100 in {}, found {} of {} after it when taken as "
                    "milliseconds (first: {} seconds); say with --time-unit what they are",
                    file, count, events.size(), first);
  base::log_warning("{} of {} times in {} lie after the year 2100 (first: {} seconds); is --time-unit right?",
                    count, events.size(), file, first);
  state.count("rows whose time is after the year 2100 (kept)", count);
}

void settle_time(Import& state) {
  const ImportConfig& config = state.config;
  auto& events = state.log.events;
  const bool positions = times_are_positions(events, state.log.users.size());
  const bool order = config.time == "order" || (config.time == "auto" && positions);
  state.time_kind = order ? TimeKind::kOrder : TimeKind::kReal;
  if (order) {
    if (config.time == "auto")
      base::log_info("the times of every user in {} are 0, 1, 2, ...: taken as an order, not as moments",
                     state.layout.interactions.front().filename().string());
    state.count("rows whose time is only an order", static_cast<int64_t>(events.size()));
    return;
  }
  const int64_t units = units_of_second(state);
  for (Interaction& event : events) event.time /= units;
  if (units > 1)
    state.count(fmt::format("rows whose time was in {} (converted to seconds)",
                            config.time_unit == "auto" ? "milliseconds" : config.time_unit),
                static_cast<int64_t>(events.size()));
  check_latest(state, units);
  warn_of_early_times(state, units);
}

void check_filters(const Import& state) {
  const ImportConfig& config = state.config;
  const bool window = config.from_time != INT64_MIN || config.to_time != INT64_MAX;
  if (window && state.time_kind == TimeKind::kOrder)
    base::fail_usage(
        "import",
        "expected real timestamps for --from-time and --to-time, found only an order (0, 1, 2, ...)");
  if (config.time_unit != "auto" && state.time_kind == TimeKind::kOrder)
    base::fail_usage(
        "import",
        "--time-unit {} cannot act: the times are only an order (0, 1, 2, ...), by --time {}; leave "
        "it out, or set --time real",
        config.time_unit, config.time);
  if (config.min_rating > kNoRatingBound && !state.log.has_ratings)
    base::fail_usage("import",
                     "expected a column '{}' for --min-rating, found none; name it with --rating-column",
                     state.layout.log.rating);
}

void filter(Import& state) {
  const ImportConfig& config = state.config;
  check_filters(state);
  auto& events = state.log.events;
  sort_events(events);
  if (config.min_rating > kNoRatingBound)
    state.count(fmt::format("rated below {} (dropped)", config.min_rating),
                drop_low_ratings(events, config.min_rating));
  if (config.from_time != INT64_MIN || config.to_time != INT64_MAX)
    state.count("outside the time window (dropped)", drop_outside(events, config.from_time, config.to_time));
  state.count(fmt::format("duplicates of user and item (dropped, {})", config.duplicates),
              drop_duplicates(events, config.duplicates));
  const CoreCounts core = keep_core(events, state.log.users.size(), state.catalogue.ids.size(),
                                    config.user_core, config.item_core);
  if (config.user_core > 0 || config.item_core > 0) {
    const std::string name = fmt::format("{}/{}-core", config.user_core, config.item_core);
    state.count("interactions outside the " + name + " (dropped)", core.interactions);
    state.count("users outside the " + name + " (dropped)", core.users);
    state.count("items outside the " + name + " (dropped)", core.items);
    state.count("rounds until the " + name + " was stable", core.rounds);
  }
  if (events.empty())
    base::fail_data("import",
                    "no interaction is left of {}; loosen --min-rating, the time window or the k-core",
                    state.report.counts.front().second);
}

/// New numbers for the kept entries, -1 for the dropped ones.
std::vector<int32_t> renumber(const std::vector<bool>& kept) {
  std::vector<int32_t> numbers(kept.size(), -1);
  int32_t next = 0;
  for (size_t i = 0; i < kept.size(); ++i)
    if (kept[i]) numbers[i] = next++;
  return numbers;
}

std::vector<bool> kept_items(const Import& state, const std::vector<int64_t>& counts) {
  const int64_t catalogue =
      state.layout.items.empty() ? 0 : state.catalogue.rows - state.catalogue.duplicates;
  std::vector<bool> kept(counts.size());
  for (size_t item = 0; item < counts.size(); ++item)
    kept[item] = counts[item] > 0 || (state.config.item_core == 0 && static_cast<int64_t>(item) < catalogue);
  return kept;
}

/// Moves what is kept into a dataset with dense indices; the events of an order get their positions as times.
Dataset assemble(Import& state) {
  auto& events = state.log.events;
  std::vector<int64_t> item_counts(static_cast<size_t>(state.catalogue.ids.size()));
  std::vector<bool> users(static_cast<size_t>(state.log.users.size()));
  for (const Interaction& event : events) {
    ++item_counts[event.item];
    users[event.user] = true;
  }
  const auto items = kept_items(state, item_counts);
  state.count("items that no interaction is left of (dropped)",
              std::count(items.begin(), items.end(), false));
  const auto user_numbers = renumber(users), item_numbers = renumber(items);

  Dataset dataset;
  dataset.time_kind = state.time_kind;
  dataset.has_ratings = state.log.has_ratings;
  for (size_t user = 0; user < users.size(); ++user)
    if (users[user]) dataset.user_ids.emplace_back(state.log.users.id(static_cast<int32_t>(user)));
  for (size_t item = 0; item < items.size(); ++item)
    if (items[item]) dataset.items.push_back(std::move(state.catalogue.items[item]));
  for (Interaction& event : events) {
    event.user = user_numbers[event.user];
    event.item = item_numbers[event.item];
  }
  dataset.interactions = std::move(events);
  set_offsets(dataset);
  if (dataset.time_kind == TimeKind::kOrder)
    for (auto& event : dataset.interactions)
      event.time = &event - dataset.interactions.data() - dataset.user_offsets[event.user];
  return dataset;
}

void count_oddities(Import& state, const Dataset& dataset) {
  const auto& events = dataset.interactions;
  std::vector<int64_t> item_counts(dataset.items.size());
  for (const Interaction& event : events) ++item_counts[event.item];
  int64_t single = 0;
  for (int64_t user = 0; user < dataset.users(); ++user) single += dataset.events(user).size() == 1;
  if (dataset.has_ratings)
    state.count("interactions without a rating (kept)",
                std::count_if(events.begin(), events.end(),
                              [](auto& event) { return event.rating != event.rating; }));
  state.count("interactions at the time of the same user's previous one (file order kept)",
              count_equal_times(events));
  state.count("items never interacted with (kept)", std::count(item_counts.begin(), item_counts.end(), 0));
  state.count("items without a title (kept)",
              std::count_if(dataset.items.begin(), dataset.items.end(),
                            [](const Item& item) { return item.title.empty(); }));
  state.count("users with one interaction (kept)", single);
  state.count("users", dataset.users());
  state.count("items", static_cast<int64_t>(dataset.items.size()));
  state.count("interactions", static_cast<int64_t>(events.size()));
}

}  // namespace

Dataset import_dataset(const ImportConfig& config) {
  check_config(config);
  Import state{.config = config, .layout = find_layout(config), .catalogue = {}, .log = {}, .report = {}};
  ImportedFiles files = read_files(config, state.layout);
  state.catalogue = std::move(files.catalogue);
  state.log = std::move(files.log);
  state.report.counts = std::move(files.counts);
  settle_time(state);
  filter(state);
  Dataset dataset = assemble(state);
  dataset.name = config.name;
  count_oddities(state, dataset);
  dataset.report = std::move(state.report);
  dataset.hash = dataset_hash(dataset);
  return dataset;
}

}  // namespace r2rank::data
