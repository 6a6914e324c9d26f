#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "data/dataset.h"

namespace r2rank::data {

inline constexpr int64_t kDatasetVersion = 1;

/// One data file of a dataset folder as dataset.json records it: altered bytes never reach the Parquet
/// reader.
struct FileRecord {
  std::string name, hash;
  int64_t bytes = 0;
};

/// The contents of dataset.json.
struct DatasetManifest {
  Dataset header;  ///< name, time_kind, has_ratings, report and hash; no users, items, interactions
  int64_t users = 0, items = 0, interactions = 0;
  FileRecord users_file, items_file, interactions_file;
};

/// Errors: kData naming `source`.
DatasetManifest parse_manifest(std::string_view json, const std::string& source);
std::string manifest_json(const DatasetManifest& manifest);

/// The dataset of a manifest and the bytes of its three files, everything checked. Errors: kData naming
/// `folder`.
Dataset assemble_dataset(const DatasetManifest& manifest, const std::string& users, const std::string& items,
                         const std::string& interactions, const std::string& folder);

}  // namespace r2rank::data
