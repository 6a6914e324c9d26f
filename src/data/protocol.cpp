#include "data/protocol.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "data/json_fields.h"

namespace r2rank::data {
namespace {

using Choices = std::initializer_list<const char*>;

std::string shares_text(const Protocol& protocol) {
  if (protocol.test_from == 0) return "";
  return fmt::format("{:g}-{:g}-{:g}", 100 * protocol.valid_from,
                     100 * (protocol.test_from - protocol.valid_from), 100 * (1 - protocol.test_from));
}

std::string split_part(const Protocol& protocol) {
  std::string text = protocol.split == "leave-one-out" ? "loo" : protocol.split + shares_text(protocol);
  if (protocol.split == "temporal" && protocol.test_from > 0 && protocol.shares == "interactions")
    text += "-of-events";
  if (protocol.targets == "together") text += "-together";
  return protocol.labels == "ratings" ? text + "-rated" : text;
}

std::string negatives_part(const Protocol& protocol) {
  const auto counted = [&](const char* name) { return fmt::format("{}{}", name, protocol.negative_count); };
  if (protocol.negatives == "full") return "full";
  if (protocol.negatives == "hard") return counted("hard") + "-" + protocol.retriever;
  if (protocol.negatives == "uniform") return counted("uni");
  if (protocol.negatives == "smoothed-popularity") return counted("smoothpop");
  return counted(protocol.negatives == "popularity" ? "pop" : protocol.negatives.c_str());
}

/// What tells two sets of one kind apart: the draw, or the file.
std::string source_part(const Protocol& protocol) {
  if (protocol.negatives == "full") return "";
  if (protocol.negatives == "file") return protocol.file_hash.empty() ? "" : "-" + protocol.file_hash;
  return fmt::format("-seed{}", protocol.seed);
}

std::string exclude_part(const Protocol& protocol) {
  if (protocol.exclude == "known") return "";
  return protocol.exclude == "history" ? "-later" : "-seen";
}

std::string one_of(const JsonFields& fields, const std::string& name, Choices choices,
                   const std::string& expected) {
  const std::string value = fields.text(name);
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) fields.fail_field(name, expected);
  return value;
}

std::string optional_one_of(const JsonFields& fields, const std::string& name, Choices choices,
                            const std::string& expected, const std::string& missing) {
  return fields.value().contains(name) ? one_of(fields, name, choices, expected) : missing;
}

double optional_share(const JsonFields& fields, const std::string& name) {
  if (!fields.value().contains(name)) return 0;
  const auto& value = fields.value().at(name);
  if (!value.is_number() || !(value.get<double>() > 0 && value.get<double>() < 1))
    fields.fail_field(name, "a number between 0 and 1");
  return value.get<double>();
}

bool is_short_hash(const std::string& text) {
  return text.empty() ||
         (text.size() == 8 && text.find_first_not_of("0123456789abcdef") == std::string::npos);
}

/// It stands in the names of files and columns.
bool is_plain_name(const std::string& text) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), plain);
}

std::string parse_exclude(const JsonFields& fields) {
  if (fields.boolean("exclude_known")) return "known";
  return optional_one_of(fields, "exclude", {"history", "none"}, "history or none", "none");
}

/// What version 2 added. A missing field means what version 1 did.
void parse_additions(const JsonFields& fields, Protocol& protocol) {
  protocol.valid_from = optional_share(fields, "valid_from");
  protocol.test_from = optional_share(fields, "test_from");
  if (protocol.valid_from > 0 ? protocol.test_from <= protocol.valid_from : protocol.test_from > 0)
    fields.fail_field("test_from", "a number above valid_from");
  protocol.shares = optional_one_of(fields, "shares", {"interactions", "targets"}, "interactions or targets",
                                    "interactions");
  protocol.targets = optional_one_of(fields, "targets", {"each", "together"}, "each or together", "each");
  protocol.labels = optional_one_of(fields, "labels", {"binary", "ratings"}, "binary or ratings", "binary");
  if (protocol.negatives != "hard") return;
  protocol.retriever = fields.text("retriever");
  if (!is_plain_name(protocol.retriever)) fields.fail_field("retriever", "the name of a baseline");
}

}  // namespace

std::string Protocol::name() const {
  return split_part(*this) + "-" + negatives_part(*this) + source_part(*this) + exclude_part(*this);
}

int64_t protocol_version(const Protocol& protocol) {
  if (protocol.negatives == "smoothed-popularity") return 3;
  const bool first = protocol.split != "ratio" && protocol.test_from == 0 && protocol.negatives != "hard" &&
                     protocol.negatives != "full" && protocol.exclude != "history" &&
                     protocol.targets == "each" && protocol.labels == "binary";
  return first ? 1 : 2;
}

nlohmann::ordered_json protocol_json(const Protocol& protocol) {
  nlohmann::ordered_json json{{"split", protocol.split},
                              {"negatives", protocol.negatives},
                              {"negative_count", protocol.negative_count},
                              {"seed", protocol.seed},
                              {"exclude_known", protocol.exclude == "known"},
                              {"file_hash", protocol.file_hash}};
  if (protocol.exclude == "history") json["exclude"] = protocol.exclude;
  if (protocol.test_from > 0) {
    json["valid_from"] = protocol.valid_from;
    json["test_from"] = protocol.test_from;
  }
  if (protocol.split == "temporal" && protocol.test_from > 0) json["shares"] = protocol.shares;
  if (protocol.targets != "each") json["targets"] = protocol.targets;
  if (protocol.labels != "binary") json["labels"] = protocol.labels;
  if (protocol.negatives == "hard") json["retriever"] = protocol.retriever;
  return json;
}

Protocol parse_protocol(const JsonFields& fields) {
  Protocol protocol;
  protocol.split =
      one_of(fields, "split", {"leave-one-out", "temporal", "ratio"}, "leave-one-out, temporal or ratio");
  protocol.negatives =
      one_of(fields, "negatives", {"uniform", "popularity", "smoothed-popularity", "hard", "full", "file"},
             "uniform, popularity, smoothed-popularity, hard, full or file");
  protocol.negative_count = fields.integer("negative_count", 0, std::numeric_limits<int32_t>::max());
  protocol.seed = fields.unsigned_integer("seed");
  protocol.exclude = parse_exclude(fields);
  protocol.file_hash = fields.text("file_hash");
  if (!is_short_hash(protocol.file_hash)) fields.fail_field("file_hash", "8 hexadecimal digits or nothing");
  parse_additions(fields, protocol);
  return protocol;
}

}  // namespace r2rank::data
