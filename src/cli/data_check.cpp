#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "cli/output.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "data/slate_traits.h"
#include "data/split_check.h"
#include "experiment/split_findings.h"

namespace r2rank::cli {
namespace {

using data::Finding;
using data::Verdict;

std::string findings_text(const std::vector<Finding>& findings) {
  constexpr size_t kWidth = 96;
  std::string text;
  for (const Finding& finding : findings) {
    text += fmt::format("{:<8} {}", data::verdict_name(finding.verdict), finding.name);
    if (finding.of > 0)
      text += fmt::format(": {} of {} ({:.2f} %)", grouped(finding.count), grouped(finding.of),
                          100.0 * static_cast<double>(finding.count) / static_cast<double>(finding.of));
    text += '\n';
    for (const auto& line : wrapped(finding.text, kWidth - 9)) text += fmt::format("{:9}{}\n", "", line);
  }
  return text;
}

class DataCheck : public Verb {
 public:
  VerbText text() const override {
    return {.name = "data check",
            .group = "Prepare data",
            .summary = "a split's leaks and pitfalls: ties, cold items, repeats, hashes",
            .purpose =
                "Looks whether figures measured on a split can be trusted: targets in histories or in "
                "training, training events later than the test, an order that equal timestamps decided, "
                "repeated and cold items, altered files. Exits with status 3 when something is wrong; what "
                "belongs to the protocol is a note.",
            .examples =
                "# everything, in words\n"
                "r2rank data check data/ml-100k --split data/ml-100k-split\n"
                "# for a script, and which slates are tied, cold, repeated\n"
                "r2rank data check data/shop --split data/shop-split --json --slices data/shop-slices.csv"};
  }

  void declare(Flags& flags) override {
    flags.group("What is checked");
    flags.fields().add("dataset", dataset_, "Dataset folder made by import").mandatory();
    flags.positional("DATASET", "dataset");
    flags.fields().add("split", split_, "Split folder made by split").mandatory();
    flags.group("Output");
    flags.fields().add(
        "slices", slices_,
        "CSV file to write: each slate with its user and whether it is tied, cold, repeated or "
        "missed");
  }

  int run(const Invocation& invocation) override {
    check_slices();
    std::string protocol;
    std::vector<Finding> findings;
    try {
      const data::Dataset dataset = data::load_dataset(dataset_);
      const data::Split split = data::load_split(split_, dataset);
      protocol = split.protocol.name();
      findings = data::check_split(dataset, split);
      findings.insert(findings.begin(), {"files", Verdict::kFine, 0, 0,
                                         "formats, content hashes and the data set's hash fit together"});
      if (!slices_.empty() && !invocation.dry_run)
        base::write_file(slices_, data::slate_traits_csv(dataset, split));
    } catch (const base::Error& error) {
      if (error.kind() != base::ErrorKind::kData) throw;
      findings.push_back({"files", Verdict::kFailure, 0, 0, error.what()});
    }
    return report(protocol, findings, invocation);
  }

 private:
  /// A file of slices is replaced, any other one is somebody's work.
  void check_slices() const {
    if (slices_.empty()) return;
    std::error_code code;
    if (!std::filesystem::exists(slices_, code)) return;
    const bool replaced = std::filesystem::is_regular_file(slices_, code) &&
                          (std::filesystem::is_empty(slices_, code) ||
                           base::read_file(slices_).starts_with(data::kSlateTraitsHeader));
    if (!replaced)
      base::fail_usage("data check",
                       "--slices {} exists already and is no file of slices, which alone is replaced; choose "
                       "another name",
                       slices_);
  }

  static int report(const std::string& protocol, const std::vector<Finding>& findings,
                    const Invocation& invocation) {
    const Verdict verdict = experiment::worst_of(findings);
    if (invocation.json)
      print("{}\n", nlohmann::ordered_json{{"protocol", protocol},
                                           {"verdict", data::verdict_name(verdict)},
                                           {"findings", experiment::findings_json(findings)}}
                        .dump());
    else
      print("{}\n{}\n", protocol.empty() ? "no readable split" : "protocol " + protocol,
            findings_text(findings));
    if (!invocation.json)
      print("{}\n", verdict == Verdict::kFailure   ? "failed: figures on this split are wrong"
                    : verdict == Verdict::kWarning ? "passed with warnings: say them beside the figures"
                                                   : "passed");
    return verdict == Verdict::kFailure ? static_cast<int>(base::ErrorKind::kData) : 0;
  }

  std::string dataset_, split_, slices_;
};

}  // namespace

std::unique_ptr<Verb> make_data_check() {
  return std::make_unique<DataCheck>();
}

}  // namespace r2rank::cli
