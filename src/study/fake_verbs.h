#pragma once

// Test support: verbs that leave the files a study looks for, and note how they were called.

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "data/slate_sample.h"
#include "metrics/per_user.h"
#include "study/verbs.h"

namespace r2rank::study::testing {

class FakeVerbs : public Verbs {
 public:
  FakeVerbs(const data::Dataset& dataset, const data::SlateSet& slates)
      : dataset_(dataset), slates_(slates) {}

  void check(const std::string& verb, const Settings& settings) const override {
    const auto& known = settings_of(verb);
    for (const auto& [name, value] : settings)
      if (std::find(known.begin(), known.end(), name) == known.end())
        base::fail_usage("config", "unknown key '{}'", name);
  }
  bool has(const std::string& verb, const std::string& setting) const override {
    const auto& known = settings_of(verb);
    return std::find(known.begin(), known.end(), setting) != known.end();
  }
  std::string usual(const std::string&, const std::string& setting) const override {
    return setting == "source" ? "teacher" : "";
  }
  std::string auto_dtype(const std::string& device) const override {
    return device == "cpu" ? dtype : "bf16";
  }
  std::string command(const std::string& verb, const Settings& settings) const override {
    std::string text = "r2rank " + verb;
    for (const auto& [name, value] : settings) text += " " + name + "=" + value;
    return text;
  }
  void run(const std::string& verb, const Settings& settings) override {
    calls.push_back(command(verb, settings));
    if (before) before(verb);
    const base::Path output = value_of(settings, "output");
    if (verb == "eval") return answer(settings, output);
    base::write_file(output / marker_of(verb),
                     R"({"training":{"seconds":20,"slates":30,"run":{"seconds":60,"slates":100}}})");
  }

  std::vector<std::string> calls;
  std::function<void(const std::string& verb)> before;  ///< what happens before a verb has done anything
  std::string dtype = "f32";                            ///< what `auto` comes to on this machine's CPU

 private:
  static const std::vector<std::string>& settings_of(const std::string& verb) {
    static const std::vector<std::string> train = {"dataset",       "split", "model",  "output",
                                                   "resume",        "seed",  "stage",  "steps",
                                                   "rationale_set", "dtype", "device", "signals",
                                                   "signal_use"},
                                          distill = {"dataset", "split", "model",   "output",
                                                     "source",  "seed",  "prompts", "rationale_set"},
                                          eval = {"dataset", "split",       "model",     "output",
                                                  "slates",  "sample_seed", "baselines", "rationales",
                                                  "scorers", "dtype",       "name"},
                                          baseline = {"dataset", "split", "output", "seed", "method"},
                                          combine = {"dataset", "split", "output", "seed", "scorers"};
    if (verb == "train" || verb == "sft") return train;
    if (verb == "distill") return distill;
    if (verb == "eval") return eval;
    if (verb == "baseline train") return baseline;
    if (verb == "combine") return combine;
    base::fail_usage("r2rank", "unknown verb '{}'", verb);
  }
  static std::string marker_of(const std::string& verb) {
    if (verb == "distill") return "rationales.json";
    if (verb == "combine") return "combination.json";
    return verb == "baseline train" ? "baseline.json" : "model/r2rank.json";
  }
  static std::string value_of(const Settings& settings, const std::string& name) {
    for (const auto& [key, value] : settings)
      if (key == name) return value;
    return "";
  }

  /// Results that depend on what was asked of which model.
  void answer(const Settings& settings, const base::Path& output) const {
    const auto sample =
        data::sampled_slates(slates_, dataset_, {std::stoll(value_of(settings, "slates")), 7});
    metrics::PerUserResults results;
    results.scorer = "model";
    results.protocol = sample.protocol.name();
    results.slates_hash = sample.hash;
    const uint64_t model = base::hash64(value_of(settings, "model") + value_of(settings, "rationales"));
    for (const auto& slate : sample.slates) {
      const double value =
          static_cast<double>((model ^ static_cast<uint64_t>(slate.id * 7919)) % 1000) / 1000;
      results.slate_ids.push_back(slate.id);
      results.user_ids.push_back(dataset_.user_ids[slate.user]);
      for (const char* metric : {"ndcg@10", "hr@10", "ms", "tokens"}) results.values[metric].push_back(value);
      results.scores.push_back(std::vector<double>(slate.candidates.size(), value));
    }
    metrics::save_per_user(results, output / "model.parquet");
    base::write_file(output / "summary.json", "{}");
  }

  const data::Dataset& dataset_;
  const data::SlateSet& slates_;
};

}  // namespace r2rank::study::testing
