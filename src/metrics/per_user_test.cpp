#include "metrics/per_user.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <limits>

#include "base/error.h"

namespace r2rank::metrics {
namespace {

class PerUser : public testing::Test {
 protected:
  PerUser() {
    folder_ = std::filesystem::temp_directory_path() / fmt::format("r2rank_per_user_{}", ::getpid());
    std::filesystem::create_directories(folder_);
  }
  ~PerUser() override { std::filesystem::remove_all(folder_); }

  static PerUserResults without_rows(const std::string& scorer) {
    PerUserResults results;
    results.scorer = scorer;
    results.protocol = "loo-uni2-seed7";
    results.slates_hash = "abc123";
    results.training_hash = "def456";
    return results;
  }

  static PerUserResults example() {
    PerUserResults results = without_rows("trained");
    results.slate_ids = {10, 11, 12};
    results.user_ids = {"u1", "", "Zoë"};
    results.values["ndcg@10"] = {1, 0.5, 0};
    results.values["hr@1"] = {1, 0, 0};
    results.scores = {{3, 2, 1}, {0.1, std::numeric_limits<double>::infinity()}, {}};
    return results;
  }

  // Hundreds of files: no need to wait for the disk at each.
  static void write_unsynced(const base::Path& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
  }

  std::string load_error(const base::Path& path) {
    try {
      load_per_user(path);
    } catch (const base::Error& error) {
      EXPECT_EQ(error.kind(), base::ErrorKind::kData);
      return error.what();
    }
    return "";
  }

  using Change = std::function<void(arrow::FieldVector&, arrow::ArrayVector&, std::string&)>;

  /// Writes two rows, each a row group of its own, with schema, columns and version changed by `change`.
  base::Path written(const Change& change) {
    arrow::DoubleBuilder doubles;
    EXPECT_TRUE(doubles.AppendValues(std::vector<double>{1, 2}).ok());
    arrow::Int64Builder ids;
    EXPECT_TRUE(ids.AppendValues(std::vector<int64_t>{1, 2}).ok());
    arrow::StringBuilder users;
    EXPECT_TRUE(users.AppendValues(std::vector<std::string>{"a", "b"}).ok());
    auto elements = std::make_shared<arrow::DoubleBuilder>();
    arrow::ListBuilder lists(arrow::default_memory_pool(), elements);
    for (int row = 0; row < 2; ++row) EXPECT_TRUE(lists.Append().ok() && elements->Append(row).ok());

    arrow::FieldVector fields = {
        arrow::field("slate_id", arrow::int64()), arrow::field("user_id", arrow::utf8()),
        arrow::field("ndcg@10", arrow::float64()), arrow::field("scores", arrow::list(arrow::float64()))};
    arrow::ArrayVector columns = {*ids.Finish(), *users.Finish(), *doubles.Finish(), *lists.Finish()};
    std::string version = "1";
    change(fields, columns, version);
    const auto metadata = arrow::key_value_metadata(
        {"r2rank.format", "r2rank.version", "r2rank.scorer", "r2rank.protocol", "r2rank.slates_hash"},
        {version == "other" ? "other" : "r2rank-per-user", version, "s", "p", "h"});
    const auto table =
        arrow::Table::Make(arrow::schema(fields, version.empty() ? nullptr : metadata), columns);
    const base::Path path = folder_ / "changed.parquet";
    EXPECT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(),
                                           *arrow::io::FileOutputStream::Open(path.string()), 1,
                                           parquet::default_writer_properties(),
                                           parquet::ArrowWriterProperties::Builder().store_schema()->build())
                    .ok());
    return path;
  }
  std::string error_after(const Change& change) { return load_error(written(change)); }

  base::Path folder_;
};

TEST_F(PerUser, ComeBackAsTheyWereSaved) {
  const auto saved = example();
  save_per_user(saved, folder_ / "sub" / "a.parquet");
  const auto loaded = load_per_user(folder_ / "sub" / "a.parquet");
  EXPECT_EQ(loaded.scorer, saved.scorer);
  EXPECT_EQ(loaded.protocol, saved.protocol);
  EXPECT_EQ(loaded.slates_hash, saved.slates_hash);
  EXPECT_EQ(loaded.training_hash, "def456");
  EXPECT_EQ(loaded.slate_ids, saved.slate_ids);
  EXPECT_EQ(loaded.user_ids, saved.user_ids);
  EXPECT_EQ(loaded.values, saved.values);
  EXPECT_EQ(loaded.scores, saved.scores);
}

TEST_F(PerUser, MayLeaveOpenWhatWasLearnedFrom) {
  auto saved = example();
  saved.training_hash.clear();
  save_per_user(saved, folder_ / "unknown.parquet");
  EXPECT_EQ(load_per_user(folder_ / "unknown.parquet").training_hash, "");
}

TEST_F(PerUser, SayWhetherTheScoresOnlyRank) {
  PerUserResults results = example();
  save_per_user(results, folder_ / "own.parquet");
  EXPECT_FALSE(load_per_user(folder_ / "own.parquet").ranks_only);
  results.ranks_only = true;
  save_per_user(results, folder_ / "ranked.parquet");
  EXPECT_TRUE(load_per_user(folder_ / "ranked.parquet").ranks_only);
}

TEST_F(PerUser, KeepANanScore) {
  auto saved = example();
  saved.scores[0][1] = std::numeric_limits<double>::quiet_NaN();
  save_per_user(saved, folder_ / "nan.parquet");
  EXPECT_TRUE(std::isnan(load_per_user(folder_ / "nan.parquet").scores[0][1]));
}

TEST_F(PerUser, MayBeEmpty) {
  save_per_user(without_rows("none"), folder_ / "empty.parquet");
  const auto loaded = load_per_user(folder_ / "empty.parquet");
  EXPECT_EQ(loaded.scorer, "none");
  EXPECT_TRUE(loaded.slate_ids.empty() && loaded.scores.empty() && loaded.values.empty());
}

TEST_F(PerUser, OfSeveralRowGroupsAreReadAsOne) {
  const auto loaded = load_per_user(written([](auto&, auto&, auto&) {}));
  EXPECT_EQ(loaded.slate_ids, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(loaded.user_ids, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(loaded.values.at("ndcg@10"), (std::vector<double>{1, 2}));
  EXPECT_EQ(loaded.scores, (std::vector<std::vector<double>>{{0}, {1}}));
}

TEST_F(PerUser, OfManyRowsComeBackToo) {
  PerUserResults saved = without_rows("s");
  for (int64_t i = 0; i < 70000; ++i) {
    saved.slate_ids.push_back(i);
    saved.user_ids.push_back(std::to_string(i));
    saved.values["mrr"].push_back(1.0 / static_cast<double>(i + 1));
    saved.scores.push_back({static_cast<double>(i), -1});
  }
  save_per_user(saved, folder_ / "many.parquet");
  const auto loaded = load_per_user(folder_ / "many.parquet");
  EXPECT_EQ(loaded.user_ids, saved.user_ids);
  EXPECT_EQ(loaded.values, saved.values);
  EXPECT_EQ(loaded.scores, saved.scores);
}

TEST_F(PerUser, ReplaceAnOlderFileWholly) {
  save_per_user(example(), folder_ / "a.parquet");
  save_per_user(without_rows("new"), folder_ / "a.parquet");
  EXPECT_EQ(load_per_user(folder_ / "a.parquet").scorer, "new");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1)
      << "no temporary stays behind";
}

TEST_F(PerUser, InAnUnwritablePlaceAreAnIoError) {
  base::write_file(folder_ / "file", "x");
  try {
    save_per_user(example(), folder_ / "file" / "a.parquet");
    FAIL() << "a file is no folder";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kIo);
  }
  EXPECT_THROW(load_per_user(folder_ / "absent.parquet"), base::Error);
}

TEST_F(PerUser, AreRefusedWhenTheFileIsNoParquet) {
  for (const std::string_view bytes : {"", "PAR1", "slate_id,user_id\n1,a\n", "PAR1PAR1PAR1PAR1"}) {
    base::write_file(folder_ / "bad.parquet", bytes);
    EXPECT_NE(load_error(folder_ / "bad.parquet").find("no readable Parquet"), std::string::npos);
  }
}

TEST_F(PerUser, AreRefusedWhenTruncatedAnywhere) {
  save_per_user(example(), folder_ / "whole.parquet");
  const std::string bytes = base::read_file(folder_ / "whole.parquet");
  for (size_t size = 0; size < bytes.size(); size += 7) {
    write_unsynced(folder_ / "cut.parquet", std::string_view(bytes).substr(0, size));
    EXPECT_NE(load_error(folder_ / "cut.parquet"), "") << "cut at " << size;
  }
}

TEST_F(PerUser, NeverCrashOnAFlippedByte) {
  save_per_user(example(), folder_ / "whole.parquet");
  const std::string whole = base::read_file(folder_ / "whole.parquet");
  int refused = 0;
  for (size_t i = 0; i < whole.size(); i += 3) {
    std::string bytes = whole;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x55);
    write_unsynced(folder_ / "flipped.parquet", bytes);
    refused += !load_error(folder_ / "flipped.parquet").empty();
  }
  EXPECT_GT(refused, static_cast<int>(whole.size()) / 30) << "flips must hit something that matters";
}

TEST_F(PerUser, AreRefusedForEachWayTheLayoutCanBeWrong) {
  const auto has = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  EXPECT_EQ(error_after([](auto&, auto&, auto&) {}), "") << "the unchanged table is fine";
  has(error_after([](auto&, auto&, auto& version) { version = "2"; }),
      "found version '2'; use the r2rank that wrote it");
  has(error_after([](auto&, auto&, auto& version) { version = "other"; }), "found format 'other'");
  has(error_after([](auto&, auto&, auto& version) { version = ""; }), "no metadata");
  has(error_after([](auto& fields, auto&, auto&) { fields[0] = arrow::field("id", arrow::int64()); }),
      "no column 'slate_id'");
  has(error_after([](auto& fields, auto& columns, auto&) {
        fields.push_back(fields[2]);
        columns.push_back(columns[2]);
      }),
      "two of them");
  has(error_after([](auto& fields, auto& columns, auto&) {
        fields[0] = arrow::field("slate_id", arrow::float64());
        columns[0] = columns[2];
      }),
      "of type double instead of int64");
  has(error_after([](auto& fields, auto& columns, auto&) {
        fields[3] = arrow::field("scores", arrow::float64());
        columns[3] = columns[2];
      }),
      "instead of list");
  has(error_after(
          [](auto&, auto& columns, auto&) { columns[2] = *arrow::MakeArrayOfNull(arrow::float64(), 2); }),
      "missing values in column 'ndcg@10'");
  has(error_after([](auto&, auto& columns, auto&) {
        columns[2] = *arrow::MakeArrayFromScalar(arrow::DoubleScalar(std::nan("")), 2);
      }),
      "nan in column 'ndcg@10'");
}

}  // namespace
}  // namespace r2rank::metrics
