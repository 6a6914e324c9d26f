#include "data/slate_drawing.h"

namespace r2rank::data {

void SlateDrawing::describe(base::ConfigFields& fields) {
  fields.add("negatives", negatives, "how the negatives of training slates are drawn")
      .one_of({"uniform", "popularity"});
  fields.add("negative_count", negative_count, "negatives of a training slate (K - 1)").between(1, 999);
  fields
      .add("recent_targets", recent_targets, "targets are drawn among a user's last so many training events")
      .between(1, 1e6);
  fields.add("min_history", min_history, "earlier events a training target needs").between(1, 1e6);
  fields
      .add(
          "withhold", withhold,
          "a user's last so many training events are no targets: they are left to a later stage, such as one "
          "with signals")
      .between(0, 1e6);
}

TrainingSlates::Options SlateDrawing::drawing(uint64_t seed) const {
  return {negative_count, recent_targets, min_history, negatives, seed, withhold};
}

}  // namespace r2rank::data
