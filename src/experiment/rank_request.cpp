#include "experiment/rank_request.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/stable_sort.h"
#include "data/json_fields.h"
#include "rollout/written_rationale.h"

namespace r2rank::experiment {
namespace {

using nlohmann::json;

const std::vector<std::string> kItemKeys = {"id",    "title",       "brand",  "categories", "description",
                                            "count", "mean_rating", "rating", "days_ago"};

void refuse_unknown(const json& object, const std::vector<std::string>& known, const std::string& where) {
  for (const auto& [key, value] : object.items()) {
    (void)value;
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    const std::string near = base::nearest_name(key, known);
    base::fail_data("rank", "unknown key '{}' in {}{}", key, where,
                    near.empty() ? "" : "; did you mean '" + near + "'?");
  }
}

/// Negative: unknown.
int64_t count_of(const json& object, const std::string& where) {
  const auto found = object.find("count");
  if (found == object.end()) return -1;
  if (!found->is_number_integer() || std::abs(found->get<double>()) > 0x1p53)
    base::fail_data("rank", "expected a whole number of at most 2^53 as 'count' in {}, found {}", where,
                    base::json_excerpt(*found));
  return found->get<int64_t>();
}

/// "" where there is none.
std::string id_of(const json& object, const std::string& where) {
  const auto found = object.find("id");
  if (found == object.end()) return "";
  std::string id = data::id_text(*found);
  if (id.empty())
    base::fail_data("rank", "expected text or a whole number as 'id' in {}, found {}", where,
                    base::json_excerpt(*found));
  return id;
}

struct RequestItem {
  std::string id;
  text::PromptItem item;
};

RequestItem parse_item(const json& object, const std::string& where) {
  if (!object.is_object())
    base::fail_data("rank", "expected an object with a title in {}, found {}", where, object.type_name());
  refuse_unknown(object, kItemKeys, where);
  text::PromptItem item;
  item.title = object.value("title", "");
  item.brand = object.value("brand", "");
  item.description = object.value("description", "");
  item.categories = object.value("categories", std::vector<std::string>());
  item.count = count_of(object, where);
  item.mean_rating = object.value("mean_rating", -1.0);
  item.rating = object.value("rating", -1.0);
  item.days_ago = object.value("days_ago", -1.0);
  if (item.title.empty()) base::fail_data("rank", "{} has no title: an item is ranked by its text", where);
  return {id_of(object, where), std::move(item)};
}

const json& list_in(const json& document, const char* key) {
  if (!document.contains(key) || !document.at(key).is_array())
    base::fail_data("rank",
                    "expected a list '{}' in the request: {{\"history\": [{{\"title\": ...}}], \"items\": "
                    "[{{\"id\": ..., \"title\": ...}}]}}",
                    key);
  return document.at(key);
}

/// They are about a user's events and a catalogue's items.
void refuse_signals(const learn::RankingModel& model) {
  if (model.signals)
    base::fail_usage(
        "rank",
        "{} was trained with the signals of other rankers, which know the users and items of its data "
        "set only: name that data set and --split, and users with --users",
        model.origin);
  learn::refuse_signals("rank", model);
}

}  // namespace

RankRequest parse_rank_request(std::string_view text) {
  RankRequest request;
  try {
    const json document = base::parse_json(text, "rank", "the request");
    if (!document.is_object())
      base::fail_data("rank", "expected a JSON object, found {}", document.type_name());
    refuse_unknown(document, {"history", "items"}, "the request");
    for (const auto& object : list_in(document, "history"))
      request.history.push_back(parse_item(object, fmt::format("history[{}]", request.history.size())).item);
    std::set<std::string> seen;
    for (const auto& object : list_in(document, "items")) {
      auto [id, item] = parse_item(object, fmt::format("items[{}]", request.items.size()));
      request.ids.push_back(id.empty() ? std::to_string(request.ids.size()) : std::move(id));
      request.items.push_back(std::move(item));
      if (!seen.insert(request.ids.back()).second)
        base::fail_data("rank", "the id '{}' stands twice in items", request.ids.back());
    }
  } catch (const json::exception& error) {
    base::fail_data("rank", "the request is not the JSON that was expected: {}", error.what());
  }
  if (request.items.empty()) base::fail_data("rank", "the request has no items to rank");
  return request;
}

std::vector<RankedItem> rank_request(const RankRequest& request, const learn::RankingModel& model,
                                     const ReasoningOptions& options) {
  refuse_signals(model);
  learn::check_positions(model, options.rationales > 0 ? options.rationale_tokens : 0);
  std::vector<uint64_t> keys;
  for (const auto& id : request.ids) keys.push_back(base::hash64(id));
  const auto slate = rollout::canonical_slate(0, model.prompts->build(request.history, request.items), keys,
                                              std::vector<float>(keys.size(), 0.0F));
  const rollout::PreparedSlate* pointer = &slate;
  const auto rollout = roll_out(*model.reasoner, {&pointer, 1}, options).front();
  const auto scores = slate.in_slate_order(rollout.mean_scores());
  std::vector<RankedItem> items;
  for (size_t i = 0; i < request.ids.size(); ++i)
    items.push_back({request.ids[i], request.items[i].title, scores[i], {}});
  for (size_t i = 0; i < rollout.rationales.size(); ++i)
    for (const auto& rationale : rollout.rationales[i])
      items[slate.order[i]].rationales.push_back(rollout::rationale_text(*model.tokenizer, rationale));
  return ranked_items(std::move(items));
}

std::vector<RankedItem> ranked_items(std::vector<RankedItem> items) {
  return base::stable_sorted(std::move(items), [](const auto& a, const auto& b) {
    if (std::isnan(a.score) || std::isnan(b.score)) return std::isnan(b.score) && !std::isnan(a.score);
    return a.score > b.score;
  });
}

std::string ranked_json(const std::string& user, const std::vector<RankedItem>& items) {
  nlohmann::ordered_json document;
  if (!user.empty()) document["user"] = user;
  auto& list = document["ranking"] = nlohmann::ordered_json::array();
  for (size_t i = 0; i < items.size(); ++i) {
    list.push_back({{"rank", i + 1},
                    {"id", items[i].id},
                    {"title", items[i].title},
                    {"score", items[i].score},
                    {"reasons", items[i].rationales}});
    if (!user.empty()) list.back()["chosen"] = items[i].chosen;
  }
  // Rationales are sampled bytes: they may end within a character.
  return document.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace r2rank::experiment
