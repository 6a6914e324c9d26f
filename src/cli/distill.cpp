#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "cli/distill_text.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/shell.h"
#include "cli/verb.h"
#include "data/training_slates.h"
#include "distill/kept_rationales.h"
#include "distill/self_sampler.h"
#include "distill/statistics.h"
#include "experiment/file_identities.h"

namespace r2rank::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Paths, addresses, names of variables and how requests are sent are no settings of the rationales.
constexpr const char* kNoSettings[] = {"dataset",
                                       "split",
                                       "model",
                                       "endpoint",
                                       "answer_cache",
                                       "overwrite",
                                       "output",
                                       "api_key_variable",
                                       "request_timeout",
                                       "connect_timeout",
                                       "retries",
                                       "retry_delay",
                                       "longest_delay",
                                       "concurrency",
                                       "requests_per_minute",
                                       "tokens_per_minute",
                                       "failures_in_a_row",
                                       "max_tokens_spent",
                                       "max_cost"};

class Distill : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "distill",
        .group = "Train and evaluate",
        .summary = "collect rationales for a cold start, from a teacher or the model",
        .purpose =
            "Asks a teacher behind any OpenAI-compatible server, or samples from the model itself, why a "
            "user would or would not choose an item of the training events, and keeps the rationales that "
            "conclude rightly and pass every filter. `sft` teaches them. A run that ended early goes on with "
            "the same command and asks nothing twice.",
        .examples =
            "# what 2,000 questions would take, and the first of them\n"
            "r2rank distill data/ml-100k --split data/ml-100k-split --prompts 2000 \\\n"
            "    --endpoint http://127.0.0.1:8080/v1 --server-model teacher --dry-run\n"
            "# a teacher that is paid and limits its clients; its key is in the environment\n"
            "r2rank distill data/ml-100k --split data/ml-100k-split --prompts 2000 \\\n"
            "    --endpoint https://api.example.com/v1 --server-model large --api-key-variable TEACHER_KEY \\\n"
            "    --requests-per-minute 500 --price-read 0.5 --price-written 2 --max-cost 5 --output runs/rationales\n"
            "# from the model itself: what agrees with the label and raises the ranking's utility\n"
            "r2rank distill data/ml-100k --split data/ml-100k-split --source self --model runs/warm \\\n"
            "    --samples 8 --output runs/own-rationales"};
  }

  void declare(Flags& flags) override {
    flags.group("Drawing");
    config_.describe_drawing(flags.fields());
    flags.fields().add("dataset", dataset_, "dataset folder made by import");
    flags.positional("DATASET", "dataset");
    flags.fields().add("split", split_, "split folder: its training events are asked about").mandatory();
    flags.group("Teacher");
    server_.describe_chat(flags.fields());
    flags.find("answer_cache").help =
        "file in which answers (of the model itself: samples) are kept, so that a run can go on (empty: beside "
        "the output, OUTPUT.answers.jsonl or OUTPUT.samples.jsonl)";
    config_.describe_teacher(flags.fields());
    flags.group("Model itself");
    flags.fields().add("model", model_, "GGUF file, Hugging Face folder or run folder (source = self)");
    config_.self.describe(flags.fields());
    options_.describe_scoring(flags.fields());
    flags.group("Filters");
    config_.filters.describe(flags.fields());
    flags.group("Prompt (of a base model; a trained one brings its own)");
    prompt_.describe(flags.fields());
    flags.group("Output");
    flags.output(output_, "the rationales");
  }

  void check_settings(const base::ConfigFields& fields) override {
    check_source(fields);
    config_.resolve();
    if (config_.asks_teacher()) server_.check();
  }

  int run(const Invocation& invocation) override {
    check_settings(*invocation.config);
    base::catch_interrupts();
    if (!invocation.dry_run) check_output(output_, rationales_kind());
    const data::Dataset dataset = data::load_dataset(dataset_);
    const data::Split split = data::load_split(split_, dataset);
    return config_.asks_teacher() ? ask_teacher(dataset, split, draw(dataset, split, 0), invocation)
                                  : ask_model(dataset, split, invocation);
  }

 private:
  distill::AskedPairs draw(const data::Dataset& dataset, const data::Split& split, int64_t first) const {
    const data::TrainingSlates slates(dataset, split, config_.slates());
    auto asked = distill::draw_pairs(slates, config_.prompts, config_.asked_negatives, first);
    if (static_cast<int64_t>(asked.pairs.size()) < config_.prompts)
      base::log_warning("{} prompts were wanted, and the training events have targets for {} only",
                        config_.prompts, asked.pairs.size());
    return asked;
  }

  void check_source(const base::ConfigFields& fields) const {
    const bool teacher = config_.asks_teacher();
    for (const char* name : {"endpoint", "server_model"})
      if (!teacher && fields.given(name))
        base::fail_usage("distill", "{} cannot act with source = self: leave it out, or set source = teacher",
                         name);
    if (teacher && fields.given("model"))
      base::fail_usage("distill",
                       "model cannot act with source = teacher: leave it out, or set source = self");
    if (!teacher && model_.empty())
      base::fail_usage("distill", "expected a model that writes for itself, found none; set model");
  }

  /// Beside the folder, which appears only when all is done.
  std::string kept_answers() const {
    if (!server_.cache.empty() || output_.output.empty()) return server_.cache;
    std::string beside = output_.output;
    while (beside.size() > 1 && beside.ends_with('/')) beside.pop_back();
    return beside + (config_.asks_teacher() ? ".answers.jsonl" : ".samples.jsonl");
  }

  int ask_teacher(const data::Dataset& dataset, const data::Split& split, const distill::AskedPairs& asked,
                  const Invocation& invocation) {
    server_.cache = kept_answers();
    remote::ChatServer server(server_);
    const rollout::SlateItems items(dataset, split);
    const distill::TeacherPrompts prompts(items, config_.prompt);
    if (invocation.dry_run) return estimate(server, prompts, asked, invocation);
    base::Progress progress("teacher", static_cast<int64_t>(asked.pairs.size()) * config_.samples, "answers");
    auto answers = distill::ask_teacher(server, prompts, asked, config_, [&] { progress.advance(); });
    progress.finish();
    for (const auto& [what, count] : server.notes())
      if (count > 0) base::log_info("{}: {:.0f}", what, count);
    return finish(
        dataset, split, asked, answers.drafts, answers.tokens,
        {{"endpoint", distill::endpoint_without_host(server_.endpoint)}, {"server_model", server_.model}},
        invocation);
  }

  int estimate(const remote::ChatServer& server, const distill::TeacherPrompts& prompts,
               const distill::AskedPairs& asked, const Invocation& invocation) const {
    const auto questions = distill::teacher_questions(prompts, asked, config_);
    TeacherEstimate estimate;
    estimate.prompts = static_cast<int64_t>(asked.pairs.size());
    estimate.requests = static_cast<int64_t>(questions.size());
    estimate.answered = server.answered(questions);
    const double left = static_cast<double>(estimate.requests - estimate.answered) /
                        static_cast<double>(std::max<int64_t>(1, estimate.requests));
    constexpr double kTokensPerWord = 1.4, kTagTokens = 12;
    const double read = static_cast<double>(remote::ChatServer::estimated_tokens(questions)) * left;
    const double written = static_cast<double>(estimate.requests) * left *
                           (kTagTokens + kTokensPerWord * static_cast<double>(config_.prompt.words));
    estimate.tokens_read = std::llround(read);
    estimate.tokens_written = std::llround(written);
    estimate.cost =
        distill::TokenCount{estimate.tokens_read, estimate.tokens_written, 0}.cost(config_.spending);
    if (server_.http.requests_per_minute > 0)
      estimate.minutes = static_cast<double>(estimate.requests) * left /
                         static_cast<double>(server_.http.requests_per_minute);
    estimate.first_prompt = questions.front().user;
    if (invocation.json)
      print("{}\n", teacher_estimate_json(estimate).dump());
    else
      print("{}", teacher_estimate_text(estimate));
    return 0;
  }

  /// About slates behind those that the model was trained on: on these it knows the answer.
  int ask_model(const data::Dataset& dataset, const data::Split& split, const Invocation& invocation) {
    options_.tuning = "frozen";
    const auto model = learn::open_ranking_model(model_, options_, prompt_);
    learn::refuse_other_training(*model, dataset, split);
    learn::refuse_signals("distill", *model);
    learn::check_positions(*model, config_.self.rationale_tokens);
    prompt_ = model->prompts->config();
    const auto asked =
        draw(dataset, split, learn::first_new_slate(*model, dataset.hash, data::training_hash(split)));
    config_.filters.reserved.push_back(
        prompt_.cue.substr(std::min(prompt_.cue.find_first_not_of(' '), prompt_.cue.size())));
    const std::string hash = experiment::FileIdentities().of(model_);
    if (invocation.dry_run) return estimate_model(asked, invocation);
    remote::AnswerCache kept(kept_answers());
    const distill::Filters filters(dataset, asked, config_.filters);
    distill::SelfSampler sampler(*model, dataset, split, config_, kept,
                                 identity(hash, *model, dataset, split));
    base::Progress progress("model", 0, "prompts");
    const auto drafts = sampler.sample(
        asked, [&](const auto& draft) { return filters.by_itself(draft) == distill::Fate::kKept; },
        [&](int64_t pairs) { progress.advance(pairs); });
    progress.finish();
    if (sampler.slates_from_disk() > 0)
      base::log_info("slates sampled by an earlier run: {}", sampler.slates_from_disk());
    return finish(dataset, split, asked, drafts, {sampler.tokens_read(), sampler.tokens_written(), 0},
                  {{"model_hash", hash}}, invocation);
  }

  /// Whatever decides what is sampled and what is read from it, but for the settings that a key holds itself.
  std::string identity(const std::string& hash, const learn::RankingModel& model,
                       const data::Dataset& dataset, const data::Split& split) {
    base::ConfigFields fields;
    prompt_.describe(fields);
    return fmt::format("{}\n{}\n{}\n{}\n{}", hash, model.model->options().dtype, dataset.hash,
                       data::training_hash(split), fields.as_json());
  }

  int estimate_model(const distill::AskedPairs& asked, const Invocation& invocation) const {
    const auto prompts = static_cast<int64_t>(asked.pairs.size());
    const int64_t most = prompts * config_.samples * config_.self.rationale_tokens;
    if (invocation.json)
      print("{}\n", Json{{"dry_run", true}, {"prompts", prompts}, {"tokens_per_round_at_most", most}}.dump());
    else
      print("{} prompts of {} slates, {} samples each: at most {} tokens a round\ndry run: nothing sampled\n",
            prompts, asked.slates.size(), config_.samples, most);
    return 0;
  }

  int finish(const data::Dataset& dataset, const data::Split& split, const distill::AskedPairs& asked,
             const std::vector<distill::Draft>& drafts, const distill::TokenCount& tokens, const Json& who,
             const Invocation& invocation) const {
    const auto fates = distill::Filters(dataset, asked, config_.filters).judge(drafts);
    auto statistics = distill::statistics_of(asked, drafts, fates);
    statistics.tokens = tokens;
    if (config_.spending.priced()) statistics.cost = tokens.cost(config_.spending);
    if (statistics.kept() == 0)
      base::fail_data("distill",
                      "expected rationales to keep, found none among {} answers (mostly: {}); what was "
                      "answered stays in {}, so other filters cost nothing",
                      statistics.answers, distill::frequent_reasons(statistics), kept_answers());
    auto told = distill::statistics_json(statistics);
    rollout::save_rationales(distill::kept_rationales(asked, drafts, fates, config_.source), dataset, split,
                             output_.output, about(who, asked.next_slate, told, *invocation.config),
                             output_.overwrite);
    told["folder"] = output_.output;
    if (invocation.json)
      print("{}\n", told.dump());
    else
      print("{}\nwrote {}\n{}", distill_table(statistics), output_.output, next_step(*invocation.config));
    return 0;
  }

  /// How the rationales are taught. T of sft is what RL takes over: the model's own rationales are no longer.
  std::string next_step(const base::ConfigFields& fields) const {
    const std::string length =
        config_.asks_teacher() ? "" : fmt::format(" --rationale-tokens {}", config_.self.rationale_tokens);
    std::string text =
        fmt::format("next: r2rank sft {} --split {} --model {} --rationale-set {}{} --output RUN\n",
                    shell_word(dataset_), shell_word(split_), model_.empty() ? "MODEL" : shell_word(model_),
                    shell_word(output_.output), length);
    text::PromptConfig plain;
    base::ConfigFields prompt;
    plain.describe(prompt);
    for (const auto& field : prompt.all())
      if (fields.given(field.name))
        return text + "(a base model needs this command's prompt settings there too)\n";
    return text;
  }

  /// What rationales.json says besides what follows from data and lines.
  std::string about(const Json& who, int64_t next_slate, const Json& statistics,
                    const base::ConfigFields& fields) const {
    Json about = {{"source", config_.source}, {"next_slate", next_slate}};
    about.update(who);
    about["statistics"] = statistics;
    about["settings"] = settings(fields);
    return about.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  static Json settings(const base::ConfigFields& fields) {
    Json all = Json::parse(fields.as_json());
    for (const char* name : kNoSettings) all.erase(name);
    return all;
  }

  distill::DistillConfig config_;
  remote::ServerOptions server_;
  text::PromptConfig prompt_;
  model::ModelOptions options_;
  std::string dataset_, split_, model_;
  OutputFolder output_;
};

}  // namespace

std::unique_ptr<Verb> make_distill() {
  return std::make_unique<Distill>();
}

}  // namespace r2rank::cli
