#include "experiment/comparison_plan.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/files.h"

namespace r2rank::experiment {
namespace {

constexpr const char* kDataset = "[[dataset]]\nname = 'shop'\n[dataset.import]\ninteractions = 'log.csv'\n";

constexpr const char* kOther = "[[dataset]]\nname = 'other'\n[dataset.import]\ninteractions = 'log.csv'\n";
constexpr const char* kFull = "[dataset.split]\nnegatives = 'full'\n";

class Plan : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  ComparisonPlan read(const std::string& text) {
    base::write_file(path_, text);
    return read_plan(path_.string());
  }
  /// The message with which a plan is refused; "" where it is not.
  std::string refusal(const std::string& text) {
    try {
      read(text);
    } catch (const base::Error& error) {
      return error.what();
    }
    return "";
  }

  base::Path path_ =
      std::filesystem::temp_directory_path() / ("r2rank_plan_" + std::to_string(::getpid()) + ".toml");
};

TEST_F(Plan, PutsTheSeedIntoTheNameOfAModelAlone) {
  RowPlan row;
  row.settings = {{"model", "runs/{seed}/text-{seed}"}, {"prompt_cue", "{seed}"}};
  EXPECT_EQ(settings_for_seed(row, 12),
            (baselines::SettingValues{{"model", "runs/12/text-12"}, {"prompt_cue", "{seed}"}}));
}

TEST_F(Plan, HoldsDataSetsAndRowsInTheirOrder) {
  const auto plan =
      read(std::string("reference = 'popularity'\nseed = 3\ntrials = 2\n") + kDataset +
           "[dataset.split]\nnegative_count = 9\n[[row]]\nmethod = 'popularity'\n"
           "[[row]]\nname = 'near'\nmethod = 'item-knn'\ntune = true\n[row.settings]\nneighbours = 50\n"
           "[[row]]\nmethod = 'tfidf'\nslates = 20\ndatasets = ['shop']\n");
  EXPECT_EQ(plan.reference, "popularity");
  EXPECT_EQ(plan.seed, 3);
  EXPECT_EQ(plan.tune.trials, 2);
  ASSERT_EQ(plan.datasets.size(), 1U);
  EXPECT_EQ(plan.datasets[0].split, (baselines::SettingValues{{"negative_count", "9"}, {"seed", "3"}}))
      << "a split without a seed takes the plan's";
  ASSERT_EQ(plan.rows.size(), 3U);
  EXPECT_EQ(plan.rows[1].name, "near");
  EXPECT_TRUE(plan.rows[1].tune);
  EXPECT_EQ(plan.rows[1].settings, (baselines::SettingValues{{"neighbours", "50"}}));
  EXPECT_EQ(plan.rows[2].slates, 20);
}

TEST_F(Plan, GivesEachRowTheBudgetAboveUnlessItHasItsOwn) {
  const auto plan =
      read(std::string(kDataset) +
           "[[row]]\nmethod = 'sasrec'\n[[row]]\nmethod = 'core'\nminutes = 4\nvalid_slates = 50\n"
           "tune_minutes = 9\n");
  const auto other = read(std::string("valid_slates = 70\ntune_minutes = 2\nepochs = 11\n") + kDataset +
                          "[[row]]\nmethod = 'sasrec'\n[[row]]\nmethod = 'core'\nvalid_slates = 50\n");
  EXPECT_EQ(plan.rows[0].fit.valid_slates, 0);
  EXPECT_EQ(plan.rows[1].fit.minutes, 4);
  EXPECT_EQ(plan.rows[1].budget.minutes, 9);
  EXPECT_EQ(other.rows[0].fit.valid_slates, 70);
  EXPECT_EQ(other.rows[0].budget.minutes, 2);
  EXPECT_EQ(other.rows[1].fit.valid_slates, 50);
  EXPECT_EQ(other.rows[1].fit.epochs, 11);
}

TEST_F(Plan, NamesSeedsForAllRowsOrForOne) {
  const auto plan = read("seed = 5\nseeds = [7, 8]\n" + std::string(kDataset) +
                         "[dataset.split]\nseed = 3\n[[row]]\nmethod = 'sasrec'\n"
                         "[[row]]\nmethod = 'core'\nseeds = [1]\n");
  EXPECT_EQ(seeds_of(plan.rows[0], plan), (std::vector<int64_t>{7, 8}));
  EXPECT_EQ(seeds_of(plan.rows[1], plan), (std::vector<int64_t>{1}));
  EXPECT_EQ(given_setting(plan.datasets[0].split, "seed"), "3");
  const auto plain = read("seed = 5\n" + std::string(kDataset) + "[[row]]\nmethod = 'sasrec'\n");
  EXPECT_EQ(seeds_of(plain.rows[0], plain), (std::vector<int64_t>{5}));
}

TEST_F(Plan, MayNameFurtherMetrics) {
  const auto plan = read("metrics = ['hr@10', 'ndcg@10', 'mrr']\n" + std::string(kDataset) +
                         "[[row]]\nmethod = 'popularity'\n");
  EXPECT_EQ(metrics_of(plan), (std::vector<std::string>{"ndcg@10", "hr@10", "mrr"}));
}

TEST_F(Plan, TakesPathsFromTheEnvironment) {
  ::setenv("R2RANK_PLAN_TEST", "/somewhere", 1);
  const auto plan = read(
      "[[dataset]]\nname = 'shop'\n[dataset.import]\ninteractions = '${R2RANK_PLAN_TEST}/log.csv'\n"
      "[[row]]\nmethod = 'popularity'\n");
  EXPECT_EQ(plan.datasets[0].import[0].second, "/somewhere/log.csv");
  EXPECT_EQ(plan.environment, (std::vector<std::string>{"R2RANK_PLAN_TEST"}));
  ::unsetenv("R2RANK_PLAN_TEST");
  EXPECT_NE(refusal("[[dataset]]\nname = 'shop'\n[dataset.import]\ninteractions = '${R2RANK_PLAN_TEST}'\n")
                .find("set the environment variable R2RANK_PLAN_TEST"),
            std::string::npos);
}

TEST_F(Plan, MayMakeARowInAnotherWayOnAnotherDataSet) {
  const auto plan = read("reference = 'popularity'\n" + std::string(kDataset) + kOther +
                         "[[row]]\nmethod = 'popularity'\ndatasets = ['shop']\n"
                         "[[row]]\nname = 'popularity'\nmethod = 'recent-popularity'\ndatasets = ['other']\n"
                         "[[row]]\nmethod = 'blend'\nof = ['popularity']\n");
  EXPECT_EQ(plan.rows.size(), 3U);
}

TEST_F(Plan, SaysWhatIsWrongWithIt) {
  const std::string row = "[[row]]\nmethod = 'popularity'\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "at least one [[dataset]]"},
      {kDataset, "at least one [[dataset]]"},
      {kDataset + std::string("[[row]]\nname = 'x'\n"), "lacks 'method'"},
      {kDataset + std::string("[[row]]\nmethod = 'populrity'\n"), "did you mean 'popularity'?"},
      {kDataset + std::string("[[row]]\nmethod = 'item-knn'\n[row.settings]\nneighbors = 5\n"), "neighbours"},
      {kDataset + row + row, "two rows are called 'popularity' on data set shop"},
      {kDataset + std::string(kDataset) + row, "two data sets are called 'shop'"},
      {kDataset + std::string("[[row]]\nname = 'a/b'\nmethod = 'popularity'\n"), "a folder can have"},
      {kDataset + row + "datasets = ['other']\n", "names the data set 'other'"},
      {kDataset + row + "[[row]]\nmethod = 'blend'\nof = ['sasrec']\n", "which is no row before it"},
      {kDataset + row + "of = ['random']\n", "is for blend and lambdamart"},
      {"reference = 'best'\n" + std::string(kDataset) + row, "there is no such row"},
      {"referense = 'best'\n" + std::string(kDataset) + row, "did you mean 'reference'?"},
      {"[[dataset]]\nname = 'shop'\n" + row, "needs [dataset.import]"},
      {kDataset + row + "slates = -1\n", "slates"},
      {"row = 1\n" + std::string(kDataset), "[[row]]"},
      {"metric = 'ndgc@10'\n" + std::string(kDataset) + row, "metric 'ndgc@10'"},
      {"metrics = ['ndcg@0']\n" + std::string(kDataset) + row, "metric 'ndcg@0'"},
      {"seeds = [1, 1]\n" + std::string(kDataset) + row, "found 1 twice"},
      {"seeds = [-1]\n" + std::string(kDataset) + row, "seeds"},
      {"reference = 'popularity'\n" + std::string(kDataset) + row + "slates = 5\n", "scores every slate"},
      {"reference = 'popularity'\n" + std::string(kDataset) + std::string(kOther) + row +
           "datasets = ['shop']\n",
       "it is not on other"},
      {kDataset + row + "[[row]]\nmethod = 'blend'\nslates = 5\n", "scores every slate"},
      {kDataset + std::string(kFull) + row + "[[row]]\nmethod = 'blend'\n", "full catalogue of shop"},
      {kDataset + std::string(kFull) + "[[row]]\nmethod = 'llm-verdict'\n", "full catalogue of shop"},
      {"metric = 'ndcg@7'\n" + std::string(kDataset) + kFull + row, "only these are measured"}};
  for (const auto& [text, part] : cases)
    EXPECT_NE(refusal(text).find(part), std::string::npos) << text << "\nwas refused with: " << refusal(text);
}

TEST_F(Plan, WithAValueOfAnotherTypeIsRefusedWhereItStands) {
  const std::string dataset = kDataset, row = "[[row]]\nmethod = 'popularity'\n";  // 4 and 2 lines
  struct Case {
    std::string text, place, says;
  };
  const std::vector<Case> cases = {
      {"epochs = '5'\n" + dataset + row, "line 1 of",
       "expected a whole number for 'epochs', found the text '5'"},
      {"epochs = 2.0\n" + dataset + row, "line 1 of", "a whole number for 'epochs', found 2."},
      {"epochs = [5]\n" + dataset + row, "line 1 of", "a whole number for 'epochs', found a list"},
      {"minutes = '3'\n" + dataset + row, "line 1 of", "expected a number for 'minutes', found the text '3'"},
      {"seed = 2020-01-01\n" + dataset + row, "line 1 of", "found a date or time"},
      {"reference = ['popularity']\n" + dataset + row, "line 1 of", "expected text for 'reference'"},
      {"metrics = 'hr@10'\n" + dataset + row, "line 1 of", "expected a list of texts for 'metrics'"},
      {"seeds = 7\n" + dataset + row, "line 1 of", "expected a list of whole numbers for 'seeds', found 7"},
      {"seeds = ['7']\n" + dataset + row, "line 1 of", "found a list with the text '7'"},
      {dataset + row + "tune = 1\n", "line 7 of", "expected true/false for 'tune', found 1"},
      {dataset + row + "tune = 'true'\n", "line 7 of",
       "expected true/false for 'tune', found the text 'true'"},
      {dataset + row + "name = 5\n", "line 7 of", "expected text for 'name', found 5"},
      {dataset + row + "datasets = 'shop'\n", "line 7 of", "expected a list of texts for 'datasets'"},
      {dataset + row + "datasets = { shop = true }\n", "line 7 of", "for 'datasets', found a table"},
      {dataset + row + "datasets = [1]\n", "line 7 of", "for 'datasets', found a list with 1"},
      {dataset + "[[row]]\nmethod = 'sasrek'\n", "line 6 of",
       "there is no method 'sasrek'; did you mean 'sasrec'?"},
      {dataset + "[[row]]\nmethod = 5\n", "line 6 of", "expected text for 'method', found 5"},
      {dataset + "[[row]]\nmethod = 'item-knn'\n[row.settings]\nneighbours = 5.5\n", "line 8 of",
       "expected a whole number for 'neighbours', found 5.5"},
      {dataset + "[[row]]\nmethod = 'item-knn'\nsettings = ['neighbours']\n", "line 7 of", "[row.settings]"},
      {dataset + "[dataset.split]\nnegative_count = '9'\n" + row, "line 6 of",
       "expected a whole number for 'negative_count', found the text '9'"},
      {"[[dataset]]\nname = 'shop'\nimport = 3\n" + row, "line 3 of", "expected a table [dataset.import]"},
      {"dataset = [1]\n" + row, "line 1 of", "expected a table [dataset]"}};
  for (const auto& [text, place, says] : cases) {
    const std::string found = refusal(text);
    EXPECT_NE(found.find(place), std::string::npos) << text << "\nwas refused with: " << found;
    EXPECT_NE(found.find(says), std::string::npos) << text << "\nwas refused with: " << found;
  }
}

TEST_F(Plan, WithANegativeBudgetIsRefused) {
  for (const char* line : {"epochs = -1", "epochs = 0", "patience = -3", "minutes = -1", "minutes = -0.5",
                           "minutes = nan", "minutes = inf", "tune_minutes = -1", "trials = -2", "trials = 0",
                           "evaluate_every = 0", "valid_slates = -1"}) {
    const std::string row = "[[row]]\nmethod = 'sasrec'\n";
    for (const std::string& text :
         {std::string(line) + "\n" + kDataset + row, kDataset + row + line + "\n"}) {
      const std::string found = refusal(text);
      EXPECT_NE(found.find("out of range"), std::string::npos) << text << "\nwas refused with: " << found;
      EXPECT_NE(found.find("line "), std::string::npos) << found;
    }
  }
}

TEST_F(Plan, TakesNumbersFromTheEnvironmentWhereSettingsAreNumbers) {
  ::setenv("R2RANK_PLAN_TEST", "9", 1);
  const std::string before =
      std::string(kDataset) + "[dataset.split]\nnegative_count = '${R2RANK_PLAN_TEST}'\n";
  const auto plan = read(before + "[[row]]\nmethod = 'popularity'\n");
  EXPECT_EQ(given_setting(plan.datasets[0].split, "negative_count"), "9");
  EXPECT_NE(refusal(before + "[[row]]\nmethod = 'popularity'\nslates = '${R2RANK_PLAN_TEST}'\n")
                .find("expected a whole number for 'slates'"),
            std::string::npos)
      << "of rows only [row.settings] may ask";
  ::setenv("R2RANK_PLAN_TEST", "nine", 1);
  EXPECT_NE(refusal(before).find("line 6 of"), std::string::npos);
  ::unsetenv("R2RANK_PLAN_TEST");
}

TEST_F(Plan, IsNoTomlWhenALineIsBroken) {
  EXPECT_NE(refusal("[[row]\n").find("not valid TOML"), std::string::npos);
  EXPECT_THROW(read_plan("/nowhere/plan.toml"), base::Error);
}

}  // namespace
}  // namespace r2rank::experiment
