#include "experiment/perturbation.h"

#include <fmt/format.h>

#include "base/error.h"

namespace r2rank::experiment {

void Perturbation::describe(base::ConfigFields& fields) {
  fields.add("shuffle_history", shuffle_history, "show the past items in random order");
  fields.add("made_up_names", made_up_names,
             "put made-up names in the place of titles and brands, the same for an item wherever it stands");
  fields
      .add("shown_history", shown_history,
           "show so many past items, the latest ones, at most as the model's prompt does (-1: as it does)")
      .between(-1, 10000);
  fields
      .add(
          "change_rationales", change_rationales,
          "before scores are read: swap rationales between the candidates of a slate, scramble the words of "
          "each, or put as many filler tokens in their place (filler); fixed-filler writes nothing and reads "
          "rationale_tokens of them, as a model with rationale_source = filler was trained")
      .one_of(rollout::rationale_change_names());
  fields
      .add("ensemble", ensemble,
           "N: the mean of N silent scores, the history in another order for each but the first")
      .between(1, 64);
  fields.add("perturbation_seed", seed, "seed of orders and swaps").at_least(0);
}

rollout::PromptView Perturbation::view(int64_t member) const {
  return {.shuffled_history = shuffle_history || member > 0,
          .made_up_names = made_up_names,
          .history_items = shown_history,
          .seed = static_cast<uint64_t>(seed),
          .variant = static_cast<uint64_t>(member)};
}

std::string Perturbation::suffix() const {
  std::string text;
  if (shuffle_history) text += "-shuffled-history";
  if (made_up_names) text += "-made-up-names";
  if (shown_history >= 0) text += fmt::format("-history{}", shown_history);
  if (change_rationales != "none") text += "-" + change_rationales;
  if (ensemble > 1) text += fmt::format("-ensemble{}", ensemble);
  return text;
}

void Perturbation::check(int64_t rationales) const {
  if (change_rationales != "none" && rationales == 0)
    base::fail_usage("eval",
                     "--change-rationales {}: there are none to change; ask for some with --rationales",
                     change_rationales);
  if (ensemble > 1 && rationales > 0)
    base::fail_usage("eval",
                     "--ensemble {} is of silent scores, found --rationales {}; with rationales their number "
                     "makes the ensemble: leave one of the two out",
                     ensemble, rationales);
}

}  // namespace r2rank::experiment
