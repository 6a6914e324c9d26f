#include "data/candidate_file.h"

#include <algorithm>
#include <unordered_set>

#include "base/error.h"
#include "data/json_fields.h"

namespace r2rank::data {
namespace {

struct Parser {
  const Dataset& dataset;
  const std::string& source;
  std::map<std::string, int32_t, std::less<>> users = index_users(dataset), items = index_items(dataset);
  std::unordered_set<int32_t> seen;

  int32_t item(const std::string& id, const std::string& place) const {
    const auto found = items.find(id);
    if (found == items.end())
      base::fail_data("split", "expected items of the data set in {}, found '{}'", place, id);
    return found->second;
  }

  int32_t user(const std::string& id, const std::string& place) {
    const auto found = users.find(id);
    if (found == users.end())
      base::fail_data("split", "expected a user of the data set in {}, found '{}'", place, id);
    if (!seen.insert(found->second).second)
      base::fail_data("split", "expected each user once in {}, found '{}' again in {}", source, id, place);
    return found->second;
  }

  CandidateLine line(std::string_view text, int64_t number) {
    const std::string place = fmt::format("line {} of {}", number, source);
    const JsonFields fields(text, "split", place);
    CandidateLine line{
        .line = number, .user = user(fields.id("user_id"), place), .positive = 0, .candidates = {}};
    line.positive = item(fields.id("positive"), place);
    for (const auto& id : fields.list("candidates")) line.candidates.push_back(item(id_text(id), place));
    check(line, place);
    return line;
  }

  void check(const CandidateLine& line, const std::string& place) const {
    if (line.candidates.size() < 2)
      base::fail_data("split", "expected at least 2 candidates in {}, found {}", place,
                      line.candidates.size());
    const std::unordered_set<int32_t> distinct(line.candidates.begin(), line.candidates.end());
    if (distinct.size() != line.candidates.size())
      base::fail_data("split", "expected distinct candidates in {}, found {} different ones of {}", place,
                      distinct.size(), line.candidates.size());
    if (!distinct.contains(line.positive))
      base::fail_data("split", "expected the positive '{}' among the candidates in {}, found it missing",
                      dataset.items[line.positive].id, place);
  }
};

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

}  // namespace

std::vector<CandidateLine> parse_candidate_file(std::string_view text, const std::string& source,
                                                const Dataset& dataset) {
  Parser parser{.dataset = dataset, .source = source, .seen = {}};
  std::vector<CandidateLine> lines;
  int64_t number = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (is_blank(line)) continue;
    lines.push_back(parser.line(line, number));
    if (lines.back().candidates.size() != lines.front().candidates.size())
      base::fail_data("split", "expected {} candidates in line {} of {} as in line {}, found {}",
                      lines.front().candidates.size(), number, source, lines.front().line,
                      lines.back().candidates.size());
  }
  if (lines.empty())
    base::fail_data("split", "expected lines of user_id, positive and candidates in {}, found none", source);
  return lines;
}

}  // namespace r2rank::data
