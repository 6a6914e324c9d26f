#include "data/title_check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace r2rank::data {
namespace {

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || static_cast<unsigned char>(c) >= 0x80;
}

/// ASCII letters small, every run of other signs one space, one space at both ends: whole words are then
/// found as they stand. Letters beyond ASCII stay.
std::string plain(const std::string& title) {
  std::string text = " ";
  for (const char c : title) {
    if (is_word(c))
      text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (text.back() != ' ')
      text += ' ';
  }
  if (text.back() != ' ') text += ' ';
  return text;
}

class Titles {
 public:
  explicit Titles(const Dataset& dataset) : dataset_(dataset) {
    for (const Item& item : dataset.items) plain_.push_back(plain(item.title));
  }

  bool in_history(const Slate& slate, int32_t item) const {
    const std::string& title = plain_[static_cast<size_t>(item)];
    if (title.size() < 2) return false;  // none
    const auto history = dataset_.events(slate.user).first(static_cast<size_t>(slate.history_end));
    return std::any_of(history.begin(), history.end(), [&](const Interaction& event) {
      return event.item != item && plain_[static_cast<size_t>(event.item)].find(title) != std::string::npos;
    });
  }

 private:
  const Dataset& dataset_;
  std::vector<std::string> plain_;  // [items]
};

}  // namespace

Finding check_titles(const Dataset& dataset, const SlateSet& set) {
  const Titles titles(dataset);
  int64_t relevant = 0, others = 0, with_others = 0;
  for (const Slate& slate : set.slates) {
    bool found = false, other_seen = false;
    for (size_t place = 0; place < slate.candidates.size(); ++place) {
      if (slate.relevance[place] > 0) {
        found = found || titles.in_history(slate, slate.candidates[place]);
      } else if (!std::exchange(other_seen, true)) {
        others += titles.in_history(slate, slate.candidates[place]);
      }
    }
    relevant += found;
    with_others += other_seen;
  }
  const auto slates = static_cast<int64_t>(set.slates.size());
  std::string text = "test slates whose target's title stands in a title of the history";
  if (with_others > 0)
    text += fmt::format("; that of one other candidate does in {} of {}", others, with_others);
  return {"titles-in-history", relevant > 0 ? Verdict::kWarning : Verdict::kFine, relevant, slates, text};
}

}  // namespace r2rank::data
