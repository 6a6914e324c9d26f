#include "baselines/llm/list_prompt.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "baselines/history.h"
#include "text/prompt.h"
#include "text/prompt_fields.h"

namespace r2rank::baselines {
namespace {

constexpr int64_t kLetters = 52;

std::string letter(int64_t index) {
  constexpr int64_t kAlphabet = 26;
  return std::string(1, static_cast<char>(index < kAlphabet ? 'A' + index : 'a' + index - kAlphabet));
}

}  // namespace

ListLabels list_labels(const std::string& name) {
  if (name == "numbers") return ListLabels::kNumbers;
  if (name == "letters") return ListLabels::kLetters;
  base::fail_usage("llm", "unknown labels '{}': choose numbers or letters", name);
}

std::vector<std::string> make_labels(ListLabels labels, int64_t count) {
  if (labels == ListLabels::kLetters && count > kLetters)
    base::fail_usage(
        "llm", "expected at most {} candidates under letters, found {}; use numbers, or a split with fewer",
        kLetters, count);
  std::vector<std::string> made;
  for (int64_t i = 0; i < count; ++i)
    made.push_back(labels == ListLabels::kLetters ? letter(i) : fmt::format("{}", i + 1));
  return made;
}

void ListPromptConfig::describe(base::ConfigFields& fields) {
  fields.add("list_system", system, "text of a system turn; empty for none");
  fields.add("list_instruction", instruction, "text before the history");
  fields.add(
      "list_item", item,
      "one item: {title} {brand} {category} {categories}, and {count} (training interactions; shown of "
      "candidates alone); a part in [] vanishes when a placeholder in it is empty");
  fields.add("recency", recency, "name the latest item again");
  fields.add("recency_text", recency_text, "the sentence for that: {title} {brand} {category} {categories}");
  fields.add("list_history_items", history_items, "past items shown, the latest ones").between(1, 10000);
  fields.add("title_words", title_words, "words that a title (brand, category) is cut to").between(1, 1000);
}

ListPrompts::ListPrompts(const TrainingData& data, ListPromptConfig config)
    : dataset_(data.dataset),
      config_(std::move(config)),
      statistics_(data::item_statistics(data.dataset, data.split)) {
  const std::vector<std::pair<std::string, std::string>> empty = {
      {"title", ""}, {"brand", ""}, {"category", ""}, {"categories", ""}, {"count", ""}};
  text::fill_template(config_.item,
                      empty);  // an unknown placeholder is reported now, not in the middle of a run
  text::fill_template(config_.recency_text, empty);
}

std::string ListPrompts::words(const std::string& text) const {
  return text::cut_to_words(text::clean_text(text), config_.title_words);
}

std::string ListPrompts::title(int32_t item) const {
  const data::Item& source = dataset_.items[item];
  const std::string shown = words(source.title);
  return shown.empty() ? "item " + text::clean_text(source.id) : shown;
}

std::string ListPrompts::item_text(int32_t item, bool with_count) const {
  return line(item, with_count ? fmt::format("{}", statistics_.count[item]) : "");
}

std::string ListPrompts::line(int32_t item, const std::string& count) const {
  const data::Item& source = dataset_.items[item];
  const std::string last = source.categories.empty() ? "" : source.categories.back();
  return text::fill_template(config_.item,
                             {{"title", title(item)},
                              {"brand", words(source.brand)},
                              {"category", words(last)},
                              {"categories", words(fmt::format("{}", fmt::join(source.categories, ", ")))},
                              {"count", count}});
}

std::string ListPrompts::history(const data::Slate& slate) const {
  const auto items = recent_items(dataset_, slate, config_.history_items);
  std::string text = config_.instruction;
  for (const int32_t item : items) text += "- " + item_text(item, false) + "\n";
  if (!config_.recency || items.empty()) return text;
  const data::Item& latest = dataset_.items[items.back()];
  const std::string category = latest.categories.empty() ? "" : latest.categories.back();
  return text +
         text::fill_template(config_.recency_text,
                             {{"title", title(items.back())},
                              {"brand", words(latest.brand)},
                              {"category", words(category)},
                              {"categories", words(fmt::format("{}", fmt::join(latest.categories, ", ")))},
                              {"count", ""}});
}

std::string ListPrompts::candidates(const data::Slate& slate, std::span<const int32_t> order,
                                    const std::vector<std::string>& labels, bool training) const {
  const int32_t target = training ? dataset_.events(slate.user)[slate.history_end].item : -1;
  std::string text;
  for (size_t place = 0; place < order.size(); ++place) {
    const int32_t item = slate.candidates[order[place]];
    const int32_t count = statistics_.count[item] - (item == target ? 1 : 0);
    text += fmt::format("{}. {}\n", labels[place], line(item, fmt::format("{}", std::max(count, 0))));
  }
  return text;
}

std::vector<std::string> ListPrompts::titles(const data::Slate& slate, std::span<const int32_t> order) const {
  std::vector<std::string> all;
  for (const int32_t index : order) all.push_back(title(slate.candidates[index]));
  return all;
}

std::vector<int32_t> shown_order(const data::Slate& slate, const data::Dataset& dataset, uint64_t seed,
                                 int64_t shuffle) {
  std::vector<int32_t> order(slate.candidates.size());
  std::iota(order.begin(), order.end(), 0);
  const auto id = [&](int32_t index) -> const std::string& {
    return dataset.items[slate.candidates[index]].id;
  };
  std::sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return id(a) < id(b); });
  base::RandomStream random(seed, base::Purpose::kPermutation, static_cast<uint64_t>(slate.id),
                            static_cast<uint64_t>(shuffle));
  random.shuffle(std::span<int32_t>(order));
  return order;
}

void describe_list_order(base::ConfigFields& fields, std::string& order) {
  fields
      .add("shown_order", order,
           "order in which candidates are shown: random, keyed by seed and slate, or given, the slate's own "
           "(does the ranker look at places? training slates are always shown at random)")
      .one_of({"random", "given"});
}

ListOrder list_order(const std::string& name, int64_t shuffles) {
  if (name == "random") return ListOrder::kRandom;
  if (name != "given") base::fail_usage("llm", "unknown shown_order '{}': choose random or given", name);
  if (shuffles > 1)
    base::fail_usage("llm",
                     "expected shuffles = 1 with shown_order = given, found {}: a slate's own order is one, "
                     "and each shuffle would ask the same again; set shuffles = 1, or shown_order = random",
                     shuffles);
  return ListOrder::kGiven;
}

std::vector<int32_t> shown_order(ListOrder by, const data::Slate& slate, const data::Dataset& dataset,
                                 uint64_t seed, int64_t shuffle) {
  if (by == ListOrder::kRandom) return shown_order(slate, dataset, seed, shuffle);
  std::vector<int32_t> order(slate.candidates.size());
  std::iota(order.begin(), order.end(), 0);
  return order;
}

}  // namespace r2rank::baselines
