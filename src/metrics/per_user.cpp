#include "metrics/per_user.h"

#include <arrow/api.h>

#include <cmath>

#include "base/error.h"
#include "data/parquet_file.h"

namespace r2rank::metrics {
namespace {

using ArrayPtr = std::shared_ptr<arrow::Array>;

constexpr const char* kFormat = "r2rank-per-user";
constexpr const char* kVersion = "1";
constexpr const char* kFormatKey = "r2rank.format";
constexpr const char* kVersionKey = "r2rank.version";
constexpr const char* kScorerKey = "r2rank.scorer";
constexpr const char* kProtocolKey = "r2rank.protocol";
constexpr const char* kHashKey = "r2rank.slates_hash";
constexpr const char* kTrainingKey = "r2rank.training_hash";  // not in files of older programs
constexpr const char* kRanksKey = "r2rank.ranks_only";        // "1", where it is so
constexpr const char* kSlateColumn = "slate_id";
constexpr const char* kUserColumn = "user_id";
constexpr const char* kScoresColumn = "scores";

bool is_fixed_column(const std::string& name) {
  return name == kSlateColumn || name == kUserColumn || name == kScoresColumn;
}

void check_shape(const PerUserResults& results) {
  const size_t rows = results.slate_ids.size();
  R2RANK_CHECK(results.user_ids.size() == rows && results.scores.size() == rows);
  for (const auto& [name, values] : results.values)
    R2RANK_CHECK(values.size() == rows && !is_fixed_column(name));
}

// ---- writing: builders fail only for want of memory ----

void require(const arrow::Status& status) {
  if (!status.ok())
    base::fail(base::ErrorKind::kResource, "metrics", "cannot build the per-user table: {}",
               status.ToString());
}

template <class Builder, class Values>
ArrayPtr column_of(const Values& values) {
  Builder builder;
  require(builder.AppendValues(values));
  ArrayPtr array;
  require(builder.Finish(&array));
  return array;
}

ArrayPtr column_of_lists(const std::vector<std::vector<double>>& lists) {
  auto values = std::make_shared<arrow::DoubleBuilder>();
  arrow::ListBuilder builder(arrow::default_memory_pool(), values);
  for (const auto& list : lists) {
    require(builder.Append());
    require(values->AppendValues(list));
  }
  ArrayPtr array;
  require(builder.Finish(&array));
  return array;
}

std::shared_ptr<arrow::Table> as_table(const PerUserResults& results) {
  arrow::FieldVector fields = {arrow::field(kSlateColumn, arrow::int64()),
                               arrow::field(kUserColumn, arrow::utf8())};
  arrow::ArrayVector columns = {column_of<arrow::Int64Builder>(results.slate_ids),
                                column_of<arrow::StringBuilder>(results.user_ids)};
  for (const auto& [name, values] : results.values) {
    fields.push_back(arrow::field(name, arrow::float64()));
    columns.push_back(column_of<arrow::DoubleBuilder>(values));
  }
  fields.push_back(arrow::field(kScoresColumn, arrow::list(arrow::float64())));
  columns.push_back(column_of_lists(results.scores));
  const auto metadata =
      arrow::key_value_metadata({kFormatKey, kVersionKey, kScorerKey, kProtocolKey, kHashKey},
                                {kFormat, kVersion, results.scorer, results.protocol, results.slates_hash});
  if (!results.training_hash.empty()) metadata->Append(kTrainingKey, results.training_hash);
  if (results.ranks_only) metadata->Append(kRanksKey, "1");
  return arrow::Table::Make(arrow::schema(fields, metadata), columns,
                            static_cast<int64_t>(results.slate_ids.size()));
}

// ---- reading: the file is untrusted ----

/// What a file turned out to be, with the path for messages.
struct Input {
  std::shared_ptr<arrow::Table> table;
  std::string name;
};

[[noreturn]] void refuse(const std::string& name, const std::string& what) {
  base::fail_data("metrics",
                  "expected per-user results of `r2rank eval` in {}, found {}; write the file again", name,
                  what);
}

std::shared_ptr<arrow::Table> read_table(const base::MappedFile& file, const std::string& name) {
  const auto table = data::read_parquet(file.bytes());
  if (!table.ok()) refuse(name, fmt::format("no readable Parquet ({})", table.status().message()));
  return *table;
}

std::string metadata_value(const Input& input, const char* key) {
  const auto metadata = input.table->schema()->metadata();
  const auto value = metadata ? metadata->Get(key) : arrow::Result<std::string>(arrow::Status::KeyError(key));
  if (!value.ok()) refuse(input.name, fmt::format("no metadata '{}'", key));
  return *value;
}

std::string optional_metadata(const Input& input, const char* key) {
  const auto metadata = input.table->schema()->metadata();
  return metadata && metadata->Contains(key) ? metadata_value(input, key) : "";
}

/// `eval --output` writes a file of the scorer's name: the name must not lead elsewhere.
std::string scorer_name(const Input& input) {
  std::string scorer = metadata_value(input, kScorerKey);
  if (scorer.empty() || scorer.find_first_of(std::string_view("/\0", 2)) != std::string::npos)
    refuse(input.name, fmt::format("the scorer '{}', which can name no file", scorer));
  return scorer;
}

void check_version(const Input& input) {
  if (const auto format = metadata_value(input, kFormatKey); format != kFormat)
    refuse(input.name, fmt::format("format '{}'", format));
  if (const auto version = metadata_value(input, kVersionKey); version != kVersion)
    base::fail_data(
        "metrics",
        "expected per-user results of version {} in {}, found version '{}'; use the r2rank that wrote it",
        kVersion, input.name, version);
}

/// The column as one array of the expected Arrow type, without nulls. `Array` names the C++ type of that
/// Arrow type.
template <class Array>
std::shared_ptr<Array> typed_column(const Input& input, const std::string& column,
                                    const arrow::DataType& type) {
  const auto chunked = input.table->GetColumnByName(column);
  if (!chunked) refuse(input.name, fmt::format("no column '{}', or two of them", column));
  if (!chunked->type()->Equals(type))
    refuse(input.name, fmt::format("column '{}' of type {} instead of {}", column,
                                   chunked->type()->ToString(), type.ToString()));
  if (chunked->null_count() > 0) refuse(input.name, fmt::format("missing values in column '{}'", column));
  auto joined = arrow::Concatenate(chunked->chunks());
  if (chunked->num_chunks() == 0) joined = arrow::MakeEmptyArray(chunked->type());
  if (!joined.ok()) refuse(input.name, joined.status().message());
  return std::static_pointer_cast<Array>(*joined);
}

std::vector<double> metric_values(const Input& input, const std::string& metric) {
  const auto array = typed_column<arrow::DoubleArray>(input, metric, *arrow::float64());
  std::vector<double> values(array->raw_values(), array->raw_values() + array->length());
  for (const double value : values)
    if (!std::isfinite(value)) refuse(input.name, fmt::format("{} in column '{}'", value, metric));
  return values;
}

std::vector<std::string> strings_of(const arrow::StringArray& array) {
  std::vector<std::string> strings;
  strings.reserve(static_cast<size_t>(array.length()));
  for (int64_t row = 0; row < array.length(); ++row) strings.push_back(array.GetString(row));
  return strings;
}

std::vector<std::vector<double>> lists_of(const Input& input, const arrow::ListArray& array) {
  const auto values = std::static_pointer_cast<arrow::DoubleArray>(array.values());
  if (values->null_count() > 0) refuse(input.name, "missing values among the scores");
  std::vector<std::vector<double>> lists;
  lists.reserve(static_cast<size_t>(array.length()));
  for (int64_t row = 0; row < array.length(); ++row)
    lists.emplace_back(values->raw_values() + array.value_offset(row),
                       values->raw_values() + array.value_offset(row + 1));
  return lists;
}

/// float64 lists, whatever the writer called their element.
std::shared_ptr<arrow::DataType> scores_type(const Input& input) {
  const auto field = input.table->schema()->GetFieldByName(kScoresColumn);
  const bool lists = field && field->type()->id() == arrow::Type::LIST &&
                     field->type()->field(0)->type()->id() == arrow::Type::DOUBLE;
  return lists ? field->type() : arrow::list(arrow::float64());
}

}  // namespace

void save_per_user(const PerUserResults& results, const base::Path& path) {
  check_shape(results);
  base::write_file(path, data::to_parquet(*as_table(results)));
}

PerUserResults load_per_user(const base::Path& path) {
  const base::MappedFile file(path);
  const Input input{read_table(file, path.string()), path.string()};
  check_version(input);

  PerUserResults results;
  results.scorer = scorer_name(input);
  results.protocol = metadata_value(input, kProtocolKey);
  results.slates_hash = metadata_value(input, kHashKey);
  results.training_hash = optional_metadata(input, kTrainingKey);
  results.ranks_only = optional_metadata(input, kRanksKey) == "1";
  const auto ids = typed_column<arrow::Int64Array>(input, kSlateColumn, *arrow::int64());
  results.slate_ids.assign(ids->raw_values(), ids->raw_values() + ids->length());
  results.user_ids = strings_of(*typed_column<arrow::StringArray>(input, kUserColumn, *arrow::utf8()));
  results.scores =
      lists_of(input, *typed_column<arrow::ListArray>(input, kScoresColumn, *scores_type(input)));
  for (const auto& column : input.table->ColumnNames())
    if (!is_fixed_column(column)) results.values[column] = metric_values(input, column);
  return results;
}

}  // namespace r2rank::metrics
