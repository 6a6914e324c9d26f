#include "text/pre_tokenizer.h"

#include <fmt/format.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <map>

#include "base/error.h"

namespace r2rank::text {
namespace {

// The reference's regular expressions follow Unicode 16 (and its `Digits` step Unicode 17), the PCRE2 of
// Debian 12 Unicode 14: these are the letters and numbers that came between.
// tools/golden/tokenizers_golden.py lists them, text_classes.json checks them.
constexpr std::string_view kLetters =
    R"(\p{L}\x{1C89}-\x{1C8A}\x{A7CB}-\x{A7CD}\x{A7DA}-\x{A7DC}\x{105C0}-\x{105F3}\x{10D4A}-\x{10D65}\x{10D6F}-\x{10D85})"
    R"(\x{10EC2}-\x{10EC4}\x{1123F}-\x{11240}\x{11380}-\x{11389}\x{1138B}\x{1138E}\x{11390}-\x{113B5}\x{113B7}\x{113D1})"
    R"(\x{113D3}\x{11BC0}-\x{11BE0}\x{11F02}\x{11F04}-\x{11F10}\x{11F12}-\x{11F33}\x{1342F}\x{13441}-\x{13446})"
    R"(\x{13460}-\x{143FA}\x{16100}-\x{1611D}\x{16D40}-\x{16D6C}\x{18CFF}\x{1B132}\x{1B155}\x{1DF25}-\x{1DF2A})"
    R"(\x{1E030}-\x{1E06D}\x{1E4D0}-\x{1E4EB}\x{1E5D0}-\x{1E5ED}\x{1E5F0}\x{2B739}\x{2EBF0}-\x{2EE5D}\x{31350}-\x{323AF})";
constexpr std::string_view kNumbers =
    R"(\p{N}\x{10D40}-\x{10D49}\x{116D0}-\x{116E3}\x{11BF0}-\x{11BF9}\x{11F50}-\x{11F59}\x{16130}-\x{16139})"
    R"(\x{16D70}-\x{16D79}\x{1CCF0}-\x{1CCF9}\x{1D2C0}-\x{1D2D3}\x{1E4F0}-\x{1E4F9}\x{1E5F1}-\x{1E5FA})";
constexpr std::string_view kNewerDigits = R"(\x{11DE0}-\x{11DE9}\x{16FF4}-\x{16FF6})";
// PCRE2's \s also has U+180E, which left White_Space with Unicode 6.3.
constexpr std::string_view kSpaces =
    R"(\t-\r \x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";

constexpr std::string_view kLlama3Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";
constexpr std::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// {L} letters, {N} numbers, {S} spaces. SmolLM cuts out each digit and then applies GPT-2's pattern to what
// is between: here in one pass, a digit ending the text as far as the look-ahead is concerned.
constexpr std::string_view kSmolLmTemplate =
    R"([{N}]|'s|'t|'re|'ve|'m|'ll|'d| ?[{L}]+| ?[^{S}{L}{N}]+|[{S}]+(?![^{S}{N}])|[{S}]+)";
constexpr std::string_view kGpt4Template =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n{L}{N}]?[{L}]+|[{N}]{digits}| ?[^{S}{L}{N}]+[\r\n]*|[{S}]*[\r\n]+|[{S}]+(?![^{S}])|[{S}]+)";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

std::string pcre_pattern(PreTokenizer rule) {
  const bool smollm = rule == PreTokenizer::kSmolLm;
  std::string pattern(smollm ? kSmolLmTemplate : kGpt4Template);
  replace_all(pattern, "{L}", kLetters);
  replace_all(pattern, "{N}", smollm ? fmt::format("{}{}", kNumbers, kNewerDigits) : std::string(kNumbers));
  replace_all(pattern, "{S}", kSpaces);
  replace_all(pattern, "{digits}", rule == PreTokenizer::kLlama3 ? "{1,3}" : "");
  return pattern;
}

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatch {
  void operator()(pcre2_match_data* match) const { pcre2_match_data_free(match); }
};

}  // namespace

struct WordSplitter::Impl {
  std::unique_ptr<pcre2_code, FreeCode> code;
};

WordSplitter::WordSplitter(PreTokenizer rule) : impl_(std::make_unique<Impl>()) {
  const std::string pattern = pcre_pattern(rule);
  int error = 0;
  size_t where = 0;
  impl_->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                  PCRE2_UTF | PCRE2_UCP, &error, &where, nullptr));
  R2RANK_CHECK(impl_->code != nullptr);
  pcre2_jit_compile(impl_->code.get(), PCRE2_JIT_COMPLETE);  // where there is no JIT, pcre2_match interprets
}

WordSplitter::~WordSplitter() = default;
WordSplitter::WordSplitter(WordSplitter&&) noexcept = default;
WordSplitter& WordSplitter::operator=(WordSplitter&&) noexcept = default;

void WordSplitter::split(std::string_view text, std::vector<std::string_view>& words) const {
  const std::unique_ptr<pcre2_match_data, FreeMatch> match(pcre2_match_data_create(1, nullptr));
  R2RANK_CHECK(match != nullptr);
  const size_t* range = pcre2_get_ovector_pointer(match.get());
  for (size_t at = 0; at < text.size(); at = range[1]) {
    const int found = pcre2_match(impl_->code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                  at, PCRE2_NO_UTF_CHECK, match.get(), nullptr);
    // Every character starts a word of each pattern, so a match begins at `at` and is not empty.
    if (found < 0)
      base::fail(base::ErrorKind::kResource, "tokenizer", "PCRE2 gave up with code {} at byte {}", found, at);
    words.push_back(text.substr(at, range[1] - at));
  }
}

std::string_view split_pattern(PreTokenizer rule) {
  if (rule == PreTokenizer::kLlama3) return kLlama3Pattern;
  return rule == PreTokenizer::kQwen2 ? kQwen2Pattern : std::string_view();
}

std::string_view pre_tokenizer_name(PreTokenizer rule) {
  if (rule == PreTokenizer::kLlama3) return "llama-bpe";
  return rule == PreTokenizer::kQwen2 ? "qwen2" : "smollm";
}

PreTokenizer pre_tokenizer_from_gguf(std::string_view name) {
  static const std::map<std::string_view, PreTokenizer> known = {
      {"smollm", PreTokenizer::kSmolLm}, {"llama-bpe", PreTokenizer::kLlama3},
      {"llama3", PreTokenizer::kLlama3}, {"llama-v3", PreTokenizer::kLlama3},
      {"qwen2", PreTokenizer::kQwen2},
  };
  const auto found = known.find(name);
  if (found != known.end()) return found->second;
  base::fail_data("tokenizer",
                  "expected tokenizer.ggml.pre to be smollm, llama-bpe or qwen2, found '{}'; use a model of "
                  "those families",
                  name);
}

}  // namespace r2rank::text
