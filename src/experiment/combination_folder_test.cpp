#include "experiment/combination_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/progress.h"
#include "data/test_support.h"
#include "experiment/test_components.h"

namespace r2rank::experiment {
namespace {

namespace fs = std::filesystem;
using data::testing::error_of, data::testing::expect_parts;
using testing::Components;

class CombinationFolder : public ::testing::Test {
 protected:
  CombinationFolder() { base::set_progress_enabled(false); }
  ~CombinationFolder() override { base::set_progress_enabled(true); }

  baselines::TrainingData data() const { return {world_.dataset, world_.split}; }
  base::Path path(const std::string& name) const { return folder_.path() / name; }

  void keep_baseline(const std::string& neighbours = "5") const {
    BaselineRequest request;
    request.method = "item-knn";
    request.settings = {{"neighbours", neighbours}};
    request.tune.trials = 1;
    save_baseline(fit_baseline(request, data()), data(), path("parts/knn"), true);
  }
  KeptCombination learned(const std::string& method) const {
    KeptCombination kept;
    FileIdentities files;
    kept.parts.push_back(folder_part({"knn", path("parts/knn")}, data(), 7, files));
    kept.parts.push_back(method_part("popularity", data(), 7));
    std::vector<metrics::PerUserResults> results;
    for (const auto& part : kept.parts) {
      results.push_back(evaluate(*part.scorer, world_.slates, world_.dataset, part.name));
      results.back().scorer = part.name;
    }
    kept.settings = combination_settings(method, {});
    kept.valid_hash = world_.slates.hash;
    kept.combination = learn_combination(method, {}, 7, results, world_.slates, world_.dataset, world_.split);
    return kept;
  }
  base::Path saved(const std::string& method) const {
    keep_baseline();
    save_combination(learned(method), data(), path("out"), true);
    return path("out");
  }
  void change(const std::string& field, const nlohmann::json& value) const {
    auto card = nlohmann::json::parse(base::read_file(path("out/combination.json")));
    card[field] = value;
    base::write_file(path("out/combination.json"), card.dump());
  }

  Components world_{300, 1};
  data::testing::TemporaryFolder folder_;
};

TEST_F(CombinationFolder, ScoresAsBeforeItWasSaved) {
  for (const char* method : {"blend", "lambdamart"}) {
    keep_baseline();
    const KeptCombination kept = learned(method);
    save_combination(kept, data(), path("out"), true);
    EXPECT_TRUE(is_combination_folder(path("out")));
    const auto loaded = load_scorer(path("out"), data());
    EXPECT_EQ(loaded.method, method);
    std::vector<metrics::PerUserResults> results;
    for (const auto& part : kept.parts) {
      results.push_back(evaluate(*part.scorer, world_.slates, world_.dataset, part.name));
      results.back().scorer = part.name;
    }
    EXPECT_EQ(evaluate(*loaded.scorer, world_.slates, world_.dataset, "all").scores,
              apply_combination(kept.combination, results, world_.slates, world_.dataset, world_.split, "all")
                  .scores)
        << method;
  }
}

TEST_F(CombinationFolder, MovesTogetherWithItsParts) {
  saved("blend");
  fs::rename(path("out"), path("parts/out"));
  expect_parts(error_of(base::ErrorKind::kIo, [&] { load_combination(path("parts/out"), data()); }),
               {"knn", "not there"});
  fs::rename(path("parts/out"), path("out"));
  fs::create_directory(path("elsewhere"));
  fs::rename(path("out"), path("elsewhere/out"));
  fs::rename(path("parts"), path("elsewhere/parts"));
  EXPECT_EQ(load_combination(path("elsewhere/out"), data()).parts.size(), 2U);
}

TEST_F(CombinationFolder, RefusesAPartThatIsAnotherNow) {
  saved("lambdamart");
  keep_baseline("6");
  expect_parts(error_of(base::ErrorKind::kData, [&] { load_combination(path("out"), data()); }),
               {"another 'knn'"});
}

TEST_F(CombinationFolder, RefusesOtherData) {
  saved("blend");
  data::Split other = world_.split;
  --other.training_end[0];
  expect_parts(
      error_of(base::ErrorKind::kUsage, [&] { load_combination(path("out"), {world_.dataset, other}); }),
      {"other events"});
}

TEST_F(CombinationFolder, RefusesADamagedCard) {
  saved("blend");
  const std::string whole = base::read_file(path("out/combination.json"));
  const std::vector<std::pair<const char*, nlohmann::json>> damages = {
      {"method", "sum"},
      {"weights", 3},
      {"weights", {{"knn", 0.5}}},
      {"parts", nlohmann::json::array()},
      {"parts", {{"x", 1}}},
      {"parts", {{{"name", "nobody"}}}},
      {"parts", {{{"name", "x"}, {"folder", "a"}}}},
      {"parts", {{{"name", "x"}, {"folder", ""}, {"identity", ""}}}},
      {"version", 9},
      {"seed", -1}};
  for (const auto& [field, value] : damages) {
    change(field, value);
    expect_parts(error_of(base::ErrorKind::kData, [&] { load_combination(path("out"), data()); }),
                 {"combination.json"});
    base::write_file(path("out/combination.json"), whole);
  }
  saved("lambdamart");
  base::write_file(path("out/trees.txt"), "tree\n");
  expect_parts(error_of(base::ErrorKind::kData, [&] { load_combination(path("out"), data()); }),
               {"trees.txt"});
}

TEST_F(CombinationFolder, RefusesAFolderThatIsNoRanker) {
  FileIdentities files;
  expect_parts(
      error_of(base::ErrorKind::kUsage, [&] { folder_part({"it", folder_.path()}, data(), 7, files); }),
      {"found neither"});
}

}  // namespace
}  // namespace r2rank::experiment
