#include "report/slate_browser.h"

#include <algorithm>
#include <map>

#include "data/slate_sample.h"
#include "data/slate_traits.h"
#include "experiment/catalogue_evaluation.h"
#include "report/item_table.h"
#include "report/method_columns.h"
#include "report/page.h"

namespace r2rank::report {
namespace {

constexpr int32_t kHistoryShown = 20;  // the latest events
constexpr int64_t kSecondsOfADay = 86400;

enum Flag : int32_t { kTied = 1, kCold = 2, kRepeated = 4, kMissed = 8 };

int32_t flags_of(const data::SlateTraits& traits) {
  return (traits.tied ? kTied : 0) | (traits.cold ? kCold : 0) | (traits.repeated ? kRepeated : 0) |
         (traits.missed ? kMissed : 0);
}

/// The columns that do not depend on a scorer, slate by slate.
class SlateColumns {
 public:
  SlateColumns(const SlatesPlace& place, const std::vector<data::SlateTraits>& traits)
      : place_(place), traits_(traits), items_(*place.dataset) {}

  void add(size_t row) {
    const data::Slate& slate = place_.slates->slates[row];
    ids_.push_back(slate.id);
    users_.push_back(place_.dataset->user_ids.at(slate.user));
    counts_.push_back(slate.candidates.size());
    for (size_t i = 0; i < slate.candidates.size(); ++i) {
      candidates_.push_back(items_.place_of(slate.candidates[i]));
      if (slate.relevance[i] > 0) relevant_.push_back({ids_.size() - 1, i, rounded(slate.relevance[i], 3)});
    }
    flags_.push_back(flags_of(traits_[row]));
    add_history(slate);
  }

  void write(Json& json) const {
    json["items"] = items_.as_json();
    json["slates"] = {{"id", ids_},         {"user", users_},  {"candidates", counts_},
                      {"history", events_}, {"shown", shown_}, {"flags", flags_}};
    json["candidates"] = candidates_;
    json["relevant"] = relevant_;
    json["history"] = {{"item", history_}, {"day", days_}, {"rating", ratings_}};
  }

 private:
  void add_history(const data::Slate& slate) {
    const auto events = place_.dataset->events(slate.user).first(static_cast<size_t>(slate.history_end));
    const size_t shown = std::min<size_t>(events.size(), kHistoryShown);
    events_.push_back(events.size());
    shown_.push_back(shown);
    for (const auto& event : events.last(shown)) {
      history_.push_back(items_.place_of(event.item));
      if (place_.dataset->time_kind == data::TimeKind::kReal) days_.push_back(event.time / kSecondsOfADay);
      if (place_.dataset->has_ratings) ratings_.push_back(rounded(event.rating, 3));
    }
  }

  const SlatesPlace& place_;
  const std::vector<data::SlateTraits>& traits_;
  ItemTable items_;
  std::vector<int64_t> ids_, days_;
  std::vector<std::string> users_;
  std::vector<size_t> counts_, events_, shown_;
  std::vector<int32_t> flags_;
  Json candidates_ = Json::array(), relevant_ = Json::array(), history_ = Json::array(),
       ratings_ = Json::array();
};

void check_fits(const ResultGroup& group) {
  const auto& slates = group.place->slates->slates;
  for (const auto& results : group.results) {
    bool fits = results.slate_ids.size() == slates.size() && results.scores.size() == slates.size();
    for (size_t i = 0; fits && i < slates.size(); ++i)
      fits = results.slate_ids[i] == slates[i].id && results.scores[i].size() == slates[i].candidates.size();
    if (!fits)
      base::fail_data(
          "report",
          "expected in the results of '{}' a row for each of the {} slates of {}, in their order, "
          "with a score for each candidate, found others; evaluate it again",
          results.scorer, slates.size(), group.title);
  }
}

std::vector<std::string> users_of(const SlatesPlace& place) {
  std::vector<std::string> users;
  for (const auto& slate : place.slates->slates) users.push_back(place.dataset->user_ids.at(slate.user));
  return users;
}

/// Everything about one group that a smaller sample of it shares.
class Browser {
 public:
  Browser(const ResultGroup& group, uint64_t seed)
      : group_(group),
        seed_(seed),
        users_(users_of(*group.place)),
        traits_(data::slate_traits(*group.place->dataset, *group.place->split, *group.place->slates)),
        methods_(group) {}

  Json of(int64_t count) const {
    const auto rows = data::sampled_rows(users_, {count, seed_});
    SlateColumns columns(*group_.place, traits_);
    for (const size_t row : rows) columns.add(row);
    const data::Dataset& dataset = *group_.place->dataset;
    Json json = {{"title", group_.title},
                 {"dataset", dataset.name},
                 {"protocol", group_.protocol},
                 {"part", group_.place->slates->part},
                 {"total", users_.size()},
                 {"shown", rows.size()},
                 {"seed", seed_},
                 {"real_time", dataset.time_kind == data::TimeKind::kReal},
                 {"reference", group_.reference}};
    columns.write(json);
    json["methods"] = methods_.as_json(rows);
    return json;
  }

 private:
  const ResultGroup& group_;
  uint64_t seed_;
  std::vector<std::string> users_;
  std::vector<data::SlateTraits> traits_;
  MethodColumns methods_;
};

int64_t size_of(const Json& json) {
  return static_cast<int64_t>(model_text(json).size());
}

}  // namespace

Json slate_browser(const ResultGroup& group, const BrowserOptions& options) {
  if (!group.place || options.most_slates == 0) return nullptr;
  if (experiment::ranks_full_catalogue(*group.place->slates) || has_ranks_only(group)) return nullptr;
  check_fits(group);
  const Browser browser(group, options.seed);
  Json json = browser.of(options.most_slates);
  for (int64_t size = size_of(json); size > options.bytes; size = size_of(json)) {
    const auto shown = json["shown"].get<int64_t>();
    const auto fewer = static_cast<int64_t>(0.95 * static_cast<double>(shown) *
                                            static_cast<double>(options.bytes) / static_cast<double>(size));
    if (fewer < 1) return nullptr;
    json = browser.of(fewer);
    if (json["shown"].get<int64_t>() >= shown) break;  // one user's slates alone are too many
  }
  return json;
}

}  // namespace r2rank::report
