#include "learn/model_folder.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "learn/tiny_ranking_model.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

class ModelFolder : public ::testing::Test {
 protected:
  ModelFolder() { testing::write_tiny_base(base_); }

  std::unique_ptr<RankingModel> open(const base::Path& path, const std::string& tuning = "full") {
    return testing::open_tiny(path, tuning);
  }

  /// Gives the parts that start at zero (readout, LoRA's B) values, so that a loss of them would show.
  static void disturb(RankingModel& ranking) {
    at::NoGradGuard no_grad;
    for (auto& parameter : ranking.model->parameters().all())
      if (parameter.trainable)
        parameter.master.add_(model::golden::formula(parameter.name(), parameter.master.sizes().vec(), 0.1));
    ranking.model->parameters().publish();
  }

  std::vector<double> scores(const RankingModel& ranking) {
    std::vector<text::PromptItem> items;
    for (const char* title : {"red1", "blue2", "a longer title", "green"}) items.push_back({.title = title});
    const auto slate = rollout::canonical_slate(1, ranking.prompts->build({{.title = "red7"}}, items),
                                                {1, 2, 3, 4}, {1, 0, 0, 0});
    const rollout::PreparedSlate* pointer = &slate;
    return slate.in_slate_order(ranking.reasoner->silent_scores({&pointer, 1}).front());
  }

  base::Path write(const RankingModel& ranking) {
    const base::Path folder = folder_.path() / "written";
    std::filesystem::create_directories(folder);
    write_ranking_model(ranking, folder, R"({"step": 3})");
    return folder;
  }

  base::Path written(const std::string& tuning = "full") {
    const auto ranking = open(base_, tuning);
    disturb(*ranking);
    return write(*ranking);
  }

  std::string refused(const base::Path& folder, const std::string& tuning = "full") {
    return error_of(base::ErrorKind::kData, [&] { open(folder, tuning); });
  }

  data::testing::TemporaryFolder folder_;
  base::Path base_ = folder_.path() / "base";
};

TEST_F(ModelFolder, KeepsTheScoresBitForBit) {
  for (const char* tuning : {"full", "lora", "head"}) {
    const auto ranking = open(base_, tuning);
    const auto before = scores(*ranking);
    disturb(*ranking);
    const auto expected = scores(*ranking);
    EXPECT_NE(before, expected) << tuning;
    const auto again = open(write(*ranking), tuning);
    EXPECT_EQ(scores(*again), expected) << tuning;
    EXPECT_EQ(again->training, R"({"step":3})");
  }
}

TEST_F(ModelFolder, ALoraModelStaysOneWhateverTuningIsAskedFor) {
  const base::Path folder = written("lora");
  const auto expected = scores(*open(folder, "lora"));
  for (const char* tuning : {"full", "frozen"}) {
    const auto again = open(folder, tuning);
    EXPECT_EQ(again->model->options().tuning, "lora");
    EXPECT_EQ(scores(*again), expected);
  }
}

TEST_F(ModelFolder, AdaptersOnAFullyTunedModelStartAtItsScores) {
  const base::Path folder = written("full");
  const auto expected = scores(*open(folder, "full"));
  const auto adapted = open(folder, "lora");
  EXPECT_EQ(adapted->model->options().tuning, "lora");
  EXPECT_EQ(scores(*adapted), expected);
}

TEST_F(ModelFolder, AnotherReadoutOrOtherAdaptersThanTheFoldersOwnAreRefused) {
  const auto refusal = [](const base::Path& folder, const model::ModelOptions& options) {
    return error_of(base::ErrorKind::kUsage,
                    [&] { open_ranking_model(folder, options, text::PromptConfig()); });
  };
  const base::Path folder = written();
  model::ModelOptions options = testing::tiny_options();
  options.readout_hidden = 99;
  expect_parts(refusal(folder, options), {"readout_hidden = 8", "found 99", "leave that setting out"});
  options = testing::tiny_options();
  options.readout = "head";
  expect_parts(refusal(folder, options), {"readout = \"both\"", "found \"head\""});
  options = testing::tiny_options("lora");
  options.lora_rank = 5;
  EXPECT_EQ(open_ranking_model(folder, options, {})->model->options().lora_rank, 5)
      << "new adapters are the caller's";
  std::filesystem::remove_all(folder);
  expect_parts(refusal(written("lora"), options), {"lora_rank = 2", "found 5"});
}

TEST_F(ModelFolder, AdaptersOfUpperLayersAloneComeBackAsSuch) {
  auto options = testing::tiny_options("lora");
  options.trained_layers = 1;
  const auto ranking = open_ranking_model(base_, options, testing::tiny_prompt());
  disturb(*ranking);
  const auto expected = scores(*ranking);
  const base::Path folder = write(*ranking);
  const auto again = open(folder, "lora");
  EXPECT_EQ(again->model->options().trained_layers, 1);
  EXPECT_EQ(scores(*again), expected);
  EXPECT_EQ(scores(*open(folder, "frozen")), expected);
}

TEST_F(ModelFolder, OlderAdaptersAreThoseOfAllLayers) {
  const base::Path folder = written("lora"), card = folder / "r2rank.json";
  auto json = nlohmann::json::parse(base::read_file(card));
  json["model"].erase("trained_layers");
  base::write_file(card, json.dump());
  auto options = testing::tiny_options("lora");
  options.trained_layers = 1;
  expect_parts(
      error_of(base::ErrorKind::kUsage, [&] { open_ranking_model(folder, options, testing::tiny_prompt()); }),
      {"trained_layers = 0", "found 1"});
  EXPECT_EQ(open(folder, "lora")->model->options().trained_layers, 0);
}

TEST_F(ModelFolder, TellsTheFirstSlateThatItsTrainingHasNotDrawn) {
  const auto ranking = open(base_);
  const auto told = [&](nlohmann::json training) {
    training["dataset_hash"] = "data";
    training["training_hash"] = "split";
    ranking->training = training.dump();
    return first_new_slate(*ranking, "data", "split");
  };
  EXPECT_EQ(first_new_slate(*ranking, "data", "split"), 0) << "a base model";
  EXPECT_EQ(told({{"slates", 40}, {"next_slate", 100}}), 100);
  EXPECT_EQ(first_new_slate(*ranking, "data", "another split"), 0);
  EXPECT_EQ(told({{"slates", 40}}), 40) << "of an older version";
  EXPECT_EQ(told({{"slates", 40}, {"configuration", {{"rationale_set", "r"}}}}), 0) << "trees";
  error_of(base::ErrorKind::kData, [&] { told({{"next_slate", -1}}); });
}

TEST_F(ModelFolder, WhichLayersAWholeModelIsTrainedInIsTheCallersChoice) {
  auto options = testing::tiny_options();
  options.trained_layers = 1;
  const auto upper = open_ranking_model(base_, options, testing::tiny_prompt());
  const base::Path folder = write(*upper);
  EXPECT_EQ(open(folder)->model->options().trained_layers, 0);
}

TEST_F(ModelFolder, IsNotUsedOnAnotherSplitOfTheDatasetItWasTrainedOn) {
  const auto dataset = testing::red_or_blue();
  const auto split = testing::split_of(dataset);
  const auto ranking = open(base_);
  const auto trained_on = [&](const std::string& data_hash, const std::string& training_hash) {
    ranking->training = nlohmann::json{{"dataset_hash", data_hash}, {"training_hash", training_hash}}.dump();
  };
  const auto other = [&] { refuse_other_training(*ranking, dataset, split); };
  EXPECT_NO_THROW(other()) << "a base model";
  trained_on(dataset.hash, data::training_hash(split));
  EXPECT_NO_THROW(other());
  trained_on("another", "split");
  EXPECT_NO_THROW(other()) << "another dataset";
  trained_on(dataset.hash, "another split");
  expect_parts(error_of(base::ErrorKind::kUsage, other),
               {"other events", "may have seen", "split it was trained with"});
}

TEST_F(ModelFolder, TheFoldersOwnPromptAndReadoutServeACallerWhoSetsNone) {
  const base::Path folder = written();
  model::ModelOptions options;
  options.dtype = "f32";
  const auto ranking = open_ranking_model(folder, options, text::PromptConfig());
  EXPECT_EQ(ranking->prompts->config().cue, " =");
  EXPECT_EQ(ranking->model->options().readout_hidden, 8);
  EXPECT_EQ(ranking->model->options().readout, "both");
}

TEST_F(ModelFolder, AnotherPromptThanTheFoldersOwnIsRefusedByName) {
  const base::Path run = folder_.path() / "run";
  std::filesystem::create_directories(run);
  std::filesystem::copy(written(), run / "model");
  const auto refusal = [&](const text::PromptConfig& prompt) {
    return error_of(base::ErrorKind::kUsage,
                    [&] { open_ranking_model(run, testing::tiny_options(), prompt); });
  };
  text::PromptConfig prompt;  // the rest at its default
  prompt.cue = " ?";
  expect_parts(refusal(prompt),
               {run.string(), "prompt_cue = \" =\"", "found \" ?\"", "leave that setting out"});
  prompt = testing::tiny_prompt();  // the rest as in the folder
  prompt.history_items = 3;
  expect_parts(refusal(prompt), {"history_items = 2", "found 3"});
}

TEST_F(ModelFolder, TheSamePromptAgainOrTheDefaultOneIsAccepted) {
  const base::Path folder = written();
  text::PromptConfig partly;
  partly.cue = " =";
  for (const auto& prompt : {testing::tiny_prompt(), text::PromptConfig(), partly}) {
    const auto ranking = open_ranking_model(folder, testing::tiny_options(), prompt);
    EXPECT_EQ(ranking->prompts->config().cue, " =");
    EXPECT_EQ(ranking->prompts->config().history_items, 2);
  }
}

TEST_F(ModelFolder, ABaseModelStartsFromItsOwnVerdictAndTheCallersPrompt) {
  const auto ranking = open(base_);
  EXPECT_EQ(ranking->training, "");
  EXPECT_EQ(ranking->prompts->config().question, "Next?");
  EXPECT_EQ(ranking->model->readout().w2->master.abs().max().item<double>(), 0);
}

TEST_F(ModelFolder, ARunFolderStandsForTheModelOrElseTheCheckpointInIt) {
  const base::Path run = folder_.path() / "run", source = written();
  std::filesystem::create_directories(run);
  std::filesystem::copy(source, run / "checkpoint");
  EXPECT_EQ(model_path_of(run), run / "checkpoint");
  std::filesystem::copy(source, run / "model");
  EXPECT_EQ(model_path_of(run), run / "model");
  EXPECT_TRUE(has_own_prompt(run));
  EXPECT_FALSE(has_own_prompt(base_));
  EXPECT_FALSE(has_own_prompt(folder_.path() / "absent"));
  EXPECT_EQ(model_path_of(base_), base_);
  EXPECT_EQ(scores(*open(run)), scores(*open(source)));
}

TEST_F(ModelFolder, BudgetsBeyondTheModelsPositionsAreRefused) {
  const auto ranking = open(base_);  // 512 positions; 256 + 64 tokens and the cue of the prompt
  EXPECT_NO_THROW(check_positions(*ranking, 0));
  EXPECT_NO_THROW(check_positions(*ranking, 150));
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { check_positions(*ranking, 200); }),
               {"history_tokens 256", "rationale's 200", "512 positions"});
}

TEST_F(ModelFolder, RefusesADamagedCard) {
  const base::Path folder = written(), card = folder / "r2rank.json";
  const std::string good = base::read_file(card);
  base::write_file(card, good.substr(0, good.size() / 2));
  expect_parts(refused(folder), {"r2rank.json", "damaged"});
  base::write_file(card, R"({"format": "r2rank-model", "version": 1})");
  expect_parts(refused(folder), {"r2rank.json", "damaged", "prompt"});
  base::write_file(card, R"({"format": "something else", "version": 1})");
  expect_parts(refused(folder), {"r2rank.json", "expected \"r2rank-model\" as 'format'", "something else"});
  base::write_file(card, R"({"format": "r2rank-model", "version": 3})");
  expect_parts(refused(folder), {"r2rank.json", "version 2 or older", "found 3"});
  base::write_file(card, "[]");
  expect_parts(refused(folder), {"r2rank.json", "damaged"});
}

TEST_F(ModelFolder, RefusesACardWithAnUnknownOrImpossibleSetting) {
  const base::Path folder = written(), card = folder / "r2rank.json";
  const auto good = nlohmann::json::parse(base::read_file(card));
  auto changed = good;
  changed["prompt"]["prompt_cu"] = "x";
  base::write_file(card, changed.dump());
  expect_parts(refused(folder), {"r2rank.json", "prompt_cu", "prompt_cue"});
  changed = good;
  changed["model"]["readout_hidden"] = -5;
  base::write_file(card, changed.dump());
  expect_parts(refused(folder), {"r2rank.json", "readout_hidden", "out of range"});
  changed = good;
  changed["model"]["lora_targets"] = {1, 2};
  base::write_file(card, changed.dump());
  expect_parts(refused(folder), {"r2rank.json", "damaged"});
}

TEST_F(ModelFolder, RefusesACardOfDeepNestingWithoutACrash) {
  const base::Path folder = written(), card = folder / "r2rank.json";
  std::string text = nlohmann::json::parse(base::read_file(card)).dump();
  const std::string field = R"("training":{"step":)";
  text.insert(text.find(field) + field.size(),
              std::string(100'000, '[') + std::string(100'000, ']') + ",\"x\":");
  base::write_file(card, text);
  expect_parts(refused(folder), {"r2rank.json", "64 levels"});
}

TEST_F(ModelFolder, RefusesATruncatedExtraFile) {
  const base::Path folder = written(), extra = folder / "extra.safetensors";
  const std::string good = base::read_file(extra);
  for (const size_t size : {good.size() - 1, good.size() / 2, size_t{9}, size_t{0}}) {
    base::write_file(extra, good.substr(0, size));
    expect_parts(refused(folder), {"extra.safetensors"});
  }
}

TEST_F(ModelFolder, RefusesAnExtraFileThatLacksATensorOrHasAnotherShape) {
  const base::Path folder = written(), card = folder / "r2rank.json";
  auto changed = nlohmann::json::parse(base::read_file(card));
  changed["model"]["readout_hidden"] = 9;
  base::write_file(card, changed.dump());
  model::ModelOptions options;  // the card's readout is the caller's too
  options.dtype = "f32";
  expect_parts(error_of(base::ErrorKind::kData, [&] { open_ranking_model(folder, options, {}); }),
               {"extra.safetensors", "expected readout.w1 of shape [9, 16]"});
  changed["model"]["readout_hidden"] = 8;
  changed["model"]["tuning"] = "lora";  // a card that claims adapters which are not there
  base::write_file(card, changed.dump());
  options.tuning = "lora";
  expect_parts(error_of(base::ErrorKind::kData, [&] { open_ranking_model(folder, options, {}); }),
               {"extra.safetensors", "lora_A"});
}

TEST_F(ModelFolder, RefusesAFolderWithoutItsExtraFile) {
  const base::Path folder = written();
  std::filesystem::remove(folder / "extra.safetensors");
  EXPECT_THROW(open(folder), base::Error);
}

}  // namespace
}  // namespace r2rank::learn
