#include "report/report.h"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/command_text.h"
#include "cli/doctor.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/verb.h"
#include "report/headline.h"
#include "report/markdown.h"
#include "report/page.h"

namespace r2rank::cli {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMarkWithin = 2000;  // bytes of a file's beginning in which the mark of a report stands
constexpr int64_t kMegabyte = 1'000'000;

class Report : public Verb {
 public:
  VerbText text() const override {
    return {
        .name = "report",
        .group = "Train and evaluate",
        .summary = "finished work -> one HTML page: tables, curves, data, every slate",
        .purpose =
            "Puts runs, evaluations, comparisons, data sets, studies and benchmarks into one page that needs no "
            "network and opens from disk: tables with intervals and tests, curves of everything that was logged, "
            "and a browser of the slates with each method's ranks and, where they were kept, rationales.",
        .examples =
            "# everything that lies in one folder\n"
            "r2rank report runs/demo --output report.html\n"
            "# a trained model beside the baselines of a comparison, and a text for a README\n"
            "r2rank report runs/rl runs/rl/eval runs/baselines --reference model --output report.html "
            "--markdown report.md\n"
            "# how far ours are above the best baselines, on the page and as a file\n"
            "r2rank report runs/rl/eval runs/hybrid/eval runs/baselines --text model --hybrid hybrid --output "
            "report.html --headline headline.json"};
  }

  void declare(Flags& flags) override {
    flags.group("What is in it");
    flags.fields()
        .add("sources", sources_,
             "folders of train, eval, compare, baseline, import or split, JSON files of bench, studies; or "
             "folders that hold such folders")
        .mandatory();
    flags.positional("SOURCE...", "sources");
    flags.fields().add("title", title_, "heading of the page (none: from the data sets)");
    flags.fields().add("reference", reference_,
                       "scorer that every other one is tested against (none: as the sources say)");
    flags.fields().add(
        "text", text_,
        "the headline's scorer of ours that ranks by texts and training statistics alone (none: no "
        "such line)");
    flags.fields().add("hybrid", hybrid_,
                       "the headline's scorer of ours with other rankers' signals, too (none: no such line)");
    flags.group("Slates that can be looked at");
    flags.fields().add("most_slates", most_slates_, "of each set of slates; more are sampled").at_least(0);
    flags.fields().add("seed", seed_, "seed of that sample").at_least(0);
    flags.fields()
        .add("most_megabytes", most_megabytes_, "of the whole page; slates are sampled down to it")
        .between(0.6, 1000);
    flags.group("Output");
    flags.fields().add("output", output_, "the HTML page; replaces an earlier report").mandatory();
    flags.fields().add("markdown", markdown_, "also write the tables as Markdown into this file");
    flags.fields().add("headline", headline_,
                       "also write ours against the best baselines, as JSON, into this file");
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    if (sources_.empty()) base::fail_usage("report", "expected at least one SOURCE; see --help");
    if (!headline_.empty() && text_.empty() && hybrid_.empty())
      base::fail_usage("report",
                       "--headline {}: expected --text or --hybrid beside it, the name of a scorer of ours",
                       headline_);
    check_replaceable(output_, report::kPageMark);
    if (!markdown_.empty()) check_replaceable(markdown_, report::kMarkdownMark);
    if (!headline_.empty()) check_replaceable(headline_, report::kHeadlineFormat);
    report::Request request;
    request.sources = report::find_sources(sources_);
    if (invocation.dry_run) return describe_only(request, invocation);
    fill(request, *invocation.config);
    const auto model = report::build_model(request, report::page_bytes());
    const std::string page = report::render_page(model);
    base::write_file(output_, page);
    if (!markdown_.empty()) base::write_file(markdown_, report::render_markdown(model));
    if (!headline_.empty()) base::write_file(headline_, report::headline_text(model["headline"]));
    say(request, model, static_cast<int64_t>(page.size()), invocation);
    return 0;
  }

 private:
  void fill(report::Request& request, const base::ConfigFields& fields) const {
    request.title = title_;
    request.reference = reference_;
    request.ours = {text_, hybrid_};
    request.most_slates = most_slates_;
    request.seed = static_cast<uint64_t>(seed_);
    request.most_bytes = static_cast<int64_t>(most_megabytes_ * kMegabyte);
    request.program = fmt::format("r2rank {}", R2RANK_VERSION);
    request.command = command_text("report", fields);
    for (const auto& line : library_lines()) request.libraries.emplace_back(line.name, line.value);
  }

  /// What is no report of ours is never replaced by one.
  static void check_replaceable(const std::string& file, const char* mark) {
    const fs::path path = file;
    check_place(path.has_parent_path() ? path.parent_path() : fs::path("."));
    std::error_code code;
    if (!fs::exists(fs::symlink_status(path, code))) return;
    if (!fs::is_regular_file(path, code))
      base::fail_usage("output", "{} is no file; choose another name", file);
    if (base::read_file(path).substr(0, kMarkWithin).find(mark) == std::string::npos)
      base::fail_usage("output", "{} is there already and is no report of r2rank; choose another name", file);
  }

  static std::map<std::string, int64_t> counts_of(const std::vector<report::Source>& sources) {
    std::map<std::string, int64_t> counts;
    for (const auto& source : sources) ++counts[std::string(report::kind_name(source.kind))];
    return counts;
  }

  static int describe_only(const report::Request& request, const Invocation& invocation) {
    if (invocation.json) {
      auto list = nlohmann::ordered_json::array();
      for (const auto& source : request.sources)
        list.push_back({{"kind", report::kind_name(source.kind)}, {"path", source.path.string()}});
      print("{}\n", nlohmann::ordered_json{{"sources", list}}.dump());
      return 0;
    }
    for (const auto& source : request.sources)
      print("{:<12} {}\n", report::kind_name(source.kind), source.path.string());
    print("dry run: nothing written\n");
    return 0;
  }

  void say(const report::Request& request, const report::Json& model, int64_t bytes,
           const Invocation& invocation) const {
    int64_t slates = 0, all = 0;
    for (const auto& browser : model["slates"]) {
      slates += browser["shown"].get<int64_t>();
      all += browser["total"].get<int64_t>();
    }
    if (invocation.json) {
      print("{}\n", nlohmann::ordered_json{{"output", output_},
                                           {"bytes", bytes},
                                           {"sources", counts_of(request.sources)},
                                           {"tables", model["tables"].size()},
                                           {"slates", slates},
                                           {"slates_in_all", all}}
                        .dump());
      return;
    }
    for (const auto& group : model["without_slates"])
      base::log_info("no slates of {}: {}", group["title"].get<std::string>(),
                     group["why"].get<std::string>());
    print("{}: {:.2f} MB, {} sources, {} tables, {} of {} slates\n", output_,
          static_cast<double>(bytes) / kMegabyte, request.sources.size(), model["tables"].size(), slates,
          all);
  }

  std::vector<std::string> sources_;
  std::string title_, reference_, text_, hybrid_, output_, markdown_, headline_;
  int64_t most_slates_ = 1000, seed_ = 7;
  double most_megabytes_ = 5;
};

}  // namespace

std::unique_ptr<Verb> make_report() {
  return std::make_unique<Report>();
}

}  // namespace r2rank::cli
