#include "distill/markers.h"

#include <algorithm>

#include "distill/words.h"

namespace r2rank::distill {
namespace {

constexpr std::string_view kMarkers[] = {
    "<s>",     "</s>",     "<bos>",    "<eos>",     "<pad>",           "<unk>",
    "[inst]",  "[/inst]",  "<<sys>>",  "<</sys>>",  "<start_of_turn>", "<end_of_turn>",
    "<think>", "</think>", "<answer>", "</answer>", "<\uff5c",  // DeepSeek's bar
};

/// "<|im_end|>" and the like.
bool has_bar_token(const std::string& text) {
  const size_t open = text.find("<|");
  return open != std::string::npos && text.find("|>", open + 2) != std::string::npos;
}

}  // namespace

bool has_reserved_marker(std::string_view rationale, const std::vector<std::string>& reserved) {
  const std::string low = lower_case(rationale);
  const auto holds = [&](std::string_view marker) {
    return !marker.empty() && low.find(lower_case(marker)) != std::string::npos;
  };
  return has_bar_token(low) || std::any_of(std::begin(kMarkers), std::end(kMarkers), holds) ||
         std::any_of(reserved.begin(), reserved.end(), holds);
}

}  // namespace r2rank::distill
