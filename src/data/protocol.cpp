#include "data/protocol.h"

#include <fmt/format.h>

#include <limits>

#include "data/json_fields.h"

namespace r2rank::data {
namespace {

std::string short_split(const std::string& split) {
  return split == "leave-one-out" ? "loo" : split;
}

std::string short_negatives(const std::string& negatives) {
  if (negatives == "uniform") return "uni";
  if (negatives == "popularity") return "pop";
  return negatives;
}

std::string one_of(const JsonFields& fields, const std::string& name,
                   std::initializer_list<const char*> choices, const std::string& expected) {
  const std::string value = fields.text(name);
  for (const char* choice : choices)
    if (value == choice) return value;
  fields.fail_field(name, expected);
}

bool is_short_hash(const std::string& text) {
  return text.empty() ||
         (text.size() == 8 && text.find_first_not_of("0123456789abcdef") == std::string::npos);
}

}  // namespace

std::string Protocol::name() const {
  std::string text = fmt::format("{}-{}{}", short_split(split), short_negatives(negatives), negative_count);
  if (negatives == "file") return file_hash.empty() ? text : text + "-" + file_hash;
  text += fmt::format("-seed{}", seed);
  return exclude_known ? text : text + "-seen";
}

nlohmann::ordered_json protocol_json(const Protocol& protocol) {
  return {{"split", protocol.split},
          {"negatives", protocol.negatives},
          {"negative_count", protocol.negative_count},
          {"seed", protocol.seed},
          {"exclude_known", protocol.exclude_known},
          {"file_hash", protocol.file_hash}};
}

Protocol parse_protocol(const JsonFields& fields) {
  Protocol protocol;
  protocol.split = one_of(fields, "split", {"leave-one-out", "temporal"}, "leave-one-out or temporal");
  protocol.negatives =
      one_of(fields, "negatives", {"uniform", "popularity", "file"}, "uniform, popularity or file");
  protocol.negative_count = fields.integer("negative_count", 0, std::numeric_limits<int32_t>::max());
  protocol.seed = fields.unsigned_integer("seed");
  protocol.exclude_known = fields.boolean("exclude_known");
  protocol.file_hash = fields.text("file_hash");
  if (!is_short_hash(protocol.file_hash)) fields.fail_field("file_hash", "8 hexadecimal digits or nothing");
  return protocol;
}

}  // namespace r2rank::data
