#include "distill/leakage.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <vector>

#include "distill/words.h"

namespace r2rank::distill {
namespace {

using Words = std::vector<std::string>;

/// Nobody who only judges by the history writes these.
constexpr std::string_view kToldPhrases[] = {
    "ground truth",
    "the correct answer",
    "correct answer is",
    "the right answer",
    "the true answer",
    "the expected answer",
    "the given answer",
    "the answer given",
    "the provided answer",
    "the known answer",
    "the label is",
    "the label says",
    "label is yes",
    "label is no",
    "labeled as",
    "labelled as",
    "the target item",
    "positive example",
    "negative example",
    "positive sample",
    "negative sample",
    "the actual outcome",
    "the actual choice",
    "the actual next",
    "the true next",
    "the real next",
    "the known outcome",
    "was told that",
    "were told that",
    "are told that",
    "am told that",
    "we know that the user chose",
    "we know the user chose",
    "we know that the user will",
    "given that the user chose",
    "given that the user did",
    "since the user did choose",
    "the user did choose",
    "the user did not choose this",
    "the user actually chose",
    "the user actually did",
    "the user indeed chose",
    "the user in fact chose",
    "the user ended up choosing",
    "the user did in fact",
    "in hindsight",
};

const std::set<std::string, std::less<>> kChose = {
    "chose",  "chosen",   "bought", "purchased", "picked", "selected", "ordered", "watched",
    "played", "acquired", "took",   "got",       "read",   "rented",   "viewed",  "consumed"};
const std::set<std::string, std::less<>> kUncertain = {
    "would",   "could",  "might",  "may",      "if",     "whether",    "not",    "never", "will",
    "should",  "can",    "likely", "unlikely", "havent", "hasnt",      "didnt",  "wont",  "wouldnt",
    "be",      "being",  "often",  "times",    "who",    "others",     "people", "users", "like",
    "similar", "unlike", "than",   "to",       "as",     "resembling", "before", "nor",   "without"};
const std::set<std::string, std::less<>> kWas = {"was", "were", "has", "had", "is"};

/// Words that lead from a verb to its object, or from a subject to its verb.
constexpr size_t kNear = 4;

/// Words, and which of them begin a clause.
struct Clauses {
  Words words;
  std::set<size_t> begins;
};

Clauses clauses_of(std::string_view text) {
  Clauses clauses;
  while (!text.empty()) {
    const size_t end = std::min(text.find_first_of(".,;:!?"), text.size());
    const auto words = words_of(text.substr(0, end));
    clauses.begins.insert(clauses.words.size());
    clauses.words.insert(clauses.words.end(), words.begin(), words.end());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return clauses;
}

bool contains(const Words& text, size_t at, const Words& part) {
  return at + part.size() <= text.size() &&
         std::equal(part.begin(), part.end(), text.begin() + static_cast<std::ptrdiff_t>(at));
}

bool says_it_was_told(const Words& text) {
  static const std::vector<Words> phrases = [] {
    std::vector<Words> all;
    for (const auto phrase : kToldPhrases) all.push_back(words_of(phrase));
    return all;
  }();
  for (size_t at = 0; at < text.size(); ++at)
    for (const auto& phrase : phrases)
      if (contains(text, at, phrase)) return true;
  return false;
}

/// The words that tell an item: its title up to a bracket, of a long one the beginning. Too few letters
/// ("It") tell nothing.
Words name_of(std::string_view title) {
  constexpr size_t kFewestLetters = 5, kLong = 8, kBeginning = 5;
  const size_t bracket = title.find_first_of("([");
  Words words = words_of(bracket > 0 ? title.substr(0, bracket) : title);
  if (words.size() > kLong) words.resize(kBeginning);
  size_t letters = 0;
  for (const auto& word : words) letters += word.size();
  return letters < kFewestLetters ? Words() : words;
}

/// "the user then bought TITLE"
bool chosen_before(const Clauses& text, size_t at) {
  bool verb = false;
  for (size_t back = 1; back <= at && back <= 2 * kNear && !text.begins.contains(at - back + 1); ++back) {
    const std::string& word = text.words[at - back];
    if (kUncertain.contains(word)) return false;
    verb = verb || (back <= kNear && kChose.contains(word));
  }
  return verb;
}

/// "TITLE was bought next"; but "chosen 12 times" is a statistic that the prompt shows.
bool chosen_behind(const Clauses& text, size_t end) {
  bool was = false;
  for (size_t i = end; i < std::min(text.words.size(), end + kNear) && !text.begins.contains(i); ++i) {
    const std::string& word = text.words[i];
    if (kUncertain.contains(word)) return false;
    if (was && kChose.contains(word)) return i + 2 >= text.words.size() || text.words[i + 2] != "times";
    was = was || kWas.contains(word);
  }
  return false;
}

bool takes_target_as_known(const Clauses& text, const Words& name) {
  if (name.empty()) return false;
  for (size_t at = 0; at < text.words.size(); ++at)
    if (contains(text.words, at, name) && (chosen_before(text, at) || chosen_behind(text, at + name.size())))
      return true;
  return false;
}

}  // namespace

bool shares_name(std::string_view title, std::string_view other) {
  const Words name = name_of(title);
  return !name.empty() && contains(words_of(other), 0, name);
}

Leak find_leak(std::string_view rationale, std::string_view opening, std::string_view title,
               bool in_history) {
  if (says_it_was_told(words_of(rationale))) return Leak::kLabel;
  if (!in_history && takes_target_as_known(clauses_of(opening), name_of(title))) return Leak::kTarget;
  return Leak::kNone;
}

}  // namespace r2rank::distill
