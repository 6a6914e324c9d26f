#include "data/dataset_folder.h"

#include <limits>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "data/dataset_checks.h"
#include "data/dataset_hash.h"
#include "data/dataset_tables.h"
#include "data/json_fields.h"

namespace r2rank::data {
namespace {

constexpr const char* kFormat = "r2rank-dataset";
constexpr const char* kManifest = "dataset.json";
constexpr int64_t kMost = std::numeric_limits<int32_t>::max();

FileRecord parse_file(const JsonFields& files, const std::string& name) {
  const JsonFields fields = files.object(name);
  return {.name = name, .hash = fields.text("hash"), .bytes = fields.integer("bytes", 0, INT64_MAX)};
}

ImportReport parse_report(const JsonFields& fields) {
  ImportReport report;
  for (const auto& entry : fields.list("report")) {
    if (!entry.is_array() || entry.size() != 2 || !entry[0].is_string() || !entry[1].is_number_integer())
      fields.fail_field("report", "pairs of text and whole number");
    report.counts.emplace_back(entry[0].get<std::string>(), entry[1].get<int64_t>());
  }
  return report;
}

TimeKind parse_time_kind(const JsonFields& fields) {
  const std::string kind = fields.text("time_kind");
  if (kind != "real" && kind != "order") fields.fail_field("time_kind", "\"real\" or \"order\"");
  return kind == "order" ? TimeKind::kOrder : TimeKind::kReal;
}

void check_file(const FileRecord& record, const std::string& bytes, const std::string& folder) {
  if (static_cast<int64_t>(bytes.size()) != record.bytes)
    base::fail_data("dataset",
                    "expected {} bytes in {}/{}, found {}: the file was cut or changed; import again",
                    record.bytes, folder, record.name, bytes.size());
  if (base::hash_hex(bytes) != record.hash)
    base::fail_data("dataset",
                    "expected the content hash {} for {}/{}, found {}: the file was changed; import again",
                    record.hash, folder, record.name, base::hash_hex(bytes));
}

void check_rows(size_t found, int64_t expected, const FileRecord& record, const std::string& folder) {
  if (static_cast<int64_t>(found) != expected)
    base::fail_data("dataset", "expected {} rows in {}/{}, found {}; import again", expected, folder,
                    record.name, found);
}

FileRecord store(const base::Path& folder, const std::string& name, const std::string& bytes) {
  base::write_file(folder / name, bytes);
  return {.name = name, .hash = base::hash_hex(bytes), .bytes = static_cast<int64_t>(bytes.size())};
}

std::string folder_name(const base::Path& folder) {
  const base::Path whole = base::Path(folder).lexically_normal();
  return (whole.has_filename() ? whole.filename() : whole.parent_path().filename()).string();
}

}  // namespace

DatasetManifest parse_manifest(std::string_view json, const std::string& source) {
  const JsonFields fields(json, "dataset", source);
  fields.check_format(kFormat, kDatasetVersion);
  DatasetManifest manifest;
  manifest.header.name = fields.text("name");
  manifest.header.time_kind = parse_time_kind(fields);
  manifest.header.has_ratings = fields.boolean("has_ratings");
  manifest.header.report = parse_report(fields);
  manifest.header.hash = fields.text("hash");
  manifest.users = fields.integer("users", 0, kMost);
  manifest.items = fields.integer("items", 0, kMost);
  manifest.interactions = fields.integer("interactions", 0, INT64_MAX);
  const JsonFields files = fields.object("files");
  manifest.users_file = parse_file(files, "users.parquet");
  manifest.items_file = parse_file(files, "items.parquet");
  manifest.interactions_file = parse_file(files, "interactions.parquet");
  return manifest;
}

std::string manifest_json(const DatasetManifest& manifest) {
  nlohmann::ordered_json json;
  json["format"] = kFormat;
  json["version"] = kDatasetVersion;
  json["name"] = manifest.header.name;
  json["time_kind"] = manifest.header.time_kind == TimeKind::kOrder ? "order" : "real";
  json["has_ratings"] = manifest.header.has_ratings;
  json["users"] = manifest.users;
  json["items"] = manifest.items;
  json["interactions"] = manifest.interactions;
  json["hash"] = manifest.header.hash;
  for (const FileRecord* file : {&manifest.users_file, &manifest.items_file, &manifest.interactions_file})
    json["files"][file->name] = {{"bytes", file->bytes}, {"hash", file->hash}};
  json["report"] = manifest.header.report.counts;
  return json.dump(2) + "\n";
}

Dataset assemble_dataset(const DatasetManifest& manifest, const std::string& users, const std::string& items,
                         const std::string& interactions, const std::string& folder) {
  check_file(manifest.users_file, users, folder);
  check_file(manifest.items_file, items, folder);
  check_file(manifest.interactions_file, interactions, folder);
  Dataset dataset = manifest.header;
  users_from_parquet(users, folder + "/users.parquet", dataset);
  items_from_parquet(items, folder + "/items.parquet", dataset);
  interactions_from_parquet(interactions, folder + "/interactions.parquet", dataset);
  check_rows(dataset.user_ids.size(), manifest.users, manifest.users_file, folder);
  check_rows(dataset.items.size(), manifest.items, manifest.items_file, folder);
  check_rows(dataset.interactions.size(), manifest.interactions, manifest.interactions_file, folder);
  finish_dataset(dataset, folder);
  if (const std::string hash = dataset_hash(dataset); hash != dataset.hash)
    base::fail_data("dataset",
                    "expected the content hash {} for {}, found {}: the data set was changed; import again",
                    dataset.hash, folder, hash);
  return dataset;
}

std::string save_dataset(const Dataset& dataset, const base::Path& folder, bool overwrite) {
  check_dataset(dataset, "the data set to be saved");
  base::AtomicFolder target(folder, overwrite);
  DatasetManifest manifest;
  manifest.header.name = dataset.name.empty() ? folder_name(folder) : dataset.name;
  manifest.header.time_kind = dataset.time_kind;
  manifest.header.has_ratings = dataset.has_ratings;
  manifest.header.report = dataset.report;
  manifest.header.hash = dataset_hash(dataset);
  manifest.users = dataset.users();
  manifest.items = static_cast<int64_t>(dataset.items.size());
  manifest.interactions = static_cast<int64_t>(dataset.interactions.size());
  manifest.users_file = store(target.path(), "users.parquet", users_to_parquet(dataset));
  manifest.items_file = store(target.path(), "items.parquet", items_to_parquet(dataset));
  manifest.interactions_file = store(target.path(), "interactions.parquet", interactions_to_parquet(dataset));
  base::write_file(target.path() / kManifest, manifest_json(manifest));
  base::stop_if_interrupted("import");
  target.commit();
  return manifest.header.hash;
}

Dataset load_dataset(const base::Path& folder) {
  if (std::error_code code; !std::filesystem::is_regular_file(folder / kManifest, code))
    base::fail_data("dataset",
                    "expected a dataset folder with {} at {}, found none; make one with `r2rank import`",
                    kManifest, folder.string());
  const auto manifest = parse_manifest(base::read_file(folder / kManifest), (folder / kManifest).string());
  const auto read = [&](const FileRecord& record) {
    if (std::error_code code; !std::filesystem::is_regular_file(folder / record.name, code))
      base::fail_data("dataset", "expected {} in {}, found none; import again", record.name, folder.string());
    return base::read_file(folder / record.name);
  };
  return assemble_dataset(manifest, read(manifest.users_file), read(manifest.items_file),
                          read(manifest.interactions_file), folder.string());
}

}  // namespace r2rank::data
