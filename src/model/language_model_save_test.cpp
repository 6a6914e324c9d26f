#include <gtest/gtest.h>

#include <cstdlib>

#include "model/format/test_model.h"
#include "model/format/test_support.h"
#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::fill_adapters;
using golden::logits_of;
using golden::relative_error;

class SavedModel : public FolderTest, public testing::WithParamInterface<std::string> {
 protected:
  SavedModel() {
    ModelOptions options;
    options.dtype = "f32";
    options.tuning = "lora";
    model_ = std::make_unique<LanguageModel>(test_model_.config, golden::formula_weight, options);
    model_->tokenizer = test_model_.tokenizer;
    fill_adapters(*model_);
  }

  static std::unique_ptr<LanguageModel> reopened(const base::Path& folder) {
    ModelOptions options;
    options.dtype = "f32";
    options.tuning = "frozen";
    return load_language_model(open_model(folder), options);
  }

  /// For tools/golden/check_saved_model.py: the tokens and our logits beside the saved model.
  static void write_expected(const at::Tensor& logits, const base::Path& folder) {
    const at::Tensor tokens = tokens_of().to(at::kFloat);
    const auto stored = [](const std::string& name, const at::Tensor& value) {
      return StoredTensor{name,
                          value.sizes().vec(),
                          StoredType::kF32,
                          {static_cast<const std::byte*>(value.const_data_ptr()), value.nbytes()}};
    };
    write_safetensors(folder / "expected_logits.safetensors",
                      {stored("tokens", tokens), stored("logits", logits)}, {});
  }

  static at::Tensor tokens_of() { return at::arange(40, at::kLong).mul(37).remainder(259).view({1, 40}); }

  TestModel test_model_{GetParam()};
  std::unique_ptr<LanguageModel> model_;
};

TEST_P(SavedModel, ReadsBackWithEqualLogits) {
  // R2RANK_KEEP_SAVED names a folder to keep the saved models in, for the check by transformers.
  const char* keep = std::getenv("R2RANK_KEEP_SAVED");
  const base::Path folder = (keep != nullptr ? base::Path(keep) : folder_) / GetParam();
  save_language_model(*model_, folder, true, true);
  const auto again = reopened(folder);
  const at::Tensor logits = logits_of(*again, tokens_of());
  EXPECT_LT(relative_error(logits, logits_of(*model_, tokens_of())), 1e-5);  // the merge rounds once
  EXPECT_EQ(again->tokenizer.tokens, model_->tokenizer.tokens);
  write_expected(logits, folder);

  save_language_model(*again, path("second"), true, false);
  EXPECT_TRUE(
      logits_of(*reopened(path("second")), tokens_of()).equal(logits));  // nothing left to merge: bit for bit
}

TEST_P(SavedModel, RoundsToBf16Once) {
  save_language_model(*model_, path("bf16"), false, false);
  const auto again = reopened(path("bf16"));
  std::map<std::string, at::Tensor> found;
  for (auto& [name, value] : again->merged_weights()) found[name] = value;
  for (const auto& [name, value] : model_->merged_weights())
    EXPECT_TRUE(found.at(name).equal(value.to(at::kBFloat16).to(at::kFloat))) << name;
}

TEST_P(SavedModel, MayKeepItsLowestLayersAlone) {
  ASSERT_GT(model_->config().layers, 1);
  save_language_model(*model_, path("low"), true, false, 1);
  const auto low = reopened(path("low"));
  EXPECT_EQ(low->config().layers, 1);
  std::map<std::string, at::Tensor> whole;
  for (auto& [name, value] : model_->merged_weights()) whole[name] = value;
  const auto kept = low->merged_weights();
  EXPECT_LT(kept.size(), whole.size());
  for (const auto& [name, value] : kept) EXPECT_TRUE(value.equal(whole.at(name))) << name;
  EXPECT_EQ(logits_of(*low, tokens_of()).sizes(), logits_of(*model_, tokens_of()).sizes());
  save_language_model(*model_, path("all"), true, false, model_->config().layers);
  EXPECT_EQ(reopened(path("all"))->config().layers, model_->config().layers);
  error_of(base::ErrorKind::kUsage,
           [&] { save_language_model(*model_, path("more"), true, false, model_->config().layers + 1); });
}

TEST_P(SavedModel, IsNotReplacedUnasked) {
  save_language_model(*model_, path("model"), false, false);
  error_of(base::ErrorKind::kUsage, [&] { save_language_model(*model_, path("model"), false, false); });
}

INSTANTIATE_TEST_SUITE_P(Families, SavedModel, testing::Values("llama", "qwen2", "qwen3"),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace r2rank::model
