#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.h"
#include "data/slates.h"

namespace r2rank::data {

/// The fields of one line of a slates file. Ids point into the line.
struct SlateLine {
  int64_t id = 0, history_end = 0;
  std::string_view user;
  std::vector<std::string_view> candidates, missed;
  std::vector<double> relevance;
};

/// Appends a slate's line of a slates file (docs/formats.md), the end of the line included: byte for byte
/// what nlohmann-json writes of the same object, in a tenth of its time. REQUIRES ids that are UTF-8.
void append_slate_line(const Slate& slate, const Dataset& dataset, std::string& text);

/// Reads a line that stands exactly as append_slate_line() writes it, with ids of printable ASCII. False for
/// any other, `slate` then being undefined: JsonFields reads what else is JSON, and tells what is wrong with
/// what is not. It takes a tenth of the time of that. Nothing is checked but the form.
bool read_slate_line(std::string_view line, SlateLine& slate);

}  // namespace r2rank::data
