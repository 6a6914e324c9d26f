#include <algorithm>
#include <iostream>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "baselines/family.h"
#include "baselines/retrieval.h"
#include "cli/cost_text.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "experiment/baseline_folder.h"
#include "experiment/methods.h"
#include "experiment/rank_request.h"
#include "text/prompt_fields.h"

namespace r2rank::cli {
namespace {

constexpr size_t kTitleWidth = 44;
constexpr size_t kShownUsers = 3;
constexpr uint64_t kSeed = 7;  // decides between equal scores of a retriever

/// The score is the mean over all rationales: the one that is shown must not pass for the only one.
std::string reason_text(const std::vector<std::string>& rationales) {
  if (rationales.empty()) return "";
  const std::string first = text::clean_text(rationales.front());
  return rationales.size() == 1 ? first : fmt::format("{} (+{} more)", first, rationales.size() - 1);
}

class Rank : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "rank",
        .group = "Use a model",
        .summary = "rank items for a user, each with its score and its reason",
        .purpose =
            "Ranks the candidates of users' test slates; or, with --retriever, the items that a conventional "
            "ranker thinks best for each user after all that they did; or the items of one JSON request on "
            "standard input, which needs no data "
            "set: history and items are given by their text. Each item comes with its score and the "
            "rationales it was read from (the table shows the first); with a data set --json gives one "
            "object, {\"users\": [a ranking each]}.",
        .examples =
            "# three users of the test slates, one rationale an item\n"
            "r2rank rank data/ml-100k --split data/ml-100k-split --model runs/rl --rationales 1 --users "
            "196,186,22\n"
            "# what one user may choose next: the 50 best of item-knn, ranked by the model\n"
            "r2rank rank data/ml-100k --split data/ml-100k-split --model runs/rl --users 196 --retriever "
            "item-knn --retrieve 50\n"
            "# one request as JSON\n"
            "echo '{\"history\": [{\"title\": \"Alien (1979)\"}], \"items\": [{\"id\": 1, \"title\": "
            "\"Aliens (1986)\"},\n"
            "  {\"id\": 2, \"title\": \"Grease (1978)\"}]}' | r2rank rank --model runs/rl --rationales 1 "
            "--json"};
  }

  void declare(Flags& flags) override {
    flags.group("What is ranked");
    flags.fields().add("model", model_, "GGUF file, Hugging Face folder or run folder").mandatory();
    flags.fields().add("dataset", dataset_,
                       "dataset folder; without one a JSON request is read from standard input");
    flags.positional("DATASET", "dataset", false);
    flags.fields().add("split", split_, "split folder: candidates are those of each user's test slate");
    flags.fields().add("users", users_,
                       "user ids (comma-separated; empty: the first three of the test slates)");
    flags.fields().add("retriever", retriever_,
                       "rank the best items of this ranker, after the user's whole history: one of random, "
                       "popularity, item-knn, item-knn-pop, tfidf, bm25, or a folder of `baseline train`");
    flags.fields()
        .add("retrieve", retrieve_, "how many items it retrieves for each user (with --retriever)")
        .between(2, 1e5);
    flags.fields().add("top", top_, "ranked items shown for each user").between(1, 1e6);
    flags.group("Reasoning");
    reasoning_.describe(flags.fields());
    flags.group("Model");
    options_.describe_scoring(flags.fields());
    flags.group("Prompt (of a base model; a trained one brings its own)");
    prompt_.describe(flags.fields());
  }

  int run(const Invocation& invocation) override {
    options_.tuning = "frozen";
    reasoning_.resolve();
    if (retriever_.empty() && invocation.config->given("retrieve"))
      base::fail_usage("rank", "--retrieve says how many items a --retriever finds, and none is named");
    if (dataset_.empty()) return rank_standard_input(invocation);
    if (split_.empty())
      base::fail_usage(
          "rank", "--split is needed with a data set: it says what each user's history and candidates are");
    const data::Dataset dataset = data::load_dataset(dataset_);
    const data::Split split = data::load_split(split_, dataset);
    if (retriever_.empty() && split.test.protocol.negatives == "full")
      base::fail_usage("rank",
                       "expected a split whose slates list their candidates, found the protocol {} over the "
                       "full catalogue; name a --retriever, whose best items are ranked then",
                       split.test.protocol.name());
    const auto slates = chosen_slates(dataset, split);
    const auto model = open_model(invocation);
    experiment::RankingScorer scorer("model", *model, dataset, split, reasoning_);
    if (invocation.dry_run) {
      print("{}", scoring_cost_text(*model, dataset, split, slates, reasoning_, invocation.json));
      return 0;
    }
    std::vector<std::string> users;
    for (const data::Slate& slate : slates) {
      const auto items = best_items(ranked(slate, scorer, dataset));
      const std::string& user = dataset.user_ids[slate.user];
      if (invocation.json)
        users.push_back(experiment::ranked_json(user, items));
      else
        print("user {}{}\n{}\n", user, history_text(dataset, slate), table_of(items));
    }
    if (invocation.json) cli::print("{{\"users\":[{}]}}\n", fmt::join(users, ","));
    return 0;
  }

 private:
  int rank_standard_input(const Invocation& invocation) {
    refuse_without_dataset("--split", split_.empty());
    refuse_without_dataset("--users", users_.empty());
    refuse_without_dataset("--retriever", retriever_.empty());
    const std::string text{std::istreambuf_iterator<char>(std::cin), std::istreambuf_iterator<char>()};
    const auto request = experiment::parse_rank_request(text);
    const auto model = open_model(invocation);
    if (invocation.dry_run) {
      if (invocation.json)
        print("{}\n", nlohmann::json{{"items", request.items.size()}}.dump());
      else
        print("the request is valid: {} items\ndry run: nothing scored\n", request.items.size());
      return 0;
    }
    const auto items = best_items(experiment::rank_request(request, *model, reasoning_));
    print("{}\n", invocation.json ? experiment::ranked_json("", items) : table_of(items));
    return 0;
  }

  /// Otherwise a forgotten data set would wait for standard input, and its users would be passed over.
  static void refuse_without_dataset(const char* flag, bool unset) {
    if (!unset)
      base::fail_usage("rank",
                       "{} is about the slates of a data set, and no data set is given; name its folder, or "
                       "leave {} out to rank the request on standard input",
                       flag, flag);
  }

  std::unique_ptr<learn::RankingModel> open_model(const Invocation& invocation) {
    auto model = learn::open_ranking_model(model_, options_, prompt_);
    reasoning_.follow_training(*model, *invocation.config);
    return model;
  }

  std::vector<data::Slate> chosen_slates(const data::Dataset& dataset, const data::Split& split) const {
    if (!retriever_.empty()) return retrieved(dataset, split);
    std::vector<data::Slate> chosen;
    if (users_.empty())
      for (size_t i = 0; i < std::min(kShownUsers, split.test.slates.size()); ++i)
        chosen.push_back(split.test.slates[i]);
    for (const auto& id : users_) {
      const auto found = std::find_if(split.test.slates.begin(), split.test.slates.end(),
                                      [&](const auto& slate) { return dataset.user_ids[slate.user] == id; });
      if (found == split.test.slates.end())
        base::fail_usage(
            "rank", "user '{}' has no test slate in this split; --retriever needs none to find candidates",
            id);
      chosen.push_back(*found);
    }
    return chosen;
  }

  std::vector<data::Slate> retrieved(const data::Dataset& dataset, const data::Split& split) const {
    std::vector<int32_t> users;
    if (users_.empty())
      for (size_t i = 0; i < std::min(kShownUsers, split.test.slates.size()); ++i)
        users.push_back(split.test.slates[i].user);
    for (const auto& id : users_) {
      const auto found = std::find(dataset.user_ids.begin(), dataset.user_ids.end(), id);
      if (found == dataset.user_ids.end())
        base::fail_usage("rank", "there is no user '{}' in {}", id, dataset_);
      users.push_back(static_cast<int32_t>(found - dataset.user_ids.begin()));
    }
    std::unique_ptr<baselines::Scorer> scorer;
    auto slates =
        baselines::retrieved_slates(open_retriever(dataset, split, scorer), dataset, users, retrieve_);
    for (const auto& slate : slates)
      if (slate.candidates.empty())
        base::fail_usage("rank", "user '{}' knows every item: there is nothing to retrieve",
                         dataset.user_ids[slate.user]);
    return slates;
  }

  data::Retriever open_retriever(const data::Dataset& dataset, const data::Split& split,
                                 std::unique_ptr<baselines::Scorer>& scorer) const {
    if (experiment::is_baseline_folder(retriever_))
      return experiment::folder_retriever(retriever_, {dataset, split}, kSeed, scorer);
    const auto methods = experiment::method_names();
    if (std::find(methods.begin(), methods.end(), retriever_) != methods.end()) {
      const auto made = baselines::baseline_names();
      const bool language = baselines::family_of(retriever_) == baselines::Family::kLanguageModel;
      if (language)
        base::fail_usage(
            "rank", "--retriever {}: a language model cannot score every item; choose a conventional ranker",
            retriever_);
      if (std::find(made.begin(), made.end(), retriever_) == made.end())
        base::fail_usage(
            "rank",
            "--retriever {}: a ranker that is trained first; train it (`r2rank baseline train`) and "
            "name its folder",
            retriever_);
    }
    scorer = baselines::make_baseline(retriever_, {dataset, split}, kSeed);
    return baselines::make_retriever(*scorer, static_cast<int64_t>(dataset.items.size()), kSeed);
  }

  static std::string history_text(const data::Dataset& dataset, const data::Slate& slate) {
    std::string text;
    const auto events = dataset.events(slate.user);
    for (int32_t i = std::max(0, slate.history_end - 5); i < slate.history_end; ++i)
      text += (text.empty() ? ", lately: " : " · ") + text::clean_text(dataset.items[events[i].item].title);
    return text;
  }

  static std::vector<experiment::RankedItem> ranked(const data::Slate& slate,
                                                    experiment::RankingScorer& scorer,
                                                    const data::Dataset& dataset) {
    const auto reasoned = scorer.reason(slate);
    std::vector<experiment::RankedItem> items;
    for (size_t i = 0; i < slate.candidates.size(); ++i) {
      const auto& item = dataset.items[slate.candidates[i]];
      items.push_back(
          {item.id, item.title, reasoned.scores[i], reasoned.rationales[i], slate.relevance[i] > 0});
    }
    return experiment::ranked_items(std::move(items));
  }

  std::vector<experiment::RankedItem> best_items(std::vector<experiment::RankedItem> items) const {
    items.resize(std::min<size_t>(items.size(), top_));
    return items;
  }

  std::string table_of(const std::vector<experiment::RankedItem>& items) const {
    Table table({Table::Align::kRight, Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft});
    table.row({"rank", "item", "score", reasoning_.rationales > 0 ? "reason" : ""});
    // The item the user really chose is marked: a test slate knows it.
    for (size_t i = 0; i < items.size(); ++i)
      table.row({std::to_string(i + 1),
                 (items[i].chosen ? "* " : "") + shortened(text::clean_text(items[i].title), kTitleWidth),
                 fmt::format("{:.3f}", items[i].score), reason_text(items[i].rationales)});
    return table.text();
  }

  std::string model_, dataset_, split_, retriever_;
  std::vector<std::string> users_;
  int64_t top_ = 10, retrieve_ = 20;
  experiment::ReasoningOptions reasoning_;
  model::ModelOptions options_;
  text::PromptConfig prompt_;
};

}  // namespace

std::unique_ptr<Verb> make_rank() {
  return std::make_unique<Rank>();
}

}  // namespace r2rank::cli
