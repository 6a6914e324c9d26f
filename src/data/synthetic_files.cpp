#include "data/synthetic_files.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "data/text_sink.h"

namespace r2rank::data {
namespace {

using Json = nlohmann::ordered_json;
constexpr int32_t kStep = 4096;  // items between two looks at whether to stop

/// Writes events as rows of the log.
class LogWriter {
 public:
  LogWriter(TextSink& sink, const SyntheticFiles& files, int64_t seed)
      : sink_(sink),
        json_(files.format == "jsonl"),
        words_(files.review_words),
        seed_(static_cast<uint64_t>(seed)) {
    if (!json_) sink_.buffer() += "user_id,item_id,rating,timestamp\n";
  }

  void write(int64_t user, const Interaction& event) {
    auto out = std::back_inserter(sink_.buffer());
    if (json_) {
      fmt::format_to(out, R"({{"user_id": "u{}", "item_id": "i{}", "rating": {}.0, "timestamp": {})", user,
                     event.item, static_cast<int>(event.rating), event.time);
      if (words_ > 0) write_text(event);
      sink_.buffer() += "}\n";
    } else {
      fmt::format_to(out, "u{},i{},{},{}\n", user, event.item, static_cast<int>(event.rating), event.time);
    }
    sink_.settle();
  }

 private:
  void write_text(const Interaction& event) {
    constexpr uint64_t kText = 101;  // apart from the streams of synthetic_world.cpp
    base::RandomStream stream(seed_, base::Purpose::kSynthetic, kText, static_cast<uint64_t>(event.item),
                              static_cast<uint64_t>(event.time));
    std::string& buffer = sink_.buffer();
    buffer += R"(, "text": ")";
    for (int64_t word = 0; word < words_; ++word) {
      const uint32_t bits = stream.bits();
      for (uint32_t letter = 0; letter < 2 + bits % 5; ++letter)
        buffer += static_cast<char>('a' + (bits >> (3 + 4 * letter)) % 16);
      buffer += ' ';
    }
    buffer += '"';
  }

  TextSink& sink_;
  bool json_;
  int64_t words_;
  uint64_t seed_;
};

void write_items(const SyntheticWorld& world, const SyntheticFiles& files, const base::Path& folder) {
  const bool json = files.format == "jsonl";
  const std::string ending = packed_ending(files.compression);
  TextSink sink(folder / ((json ? "items.jsonl" : "items.csv") + ending), files.compression);
  TextSink truth(folder / "truth_items.csv", "none");
  if (!json) sink.buffer() += "item_id,title,brand,categories\n";
  truth.buffer() += "item_id,cluster,weight\n";
  for (int32_t number = 0; number < world.items(); ++number) {
    if (number % kStep == 0) base::stop_if_interrupted("generate");
    const Item item = world.item(number);
    if (json) {
      sink.buffer() += Json{{"item_id", item.id},
                            {"title", item.title},
                            {"brand", item.brand},
                            {"categories", item.categories}}
                           .dump() +
                       "\n";
    } else {
      sink.buffer() += fmt::format("{},{},{},{}\n", item.id, item.title, item.brand, item.categories[0]);
    }
    sink.settle();
    truth.buffer() += fmt::format("{},{},{}\n", item.id, world.cluster(number), world.weight(number));
    truth.settle();
  }
  sink.close();
  truth.close();
}

SyntheticReport write_log(const SyntheticWorld& world, const SyntheticFiles& files, SyntheticOptimum& optimum,
                          const base::Path& folder) {
  const std::string name = files.format == "jsonl" ? "interactions.jsonl" : "interactions.csv";
  TextSink sink(folder / (name + packed_ending(files.compression)), files.compression);
  LogWriter writer(sink, files, world.config().seed);
  SyntheticWorld::Memory memory = world.memory();
  SyntheticReport report{.items = world.items(), .optimum = {}, .popularity = {}};
  const int64_t wanted = world.config().interactions;
  base::Progress progress("writing interactions", wanted, "interactions");
  while (report.interactions < wanted) {
    auto events = world.events(report.users, memory);
    const bool whole = static_cast<int64_t>(events.size()) <= wanted - report.interactions;
    if (!whole) events.resize(static_cast<size_t>(wanted - report.interactions));
    if (whole && events.size() > 1 && optimum.users() < files.optimum_users)
      optimum.add(report.users, events, memory);
    for (const Interaction& event : events) writer.write(report.users, event);
    report.interactions += static_cast<int64_t>(events.size());
    progress.advance(static_cast<int64_t>(events.size()));
    ++report.users;
    base::stop_if_interrupted("generate");
  }
  sink.close();
  report.optimum_users = optimum.users();
  report.optimum = optimum.optimum();
  report.popularity = optimum.popularity();
  report.random = optimum.random();
  return report;
}

/// null where no user was looked at.
Json estimate_json(const SyntheticReport& report, const Estimate& estimate) {
  if (report.optimum_users == 0) return nullptr;
  return {{"mean", estimate.mean}, {"standard_error", estimate.standard_error}};
}

std::string truth_json(const SyntheticConfig& config, const SyntheticFiles& files,
                       const SyntheticReport& report) {
  const Json json{{"format", "r2rank-synthetic"},
                  {"version", 1},
                  {"users", report.users},
                  {"items", report.items},
                  {"interactions", report.interactions},
                  {"clusters", config.clusters},
                  {"mean_length", config.mean_length},
                  {"shortest", config.shortest},
                  {"stay", config.stay},
                  {"popularity", config.popularity},
                  {"text_noise", config.text_noise},
                  {"seed", config.seed},
                  {"ndcg",
                   {{"k", files.k},
                    {"candidates", files.candidates},
                    {"users", report.optimum_users},
                    {"optimum", estimate_json(report, report.optimum)},
                    {"by_popularity", estimate_json(report, report.popularity)},
                    {"random", report.random}}}};
  return json.dump(2) + "\n";
}

}  // namespace

void SyntheticFiles::describe(base::ConfigFields& fields) {
  fields.add("format", format, "Kind of the two files").one_of({"csv", "jsonl"});
  fields.add("compression", compression, "How the two files are packed").one_of({"none", "gzip", "zstd"});
  fields
      .add("review_words", review_words,
           "Words of a text in each JSON line that no importer reads, for timing on lines as long as reviews")
      .between(0, 10'000);
  fields.add("optimum_users", optimum_users, "Users over whom the best reachable NDCG is averaged (0: none)")
      .at_least(0);
  fields.add("candidates", candidates, "Candidates of the slates that the optimum is for")
      .between(2, 100'000);
  fields.add("k", k, "Cut-off of its NDCG").between(1, 100'000);
}

SyntheticReport write_synthetic(const SyntheticConfig& config, const SyntheticFiles& files,
                                const base::Path& folder, bool overwrite) {
  if (files.review_words > 0 && files.format != "jsonl")
    base::fail_usage("generate", "--review-words needs --format jsonl, found {}", files.format);
  const SyntheticWorld world(config);
  SyntheticOptimum optimum(world, files.candidates, files.k);
  base::AtomicFolder target(folder, overwrite);
  write_items(world, files, target.path());
  const SyntheticReport report = write_log(world, files, optimum, target.path());
  base::write_file(target.path() / "truth.json", truth_json(config, files, report));
  base::stop_if_interrupted("generate");
  target.commit();
  return report;
}

}  // namespace r2rank::data
