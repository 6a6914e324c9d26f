#include "text/prompt.h"

namespace r2rank::text {

PromptConfig::PromptConfig()
    : instruction("A user has chosen these items, oldest first:\n"),
      history_item("- {title}[ ({category})]\n"),
      question("Will the user choose the following item next? Answer yes or no."),
      candidate("{title}[ ({category})][, chosen {count} times]."),
      cue(" Answer:"),
      rationale_start(" Reason:") {}

void PromptConfig::describe(base::ConfigFields& fields) {
  fields.add("prompt_system", system,
             "Text of a system turn; empty for none, 'default' for the model's own.");
  fields.add("prompt_instruction", instruction, "Text before the history.");
  fields.add("prompt_history_item", history_item,
             "One past item: {title} {brand} {category} {categories} {rating} {days_ago}; a part in [] "
             "vanishes when a "
             "placeholder in it is empty.");
  fields.add("prompt_question", question, "Text after the history.");
  fields.add("prompt_candidate", candidate,
             "The candidate, which opens the model's answer: {title} {brand} {category} {categories} "
             "{description} {count} {mean_rating}, and {signal:NAME} of a run with signals.");
  fields.add("prompt_cue", cue,
             "Fixed text whose last token the score is read from, after the rationale or the candidate.");
  fields.add("prompt_rationale_start", rationale_start,
             "Fixed text between candidate and rationale; may be empty.");
  fields.add("history_items", history_items, "Past items shown, the latest ones.").between(0, 10000);
  fields.add("title_tokens", title_tokens, "Tokens that a title (and a brand, and a category) is cut to.")
      .between(1, 10000);
  fields.add("description_words", description_words, "Words that a description is cut to; 0 leaves it out.")
      .between(0, 100000);
  fields
      .add("history_tokens", history_tokens,
           "Token budget of everything before the candidate; the oldest items go first.")
      .between(1, 1000000);
  fields
      .add("candidate_tokens", candidate_tokens,
           "Token budget of one candidate; its description is shortened first, then its title.")
      .between(1, 1000000);
}

}  // namespace r2rank::text
