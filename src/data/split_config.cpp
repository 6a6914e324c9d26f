#include "data/split_config.h"

#include "base/error.h"

namespace r2rank::data {
namespace {

void check_file(const SplitConfig& config) {
  if (config.candidates_file.empty()) base::fail_usage("split", "--negatives file needs --candidates-file");
  if (config.method != "leave-one-out")
    base::fail_usage("split", "candidates from a file need --method leave-one-out, found {}", config.method);
  if (config.test_users > 0)
    base::fail_usage("split",
                     "--test-users does not apply to candidates from a file: its lines are the test set");
  if (config.exclude != "known")
    base::fail_usage(
        "split",
        "--exclude {} does not apply to candidates from a file: they are taken as they stand, and "
        "the protocol's name says what they exclude",
        config.exclude);
}

void check_candidates(const SplitConfig& config) {
  if (config.negatives == "file") check_file(config);
  if (config.negatives != "file" && !config.candidates_file.empty())
    base::fail_usage("split", "--candidates-file needs --negatives file, found --negatives {}",
                     config.negatives);
  if (config.negatives == "hard" && config.retriever.empty())
    base::fail_usage("split",
                     "--negatives hard needs --retriever: the baseline whose best items become the "
                     "candidates, such as item-knn-pop or tfidf");
  if (config.negatives != "hard" && !config.retriever.empty())
    base::fail_usage("split", "--retriever needs --negatives hard, found --negatives {}", config.negatives);
  if (config.negative_count < 1)
    base::fail_usage("split", "negative_count = {} must be at least 1", config.negative_count);
}

void check_targets(const Dataset& dataset, const SplitConfig& config) {
  if (config.min_history < 1)
    base::fail_usage("split", "min_history = {} must be at least 1", config.min_history);
  if (config.targets == "together" && config.method == "leave-one-out")
    base::fail_usage("split",
                     "--targets together needs --method temporal or ratio: leave-one-out tests one event a "
                     "user");
  if (config.train_on_unvalidated && config.method != "leave-one-out")
    base::fail_usage("split", "--train-on-unvalidated needs --method leave-one-out, found {}", config.method);
  if (config.labels != "ratings") return;
  if (config.targets != "together")
    base::fail_usage("split",
                     "--labels ratings needs --targets together: with one relevant item a slate NDCG is the "
                     "same whatever its label");
  if (!dataset.has_ratings)
    base::fail_usage("split", "--labels ratings needs ratings, found a data set without ('{}')",
                     dataset.name);
}

void check_shares(const Dataset& dataset, const SplitConfig& config) {
  if (config.method == "leave-one-out") return;
  if (config.method == "temporal" && dataset.time_kind == TimeKind::kOrder)
    base::fail_usage(
        "split",
        "a temporal split needs real times, found only an order in '{}'; use --method leave-one-out or ratio",
        dataset.name);
  if (!(config.valid_from > 0 && config.valid_from < config.test_from && config.test_from < 1))
    base::fail_usage("split", "expected 0 < valid_from < test_from < 1, found {} and {}", config.valid_from,
                     config.test_from);
}

}  // namespace

void check_config(const Dataset& dataset, const SplitConfig& config) {
  if (dataset.interactions.empty())
    base::fail_usage("split", "expected a data set with interactions, found none");
  check_candidates(config);
  check_targets(dataset, config);
  check_shares(dataset, config);
}

Protocol protocol_of(const SplitConfig& config) {
  Protocol protocol;
  protocol.split = config.method;
  protocol.negatives = config.negatives == "popularity" ? "smoothed-popularity" : config.negatives;
  protocol.negative_count = config.negatives == "full" ? 0 : config.negative_count;
  protocol.seed = static_cast<uint64_t>(config.seed);
  protocol.exclude = config.exclude;
  protocol.targets = config.targets;
  protocol.labels = config.labels;
  protocol.retriever = config.retriever;
  if (config.method == "leave-one-out") return protocol;
  protocol.valid_from = config.valid_from;
  protocol.test_from = config.test_from;
  if (config.method == "temporal") protocol.shares = config.shares;
  return protocol;
}

void SplitConfig::describe(base::ConfigFields& fields) {
  fields
      .add("method", method,
           "What is held out: each user's last two events, everything after a moment, or the last share of "
           "each user's events")
      .one_of({"leave-one-out", "temporal", "ratio"});
  fields
      .add(
          "negatives", negatives,
          "The candidates beside the relevant items: drawn, a baseline's best (hard), the whole catalogue, or "
          "from a file")
      .one_of({"uniform", "popularity", "hard", "full", "file"});
  fields.add(
      "retriever", retriever,
      "The baseline whose best items are the candidates (--negatives hard), such as item-knn-pop, or (of the "
      "verb split) the folder of one that `baseline train` left");
  fields
      .add(
          "exclude", exclude,
          "Items that are no candidates unless relevant: all the user ever touches, those of the history, or "
          "none")
      .one_of({"known", "history", "none"});
  fields.add("candidates_file", candidates_file,
             "JSON lines with user_id, positive and candidates: exactly these become the test set "
             "(--negatives file)");
  fields
      .add("negative_count", negative_count,
           "Negatives of a slate (--negatives full: all; --negatives file: as many as its lines have)")
      .between(1, 1'000'000);
  fields
      .add("targets", targets,
           "Temporal and ratio: a slate for each held-out event, or one a user with all of them relevant")
      .one_of({"each", "together"});
  fields
      .add("labels", labels,
           "--targets together: relevant items count alike, or by their ratings (2^rating - 1)")
      .one_of({"binary", "ratings"});
  fields.add("train_on_unvalidated", train_on_unvalidated,
             "Leave-one-out: users who are not validated keep their second-last event in training");
  fields.add("min_history", min_history, "Earlier events that a slate needs at least").between(1, 1'000'000);
  fields.add("test_users", test_users, "Users to test on, drawn at random (0: all)").at_least(0);
  fields.add("valid_users", valid_users, "Users to validate on, drawn at random (0: all)").at_least(0);
  fields
      .add("valid_from", valid_from,
           "Share of the events (by time, or of each user's) after which validation begins")
      .between(0, 1);
  fields
      .add("test_from", test_from,
           "Share of the events (by time, or of each user's) after which testing begins")
      .between(0, 1);
  fields
      .add("shares", shares,
           "Temporal: shares of what: the targets (events that make a slate), or all interactions")
      .one_of({"targets", "interactions"});
  fields.add("seed", seed, "Seed of every random choice of the split").at_least(0);
}

}  // namespace r2rank::data
