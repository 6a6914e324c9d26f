#pragma once

#include <optional>
#include <string_view>

namespace r2rank::baselines {

/// What a method of ranking draws on; results are read by these families (docs/report.md, "Headline").
///   kText           texts of items, without a language model    kConventional  one ranker that counts or is
///   kLanguageModel  one that runs here, or a server's                          trained on interactions,
///   kCombination    learned from other rankers' scores                         or a control
enum class Family { kText, kLanguageModel, kConventional, kCombination };

/// "text", "language model", "conventional", "combination"
std::string_view family_name(Family family);

/// The family of a method by its name, combinations of `compare` and baselines of `eval` among them; none
/// for other names. Names that begin with "llm-" or "server-" are language models.
std::optional<Family> family_of(std::string_view method);

}  // namespace r2rank::baselines
