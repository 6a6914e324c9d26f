#include <algorithm>

#include "base/error.h"
#include "baselines/llm/list_prompt.h"
#include "baselines/llm/written_order.h"

/// Any text gives a permutation. The first byte chooses labels and their number.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace r2rank::baselines;
  if (size == 0) return 0;
  const int64_t count = 1 + (bytes[0] >> 1) % 26;
  const auto labels = make_labels(bytes[0] % 2 == 0 ? ListLabels::kNumbers : ListLabels::kLetters, count);
  std::vector<std::string> titles;
  for (int64_t i = 0; i < count; ++i) titles.push_back(std::string(static_cast<size_t>(i % 5), 'a') + " pen");
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  auto order = read_order(text, labels, titles).order;
  std::sort(order.begin(), order.end());
  R2RANK_CHECK(static_cast<int64_t>(order.size()) == count);
  for (int64_t i = 0; i < count; ++i) R2RANK_CHECK(order[i] == i);
  return 0;
}
