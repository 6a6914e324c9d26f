#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace r2rank::report {

/// What finished work is told by:
///   kDataset     a folder with dataset.json          kEvaluation  a folder with .parquet files of `eval`
///   kSplit       a folder with split.json            kBaseline    a folder with baseline.json
///   kRun         a folder with the config.toml of    kBench       a JSON file of `bench --json`
///                `train` and a log.jsonl             kStudy       study.json, or the folder that holds it
///   kComparison  a folder with comparison.json
enum class SourceKind { kDataset, kSplit, kRun, kEvaluation, kComparison, kBaseline, kBench, kStudy };

struct Source {
  SourceKind kind;
  base::Path path;
};

/// "evaluation"
std::string_view kind_name(SourceKind kind);

/// What a path holds; nothing for anything else. Errors: kIo where there is no such path; kData for a .json
/// file that is no JSON.
std::optional<SourceKind> kind_of(const base::Path& path);

/// What lies in a folder, sorted, without what killed processes left (their names begin with a dot).
std::vector<base::Path> entries_of(const base::Path& folder);

/// The sources that paths stand for, each once: a folder that is none itself stands for those that lie in it,
/// and the data sets and splits that runs and evaluations name are taken along where they are still there.
/// Errors: as kind_of(); kUsage for a path that stands for none.
std::vector<Source> find_sources(const std::vector<std::string>& paths);

}  // namespace r2rank::report
