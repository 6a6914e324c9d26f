#include "data/dataset_tables.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>

#include <span>

#include "base/error.h"
#include "data/parquet_file.h"

namespace r2rank::data {
namespace {

using Arrays = std::vector<std::shared_ptr<arrow::Array>>;

// Writing uses 64-bit offsets, so that a catalogue's text may pass 2 GiB; Parquet has only one string type,
// and reading it back gives 32-bit offsets in as many chunks as it takes.
std::shared_ptr<arrow::Schema> interactions_schema() {
  return arrow::schema(
      {arrow::field("user", arrow::int32(), false), arrow::field("item", arrow::int32(), false),
       arrow::field("time", arrow::int64(), false), arrow::field("rating", arrow::float32(), false)});
}
std::shared_ptr<arrow::Schema> items_schema(const std::shared_ptr<arrow::DataType>& text,
                                            const std::shared_ptr<arrow::DataType>& texts) {
  return arrow::schema({arrow::field("id", text, false), arrow::field("title", text, false),
                        arrow::field("brand", text, false), arrow::field("categories", texts, false),
                        arrow::field("description", text, false)});
}
std::shared_ptr<arrow::Schema> users_schema(const std::shared_ptr<arrow::DataType>& text) {
  return arrow::schema({arrow::field("id", text, false)});
}
std::shared_ptr<arrow::DataType> list_of(const std::shared_ptr<arrow::DataType>& text) {
  return arrow::list(arrow::field("element", text, false));
}

void check(const arrow::Status& status) {
  if (!status.ok())
    base::fail(base::ErrorKind::kResource, "dataset", "cannot hold a table: {}", status.message());
}

template <class Builder, class Range, class Get>
std::shared_ptr<arrow::Array> column(const Range& range, const Get& get) {
  Builder builder;
  for (const auto& entry : range) check(builder.Append(get(entry)));
  std::shared_ptr<arrow::Array> array;
  check(builder.Finish(&array));
  return array;
}

std::shared_ptr<arrow::Array> text_column(std::span<const Item> items, std::string Item::* field) {
  return column<arrow::LargeStringBuilder>(items, [&](const Item& item) { return item.*field; });
}

std::shared_ptr<arrow::Array> categories_column(std::span<const Item> items) {
  const auto texts = std::make_shared<arrow::LargeStringBuilder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), texts, list_of(arrow::large_utf8()));
  for (const Item& item : items) {
    check(lists.Append());
    for (const std::string& category : item.categories) check(texts->Append(category));
  }
  std::shared_ptr<arrow::Array> array;
  check(lists.Finish(&array));
  return array;
}

template <class T>
std::span<const T> part_of(const std::vector<T>& rows, size_t begin, size_t end) {
  return std::span(rows).subspan(begin, end - begin);
}

std::string text_at(const arrow::RecordBatch& batch, int place, int64_t row) {
  return static_cast<const arrow::StringArray&>(*batch.column(place)).GetString(row);
}

template <class Array>
auto value_at(const arrow::RecordBatch& batch, int place, int64_t row) {
  return static_cast<const Array&>(*batch.column(place)).Value(row);
}

std::vector<std::string> categories_at(const arrow::RecordBatch& batch, int place, int64_t row,
                                       const std::string& source) {
  const auto& lists = static_cast<const arrow::ListArray&>(*batch.column(place));
  const auto& texts = static_cast<const arrow::StringArray&>(*lists.values());
  std::vector<std::string> categories;
  for (int64_t i = lists.value_offset(row); i < lists.value_offset(row + 1); ++i) {
    if (texts.IsNull(i)) base::fail_data("dataset", "expected no nulls in the categories of {}", source);
    categories.push_back(texts.GetString(i));
  }
  return categories;
}

template <class Write>
std::string to_bytes(const Dataset& dataset, const Write& write) {
  const auto sink = arrow::io::BufferOutputStream::Create();
  check(sink.status());
  write(dataset, **sink, "memory");
  const auto bytes = (*sink)->Finish();
  check(bytes.status());
  return (*bytes)->ToString();
}

}  // namespace

void write_interactions(const Dataset& dataset, arrow::io::OutputStream& target, const std::string& where) {
  write_parquet(
      target, where, interactions_schema(), dataset.interactions.size(),
      [&](size_t begin, size_t end) -> Arrays {
        const auto events = part_of(dataset.interactions, begin, end);
        return {column<arrow::Int32Builder>(events, [](const Interaction& event) { return event.user; }),
                column<arrow::Int32Builder>(events, [](const Interaction& event) { return event.item; }),
                column<arrow::Int64Builder>(events, [](const Interaction& event) { return event.time; }),
                column<arrow::FloatBuilder>(events, [](const Interaction& event) { return event.rating; })};
      });
}

void write_items(const Dataset& dataset, arrow::io::OutputStream& target, const std::string& where) {
  write_parquet(target, where, items_schema(arrow::large_utf8(), list_of(arrow::large_utf8())),
                dataset.items.size(), [&](size_t begin, size_t end) -> Arrays {
                  const auto items = part_of(dataset.items, begin, end);
                  return {text_column(items, &Item::id), text_column(items, &Item::title),
                          text_column(items, &Item::brand), categories_column(items),
                          text_column(items, &Item::description)};
                });
}

void write_users(const Dataset& dataset, arrow::io::OutputStream& target, const std::string& where) {
  write_parquet(target, where, users_schema(arrow::large_utf8()), dataset.user_ids.size(),
                [&](size_t begin, size_t end) -> Arrays {
                  return {column<arrow::LargeStringBuilder>(part_of(dataset.user_ids, begin, end),
                                                            [](const std::string& id) { return id; })};
                });
}

void read_interactions(const TableFile& file, const std::string& source, Dataset& dataset) {
  dataset.interactions.clear();
  read_batches(file, *interactions_schema(), source, [&](const arrow::RecordBatch& batch) {
    for (int64_t row = 0; row < batch.num_rows(); ++row)
      dataset.interactions.push_back({.user = value_at<arrow::Int32Array>(batch, 0, row),
                                      .item = value_at<arrow::Int32Array>(batch, 1, row),
                                      .time = value_at<arrow::Int64Array>(batch, 2, row),
                                      .rating = value_at<arrow::FloatArray>(batch, 3, row)});
  });
}

void read_items(const TableFile& file, const std::string& source, Dataset& dataset) {
  dataset.items.clear();
  read_batches(file, *items_schema(arrow::utf8(), list_of(arrow::utf8())), source,
               [&](const arrow::RecordBatch& batch) {
                 for (int64_t row = 0; row < batch.num_rows(); ++row)
                   dataset.items.push_back({.id = text_at(batch, 0, row),
                                            .title = text_at(batch, 1, row),
                                            .brand = text_at(batch, 2, row),
                                            .categories = categories_at(batch, 3, row, source),
                                            .description = text_at(batch, 4, row)});
               });
}

void read_users(const TableFile& file, const std::string& source, Dataset& dataset) {
  dataset.user_ids.clear();
  read_batches(file, *users_schema(arrow::utf8()), source, [&](const arrow::RecordBatch& batch) {
    for (int64_t row = 0; row < batch.num_rows(); ++row) dataset.user_ids.push_back(text_at(batch, 0, row));
  });
}

std::string interactions_to_parquet(const Dataset& dataset) {
  return to_bytes(dataset, write_interactions);
}
std::string items_to_parquet(const Dataset& dataset) {
  return to_bytes(dataset, write_items);
}
std::string users_to_parquet(const Dataset& dataset) {
  return to_bytes(dataset, write_users);
}

void interactions_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset) {
  read_interactions(as_random(bytes), source, dataset);
}
void items_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset) {
  read_items(as_random(bytes), source, dataset);
}
void users_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset) {
  read_users(as_random(bytes), source, dataset);
}

}  // namespace r2rank::data
