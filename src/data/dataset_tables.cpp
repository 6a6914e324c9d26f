#include "data/dataset_tables.h"

#include <arrow/api.h>

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

template <class Get>
std::shared_ptr<arrow::Array> text_column(const std::vector<Item>& items, const Get& get) {
  return column<arrow::LargeStringBuilder>(items, get);
}

std::shared_ptr<arrow::Array> categories_column(const std::vector<Item>& items) {
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

/// Calls `use(array, row, overall)` for every value of a chunked column.
template <class Array, class Use>
void for_each(const arrow::Table& table, int place, const Use& use) {
  size_t overall = 0;
  for (const auto& chunk : table.column(place)->chunks()) {
    const auto& array = static_cast<const Array&>(*chunk);
    for (int64_t row = 0; row < array.length(); ++row) use(array, row, overall++);
  }
}

void read_texts(const arrow::Table& table, int place, std::vector<Item>& items, std::string Item::* field) {
  for_each<arrow::StringArray>(table, place,
                               [&](const arrow::StringArray& array, int64_t row, size_t overall) {
                                 items[overall].*field = array.GetString(row);
                               });
}

void read_category(const arrow::ListArray& lists, int64_t row, Item& item, const std::string& source) {
  const auto& texts = static_cast<const arrow::StringArray&>(*lists.values());
  for (int64_t i = lists.value_offset(row); i < lists.value_offset(row + 1); ++i) {
    if (texts.IsNull(i)) base::fail_data("dataset", "expected no nulls in the categories of {}", source);
    item.categories.push_back(texts.GetString(i));
  }
}

}  // namespace

std::string interactions_to_parquet(const Dataset& dataset) {
  const auto& events = dataset.interactions;
  const Arrays columns{
      column<arrow::Int32Builder>(events, [](const Interaction& event) { return event.user; }),
      column<arrow::Int32Builder>(events, [](const Interaction& event) { return event.item; }),
      column<arrow::Int64Builder>(events, [](const Interaction& event) { return event.time; }),
      column<arrow::FloatBuilder>(events, [](const Interaction& event) { return event.rating; })};
  return to_parquet(*arrow::Table::Make(interactions_schema(), columns));
}

std::string items_to_parquet(const Dataset& dataset) {
  const auto& items = dataset.items;
  const Arrays columns{text_column(items, [](const Item& item) { return item.id; }),
                       text_column(items, [](const Item& item) { return item.title; }),
                       text_column(items, [](const Item& item) { return item.brand; }),
                       categories_column(items),
                       text_column(items, [](const Item& item) { return item.description; })};
  return to_parquet(
      *arrow::Table::Make(items_schema(arrow::large_utf8(), list_of(arrow::large_utf8())), columns));
}

std::string users_to_parquet(const Dataset& dataset) {
  const Arrays columns{
      column<arrow::LargeStringBuilder>(dataset.user_ids, [](const std::string& id) { return id; })};
  return to_parquet(*arrow::Table::Make(users_schema(arrow::large_utf8()), columns));
}

void interactions_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset) {
  const auto table = from_parquet(bytes, *interactions_schema(), source);
  auto& events = dataset.interactions;
  events.assign(static_cast<size_t>(table->num_rows()), {});
  for_each<arrow::Int32Array>(*table, 0,
                              [&](auto& array, int64_t row, size_t i) { events[i].user = array.Value(row); });
  for_each<arrow::Int32Array>(*table, 1,
                              [&](auto& array, int64_t row, size_t i) { events[i].item = array.Value(row); });
  for_each<arrow::Int64Array>(*table, 2,
                              [&](auto& array, int64_t row, size_t i) { events[i].time = array.Value(row); });
  for_each<arrow::FloatArray>(
      *table, 3, [&](auto& array, int64_t row, size_t i) { events[i].rating = array.Value(row); });
}

void items_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset) {
  const auto table = from_parquet(bytes, *items_schema(arrow::utf8(), list_of(arrow::utf8())), source);
  auto& items = dataset.items;
  items.assign(static_cast<size_t>(table->num_rows()), {});
  read_texts(*table, 0, items, &Item::id);
  read_texts(*table, 1, items, &Item::title);
  read_texts(*table, 2, items, &Item::brand);
  for_each<arrow::ListArray>(*table, 3, [&](const arrow::ListArray& lists, int64_t row, size_t i) {
    read_category(lists, row, items[i], source);
  });
  read_texts(*table, 4, items, &Item::description);
}

void users_from_parquet(const std::string& bytes, const std::string& source, Dataset& dataset) {
  const auto table = from_parquet(bytes, *users_schema(arrow::utf8()), source);
  dataset.user_ids.clear();
  for_each<arrow::StringArray>(*table, 0, [&](const arrow::StringArray& array, int64_t row, size_t) {
    dataset.user_ids.push_back(array.GetString(row));
  });
}

}  // namespace r2rank::data
