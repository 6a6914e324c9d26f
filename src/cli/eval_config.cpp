#include "cli/eval_config.h"

#include "base/error.h"
#include "baselines/scorer.h"
#include "experiment/candidate_order.h"
#include "experiment/slices.h"
#include "experiment/table_render.h"

namespace r2rank::cli {
namespace {

/// Refuses a setting that lacks another; `missing`: that one, or null.
void check_needed(const char* flag, const char* missing, const char* otherwise) {
  if (missing != nullptr)
    base::fail_usage("eval", "{} needs {}: without it there is nothing to {}", flag, missing, otherwise);
}

}  // namespace

void EvalConfig::check_rationales(int64_t rationales, const std::string& change) const {
  const char* unwritten = model.empty()     ? "--model"
                          : rationales == 0 ? "--rationales of at least 1"
                                            : nullptr;
  if (keep_rationales)
    check_needed("--keep-rationales",
                 unwritten != nullptr         ? unwritten
                 : output.empty()             ? "--output"
                 : candidate_order != "given" ? "--candidate-order given"
                                              : nullptr,
                 "keep");
  if (!perplexity_model.empty()) check_needed("--perplexity-model", unwritten, "measure");
  if (rationales_by.empty()) return;
  check_needed("--rationales-by", unwritten, "write");
  if (change == "fixed-filler")
    base::fail_usage("eval",
                     "--rationales-by {}: with --change-rationales fixed-filler nobody writes; leave one of "
                     "the two out",
                     rationales_by);
}

void EvalConfig::describe(base::ConfigFields& fields) {
  fields.add("dataset", dataset, "dataset folder made by `r2rank import`").mandatory();
  fields.add("split", split, "split folder made by `r2rank split`").mandatory();
  fields.add("part", part, "which slates").one_of({"test", "valid"});
  fields
      .add("slates", slates, "score a sample of so many slates, whole users drawn by a hash (0: all of them)")
      .at_least(0);
  fields.add("sample_seed", sample_seed, "seed of that sample").at_least(0);
  fields
      .add("candidate_order", candidate_order,
           "where relevant candidates stand when a slate is scored: does the ranker look at places?")
      .one_of(experiment::candidate_order_names());
  fields.add("model", model,
             "GGUF file, Hugging Face folder or run folder to score with (none: baselines alone)");
  fields.add("name", name, "what the model is called in tables and files");
  fields.add("baselines", baselines, "baselines beside it (comma-separated; empty: none)")
      .one_of(baselines::baseline_names());
  fields.add(
      "scorers", scorers,
      "folders of `r2rank baseline train` and `combine`; each is called as its folder is, or NAME=FOLDER");
  fields.add("scores", scores,
             "files of outside scores: CSV or JSONL with slate_id or user_id, item_id, score");
  fields.add("with", with, "earlier results (.parquet of an eval on the same slates) to put into the table");
  fields.add("seeds", seeds,
             "scorers of which several results (by --with) are several training seeds, averaged in one row");
  fields.add("pairs", pairs, "scorers to compare, each 'a-b' (none: the reference against each other one)");
  fields.add("reference", reference,
             "scorer that every other one is tested against, Holm-corrected (none: the model)");
  fields.add("metrics", metrics,
             "columns of the table: ndcg@k, hr@k, recall@k, precision@k, map@k, mrr@k, mrr, auc (none: the "
             "usual seven)");
  fields.add("slices", slices, "parts of the slates to tabulate too").one_of(experiment::slice_names());
  fields.add("beyond", beyond,
             "also tabulate coverage, diversity, popularity bias and calibration of the scores");
  fields.add("keep_rationales", keep_rationales,
             "also write what the model wrote about each candidate into --output");
  fields.add("rationales_by", rationales_by,
             "model that writes the rationales, such as the one that training began with; the scores after "
             "them are the evaluated model's (none: that one writes)");
  fields.add(
      "perplexity_model", perplexity_model,
      "model under which the perplexity of what was written is measured, such as the one that training began "
      "with (none: not measured)");
  fields.add("seconds", seconds, "times to record in summary.json, each name=seconds");
  fields.add("format", format, "how the table is written").one_of(experiment::table_format_names());
  fields.add("output", output,
             "folder for per-user results (Parquet), summary.json and the tables (none: print only)");
  fields.add("baseline_seed", baseline_seed, "seed of the random baseline").at_least(0);
  fields.add("bootstrap_seed", bootstrap_seed, "seed of the bootstrap intervals").at_least(0);
}

}  // namespace r2rank::cli
