#include "baselines/llm/llm_methods.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "baselines/llm/llm_scorer.h"
#include "baselines/llm/small_llm.h"
#include "baselines/trainable.h"

namespace r2rank::baselines {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

class LlmMethods : public testing::SmallLlm {
 protected:
  /// Settings of the tiny model, where a method has them.
  static void make_small(Method& method, const base::Path& model, base::ConfigFields& fields) {
    method.describe(fields);
    const std::vector<std::pair<std::string, std::string>> small = {
        {"model", model.string()},         {"dtype", "f32"},
        {"list_instruction", "Chosen:\n"}, {"list_item", "{title}"},
        {"list_question", "Rank:"},        {"letter_question", "Which?"},
        {"list_history_items", "2"},       {"item_start", "Item:\n"},
        {"history_tokens", "256"},         {"history_items", "2"},
        {"answer_tokens", "12"},           {"readout_hidden", "8"},
        {"prompt_instruction", "Chosen:"}, {"prompt_question", "Next?"}};
    for (const auto& [key, value] : small)
      if (std::any_of(fields.all().begin(), fields.all().end(), [&](const auto& f) { return f.name == key; }))
        fields.set(key, value);
  }
};

TEST_F(LlmMethods, HaveNamesOfTheirOwnAndSettingsThatOccurOnce) {
  std::set<std::string> names;
  for (const auto& method : llm_methods()) {
    EXPECT_TRUE(names.insert(std::string(method->text().name)).second);
    EXPECT_FALSE(method->text().summary.empty());
    EXPECT_FALSE(method->text().source.empty());
    base::ConfigFields fields;
    method->describe(fields);
    std::set<std::string> keys;
    for (const auto& field : fields.all())
      EXPECT_TRUE(keys.insert(field.name).second) << method->text().name << " " << field.name;
  }
  EXPECT_EQ(names.size(), 12U);
}

TEST_F(LlmMethods, ThatShowAListLetItsOrderBeChosen) {
  std::set<std::string> found;
  for (const auto& method : llm_methods()) {
    base::ConfigFields fields;
    method->describe(fields);
    for (const auto& field : fields.all()) {
      if (field.name != "shown_order") continue;
      EXPECT_EQ(field.choices, (std::vector<std::string>{"random", "given"}));
      EXPECT_EQ(field.as_text(), R"("random")");
      found.insert(std::string(method->text().name));
    }
  }
  EXPECT_EQ(found, (std::set<std::string>{"llm-listwise", "llm-listwise-shuffled", "llm-listwise-recent",
                                          "llm-letters", "llm-letters-tuned", "server-listwise"}));
}

TEST_F(LlmMethods, WithoutAModelOrServerSayWhatToSet) {
  for (const auto& method : llm_methods()) {
    const bool server = method->text().name.starts_with("server-");
    expect_parts(error_of(base::ErrorKind::kUsage, [&] { method->make(data(), 7); }),
                 {server ? "set endpoint" : "set model"});
  }
}

TEST_F(LlmMethods, RefuseAModelTrainedOnAnotherSplitOfTheSameData) {
  const auto folder = folder_.path() / "trained";
  const auto write_trained_on = [&](const std::string& events) {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directory(folder);
    learn::write_ranking_model(
        *open(), folder,
        fmt::format(R"({{"dataset_hash": "{}", "training_hash": "{}"}})", dataset_.hash, events));
  };
  for (const auto& method : llm_methods()) {
    const auto name = method->text().name;
    if (name.starts_with("server-")) continue;
    if (name == "llm-verdict" || name == "llm-pointwise-tuned")
      continue;  // their readout is not this folder's
    base::ConfigFields fields;
    method->describe(fields);
    fields.set("model", folder.string());
    fields.set("dtype", "f32");
    write_trained_on("of another split");
    expect_parts(error_of(base::ErrorKind::kUsage, [&] { method->make(data(), 7); }),
                 {"trained on other events"});
    write_trained_on(data::training_hash(split_));
    EXPECT_NE(method->make(data(), 7), nullptr) << method->text().name;
  }
}

TEST_F(LlmMethods, ScoreAPermutedSlateThePermutedWay) {
  auto turned = slate();
  std::reverse(turned.candidates.begin(), turned.candidates.end());
  std::reverse(turned.relevance.begin(), turned.relevance.end());
  for (const auto& method : llm_methods()) {
    if (method->text().name.starts_with("server-")) continue;
    base::ConfigFields fields;
    make_small(*method, base_, fields);
    const auto scorer = method->make(data(), 7);
    const bool tuned = method->text().name.ends_with("-tuned") || method->text().name == "llm-dual-encoder";
    EXPECT_EQ(dynamic_cast<Trainable*>(scorer.get()) != nullptr, tuned) << method->text().name;
    EXPECT_EQ(scorer->name(), method->text().name);
    ASSERT_NE(dynamic_cast<LlmScorer*>(scorer.get()), nullptr) << method->text().name;
    const auto scores = scorer->score(slate());
    auto again = scorer->score(turned);
    std::reverse(again.begin(), again.end());
    ASSERT_EQ(scores.size(), again.size());
    for (size_t i = 0; i < scores.size(); ++i)
      EXPECT_NEAR(scores[i], again[i], 1e-5) << method->text().name << " " << i;
    EXPECT_GT(scorer->tokens(), 0) << method->text().name;
    EXPECT_GT(dynamic_cast<LlmScorer&>(*scorer).work({&slate(), 1}).read_per_slate, 0) << method->text().name;
  }
}

}  // namespace
}  // namespace r2rank::baselines
