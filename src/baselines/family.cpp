#include "baselines/family.h"

#include <utility>

namespace r2rank::baselines {
namespace {

constexpr std::string_view kLanguageModels[] = {"llm-", "server-"};  // how their names begin

constexpr std::pair<std::string_view, Family> kOthers[] = {
    {"trained-model", Family::kLanguageModel},
    {"tfidf", Family::kText},
    {"bm25", Family::kText},
    {"random", Family::kConventional},
    {"constant", Family::kConventional},
    {"incoming", Family::kConventional},
    {"popularity", Family::kConventional},
    {"recent-popularity", Family::kConventional},
    {"item-knn", Family::kConventional},
    {"item-knn-pop", Family::kConventional},
    {"ease", Family::kConventional},
    {"bpr-mf", Family::kConventional},
    {"lightgcn", Family::kConventional},
    {"sasrec", Family::kConventional},
    {"core", Family::kConventional},
    {"gru4rec", Family::kConventional},
    {"caser", Family::kConventional},
    {"bert4rec", Family::kConventional},
    {"blend", Family::kCombination},
    {"lambdamart", Family::kCombination},
};

}  // namespace

std::string_view family_name(Family family) {
  constexpr std::string_view kNames[] = {"text", "language model", "conventional", "combination"};
  return kNames[static_cast<size_t>(family)];
}

std::optional<Family> family_of(std::string_view method) {
  for (const auto beginning : kLanguageModels)
    if (method.starts_with(beginning)) return Family::kLanguageModel;
  for (const auto& [name, family] : kOthers)
    if (name == method) return family;
  return std::nullopt;
}

}  // namespace r2rank::baselines
