#include "cli/description_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/dataset_text.h"
#include "cli/table.h"

namespace r2rank::cli {
namespace {

using data::Distribution;

constexpr int64_t kBar = 40;         // characters of the longest bar
constexpr size_t kMostRatings = 12;  // different ratings that get a bar each

std::string percent(int64_t part, int64_t whole) {
  return whole > 0 ? fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole))
                   : "-";
}

/// Rows of label, count and a bar; what is not 0 shows at least one sign.
std::string histogram(const std::vector<std::pair<std::string, int64_t>>& rows) {
  int64_t most = 1;
  for (const auto& [label, count] : rows) most = std::max(most, count);
  Table table({Table::Align::kRight, Table::Align::kRight, Table::Align::kLeft});
  for (const auto& [label, count] : rows) {
    const auto length = static_cast<size_t>(std::max<int64_t>(count > 0, count * kBar / most));
    table.row({label, grouped(count), std::string(length, '#')});
  }
  return table.text();
}

std::string bin_label(const Distribution::Bin& bin) {
  return bin.low == bin.high ? grouped(bin.low) : fmt::format("{}-{}", grouped(bin.low), grouped(bin.high));
}

std::string distribution_text(const Distribution& spread) {
  std::vector<std::pair<std::string, int64_t>> rows;
  for (const auto& bin : spread.bins) rows.emplace_back(bin_label(bin), bin.count);
  return fmt::format("  min {}, quartiles {} {} {}, 90 % {}, 99 % {}, max {}; mean {:.1f}, Gini {:.3f}\n{}",
                     grouped(spread.min), grouped(spread.q25), grouped(spread.median), grouped(spread.q75),
                     grouped(spread.q90), grouped(spread.q99), grouped(spread.max), spread.mean, spread.gini,
                     histogram(rows));
}

std::string counts_text(const data::Dataset& dataset, const data::DatasetDescription& d) {
  Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kLeft});
  table.row({"users", grouped(d.users), ""});
  table.row({"items", grouped(d.items), fmt::format("{} with interactions", grouped(d.touched_items))});
  table.row(
      {"interactions", grouped(d.interactions),
       fmt::format("{:.4f} % of all pairs (sparsity {:.4f} %)", 100 * d.density, 100 - 100 * d.density)});
  table.row({"repeated", grouped(d.repeated_pairs), "events with an item the user had taken before"});
  if (dataset.time_kind == data::TimeKind::kReal)
    table.row(
        {"tied", grouped(d.tied_events),
         fmt::format("events at a time of another event of the user ({} users)", grouped(d.tied_users))});
  return table.text();
}

std::string ratings_text(const data::DatasetDescription& d) {
  if (d.ratings.empty()) return "\nratings: none\n";
  std::string text = fmt::format("\nratings: mean {:.3f}, {} different, {} events without\n", d.mean_rating,
                                 d.ratings.size(), grouped(d.unrated));
  if (d.ratings.size() > kMostRatings) return text;
  std::vector<std::pair<std::string, int64_t>> rows;
  for (const auto& [rating, count] : d.ratings) rows.emplace_back(fmt::format("{:g}", rating), count);
  return text + histogram(rows);
}

std::string time_text(const data::Dataset& dataset, const data::DatasetDescription& d) {
  if (dataset.time_kind != data::TimeKind::kReal) return "\ntime: only the order of each user's events\n";
  std::vector<std::pair<std::string, int64_t>> rows;
  for (const auto& [begin, count] : d.timeline) rows.emplace_back(date_text(begin), count);
  return fmt::format("\ntime: {}\n{}", time_span(dataset), histogram(rows));
}

std::string coverage_text(const data::DatasetDescription& d) {
  Table table({Table::Align::kLeft, Table::Align::kRight, Table::Align::kRight, Table::Align::kRight});
  table.row({"field", "items", "events", "words"});
  for (const auto& field : d.text)
    table.row({field.field, percent(field.items, d.items), percent(field.events, d.interactions),
               fmt::format("{:.1f}", field.mean_words)});
  return fmt::format(
      "\ntext: share of items and of events that have it, mean words\n{}  {} items share their "
      "title with another\n",
      table.text(), grouped(d.shared_titles));
}

std::string cold_line(const std::string& what, const data::ColdStart& cold) {
  return fmt::format("  {}: {} targets, item new in {}, user new in {}\n", what, grouped(cold.targets),
                     percent(cold.cold_items, cold.targets), percent(cold.cold_users, cold.targets));
}

std::string cold_text(const data::DatasetDescription& d, const std::optional<data::ColdStart>& split) {
  if (d.last_tenth.targets == 0 && !split) return "";
  std::string text = "\ncold start\n";
  if (d.last_tenth.targets > 0)
    text += cold_line("the last tenth by time, against what is before", d.last_tenth);
  if (split) text += cold_line("the split's test, against its training", *split);
  return text;
}

}  // namespace

std::string description_text(const data::Dataset& dataset, const data::DatasetDescription& d,
                             const std::optional<data::ColdStart>& split) {
  std::string text = counts_text(dataset, d);
  text += "\nevents of a user\n" + distribution_text(d.history);
  text += "\nevents of an item\n" + distribution_text(d.popularity);
  text += fmt::format(
      "  the most popular 1 % of items hold {:.1f} % of the events, 10 % {:.1f} %, 20 % {:.1f} %\n",
      100 * d.head1, 100 * d.head10, 100 * d.head20);
  return text + ratings_text(d) + time_text(dataset, d) + coverage_text(d) + cold_text(d, split);
}

}  // namespace r2rank::cli
