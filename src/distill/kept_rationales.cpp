#include "distill/kept_rationales.h"

#include <fmt/format.h>

namespace r2rank::distill {

std::vector<rollout::WrittenRationale> kept_rationales(const AskedPairs& asked, std::span<const Draft> drafts,
                                                       std::span<const Fate> fates,
                                                       const std::string& source) {
  std::vector<rollout::WrittenRationale> kept;
  for (size_t i = 0; i < drafts.size(); ++i) {
    if (fates[i] != Fate::kKept) continue;
    const AskedPair& pair = asked.pairs[drafts[i].pair];
    const data::Slate& slate = asked.slate_of(pair);
    kept.push_back({.user = slate.user,
                    .history_end = slate.history_end,
                    .item = pair.item,
                    .label = pair.label,
                    .text = drafts[i].text,
                    .source = source,
                    .round = drafts[i].round,
                    .gain = drafts[i].gain});
  }
  return kept;
}

std::string endpoint_without_host(const std::string& endpoint) {
  const size_t scheme = endpoint.find("://");
  if (scheme == std::string::npos) return "";
  const size_t path = endpoint.find('/', scheme + 3);
  std::string shown = path == std::string::npos ? "" : endpoint.substr(path);
  if (!shown.ends_with('/')) shown += '/';
  return fmt::format("{}, {}chat/completions", endpoint.substr(0, scheme), shown);
}

}  // namespace r2rank::distill
