#include "baselines/llm/embedding.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <limits>
#include <set>

#include "base/error.h"

namespace r2rank::baselines {
namespace {

constexpr int64_t kTokensPerPass = 4096;

/// Texts side by side, each under a start of its own that is not averaged.
struct TextForest {
  model::TokenTree tree;
  std::vector<int64_t> owner, averaged;  // [averaged tokens] which text, packed index
  int64_t texts = 0;

  void add(const std::vector<int32_t>& start, const std::vector<int32_t>& text) {
    const int32_t root = tree.add(model::TokenTree::kRoot, start);
    const int32_t node = tree.add(root, text);
    for (int64_t t = 0; t < tree.node(node).length; ++t) {
      averaged.push_back(tree.node(node).begin + t);
      owner.push_back(texts);
    }
    ++texts;
  }
};

/// Unit vectors of the texts, [texts, D] f32; differentiable.
at::Tensor embed_texts(const model::Transformer& transformer, const TextForest& forest, bool recompute) {
  const at::Tensor states = transformer.states(transformer.plan(forest.tree), recompute);  // [N, D]
  const auto index = [&](const std::vector<int64_t>& values) {
    return at::tensor(values, at::kLong).to(states.device());
  };
  const at::Tensor tokens = states.index_select(0, index(forest.averaged)).to(at::kFloat);  // [averaged, D]
  // Of the mean only the direction matters, and that is the sum's.
  const at::Tensor sums =
      at::zeros({forest.texts, states.size(1)}, tokens.options()).index_add(0, index(forest.owner), tokens);
  return sums / sums.norm(2, {1}, true).clamp_min(1e-12);
}

int32_t target_of(const data::Slate& slate) {
  const auto best = std::max_element(slate.relevance.begin(), slate.relevance.end());
  return slate.candidates[best - slate.relevance.begin()];
}

/// 0 where user a may be told from target b, -inf where b is another's event of the same item. [B, B]
at::Tensor same_target_mask(const std::vector<int32_t>& targets) {
  const auto count = static_cast<int64_t>(targets.size());
  at::Tensor mask = at::zeros({count, count});
  for (int64_t a = 0; a < count; ++a)
    for (int64_t b = 0; b < count; ++b)
      if (a != b && targets[a] == targets[b])
        mask.mutable_data_ptr<float>()[a * count + b] = -std::numeric_limits<float>::infinity();
  return mask;
}

}  // namespace

void EmbeddingOptions::describe(base::ConfigFields& fields) {
  prompt.describe(fields);
  fields.add("item_start", item_start, "text before an item; read, but not averaged");
  fields.add("temperature", temperature, "of the softmax over a batch's targets, in training")
      .between(1e-4, 100);
  fields.add("slates_per_batch", slates_per_batch, "slates scored in one pass").between(1, 1024);
}

EmbeddingScorer::EmbeddingScorer(std::string name, std::unique_ptr<learn::RankingModel> model,
                                 const TrainingData& data, EmbeddingOptions embedding, TuningOptions options,
                                 uint64_t seed)
    : TunedScorer(std::move(name), std::move(model), data, std::move(options), seed),
      embedding_(std::move(embedding)),
      prompts_(data, embedding_.prompt),
      history_start_(model_->tokenizer->encode(embedding_.prompt.instruction, false)),
      item_start_(model_->tokenizer->encode(embedding_.item_start, false)) {
  if (history_start_.empty() || item_start_.empty())
    base::fail_usage(
        "llm", "expected text before histories and items, found none; set list_instruction and item_start");
}

std::vector<int32_t> EmbeddingScorer::history_tokens(const data::Slate& slate) const {
  const std::string text = prompts_.history(slate);
  auto tokens = model_->tokenizer->encode(text.substr(embedding_.prompt.instruction.size()), false);
  if (tokens.empty()) tokens = history_start_;  // no history: the same vector for all
  const auto most =
      model_->model->transformer().max_positions() - static_cast<int64_t>(history_start_.size());
  // The oldest go first where a history is longer than the model's positions.
  if (static_cast<int64_t>(tokens.size()) > most) tokens.erase(tokens.begin(), tokens.end() - most);
  return tokens;
}

std::vector<int32_t> EmbeddingScorer::item_tokens(int32_t item) const {
  return model_->tokenizer->encode("- " + prompts_.item_text(item, false) + "\n", false);
}

void EmbeddingScorer::embed_items(std::span<const data::Slate> slates) {
  const uint64_t version = model_->model->parameters().version();
  if (version != items_version_) items_.clear();
  items_version_ = version;
  std::vector<int32_t> wanted;
  for (const auto& slate : slates)
    for (const int32_t item : slate.candidates)
      if (items_.emplace(item, at::Tensor()).second) wanted.push_back(item);
  for (size_t begin = 0; begin < wanted.size();) {
    TextForest forest;
    size_t end = begin;
    while (end < wanted.size() && forest.tree.size() < kTokensPerPass)
      forest.add(item_start_, item_tokens(wanted[end++]));
    const at::Tensor vectors = embed_texts(model_->model->transformer(), forest, false);  // [texts, D]
    for (size_t i = begin; i < end; ++i) items_[wanted[i]] = vectors[static_cast<int64_t>(i - begin)];
    tokens_ += forest.tree.size();
    begin = end;
  }
}

std::vector<std::vector<double>> EmbeddingScorer::score_batch(std::span<const data::Slate> slates) {
  const at::NoGradGuard no_grad;
  embed_items(slates);
  TextForest forest;
  for (const auto& slate : slates) forest.add(history_start_, history_tokens(slate));
  const at::Tensor users = embed_texts(model_->model->transformer(), forest, false);  // [B, D]
  tokens_ += forest.tree.size();
  std::vector<std::vector<double>> scores;
  for (size_t b = 0; b < slates.size(); ++b) {
    std::vector<at::Tensor> rows;
    for (const int32_t item : slates[b].candidates) rows.push_back(items_.at(item));
    const at::Tensor cosines =
        at::mv(at::stack(rows), users[static_cast<int64_t>(b)]).to(at::kDouble).cpu().contiguous();  // [K]
    scores.emplace_back(cosines.const_data_ptr<double>(), cosines.const_data_ptr<double>() + cosines.numel());
  }
  return scores;
}

double EmbeddingScorer::accumulate(std::span<const data::Slate> slates, int64_t slates_in_step) {
  TextForest forest;
  std::vector<int32_t> targets;
  for (const auto& slate : slates) forest.add(history_start_, history_tokens(slate));
  for (const auto& slate : slates) targets.push_back(target_of(slate));
  for (const int32_t target : targets) forest.add(item_start_, item_tokens(target));
  const at::Tensor vectors =
      embed_texts(model_->model->transformer(), forest, recomputes(forest.tree.size()));  // [2 B, D]
  const auto count = static_cast<int64_t>(slates.size());
  const at::Tensor cosines = at::mm(vectors.slice(0, 0, count), vectors.slice(0, count).t());  // [B, B]
  const at::Tensor log_p =
      (cosines / embedding_.temperature + same_target_mask(targets).to(cosines.device())).log_softmax(1);
  const at::Tensor loss = -log_p.diagonal().sum();
  torch::autograd::backward({loss / static_cast<double>(slates_in_step)}, {});
  model_->model->parameters().collect_gradients();
  return loss.item<double>();
}

LlmWork EmbeddingScorer::work(std::span<const data::Slate> slates) const {
  LlmWork work{.slates = static_cast<int64_t>(slates.size())};
  const auto seen = sample_of(slates);
  std::set<int32_t> items;
  int64_t tokens = 0;
  for (const auto& slate : seen) {
    tokens += static_cast<int64_t>(history_start_.size() + history_tokens(slate).size());
    items.insert(slate.candidates.begin(), slate.candidates.end());
  }
  for (const int32_t item : items)
    tokens += static_cast<int64_t>(item_start_.size() + item_tokens(item).size());
  if (!seen.empty()) work.read_per_slate = static_cast<double>(tokens) / static_cast<double>(seen.size());
  return work;
}

}  // namespace r2rank::baselines
