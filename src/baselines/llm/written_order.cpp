#include "baselines/llm/written_order.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <numeric>

#include "base/error.h"
#include "base/stable_sort.h"

namespace r2rank::baselines {
namespace {

constexpr size_t kLongest = 65536;
constexpr size_t kShortestTitle = 3;  // bytes: shorter ones are found in any text

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return made;
}

std::string_view after_thinking(std::string_view text) {
  constexpr std::string_view kEnd = "</think>";
  const size_t end = text.rfind(kEnd);
  return end == std::string_view::npos ? text : text.substr(end + kEnd.size());
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// A line's leading number and what follows it: "2. [7]" -> {2, " [7]"}; -1 without one.
std::pair<int64_t, std::string_view> counted(std::string_view line) {
  constexpr size_t kMostDigits = 4;
  size_t at = 0;
  while (at < line.size() && (line[at] == ' ' || line[at] == '#' || line[at] == '*' || line[at] == '\t'))
    ++at;
  const size_t first = at;
  int64_t number = 0;
  while (at < line.size() && is_digit(line[at]) && at - first < kMostDigits)
    number = 10 * number + (line[at++] - '0');
  if (at == first || at == line.size() || (line[at] != '.' && line[at] != ')' && line[at] != ':'))
    return {-1, line};
  return {number, line.substr(at + 1)};
}

bool says_something(std::string_view text) {
  return std::any_of(text.begin(), text.end(), is_word);
}

/// The lines without their numbers, where they are counted 1, 2, 3, ... and say something besides: those
/// numbers are places, not labels. Otherwise nothing.
std::string without_places(std::string_view text) {
  std::string bare;
  int64_t next = 1;
  for (const auto line : lines_of(text)) {
    const auto [number, rest] = counted(line);
    if (number < 0) continue;
    if (number != next || !says_something(rest)) return "";
    ++next;
    bare += std::string(rest) + '\n';
  }
  return next > 2 ? bare : "";
}

/// A mention: a place in the list that was shown; -1 for a label that it did not have.
using Mentions = std::vector<int32_t>;

class Reader {
 public:
  Reader(const std::vector<std::string>& labels, const std::vector<std::string>& titles) : labels_(labels) {
    for (size_t i = 0; i < labels.size(); ++i) places_.emplace(labels[i], static_cast<int32_t>(i));
    for (const auto& title : titles) titles_.push_back(lower(title));
    numbers_ = !labels.empty() && is_digit(labels.front().front());
  }

  /// Labels in square brackets.
  Mentions bracketed(std::string_view text) const {
    Mentions found;
    for (size_t at = text.find('['); at != std::string_view::npos; at = text.find('[', at + 1)) {
      const size_t end = text.find(']', at);
      if (end == std::string_view::npos) break;
      const auto known = places_.find(std::string(text.substr(at + 1, end - at - 1)));
      if (known != places_.end()) found.push_back(known->second);
    }
    return found;
  }

  /// Labels that stand alone, in the order of the text.
  Mentions bare(std::string_view text) const {
    Mentions found;
    for (size_t at = 0; at < text.size();) {
      if (!is_word(text[at])) {
        ++at;
        continue;
      }
      const size_t first = at;
      while (at < text.size() && is_word(text[at])) ++at;
      add_word(text, first, at, found);
    }
    return found;
  }

  /// The first label of each part between ">".
  Mentions chained(std::string_view text) const {
    Mentions found;
    if (text.find('>') == std::string_view::npos) return found;
    while (!text.empty()) {
      const size_t end = std::min(text.find('>'), text.size());
      const Mentions part = bare(text.substr(0, end));
      // Before the first label may stand an introduction, after the last an explanation.
      if (!part.empty()) found.push_back(found.empty() ? part.back() : part.front());
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return found;
  }

  /// Titles in the order of their first mention; with `masked`, what they cover becomes blank there.
  Mentions titled(std::string_view text, std::string* masked) const {
    std::string left = lower(text);
    std::vector<int32_t> longest(titles_.size());
    std::iota(longest.begin(), longest.end(), 0);
    // A title may begin with another one: the longer is looked for first.
    longest = base::stable_sorted(
        std::move(longest), [&](int32_t a, int32_t b) { return titles_[a].size() > titles_[b].size(); });
    std::map<size_t, int32_t> at_place;
    for (const int32_t place : longest) {
      if (titles_[place].size() < kShortestTitle) continue;
      const size_t at = left.find(titles_[place]);
      if (at == std::string::npos) continue;
      at_place.emplace(at, place);
      left.replace(at, titles_[place].size(), titles_[place].size(), '\x01');
    }
    if (masked != nullptr) *masked = blanked(text, left);
    Mentions found;
    for (const auto& [at, place] : at_place) found.push_back(place);
    return found;
  }

  int64_t distinct(const Mentions& mentions) const {
    std::vector<bool> seen(labels_.size(), false);
    for (const int32_t place : mentions)
      if (place >= 0) seen[place] = true;
    return std::count(seen.begin(), seen.end(), true);
  }

 private:
  static std::string blanked(std::string_view text, const std::string& covered) {
    std::string left(text);
    for (size_t i = 0; i < left.size(); ++i)
      if (covered[i] == '\x01') left[i] = ' ';
    return left;
  }

  void add_word(std::string_view text, size_t first, size_t end, Mentions& found) const {
    const std::string word(text.substr(first, end - first));
    const auto known = places_.find(word);
    if (numbers_) {
      if (known != places_.end())
        found.push_back(known->second);
      else if (std::all_of(word.begin(), word.end(), is_digit))
        found.push_back(-1);
      return;
    }
    // "A" and "I" before a lower-case word are English, not labels.
    const bool prose =
        end + 1 < text.size() && text[end] == ' ' && text[end + 1] >= 'a' && text[end + 1] <= 'z';
    if (known != places_.end() && !prose) found.push_back(known->second);
  }

  const std::vector<std::string>& labels_;
  std::map<std::string, int32_t> places_;
  std::vector<std::string> titles_;
  bool numbers_ = true;
};

/// The reading of one text that names most candidates; the more certain ones come first.
Mentions best_reading(const Reader& reader, std::string_view text) {
  std::string masked;
  const Mentions titled = reader.titled(text, &masked);
  Mentions best;
  for (const Mentions& reading :
       {reader.bracketed(text), reader.chained(masked), titled, reader.bare(masked)})
    if (reader.distinct(reading) > reader.distinct(best)) best = reading;
  return best;
}

WrittenOrder order_of(const Mentions& mentions, size_t count) {
  WrittenOrder found;
  std::vector<bool> seen(count, false);
  for (const int32_t place : mentions) {
    if (place < 0) {
      ++found.unknown;
    } else if (seen[place]) {
      ++found.repeated;
    } else {
      seen[place] = true;
      found.order.push_back(place);
    }
  }
  found.named = static_cast<int64_t>(found.order.size());
  for (size_t place = 0; place < count; ++place)
    if (!seen[place]) found.order.push_back(static_cast<int32_t>(place));
  return found;
}

}  // namespace

WrittenOrder read_order(std::string_view text, const std::vector<std::string>& labels,
                        const std::vector<std::string>& titles) {
  R2RANK_CHECK(labels.size() == titles.size());
  const std::string_view answer = after_thinking(text.substr(0, kLongest));
  const Reader reader(labels, titles);
  const Mentions of_places = best_reading(reader, without_places(answer));
  // A list that is counted 1, 2, 3, ... and names nothing beside is one of labels after all.
  return order_of(of_places.empty() ? best_reading(reader, answer) : of_places, labels.size());
}

}  // namespace r2rank::baselines
