#include "distill/teacher_reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "base/trim.h"
#include "distill/words.h"
#include "text/prompt_fields.h"

namespace r2rank::distill {
namespace {

constexpr std::string_view kOpen = "<answer>", kClose = "</answer>";
constexpr std::string_view kThink = "<think>", kThought = "</think>";

struct Part {
  std::string_view label;                 ///< as it is written anew
  std::array<std::string_view, 3> names;  ///< as it may be found, in lower case
};
constexpr std::array<Part, 3> kParts = {{
    {"Initial reasoning:", {"initial reasoning", "initial thoughts", "initial analysis"}},
    {"Self-check:", {"self-check", "self check", "self\u2011check"}},
    {"Final conclusion:", {"final conclusion", "conclusion", "final verdict"}},
}};

/// The reply without what a model that thinks aloud has put before it; nothing where it never came to an end.
std::string_view without_thoughts(std::string_view reply) {
  reply = base::trimmed(reply);
  const size_t end = reply.rfind(kThought);
  if (end != std::string_view::npos) return reply.substr(end + kThought.size());
  return reply.starts_with(kThink) ? std::string_view() : reply;
}

Verdict verdict_in(std::string_view tag) {
  const auto words = words_of(tag);
  if (words.size() != 1) return Verdict::kUnclear;
  if (words[0] == "yes") return Verdict::kYes;
  return words[0] == "no" ? Verdict::kNo : Verdict::kUnclear;
}

/// What all answer tags say together, and where the last one begins.
Verdict read_tags(std::string_view reply, size_t& begin) {
  const std::string low = lower_case(reply);
  Verdict verdict = Verdict::kMissing;
  begin = reply.size();
  for (size_t at = low.find(kOpen); at != std::string::npos; at = low.find(kOpen, at + 1)) {
    const size_t inside = at + kOpen.size();
    const size_t end = std::min(low.find(kClose, inside), low.size());
    const Verdict found = verdict_in(reply.substr(inside, end - inside));
    verdict = verdict == Verdict::kMissing || verdict == found ? found : Verdict::kUnclear;
    begin = at;
  }
  return verdict;
}

/// Headings, emphasis and bullets are no words of a rationale.
std::string without_markdown(std::string_view text) {
  std::string plain;
  bool line_start = true;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool bullet =
        line_start && (c == '#' || c == '>' || (c == '-' && text.substr(at).starts_with("- ")));
    if (c == '*' || c == '`' || bullet || text.substr(at).starts_with("__")) {
      at += c == '_' ? 1 : 0;
      continue;
    }
    line_start = c == '\n' || (line_start && (c == ' ' || c == '\t' || c == '\r'));
    plain += c;
  }
  return plain;
}

struct Place {
  size_t begin = std::string::npos, end = 0;
};

/// Where a label of this part stands from `from` on: one of its names and a colon.
Place find_label(const std::string& low, const Part& part, size_t from) {
  Place best;
  for (const std::string_view name : part.names)
    for (size_t at = low.find(name, from); at < best.begin && at != std::string::npos;
         at = low.find(name, at + 1)) {
      const size_t colon = low.find_first_not_of(' ', at + name.size());
      if (colon != std::string::npos && low[colon] == ':') best = {at, colon + 1};
    }
  return best;
}

/// An introduction of the verdict ("Verdict:", "So my answer is:") that lost what it introduced.
std::string without_dangling_label(std::string text) {
  constexpr int64_t kMostWords = 5;
  while (text.ends_with(':')) {
    const size_t end = text.find_last_of(".!?");
    const size_t begin = end == std::string::npos ? 0 : end + 1;
    if (count_words(std::string_view(text).substr(begin)) > kMostWords) break;
    text = std::string(base::trimmed(text.substr(0, begin)));
  }
  return text;
}

bool read_parts(const std::string& plain, TeacherReply& reply) {
  const std::string low = lower_case(plain);
  std::array<Place, 3> places;
  size_t from = 0;
  for (size_t i = 0; i < kParts.size(); ++i) {
    places[i] = find_label(low, kParts[i], from);
    if (places[i].begin == std::string::npos) return false;
    from = places[i].end;
  }
  for (size_t i = 0; i < kParts.size(); ++i) {
    const size_t end = i + 1 < kParts.size() ? places[i + 1].begin : plain.size();
    const std::string part =
        without_dangling_label(text::clean_text(plain.substr(places[i].end, end - places[i].end)));
    if (part.empty()) return false;
    if (i + 1 == kParts.size()) reply.opening = reply.text;
    reply.text += fmt::format("{}{} {}", i == 0 ? "" : " ", kParts[i].label, part);
  }
  return true;
}

}  // namespace

TeacherReply read_teacher_reply(std::string_view whole) {
  const std::string_view answer = without_thoughts(whole);
  TeacherReply reply;
  size_t end = 0;
  reply.verdict = read_tags(answer, end);
  const std::string plain = without_markdown(answer.substr(0, end));
  reply.parts = read_parts(plain, reply);
  if (reply.parts) return reply;
  reply.text = reply.opening = without_dangling_label(text::clean_text(plain));
  return reply;
}

}  // namespace r2rank::distill
