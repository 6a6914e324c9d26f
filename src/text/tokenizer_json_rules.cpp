#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "text/pre_tokenizer.h"
#include "text/tokenizer_json.h"

namespace r2rank::text {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& origin, const char* part, const std::string& found) {
  base::fail_data(
      "tokenizer",
      "{}: the {} '{}' is not supported: expected the byte-level BPE of SmolLM, Llama 3, Qwen2 or Qwen3",
      origin, part, found.substr(0, 200));
}

std::string type_of(const json& step) {
  const auto type = step.is_object() ? step.find("type") : step.end();
  return step.is_object() && type != step.end() && type->is_string() ? type->get<std::string>() : "";
}

bool flag_is(const json& step, const char* key, bool expected) {
  const auto value = step.find(key);
  return value != step.end() && value->is_boolean() && value->get<bool>() == expected;
}

/// The steps of a part that may be null, one step or a Sequence of them under `list`.
std::vector<json> steps_of(const json& part, const char* list, const std::string& origin) {
  if (part.is_null()) return {};
  if (type_of(part) != "Sequence") return {part};
  const auto steps = part.find(list);
  if (steps == part.end() || !steps->is_array()) refuse(origin, list, part.dump());
  return {steps->begin(), steps->end()};
}

json part_of(const json& document, const char* key) {
  const auto part = document.find(key);
  return part == document.end() ? json() : *part;
}

void read_normalizer(const json& part, const std::string& origin, TokenizerData& data) {
  for (const json& step : steps_of(part, "normalizers", origin)) {
    if (type_of(step) != "NFC") refuse(origin, "normalizer", step.dump());
    data.normalize_nfc = true;
  }
}

void read_post_processor(const json& part, const std::string& origin, TokenizerData& data) {
  if (part.is_null()) return;
  if (!part.is_object())
    base::fail_data(
        "tokenizer",
        "{}: expected 'post_processor' to be an object or null, found {}; the file is damaged or of "
        "another kind",
        origin, base::json_excerpt(part));
  data.post_processor = part.dump();
}

bool is_byte_level(const json& step, bool use_regex) {
  // An absent use_regex means true, as in the reference.
  const bool regex_fits = flag_is(step, "use_regex", use_regex) || (use_regex && !step.contains("use_regex"));
  return type_of(step) == "ByteLevel" && flag_is(step, "add_prefix_space", false) && regex_fits;
}

bool is_single_digits(const json& step) {
  return type_of(step) == "Digits" && flag_is(step, "individual_digits", true);
}

bool is_split(const json& step, PreTokenizer rule) {
  if (type_of(step) != "Split" || !flag_is(step, "invert", false)) return false;
  const json pattern = part_of(step, "pattern"), behavior = part_of(step, "behavior");
  const json regex = pattern.is_object() ? part_of(pattern, "Regex") : json();
  return behavior == "Isolated" && regex.is_string() && regex.get<std::string>() == split_pattern(rule);
}

}  // namespace

void read_text_rules(const JsonPart& document, TokenizerData& data) {
  read_normalizer(part_of(document.value, "normalizer"), document.origin, data);
  read_post_processor(part_of(document.value, "post_processor"), document.origin, data);
  const json part = part_of(document.value, "pre_tokenizer");
  const std::vector<json> steps = steps_of(part, "pretokenizers", document.origin);
  if (steps.size() == 2 && is_single_digits(steps[0]) && is_byte_level(steps[1], true)) {
    data.pre_tokenizer = PreTokenizer::kSmolLm;
    return;
  }
  for (const PreTokenizer rule : {PreTokenizer::kLlama3, PreTokenizer::kQwen2}) {
    if (steps.size() != 2 || !is_split(steps[0], rule) || !is_byte_level(steps[1], false)) continue;
    data.pre_tokenizer = rule;
    return;
  }
  refuse(document.origin, "pre_tokenizer", part.dump());
}

nlohmann::ordered_json normalizer_json(const TokenizerData& data) {
  if (!data.normalize_nfc) return nullptr;
  return {{"type", "NFC"}};
}

nlohmann::ordered_json pre_tokenizer_json(const TokenizerData& data) {
  using nlohmann::ordered_json;
  const bool smollm = data.pre_tokenizer == PreTokenizer::kSmolLm;
  const ordered_json byte_level = {
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", smollm}};
  const ordered_json digits = {{"type", "Digits"}, {"individual_digits", true}};
  const ordered_json split = {{"type", "Split"},
                              {"pattern", {{"Regex", split_pattern(data.pre_tokenizer)}}},
                              {"behavior", "Isolated"},
                              {"invert", false}};
  return {{"type", "Sequence"},
          {"pretokenizers", ordered_json::array({smollm ? digits : split, byte_level})}};
}

nlohmann::ordered_json post_processor_json(const TokenizerData& data) {
  if (data.post_processor.empty()) return nullptr;
  return nlohmann::ordered_json::parse(data.post_processor);
}

std::string bos_post_processor(const std::string& token, TokenId id) {
  const auto piece = [](const char* kind, const std::string& name, int type_id) {
    json part;
    part[kind] = {{"id", name}, {"type_id", type_id}};
    return part;
  };
  json tokens;
  tokens[token] = {{"id", token}, {"ids", json::array({id})}, {"tokens", json::array({token})}};
  const json processor = {
      {"type", "TemplateProcessing"},
      {"single", json::array({piece("SpecialToken", token, 0), piece("Sequence", "A", 0)})},
      {"pair", json::array({piece("SpecialToken", token, 0), piece("Sequence", "A", 0),
                            piece("SpecialToken", token, 1), piece("Sequence", "B", 1)})},
      {"special_tokens", tokens}};
  return processor.dump();
}

}  // namespace r2rank::text
