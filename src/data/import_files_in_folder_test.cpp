#include "data/import_files_in_folder.h"

#include "data/input_paths.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;
constexpr auto kUsage = base::ErrorKind::kUsage;

using Names = std::vector<std::string>;

struct FilesIn : ::testing::Test {
  TemporaryFolder folder;
  void write(const Names& names) const {
    for (const std::string& name : names) folder.write(name, "x");
  }
  /// The paths as they stand in the folder.
  Names names(const std::vector<base::Path>& paths) const {
    Names names;
    for (const base::Path& path : paths) names.push_back(path.lexically_relative(folder.path()).string());
    return names;
  }
  Names parts() const { return names(parts_in(folder.path())); }
  Names logs() const { return names(generic_logs(folder.path())); }
  Names catalogue() const { return names(generic_catalogue(folder.path())); }
};

TEST(KindOf, GoesByTheEndingPackedOrNotInAnyCase) {
  for (const char* name : {"a.csv", "a.TSV", "a.txt.gz", "u.dat"}) EXPECT_EQ(kind_of(name), FileKind::kCsv);
  for (const char* name : {"a.jsonl", "a.json.gz", "a.ndjson.ZST"})
    EXPECT_EQ(kind_of(name), FileKind::kJsonl) << name;
  for (const char* name : {"a.parquet", "a.pq"}) EXPECT_EQ(kind_of(name), FileKind::kParquet) << name;
  for (const char* name : {"a.inter", "a.item.gz"}) EXPECT_EQ(kind_of(name), FileKind::kAtomic) << name;
  for (const char* name : {"folder/a.xlsx", "a", "a.gz"})
    expect_parts(error_of(kUsage, [&] { kind_of(name); }),
                 {std::string("cannot tell how to read ") + name + ":", ".csv", ".parquet", "--format"});
}

TEST(KindOf, IsNotAskedOfWhatIsNoTable) {
  for (const char* name : {"a.csv", "a.tsv.gz", "a.JSONL", "a.json", "a.ndjson.zst", "a.parquet"})
    EXPECT_TRUE(has_table_extension(name)) << name;
  for (const char* name : {"README.txt", "u.dat", "a.inter", "csv", "a.csv.zip", "a.gz"})
    EXPECT_FALSE(has_table_extension(name)) << name;
}

TEST_F(FilesIn, PartsOfOneTableStandInTheirOrder) {
  write({"Games.test.csv", "Games.valid.csv", "Games.train.csv", "notes.txt", "_SUCCESS", ".hidden.csv"});
  EXPECT_EQ(parts(), (Names{"Games.train.csv", "Games.valid.csv", "Games.test.csv"}));
}

TEST_F(FilesIn, PartsDifferInDigitsOnly) {
  write({"part-01.parquet", "part-00.parquet"});
  EXPECT_EQ(parts(), (Names{"part-00.parquet", "part-01.parquet"}));
  write({"part-02.csv"});
  expect_parts(error_of(kUsage, [&] { parts(); }),
               {"names that differ in digits", folder.path().string(),
                "found part-00.parquet and part-02.csv", "name the files"});
}

TEST_F(FilesIn, PartsAreMissedByName) {
  write({"b.xlsx", "a.bin"});
  expect_parts(error_of(kUsage, [&] { parts(); }),
               {"expected .csv, .tsv, .jsonl or .parquet files in " + folder.path().string(),
                "(found: a.bin, b.xlsx)"});
  expect_parts(error_of(base::ErrorKind::kIo, [&] { parts_in(folder.path() / "absent"); }), {"absent"});
}

TEST_F(FilesIn, AtomicLogsAreFoundAmongOtherTables) {
  EXPECT_TRUE(atomic_logs(folder.path()).empty());
  write({"set.part2.inter", "set.part1.inter", "set.item", "set.csv"});
  EXPECT_EQ(names(atomic_logs(folder.path())), (Names{"set.part1.inter", "set.part2.inter"}));
  write({"other.inter"});
  expect_parts(error_of(kUsage, [&] { atomic_logs(folder.path()); }),
               {"found other.inter and set.part1.inter"});
}

TEST_F(FilesIn, TheLogIsTheTableThatIsNoCatalogue) {
  EXPECT_TRUE(logs().empty());
  write({"meta_Games.jsonl", "items.csv", "movies.csv"});
  EXPECT_TRUE(logs().empty());
  write({"Games.jsonl.gz"});
  EXPECT_EQ(logs(), (Names{"Games.jsonl.gz"}));
  write({"orders.csv"});
  expect_parts(error_of(kUsage, [&] { logs(); }), {"found Games.jsonl.gz and orders.csv"});
}

TEST_F(FilesIn, TheLogIsInteractionsBeforeAllElse) {
  write({"orders.csv", "clicks.csv", "interactions/b-2.csv", "interactions/b-1.csv"});
  EXPECT_EQ(logs(), (Names{"interactions/b-1.csv", "interactions/b-2.csv"}));
  EXPECT_EQ(tables_beside(folder.path(), generic_logs(folder.path())), (Names{"clicks.csv", "orders.csv"}));
}

TEST_F(FilesIn, TheLogAndTheCatalogueAreOneTableEach) {
  const auto refusal = [&](const std::string& a, const std::string& b) {
    std::filesystem::remove_all(folder.path() / "interactions");
    write({a.c_str(), b.c_str()});
    const std::string text = error_of(kUsage, [&] { a.starts_with("items") ? catalogue() : logs(); });
    for (const std::string& name : file_names(folder.path())) std::filesystem::remove(folder.path() / name);
    return text;
  };
  expect_parts(refusal("interactions.jsonl", "interactions.csv"),
               {"one of interactions.csv and interactions.jsonl", "found both", "name the files"});
  expect_parts(refusal("interactions.csv", "interactions.csv.gz"), {"interactions.csv.gz", "found both"});
  expect_parts(refusal("interactions.csv", "interactions/p-1.csv"), {"and interactions in", "found both"});
  expect_parts(refusal("interactions/p-1.csv", "interactions/more/p-2.csv"), {"found the folder more"});
  expect_parts(refusal("items.csv", "items.jsonl"), {"one of items.csv and items.jsonl"});
  expect_parts(refusal("interactions.csv", "interactions-2.csv"),
               {"whole table in interactions.csv", "found interactions-2.csv beside it",
                "a folder named interactions"});
  expect_parts(refusal("items.csv", "items2.csv"), {"found items2.csv beside it"});
}

TEST_F(FilesIn, WhatIsNoPartAndNoCatalogueIsNamed) {
  write({"interactions.csv", "interactions_meta.json", "items.jsonl", "items-old.csv", "notes.txt"});
  EXPECT_EQ(logs(), Names{"interactions.csv"});
  EXPECT_EQ(tables_beside(folder.path(), generic_logs(folder.path())),
            (Names{"interactions_meta.json", "items-old.csv"}));
}

TEST_F(FilesIn, TheCatalogueIsItemsBeforeMeta) {
  write({"interactions.csv", "movies.csv"});
  EXPECT_TRUE(catalogue().empty());
  write({"meta_2.jsonl", "meta_1.jsonl"});
  EXPECT_EQ(catalogue(), (Names{"meta_1.jsonl", "meta_2.jsonl"}));
  write({"items/i-1.csv"});
  EXPECT_EQ(catalogue(), (Names{"items/i-1.csv"}));
}

}  // namespace
}  // namespace r2rank::data
