#include "experiment/baseline_folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "baselines/test_data.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;

class BaselineFolder : public testing::Test {
 protected:
  void SetUp() override {
    std::vector<std::vector<int32_t>> histories;
    for (int32_t user = 0; user < 30; ++user) {
      histories.emplace_back();
      for (int32_t t = 0; t < 8; ++t) histories.back().push_back((user + t) % 12);
    }
    dataset_ = baselines::testing::dataset_of(histories, 12);
    dataset_.hash = "of this dataset";
    split_ = baselines::testing::leave_last_two(dataset_);
    for (int32_t user = 0; user < 30; ++user) {
      data::Slate slate =
          baselines::testing::last_event_slate(dataset_, user, {(user + 6) % 12, (user + 9) % 12});
      slate.history_end = 6;
      split_.valid.slates.push_back(slate);
    }
  }
  void TearDown() override { fs::remove_all(folder_); }

  baselines::TrainingData data() const { return {dataset_, split_}; }
  FittedBaseline fitted(const std::string& method) const {
    BaselineRequest request{.method = method, .settings = {}, .seed = 3, .fit = {}, .tune = {}};
    request.fit.epochs = 2;
    request.tune.trials = 1;
    return fit_baseline(request, data());
  }
  std::string refusal(const data::Dataset& dataset, const data::Split& split,
                      base::ErrorKind kind = base::ErrorKind::kUsage) const {
    try {
      load_baseline(folder_, {dataset, split});
    } catch (const base::Error& error) {
      EXPECT_EQ(error.exit_code(), static_cast<int>(kind)) << error.what();
      return error.what();
    }
    return "";
  }

  nlohmann::ordered_json card() const {
    return nlohmann::ordered_json::parse(base::read_file(folder_ / "baseline.json"));
  }
  void write_card(const nlohmann::ordered_json& card) const {
    base::write_file(folder_ / "baseline.json", card.dump());
  }

  data::Dataset dataset_;
  data::Split split_;
  base::Path folder_ = fs::temp_directory_path() / ("r2rank_baseline_" + std::to_string(::getpid()));
};

TEST_F(BaselineFolder, GivesTheScoresBack) {
  for (const char* method : {"item-knn", "bpr-mf", "sasrec"}) {
    SCOPED_TRACE(method);
    const auto before = fitted(method);
    save_baseline(before, data(), folder_, true);
    const auto after = load_baseline(folder_, data());
    EXPECT_EQ(after.settings, before.settings);
    EXPECT_EQ(after.seed, 3U);
    for (const auto& slate : split_.valid.slates)
      EXPECT_EQ(after.scorer->score(slate), before.scorer->score(slate));
  }
}

TEST_F(BaselineFolder, IsRefusedForOtherDataAndOtherTrainingEvents) {
  save_baseline(fitted("bpr-mf"), data(), folder_, false);
  data::Dataset other = dataset_;
  other.hash = "of another";
  EXPECT_NE(refusal(other, split_).find("another dataset"), std::string::npos);
  data::Split more = split_;
  ++more.training_end[0];
  EXPECT_NE(refusal(dataset_, more).find("other events"), std::string::npos);
}

TEST_F(BaselineFolder, SaysWhatIsDamaged) {
  save_baseline(fitted("bpr-mf"), data(), folder_, false);
  fs::resize_file(folder_ / "weights.safetensors", 50);
  EXPECT_NE(refusal(dataset_, split_, base::ErrorKind::kData).find("weights.safetensors"), std::string::npos);
  base::write_file(folder_ / "baseline.json", "{}");
  EXPECT_NE(refusal(dataset_, split_, base::ErrorKind::kData).find("baseline.json"), std::string::npos);
}

TEST_F(BaselineFolder, IsDamagedWhereItsCardSaysWhatNoProgramWrote) {
  save_baseline(fitted("sasrec"), data(), folder_, false);
  const auto whole = card();
  const std::vector<std::pair<std::string, nlohmann::ordered_json>> changes = {
      {"method", "sasrek"},
      {"method", 3},
      {"method", "popularity"},  // without a setting that the card has
      {"settings", nullptr},
      {"settings", {{"layers", 2}}},
      {"settings", {{"layers", "many"}}},
      {"settings", {{"layer", "2"}}},
      {"seed", -3},
      {"seed", 1.5},
      {"seed", "3"},
      {"dataset_hash", 7},
      {"weights_hash", false},
      {"format", "r2rank-split"}};
  for (const auto& [key, value] : changes) {
    auto changed = whole;
    changed[key] = value;
    write_card(changed);
    const std::string text = refusal(dataset_, split_, base::ErrorKind::kData);
    EXPECT_NE(text.find("baseline.json"), std::string::npos) << key << " = " << value << ": " << text;
  }
}

TEST_F(BaselineFolder, KnowsTheHashOfItsWeights) {
  save_baseline(fitted("bpr-mf"), data(), folder_, false);
  std::string bytes = base::read_file(folder_ / "weights.safetensors");
  bytes.back() = static_cast<char>(bytes.back() ^ 1);  // the sign or an exponent's bit of the last number
  base::write_file(folder_ / "weights.safetensors", bytes);
  const std::string text = refusal(dataset_, split_, base::ErrorKind::kData);
  EXPECT_NE(text.find("expected weights with hash"), std::string::npos) << text;
}

TEST_F(BaselineFolder, OfAnOlderProgramHasNoHashOfItsWeights) {
  const auto before = fitted("bpr-mf");
  save_baseline(before, data(), folder_, false);
  auto older = card();
  EXPECT_EQ(older.erase("weights_hash"), 1U);
  write_card(older);
  const auto after = load_baseline(folder_, data());
  EXPECT_EQ(after.scorer->score(split_.valid.slates[0]), before.scorer->score(split_.valid.slates[0]));
  save_baseline(fitted("item-knn"), data(), folder_, true);
  EXPECT_FALSE(card().contains("weights_hash")) << "it has no weights";
}

TEST_F(BaselineFolder, IsNoRetrieverOfALanguageModel) {
  std::unique_ptr<baselines::Scorer> scorer;
  try {
    fitted_retriever("llm-verdict", data(), 7, scorer);
    FAIL() << "nothing was refused";
  } catch (const base::Error& error) {
    EXPECT_NE(std::string(error.what()).find("retriever = 'llm-verdict'"), std::string::npos) << error.what();
  }
}

TEST_F(BaselineFolder, IsNotOverwrittenUnasked) {
  save_baseline(fitted("popularity"), data(), folder_, false);
  EXPECT_THROW(save_baseline(fitted("popularity"), data(), folder_, false), base::Error);
}

}  // namespace
}  // namespace r2rank::experiment
