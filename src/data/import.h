#pragma once

#include <string>
#include <vector>

#include "base/config.h"
#include "data/dataset.h"

namespace r2rank::data {

/// Every parameter of `r2rank import`.
struct ImportConfig {
  std::string format = "auto";  ///< auto, or a name of import_config.cpp
  std::string
      interactions;  ///< file of interactions or pattern of several, or the folder that holds a layout
  std::vector<std::string> more_interactions;  ///< further files of the same log
  std::string items;                ///< catalogue file, or pattern of several; "" where the layout names it
  std::string encoding = "auto";    ///< auto, utf-8, latin-1, windows-1252
  std::string bad_rows = "refuse";  ///< refuse, skip: what becomes of a row that cannot be read
  std::string html_entities = "auto";  ///< auto, decode, keep
  std::string name;                    ///< dataset name; "" takes the output folder's
  std::string user_column = "user_id", item_column = "item_id", timestamp_column = "timestamp",
              rating_column = "rating";
  std::string item_id_column = "item_id", title_column = "title", brand_column = "brand";
  std::string categories_column = "categories", description_column = "description";
  std::string category_separator =
      "|";                    ///< between the categories of a plain text cell; "" takes the cell as one
  std::string time = "auto";  ///< auto, real, order: whether timestamps are Unix seconds or only an order
  std::string time_unit = "auto";        ///< auto, seconds, milliseconds, ...
  int64_t user_core = 0, item_core = 0;  ///< k-core: drop users/items with fewer interactions, repeatedly
  std::string duplicates =
      "keep-first";  ///< keep-first, keep-last, keep-all: the same user and item more than once
  double min_rating = -1e300;
  int64_t from_time = INT64_MIN, to_time = INT64_MAX;  ///< window [from, to) on Unix seconds

  void describe(base::ConfigFields& fields);
};

/// Reads logs and catalogue, filters them and returns the dataset with its report (ready for save_dataset).
/// Errors: kData naming file, line and column; kUsage for an impossible configuration.
Dataset import_dataset(const ImportConfig& config);

}  // namespace r2rank::data
