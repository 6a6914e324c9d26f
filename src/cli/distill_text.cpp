#include "cli/distill_text.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/table.h"

namespace r2rank::cli {
namespace {

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f} %", 100 * *share) : "none read";
}

void dropped_rows(const distill::DistillStatistics& statistics, Table& table) {
  for (size_t fate = 1; fate < distill::kFates; ++fate)
    if (statistics.fates[fate] > 0)
      table.row({fmt::format("- {}", distill::fate_name(static_cast<distill::Fate>(fate))),
                 grouped(statistics.fates[fate])});
}

}  // namespace

std::string distill_table(const distill::DistillStatistics& statistics) {
  Table table({Table::Align::kLeft, Table::Align::kRight});
  table.row({"prompts", grouped(statistics.prompts)});
  table.row({"answers", grouped(statistics.answers)});
  dropped_rows(statistics, table);
  table.row({"kept", grouped(statistics.kept())});
  table.row({"  with yes", grouped(statistics.kept_yes)});
  table.row({"  with no", grouped(statistics.kept_no)});
  table.row({"verdicts that agree, next items", percent(statistics.yes.share())});
  table.row({"verdicts that agree, negatives", percent(statistics.no.share())});
  if (statistics.kept() > 0)
    table.row({"words, mean (fewest, most)", fmt::format("{:.0f} ({}, {})", statistics.mean_words,
                                                         statistics.fewest_words, statistics.most_words)});
  table.row({"distinct three-word shingles", fmt::format("{:.2f}", statistics.distinct_3)});
  if (statistics.mean_gain)
    table.row({"utility gained, mean", fmt::format("{:+.4f}", *statistics.mean_gain)});
  table.row({"tokens read", grouped(statistics.tokens.read)});
  table.row({"tokens written", grouped(statistics.tokens.written)});
  if (statistics.tokens.estimated_answers > 0)
    table.row({"  estimated for answers", grouped(statistics.tokens.estimated_answers)});
  if (statistics.cost) table.row({"cost", fmt::format("{:.4f}", *statistics.cost)});
  return table.text();
}

std::string teacher_estimate_text(const TeacherEstimate& estimate) {
  Table table({Table::Align::kLeft, Table::Align::kRight});
  table.row({"prompts", grouped(estimate.prompts)});
  table.row({"questions", grouped(estimate.requests)});
  table.row({"- answered already", grouped(estimate.answered)});
  table.row({"tokens to send, about", grouped(estimate.tokens_read)});
  table.row({"tokens to be written, about", grouped(estimate.tokens_written)});
  if (estimate.cost > 0) table.row({"cost, about", fmt::format("{:.2f}", estimate.cost)});
  if (estimate.minutes > 0)
    table.row({"minutes by the limits, at least", fmt::format("{:.0f}", estimate.minutes)});
  return fmt::format("{}\nthe first prompt:\n{}\n\ndry run: nothing asked, nothing written\n", table.text(),
                     estimate.first_prompt);
}

nlohmann::ordered_json teacher_estimate_json(const TeacherEstimate& estimate) {
  return {{"dry_run", true},
          {"prompts", estimate.prompts},
          {"questions", estimate.requests},
          {"answered", estimate.answered},
          {"tokens_read", estimate.tokens_read},
          {"tokens_written", estimate.tokens_written},
          {"cost", estimate.cost},
          {"minutes", estimate.minutes},
          {"first_prompt", estimate.first_prompt}};
}

}  // namespace r2rank::cli
