#include <algorithm>

#include "base/error.h"
#include "text/prompt.h"

namespace r2rank::text {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

/// Fills one template; `parts_` holds the text outside of brackets and of every bracket that is open.
class TemplateFiller {
 public:
  TemplateFiller(std::string_view text, const Values& values) : text_(text), values_(values), parts_(1) {}

  std::string run() {
    while (at_ < text_.size()) step();
    if (parts_.size() > 1) fail("a '[' is never closed");
    return std::move(parts_.back().text);
  }

 private:
  struct Part {
    std::string text;
    bool dropped = false;  // a placeholder in it is empty
  };

  [[noreturn]] void fail(const std::string& what) const {
    base::fail_usage("prompt", "template '{}': {}; write \\[ \\] \\{{ \\}} for plain brackets", text_, what);
  }

  void step() {
    const char next = text_[at_++];
    if (next == '[')
      parts_.emplace_back();
    else if (next == ']')
      close();
    else if (next == '{')
      fill();
    else if (next == '}')
      fail("a '}' without '{'");
    else
      parts_.back().text += is_escape(next) ? text_[at_++] : next;
  }

  bool is_escape(char next) const {
    return next == '\\' && at_ < text_.size() &&
           std::string_view("[]{}\\").find(text_[at_]) != std::string_view::npos;
  }

  void close() {
    if (parts_.size() == 1) fail("a ']' without '['");
    const Part closed = std::move(parts_.back());
    parts_.pop_back();
    if (!closed.dropped) parts_.back().text += closed.text;
  }

  void fill() {
    const size_t end = text_.find('}', at_);
    if (end == std::string_view::npos) fail("a '{' is never closed");
    const std::string& value = value_of(text_.substr(at_, end - at_));
    parts_.back().text += value;
    parts_.back().dropped |= value.empty();
    at_ = end + 1;
  }

  const std::string& value_of(std::string_view name) const {
    const auto found =
        std::find_if(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == name; });
    if (found != values_.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [key, value] : values_) known.push_back(key);
    const std::string nearest = base::nearest_name(name, known);
    fail(fmt::format("the placeholder {{{}}} is unknown here{}: expected one of {}", name,
                     nearest.empty() ? "" : fmt::format(" (did you mean {{{}}}?)", nearest),
                     fmt::join(known, ", ")));
  }

  std::string_view text_;
  const Values& values_;
  size_t at_ = 0;
  std::vector<Part> parts_;
};

}  // namespace

std::string fill_template(std::string_view text, const Values& values) {
  return TemplateFiller(text, values).run();
}

}  // namespace r2rank::text
