#include "data/dataset_folder.h"

#include <functional>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "data/dataset_tables.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using nlohmann::ordered_json;
using testing::error_of;
using testing::expect_parts;

constexpr const char* kTables[] = {"users.parquet", "items.parquet", "interactions.parquet"};

struct DatasetFolder : ::testing::Test {
  testing::TemporaryFolder folder;
  base::Path path = folder.path() / "data";
  Dataset dataset = testing::dataset_of({{0, 1}, {1}, {2, 0, 1}}, 4);
  void SetUp() override {
    dataset.report.counts = {{"rows read", 6}, {"dropped \u00E9", 0}};
    save_dataset(dataset, path, false);
  }
  std::string read(const std::string& name) const { return base::read_file(path / name); }
  std::string load_error() const {
    return error_of(base::ErrorKind::kData, [&] { load_dataset(path); });
  }
  /// The error of loading with one thing in dataset.json changed; the file is as before afterwards.
  std::string refusal(const std::function<void(ordered_json&)>& change) const {
    const std::string before = read("dataset.json");
    auto json = ordered_json::parse(before);
    change(json);
    base::write_file(path / "dataset.json", json.dump());
    std::string error = load_error();
    base::write_file(path / "dataset.json", before);
    return error;
  }
  /// The error of a folder whose interactions are those of `other`, with a manifest that fits the new file.
  std::string refusal_of_interactions(const Dataset& other) const {
    DatasetManifest manifest = parse_manifest(read("dataset.json"), "here");
    const std::string bytes = interactions_to_parquet(other);
    manifest.interactions_file.hash = base::hash_hex(bytes);
    manifest.interactions_file.bytes = static_cast<int64_t>(bytes.size());
    return error_of(base::ErrorKind::kData, [&] {
      assemble_dataset(manifest, read("users.parquet"), read("items.parquet"), bytes, "here");
    });
  }
};

TEST_F(DatasetFolder, AFolderThatIsNotThereIsNoDamagedOne) {
  error_of(base::ErrorKind::kIo, [&] { load_dataset(folder.path() / "absent"); });
  expect_parts(error_of(base::ErrorKind::kData, [&] { load_dataset(folder.path()); }), {"dataset.json"});
}

TEST_F(DatasetFolder, ReturnsWhatWasSaved) {
  const Dataset found = load_dataset(path);
  EXPECT_EQ(found.name, "small");
  EXPECT_EQ(found.hash, dataset.hash);
  EXPECT_EQ(dataset_hash(found), dataset.hash);
  EXPECT_EQ(found.user_offsets, dataset.user_offsets);
  EXPECT_EQ(found.report.counts, dataset.report.counts);
  EXPECT_EQ(manifest_json(parse_manifest(read("dataset.json"), "here")), read("dataset.json"));
}

TEST_F(DatasetFolder, KeepsAnOrderWithoutRatings) {
  dataset.time_kind = TimeKind::kOrder;
  dataset.has_ratings = false;
  for (auto& event : dataset.interactions) {
    event.time = event.time / 10 - 1;
    event.rating = std::numeric_limits<float>::quiet_NaN();
  }
  const std::string hash = save_dataset(dataset, path, true);
  const Dataset found = load_dataset(path);
  EXPECT_TRUE(found.time_kind == TimeKind::kOrder && !found.has_ratings);
  EXPECT_EQ(found.hash, hash);
}

TEST_F(DatasetFolder, GivesItsNameToADatasetWithoutOne) {
  dataset.name = "";
  save_dataset(dataset, folder.path() / "films" / "", false);
  EXPECT_EQ(load_dataset(folder.path() / "films").name, "films");
}

TEST_F(DatasetFolder, IsReplacedOnlyWhenAskedTo) {
  const Dataset other = testing::dataset_of({{3}}, 4);
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { save_dataset(other, path, false); }),
               {"exists already", "--overwrite"});
  EXPECT_EQ(load_dataset(path).hash, dataset.hash);
  save_dataset(other, path, true);
  EXPECT_EQ(load_dataset(path).hash, other.hash);
}

TEST_F(DatasetFolder, IsNotMadeOfAnUnsoundDataset) {
  dataset.interactions[0].item = 4;
  error_of(base::ErrorKind::kData, [&] { save_dataset(dataset, folder.path() / "other", false); });
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "other"));
}

TEST_F(DatasetFolder, FindsAChangedByteInEveryTable) {
  for (const char* name : kTables) {
    const std::string good = read(name);
    std::string bad = good;
    bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 1);
    base::write_file(path / name, bad);
    expect_parts(load_error(), {"content hash", name, "import again"});
    base::write_file(path / name, good.substr(0, good.size() - 1));
    expect_parts(load_error(), {fmt::format("expected {} bytes", good.size()), name, "cut or changed"});
    base::write_file(path / name, good);
  }
}

TEST_F(DatasetFolder, WithoutOneOfItsFilesIsRefusedNamingIt) {
  for (const char* name : kTables) {
    std::filesystem::rename(path / name, path / "elsewhere");
    expect_parts(load_error(), {name, "import again"});
    std::filesystem::rename(path / "elsewhere", path / name);
  }
  std::filesystem::remove(path / "dataset.json");
  expect_parts(load_error(), {"dataset.json", path.string(), "r2rank import"});
}

TEST_F(DatasetFolder, WithAnotherManifestIsRefused) {
  expect_parts(refusal([](auto& json) { json["users"] = 4; }),
               {"expected 4 rows", "users.parquet", "found 3"});
  expect_parts(refusal([](auto& json) { json["interactions"] = 5; }), {"interactions.parquet", "found 6"});
  expect_parts(refusal([](auto& json) { json["has_ratings"] = false; }), {"expected no rating"});
  expect_parts(refusal([](auto& json) { json["time_kind"] = "order"; }), {"positions 0, 1, 2"});
  expect_parts(refusal([](auto& json) { json["hash"] = "0"; }), {"content hash 0", dataset.hash});
  expect_parts(refusal([](auto& json) { json["version"] = 2; }), {"version 1 or older", "dataset.json"});
}

TEST_F(DatasetFolder, WithAMalformedManifestIsRefusedNamingTheField) {
  expect_parts(refusal([](auto& json) { json["format"] = "r2rank-split"; }), {"'format'", "dataset.json"});
  expect_parts(refusal([](auto& json) { json["time_kind"] = "soon"; }), {"'time_kind'", "soon"});
  expect_parts(refusal([](auto& json) { json["items"] = 3000000000; }), {"'items'"});
  expect_parts(refusal([](auto& json) { json["report"] = {{"rows read", "6"}}; }), {"'report'"});
  expect_parts(refusal([](auto& json) { json["files"].erase("items.parquet"); }), {"'items.parquet'"});
  expect_parts(refusal([](auto& json) { json["files"]["users.parquet"]["bytes"] = -1; }), {"'bytes'"});
}

TEST_F(DatasetFolder, IsCheckedInsideEvenWhereFilesAndManifestFit) {
  Dataset other = dataset;
  other.interactions[0].item = 4;
  expect_parts(refusal_of_interactions(other), {"item < 4", "interaction 0 of here"});
  other = dataset;
  other.interactions[0].rating = 5;
  expect_parts(refusal_of_interactions(other), {"content hash " + dataset.hash, dataset_hash(other)});
}

}  // namespace
}  // namespace r2rank::data
