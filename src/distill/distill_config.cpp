#include "distill/distill_config.h"

#include "base/error.h"
#include "learn/idle_settings.h"

namespace r2rank::distill {

TeacherPromptConfig::TeacherPromptConfig()
    : instruction("A user has chosen these items, oldest first:\n"),
      history_item("- {title}[ ({category})]\n"),
      candidate("\nCandidate: {title}[ ({category})][, chosen {count} times].\n"),
      task(
          "\nWill the user choose the candidate next? Nobody tells you; judge by what is shown. Write one "
          "paragraph of at most {words} words with these three labelled parts:\n"
          "Initial reasoning: what in the user's choices speaks for the candidate, and what against it.\n"
          "Self-check: look at your reasoning again and name evidence that it overlooked or weighed too much; "
          "confirm it or revise it.\n"
          "Final conclusion: what follows.\n"
          "Then give your verdict on a line of its own, as <answer>yes</answer> or <answer>no</answer>.") {}

void TeacherPromptConfig::describe(base::ConfigFields& fields) {
  fields.add("words", words, "words that the teacher may write at most").between(1, 10000);
  fields.add("teacher_system", system, "text of a system turn; empty for none");
  fields.add("teacher_instruction", instruction, "text before the history");
  fields.add("teacher_history_item", history_item,
             "one past item: {title} {brand} {category} {categories} {rating} {days_ago}; a part in [] "
             "vanishes when a placeholder in it is empty");
  fields.add("teacher_candidate", candidate,
             "the item asked about: {title} {brand} {category} {categories} {description} {count} "
             "{mean_rating}");
  fields.add("teacher_task", task, "what is to be written: {words}");
  fields.add("teacher_history_items", history_items, "past items shown, the latest ones").between(1, 10000);
  fields.add("teacher_title_words", title_words, "words that a title (brand, category) is cut to")
      .between(1, 1000);
  fields
      .add("teacher_description_words", description_words,
           "words that a description is cut to, where teacher_candidate shows it")
      .between(0, 100000);
}

void FilterConfig::describe(base::ConfigFields& fields) {
  fields.add("parts", parts, "keep a teacher's rationale only with its three labelled parts");
  fields.add("min_words", min_words, "words that a rationale has at least").between(0, 100000);
  fields
      .add("max_words", max_words,
           "words that a rationale has at most (0: one and a half times words; of the model itself any)")
      .between(0, 100000);
  fields.add("reserved", reserved,
             "texts that no rationale may hold: the cue of the model that is to learn from it");
  fields
      .add("similarity", similarity,
           "Jaccard similarity of three-word shingles from which on a rationale repeats an earlier one (1: "
           "only equal words do)")
      .between(0.05, 1);
  fields.add("keep_per_prompt", keep_per_prompt, "rationales kept of one user and item").between(1, 1000);
  fields.add("min_no", min_no, "rationales with no for each with yes, at least").between(0, 1000);
  fields.add("max_no", max_no, "rationales with no for each with yes, at most").between(0, 1000);
}

void FilterConfig::check() const {
  if (max_words > 0 && min_words > max_words)
    base::fail_usage("distill", "expected min_words <= max_words, found {} and {}", min_words, max_words);
  if (min_no > max_no)
    base::fail_usage("distill", "expected min_no <= max_no, found {} and {}", min_no, max_no);
}

void SelfConfig::describe(base::ConfigFields& fields) {
  fields.add("rationale_tokens", rationale_tokens, "T: a rationale that has not ended by then is cut off")
      .between(1, 4096);
  fields.add("rounds", rounds, "prompts without a kept rationale are sampled again, up to so many rounds")
      .between(1, 100);
  fields
      .add(
          "keep", keep,
          "label: rationales whose verdict agrees with the label; utility: those of them that also raise the "
          "expected NDCG by min_gain")
      .one_of({"label", "utility"});
  fields
      .add("verdict_from", verdict_from,
           "a score above this is a yes: zero, or the mean silent score of the slate")
      .one_of({"zero", "slate"});
  fields.add("min_gain", min_gain, "expected NDCG that a rationale gains at least (keep = utility)")
      .between(0, 1);
  fields.add("keep_cut", keep_cut, "keep rationales that were cut off too");
  fields.add("cutoff", cutoff, "k of that NDCG@k").between(1, 1000);
  fields.add("tau", tau, "its Plackett-Luce temperature").between(1e-3, 1e3);
  fields.add("slates_per_batch", slates_per_batch, "slates sampled together").between(1, 1024);
}

void DistillConfig::describe(base::ConfigFields& fields) {
  describe_drawing(fields);
  describe_teacher(fields);
}

void DistillConfig::describe_drawing(base::ConfigFields& fields) {
  fields.add("source", source, "who writes: a teacher behind a server, or the model itself")
      .one_of({"teacher", "self"});
  fields.add("prompts", prompts, "users and items asked about").between(1, 1e8);
  fields.add("asked_negatives", asked_negatives, "negatives asked about for each target (1: half and half)")
      .between(0, 999);
  fields.add("samples", samples, "answers a prompt (0: 1 of a teacher, 4 of the model itself)")
      .between(0, 1000);
  fields.add("temperature", temperature, "sampling temperature").between(0.01, 100);
  fields.add("seed", seed, "of everything drawn").at_least(0);
  fields.add("negatives", negatives, "how the negatives of training slates are drawn")
      .one_of({"uniform", "popularity"});
  fields.add("negative_count", negative_count, "negatives of a training slate (K - 1)").between(1, 999);
  fields
      .add("recent_targets", recent_targets, "targets are drawn among a user's last so many training events")
      .between(1, 1e6);
  fields.add("min_history", min_history, "earlier events a training target needs").between(1, 1e6);
}

void DistillConfig::describe_teacher(base::ConfigFields& fields) {
  prompt.describe(fields);
  fields.add("answer_tokens", answer_tokens, "longest answer in tokens; models that think need more")
      .between(1, 1e6);
  fields
      .add("failures_in_a_row", failures_in_a_row,
           "questions that may fail one after the other before the run ends")
      .between(0, 1e6);
  spending.describe(fields);
}

/// A setting of the one source that is never looked at with the other would mislead whoever set it.
void DistillConfig::check_idle() const {
  const auto keys = [](auto describe) {
    base::ConfigFields fields;
    describe(fields);
    std::vector<std::string> names;
    for (const auto& field : fields.all()) names.push_back(field.name);
    return names;
  };
  DistillConfig plain;
  learn::refuse_idle("distill", self, asks_teacher(), "source = teacher",
                     keys([&](auto& fields) { plain.self.describe(fields); }));
  learn::refuse_idle("distill", *this, !asks_teacher(), "source = self",
                     keys([&](auto& fields) { plain.describe_teacher(fields); }));
  learn::refuse_idle("distill", self, self.keep == "label", "keep = label, which asks for no gain",
                     {"min_gain"});
}

void DistillConfig::resolve() {
  check_idle();
  spending.check();
  filters.check();
  filters.seed = static_cast<uint64_t>(seed);
  if (asked_negatives > negative_count)
    base::fail_usage("distill", "expected asked_negatives <= negative_count, found {} and {}",
                     asked_negatives, negative_count);
  if (samples == 0) samples = asks_teacher() ? 1 : 4;
  if (asks_teacher() && filters.max_words == 0) filters.max_words = prompt.words + prompt.words / 2;
  if (!asks_teacher()) filters.parts = false;
  filters.check();
}

data::TrainingSlates::Options DistillConfig::slates() const {
  return {negative_count, recent_targets, min_history, negatives, static_cast<uint64_t>(seed)};
}

}  // namespace r2rank::distill
