#include "learn/train_config.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace r2rank::learn {
namespace {

TrainConfig rl() {
  TrainConfig config;
  config.stage = "rl";
  return config;
}

void expect_refused(const TrainConfig& config, std::initializer_list<std::string> parts) {
  try {
    config.check();
    FAIL() << "nothing was refused";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    for (const auto& part : parts)
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

std::string setting_error(const std::string& name, const std::string& value) {
  TrainConfig config;
  base::ConfigFields fields;
  config.describe(fields);
  try {
    fields.set(name, value);
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    return error.what();
  }
  return "";
}

TEST(TrainConfig, ItsDefaultsAreValidInBothStages) {
  EXPECT_NO_THROW(TrainConfig().check());
  EXPECT_NO_THROW(rl().check());
}

TEST(TrainConfig, ItsDefaultsLieWithinTheirOwnLimits) {
  TrainConfig config;
  base::ConfigFields fields;
  config.describe(fields);
  for (const auto& field : fields.all()) {
    if (const auto* const* whole = std::get_if<int64_t*>(&field.value)) {
      EXPECT_GE(static_cast<double>(**whole), field.low) << field.name;
      EXPECT_LE(static_cast<double>(**whole), field.high) << field.name;
    }
    if (const auto* const* number = std::get_if<double*>(&field.value)) {
      EXPECT_GE(**number, field.low) << field.name;
      EXPECT_LE(**number, field.high) << field.name;
    }
    const auto* const* text = std::get_if<std::string*>(&field.value);
    if (text == nullptr || field.choices.empty()) continue;
    EXPECT_NE(std::find(field.choices.begin(), field.choices.end(), **text), field.choices.end())
        << field.name;
  }
}

TEST(TrainConfig, RefusesARunWithoutAnEnd) {
  TrainConfig config;
  config.steps = 0;
  expect_refused(config, {"steps", "minutes", "choose at least one"});
  config.minutes = 1;
  EXPECT_NO_THROW(config.check());
}

TEST(TrainConfig, RefusesToTrainNothing) {
  TrainConfig config;
  config.model_options.tuning = "frozen";
  expect_refused(config, {"tuning = frozen", "choose full, lora or head"});
  config.model_options.tuning = "head";
  config.model_options.readout = "verdict";
  expect_refused(config, {"readout = verdict", "choose readout head or both, or tuning full or lora"});
  config.model_options.readout = "head";
  EXPECT_NO_THROW(config.check());
}

TEST(TrainConfig, ATaughtStepHasSlatesOfBothKinds) {
  TrainConfig config;
  EXPECT_EQ(config.taught_slates(), 0);
  config.signals.folder = "S";
  config.signals.use = {"teach"};
  config.slates_per_step = 16;
  EXPECT_EQ(config.taught_slates(), 8);
  config.signals.taught_share = 0.01;
  EXPECT_EQ(config.taught_slates(), 1);
  config.signals.taught_share = 0.99;
  EXPECT_EQ(config.taught_slates(), 15);
  config.slates_per_step = 2;
  EXPECT_EQ(config.taught_slates(), 1);
  config.targets_per_user = 3;
  config.negative_count = 5;
  EXPECT_EQ(config.taught_drawing().slates_per_user, 3);
  EXPECT_EQ(config.taught_drawing().negative_count, 5);
}

TEST(TrainConfig, RefusesWhatCannotBeTaught) {
  TrainConfig config;
  config.signals.folder = "S";
  config.signals.use = {"teach"};
  EXPECT_NO_THROW(config.check());
  config.slates_per_step = 1;
  expect_refused(config, {"slates_per_step >= 2"});
  config.slates_per_step = 8;
  config.negatives = "popularity";
  expect_refused(config, {"negatives = popularity", "uniform"});
  config.negatives = "uniform";
  config.list_objective = "ndcg";
  expect_refused(config, {"list_objective = ndcg", "cross-entropy"});
  auto reasoned = rl();
  reasoned.signals = config.signals;
  expect_refused(reasoned, {"stage = silent alone"});
}

TEST(TrainConfig, AFrozenLanguageModelLearnsNoText) {
  TrainConfig config;
  config.text_weight = 0.1;
  EXPECT_NO_THROW(config.check());
  config.model_options.tuning = "head";
  expect_refused(config, {"tuning = head", "text_weight"});
  config.signals.folder = "S";
  config.model_options.tuning = "frozen";
  expect_refused(config, {"tuning = frozen", "text_weight"});
}

TEST(TrainConfig, SignalsCanBeTrainedBesideAFrozenModel) {
  TrainConfig config;
  config.signals.folder = "S";
  config.model_options.tuning = "frozen";
  config.model_options.readout = "verdict";
  config.readout_learning_rate = 1e-2;  // theirs too
  EXPECT_NO_THROW(config.check());
  config.signals.use = {"text"};
  expect_refused(config, {"tuning = frozen", "choose full, lora or head"});
  config.signals = {};
  config.model_options.tuning = "full";
  expect_refused(config, {"readout_learning_rate", "readout = verdict"});
}

TEST(TrainConfig, AFrozenModelsRationalesHaveNoCredit) {
  auto config = rl();
  config.signals.folder = "S";
  config.model_options.tuning = "frozen";
  expect_refused(config, {"tuning = frozen", "credit = none"});
  config.credit = "none";
  EXPECT_NO_THROW(config.check());
}

TEST(TrainConfig, RefusesCreditsThatCompareOneRationaleWithNothing) {
  auto config = rl();
  config.rationales = 1;
  for (const char* credit : {"marginal", "contribution", "grpo", "rloo"}) {
    config.credit = credit;
    expect_refused(config, {credit, "rationales >= 2", "choose none, shared or versus-silent"});
  }
  for (const char* credit : {"none", "shared", "versus-silent"}) {
    config.credit = credit;
    EXPECT_NO_THROW(config.check()) << credit;
  }
}

TEST(TrainConfig, RefusesASharedBaselineOfOneSlate) {
  auto config = rl();
  config.slates_per_step = 1;
  config.credit = "shared";
  expect_refused(config, {"credit = shared", "slates_per_step >= 2",
                          "choose rloo, grpo, contribution, marginal or versus-silent"});
}

TEST(TrainConfig, RefusesImpossibleEstimatorsInASilentStageToo) {
  TrainConfig config;
  config.estimator = "reinforce-pl";
  expect_refused(config, {"reinforce-pl", "list_objective = ndcg"});
  config.list_objective = "ndcg";
  EXPECT_NO_THROW(config.check());
  config.rankings = 1;
  expect_refused(config, {"leave-one-out", "rankings >= 2"});
  config.ranking_baseline = "batch-mean";
  expect_refused(config, {"batch-mean", "stage = silent", "leave-one-out"});
  config.ranking_baseline = "critic";
  EXPECT_NO_THROW(config.check()) << "one ranking is enough beside a critic";
}

TEST(TrainConfig, RefusesMoreRankedPlacesThanASlateHas) {
  auto config = rl();
  config.estimator = "reinforce-pl";
  config.negative_count = 3;
  config.ranking_depth = 4;
  EXPECT_NO_THROW(config.check());
  config.ranking_depth = 5;
  expect_refused(config, {"ranking_depth = 5", "1 + 3 items", "choose 4 or less"});
}

TEST(TrainConfig, RefusesACriticThatNothingAsks) {
  auto config = rl();
  config.ranking_baseline = "critic";
  expect_refused(config, {"critic", "cannot act", "estimator = expected"});
}

TEST(TrainConfig, RefusesSampledRankingsWithoutAnythingToCompareThemWith) {
  auto config = rl();
  config.estimator = "reinforce-pl";
  config.list_objective = "ndcg";
  EXPECT_NO_THROW(config.check());
  config.rankings = 1;
  expect_refused(config, {"leave-one-out", "rankings >= 2", "batch-mean"});
  config.ranking_baseline = "batch-mean";
  EXPECT_NO_THROW(config.check());
  config.slates_per_step = 1;
  expect_refused(config, {"batch-mean", "slates_per_step >= 2", "leave-one-out"});
}

TEST(TrainConfig, RefusesSampledRankingsOfAnotherObjectiveThanNdcg) {
  auto config = rl();
  config.estimator = "reinforce-pl";
  config.list_objective = "lambda";
  expect_refused(config, {"reinforce-pl", "list_objective = ndcg", "estimator = expected"});
}

TEST(TrainConfig, TheSilentStageTrainsTheSilentScoreAloneAndNeedsNoOtherSlate) {
  TrainConfig config;
  config.slates_per_step = 1;
  EXPECT_NO_THROW(config.check());
  EXPECT_EQ(config.step_options().silent_weight, 1.0);
  EXPECT_EQ(rl().step_options().silent_weight, 0.3);
}

TEST(TrainConfig, RefusesSettingsThatNothingLooksAt) {
  const auto refused = [](const std::string& stage, const std::string& name, const std::string& value,
                          const std::string& why) {
    TrainConfig config;
    config.stage = stage;
    base::ConfigFields fields;
    config.describe(fields);
    fields.set(name, value);
    expect_refused(config, {name + " = ", "cannot act", why});
  };
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"rationales", "1"},
                                                                                    {"rationale_tokens", "8"},
                                                                                    {"temperature", "0.7"},
                                                                                    {"epochs", "2"},
                                                                                    {"credit", "none"},
                                                                                    {"kl", "0.1"},
                                                                                    {"length_price", "0.1"},
                                                                                    {"silent_weight", "1"}})
    refused("silent", name, value, "stage = silent");
  refused("rl", "rankings", "4", "estimator = expected");
  refused("rl", "ranking_depth", "3", "estimator = expected");
  refused("silent", "critic_learning_rate", "0.1", "ranking_baseline = leave-one-out");
  refused("rl", "lora_rank", "4", "tuning = full");
  refused("silent", "rationale_source", "filler", "stage = silent");
  refused("silent", "valid_measurements", "4", "valid_slates = 0");
  refused("rl", "select", "best", "valid_slates = 0");
}

TEST(TrainConfig, RefusesCreditForRationalesThatAreNotTheModels) {
  for (const char* source : {"start", "filler"}) {
    TrainConfig config;
    config.stage = "rl";
    config.rationale_source = source;
    expect_refused(config, {std::string("rationale_source = ") + source, "credit = none"});
    config.credit = "none";
    config.check();
    config.kl = 0.1;
    expect_refused(config, {"rationale_source", "kl"});
  }
  TrainConfig config;
  config.stage = "rl";
  config.rationale_source = "filler";
  config.credit = "none";
  config.temperature = 0.7;
  expect_refused(config, {"temperature", "rationale_source = filler"});
}

TEST(TrainConfig, RefusesAdaptersOfNothing) {
  TrainConfig config;
  config.model_options.tuning = "lora";
  config.model_options.lora_targets.clear();
  expect_refused(config, {"lora_targets", "tuning head"});
}

TEST(TrainConfig, TrainsOnNdcgWhereRationalesAreAndOnCrossEntropyBefore) {
  TrainConfig silent;
  auto reasoned = rl();
  EXPECT_EQ(silent.step_options().utility.objective, ListObjective::kCrossEntropy);
  EXPECT_EQ(reasoned.step_options().utility.objective, ListObjective::kNdcg);
  silent.resolve();
  reasoned.resolve();
  EXPECT_EQ(silent.list_objective, "cross-entropy");
  EXPECT_EQ(reasoned.list_objective, "ndcg");
  reasoned.list_objective = "lambda";
  reasoned.resolve();
  EXPECT_EQ(reasoned.list_objective, "lambda");
}

TEST(TrainConfig, AnUnknownKeyIsRefusedWithTheNearestName) {
  EXPECT_NE(setting_error("slates_per_stp", "4").find("slates_per_step"), std::string::npos);
  EXPECT_NE(setting_error("learning_rat", "4").find("learning_rate"), std::string::npos);
}

TEST(TrainConfig, AnUnknownChoiceIsRefusedWithTheKnownOnes) {
  const std::string credit = setting_error("credit", "gae"), stage = setting_error("stage", "sft");
  for (const auto& name : credit_names()) EXPECT_NE(credit.find(name), std::string::npos) << credit;
  EXPECT_NE(stage.find("silent, rl"), std::string::npos) << stage;
}

TEST(TrainConfig, ValuesOutOfRangeOrOfAnotherTypeAreRefused) {
  EXPECT_NE(setting_error("temperature", "0").find("temperature"), std::string::npos);
  EXPECT_NE(setting_error("learning_rate", "nan").find("learning_rate"), std::string::npos);
  EXPECT_NE(setting_error("steps", "-1").find("steps"), std::string::npos);
  EXPECT_NE(setting_error("steps", "ten").find("ten"), std::string::npos);
  EXPECT_NE(setting_error("negative_count", "0").find("negative_count"), std::string::npos);
}

TEST(TrainConfig, EverySettingReachesTheStep) {
  auto config = rl();
  base::ConfigFields fields;
  config.describe(fields);
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"objective", "jg"},
                                                        {"credit", "contribution"},
                                                        {"estimator", "reinforce-pl"},
                                                        {"ranking_baseline", "batch-mean"},
                                                        {"rankings", "5"},
                                                        {"ranking_depth", "4"},
                                                        {"ranking_clip", "0.3"},
                                                        {"ranking_entropy", "0.01"},
                                                        {"list_objective", "lambda"},
                                                        {"cutoff", "7"},
                                                        {"tau", "0.5"},
                                                        {"silent_weight", "0.6"},
                                                        {"text_weight", "0.2"},
                                                        {"token_clip", "0.1"},
                                                        {"kl", "0.02"},
                                                        {"token_entropy", "0.03"},
                                                        {"length_price", "0.04"},
                                                        {"temperature", "0.9"},
                                                        {"seed", "12"}})
    fields.set(name, value);
  const StepOptions options = config.step_options();
  EXPECT_EQ(options.objective, Objective::kJG);
  EXPECT_EQ(options.credit, Credit::kContribution);
  EXPECT_EQ(options.estimator.estimator, Estimator::kReinforcePl);
  EXPECT_EQ(options.estimator.baseline, RankingBaseline::kBatchMean);
  EXPECT_EQ(options.estimator.rankings, 5);
  EXPECT_EQ(options.estimator.depth, 4);
  EXPECT_EQ(options.estimator.clip, 0.3);
  EXPECT_EQ(options.estimator.entropy, 0.01);
  EXPECT_EQ(options.utility.objective, ListObjective::kLambda);
  EXPECT_EQ(options.utility.k, 7);
  EXPECT_EQ(options.utility.tau, 0.5);
  EXPECT_EQ(options.silent_weight, 0.6);
  EXPECT_EQ(options.text_weight, 0.2);
  EXPECT_EQ(options.token_clip, 0.1);
  EXPECT_EQ(options.kl, 0.02);
  EXPECT_EQ(options.token_entropy, 0.03);
  EXPECT_EQ(options.length_price, 0.04);
  EXPECT_EQ(options.temperature, 0.9);
  EXPECT_EQ(options.seed, 12U);
}

TEST(TrainConfig, EachStepSamplesWithASeedOfItsOwn) {
  const auto config = rl();
  EXPECT_NE(config.sampling(1).seed, config.sampling(2).seed);
  EXPECT_EQ(config.sampling(1).seed, rl().sampling(1).seed);
  EXPECT_EQ(config.sampling(1).top_p, 1.0);
  EXPECT_EQ(config.sampling(1).top_k, 0);
}

}  // namespace
}  // namespace r2rank::learn
