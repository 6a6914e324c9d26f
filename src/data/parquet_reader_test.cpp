#include "data/parquet_reader.h"

#include <arrow/api.h>

#include "data/parquet_file.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;
constexpr auto kData = base::ErrorKind::kData;

template <class Builder, class T>
std::shared_ptr<arrow::Array> array_of(const std::vector<std::optional<T>>& values,
                                       Builder builder = Builder()) {
  for (const auto& value : values) EXPECT_TRUE((value ? builder.Append(*value) : builder.AppendNull()).ok());
  return builder.Finish().ValueOrDie();
}

using Column = std::pair<std::string, std::shared_ptr<arrow::Array>>;

std::string table_of(const std::vector<Column>& columns) {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [name, array] : columns) {
    fields.push_back(arrow::field(name, array->type()));
    arrays.push_back(array);
  }
  return to_parquet(*arrow::Table::Make(arrow::schema(fields), arrays));
}

Column texts(const std::string& name, const std::vector<std::optional<std::string>>& values) {
  return {name, array_of<arrow::StringBuilder>(values)};
}
Column numbers(const std::string& name, const std::vector<std::optional<int64_t>>& values) {
  return {name, array_of<arrow::Int64Builder>(values)};
}

struct Parquet : ::testing::Test {
  TemporaryFolder folder;
  /// All rows as "row:cell|cell", an absent column as "-".
  std::vector<std::string> rows(const std::string& bytes, const std::vector<std::string>& wanted) const {
    const auto reader = open_parquet(folder.write("x.parquet", bytes), "x.parquet", wanted);
    std::vector<std::string> texts;
    Record record;
    while (reader->next(record)) {
      std::string text = std::to_string(record.line) + ":";
      for (const auto& cell : record.cells) text += std::string(cell.value_or("-")) + "|";
      texts.push_back(text);
    }
    EXPECT_EQ(reader->share(), 1);
    return texts;
  }
  Dataset import(const std::vector<Column>& columns) const {
    ImportConfig config;
    config.interactions = folder.write("log.parquet", table_of(columns));
    return import_dataset(config);
  }
};

using Rows = std::vector<std::string>;

TEST_F(Parquet, GivesEveryKindOfValueAsText) {
  const auto seconds = arrow::timestamp(arrow::TimeUnit::MILLI);
  const auto list_values = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), list_values);
  ASSERT_TRUE(lists.Append().ok() && list_values->Append("p").ok() && list_values->Append("q").ok());
  ASSERT_TRUE(lists.AppendNull().ok());
  const std::string bytes =
      table_of({texts("text", {"a", std::nullopt}),
                {"real", array_of<arrow::DoubleBuilder, double>({2.5, std::nullopt})},
                {"flag", array_of<arrow::BooleanBuilder, bool>({true, false})},
                {"moment", array_of<arrow::TimestampBuilder, int64_t>(
                               {1'500'000'000'999, -1},
                               arrow::TimestampBuilder(seconds, arrow::default_memory_pool()))},
                {"day", array_of<arrow::Date32Builder, int32_t>({2, 0})},
                {"list", lists.Finish().ValueOrDie()}});
  EXPECT_EQ(rows(bytes, {"list", "day", "moment", "flag", "real", "text", "none"}),
            (Rows{"1:p\x1fq\x1f|172800|1500000000|true|2.5|a|-|", "2:|0|-1|false|||-|"}));
}

TEST_F(Parquet, ImportsALogOfManyBatches) {
  std::vector<std::optional<std::string>> users;
  std::vector<std::optional<int64_t>> items, times;
  for (int64_t i = 0; i < 50'000; ++i) {
    users.emplace_back(std::to_string(i % 100));
    items.emplace_back(i / 100);
    times.emplace_back(1'500'000'000 + i);
  }
  const Dataset dataset =
      import({texts("user_id", users), numbers("item_id", items), numbers("timestamp", times)});
  EXPECT_EQ(dataset.interactions.size(), 50'000U);
  EXPECT_EQ(dataset.users(), 100);
  EXPECT_EQ(dataset.events(0)[499].time, 1'500'049'900);
}

TEST_F(Parquet, RefusesWhatIsDamagedOrForeign) {
  std::string whole = table_of({texts("user_id", {"a", "b"}), numbers("timestamp", {1, 2})});
  const auto refuse = [&](const std::string& bytes) {
    expect_parts(error_of(kData, [&] { rows(bytes, {"user_id", "timestamp"}); }),
                 {"Parquet file in x.parquet"});
  };
  refuse("");
  refuse("user_id,item_id\n");
  refuse("PAR1");
  for (const size_t size : {size_t{20}, whole.size() / 2, whole.size() - 1}) refuse(whole.substr(0, size));
  refuse(whole + "PAR2");
  std::string hurt = whole;
  for (size_t at = 8; at < 40; ++at) hurt[at] = '\xFF';
  refuse(hurt);
}

TEST_F(Parquet, RefusesColumnsThatAreNoText) {
  arrow::StructBuilder structs(arrow::struct_({arrow::field("x", arrow::int64())}),
                               arrow::default_memory_pool(), {std::make_shared<arrow::Int64Builder>()});
  ASSERT_TRUE(structs.AppendNull().ok());
  const std::string bytes = table_of({{"user_id", structs.Finish().ValueOrDie()}});
  expect_parts(error_of(kData, [&] { rows(bytes, {"user_id"}); }), {"column 'user_id'", "struct<"});
}

TEST_F(Parquet, AColumnThatMayHoldAnythingGivesTheTypeOfWhatNoCellHolds) {
  const auto amount = std::make_shared<arrow::Int64Builder>();
  arrow::StructBuilder structs(arrow::struct_({arrow::field("x", arrow::int64())}),
                               arrow::default_memory_pool(), {amount});
  ASSERT_TRUE(structs.Append().ok() && amount->Append(3).ok() && structs.AppendNull().ok());
  const std::string bytes = table_of({texts("id", {"a", "b"}), {"price", structs.Finish().ValueOrDie()}});
  const auto reader = open_parquet(folder.write("x.parquet", bytes), "x.parquet", {"id", "price", "price"});
  reader->accept_any(1);
  Record record;
  expect_parts(error_of(kData, [&] { reader->next(record); }), {"column 'price'", "struct<"});
  reader->accept_any(2);
  ASSERT_TRUE(reader->next(record));
  EXPECT_EQ(record.cells[1], "struct<x: int64>");
  ASSERT_TRUE(reader->next(record));
  EXPECT_EQ(record.cells[1], "");
}

TEST_F(Parquet, NamesTheRowOfABadValue) {
  const auto refuse = [&](const std::vector<Column>& columns, std::initializer_list<std::string> parts) {
    expect_parts(error_of(kData, [&] { import(columns); }), parts);
  };
  const Column users = texts("user_id", {"a", "b"}), items = numbers("item_id", {1, 2}),
               times = numbers("timestamp", {1, 2});
  refuse({users, items, users, times}, {"one column 'user_id' in log.parquet", "found several"});
  refuse({users, items}, {"column 'timestamp'", "found: user_id, item_id"});
  refuse({texts("user_id", {"a", std::nullopt}), items, times}, {"line 2", "'user_id'"});
  refuse({users, numbers("item_id", {1, std::nullopt}), times}, {"line 2", "'item_id'"});
  refuse({users, items, numbers("timestamp", {1, -2})}, {"line 2", "'-2'"});
  refuse({users, items, texts("timestamp", {"1", "soon"})}, {"line 2", "'soon'"});
  refuse({texts("user_id", {"a", "\xFF"}), items, times}, {"log.parquet", "UTF8"});
  refuse({users, items, times, {"rating", array_of<arrow::DoubleBuilder, double>({1, -1})}},
         {"line 2", "'-1'"});
  refuse({texts("user_id", {}), numbers("item_id", {}), numbers("timestamp", {})}, {"expected interactions"});
}

/// What importing says of a catalogue; with `skip` what it says when bad rows may be left out.
struct ParquetCatalogue : Parquet {
  std::string refusal(const std::string& bytes, const std::string& bad_rows) const {
    ImportConfig config;
    config.interactions = folder.write("log.csv", "user_id,item_id,timestamp\na,x,5\n");
    config.items = folder.write("items.parquet", bytes);
    config.bad_rows = bad_rows;
    return error_of(kData, [&] { import_dataset(config); });
  }
  /// Refused whatever is to become of bad rows.
  void refuse(const std::string& bytes, std::initializer_list<std::string> parts) const {
    expect_parts(refusal(bytes, "refuse"), parts);
    expect_parts(refusal(bytes, "skip"), parts);
  }
  /// Refused, or one row is left out and counted.
  void refuse_row(const std::vector<Column>& columns, std::initializer_list<std::string> parts) const {
    expect_parts(refusal(table_of(columns), "refuse"), parts);
    ImportConfig config;
    config.interactions = (folder.path() / "log.csv").string();
    config.items = (folder.path() / "items.parquet").string();
    config.bad_rows = "skip";
    const Dataset dataset = import_dataset(config);
    int64_t left_out = 0;
    for (const auto& [what, count] : dataset.report.counts)
      if (what.find("left out") != std::string::npos) left_out += count;
    EXPECT_EQ(left_out, 1);
  }
};

TEST_F(ParquetCatalogue, RefusesWhatIsNoCatalogue) {
  const Column ids = texts("item_id", {"x", "y"}), titles = texts("title", {"X", "Y"});
  const std::string whole = table_of({ids, titles});
  const std::string file = "Parquet file in items.parquet";
  refuse("", {file});
  refuse("item_id,title\nx,X\n", {file});
  refuse(whole.substr(0, whole.size() / 2), {file});
  refuse(whole.substr(0, whole.size() - 1), {file});
  std::string hurt = whole;
  for (size_t at = 8; at < 40; ++at) hurt[at] = '\xFF';
  refuse(hurt, {file});
  refuse(table_of({titles}), {"column 'item_id'", "--item-id-column"});
  refuse(table_of({ids, texts("name", {"X", "Y"})}), {"column 'title'", "--title-column"});
  refuse(table_of({ids, titles, titles}), {"one column 'title' in items.parquet"});
  refuse(table_of({texts("item_id", {}), texts("title", {})}), {"expected items in items.parquet"});
  refuse(table_of({ids, texts("title", {"X", "\xFF"})}), {"items.parquet", "UTF8"});
  arrow::StructBuilder structs(arrow::struct_({arrow::field("x", arrow::int64())}),
                               arrow::default_memory_pool(), {std::make_shared<arrow::Int64Builder>()});
  ASSERT_TRUE(structs.AppendNull().ok() && structs.AppendNull().ok());
  refuse(table_of({ids, {"title", structs.Finish().ValueOrDie()}}), {"column 'title'", "struct<"});
}

TEST_F(ParquetCatalogue, NamesTheRowOfABadValue) {
  const Column titles = texts("title", {"X", "Y"});
  refuse_row({texts("item_id", {"x", std::nullopt}), titles}, {"line 2", "'item_id'"});
  refuse_row({texts("item_id", {"x", " "}), titles}, {"line 2", "'item_id'"});
  const auto values = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder lists(arrow::default_memory_pool(), values);
  ASSERT_TRUE(lists.Append().ok() && values->Append("x").ok() && lists.Append().ok() &&
              values->Append("y").ok() && values->Append("z").ok());
  // A list is no id, however short: both rows are bad, and nothing is left.
  refuse(table_of({{"item_id", lists.Finish().ValueOrDie()}, titles}), {"'item_id'"});
}

}  // namespace
}  // namespace r2rank::data
