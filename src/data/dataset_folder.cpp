#include "data/dataset_folder.h"

#include <arrow/io/file.h>
#include <arrow/result.h>

#include <limits>

#include "base/error.h"
#include "base/hash.h"
#include "base/hash_stream.h"
#include "base/interrupt.h"
#include "data/dataset_checks.h"
#include "data/dataset_hash.h"
#include "data/dataset_tables.h"
#include "data/json_fields.h"
#include "data/parquet_file.h"

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

void check_file(const FileRecord& record, const base::FileHash& found, const std::string& folder) {
  if (found.bytes != record.bytes)
    base::fail_data("dataset",
                    "expected {} bytes in {}/{}, found {}: the file was cut or changed; import again",
                    record.bytes, folder, record.name, found.bytes);
  if (found.hex != record.hash)
    base::fail_data("dataset",
                    "expected the content hash {} for {}/{}, found {}: the file was changed; import again",
                    record.hash, folder, record.name, found.hex);
}

void check_rows(size_t found, int64_t expected, const FileRecord& record, const std::string& folder) {
  if (static_cast<int64_t>(found) != expected)
    base::fail_data("dataset", "expected {} rows in {}/{}, found {}; import again", expected, folder,
                    record.name, found);
}

/// Writes one table into a folder that is still a temporary one, and hashes what the disk has.
template <class Write>
FileRecord store(const base::Path& folder, const std::string& name, const Dataset& dataset,
                 const Write& write) {
  base::AtomicFile file(folder / name);
  const std::string where = (folder / name).string();
  const auto target = arrow::io::FileOutputStream::Open(file.temporary_path().string());
  if (!target.ok()) base::fail_io("dataset", "cannot write {}: {}", where, target.status().message());
  write(dataset, **target, where);
  if (const auto closed = (*target)->Close(); !closed.ok())
    base::fail_io("dataset", "cannot write {}: {}", where, closed.message());
  file.commit();
  const base::FileHash hash = base::hash_file(folder / name);
  return {.name = name, .hash = hash.hex, .bytes = hash.bytes};
}

/// The tables of a manifest, opened and hashed.
struct OpenTable {
  const FileRecord& record;
  TableFile file;
  base::FileHash hash;
};

OpenTable open_bytes(const FileRecord& record, const std::string& bytes) {
  return {
      record, as_random(bytes), {.hex = base::hash_hex(bytes), .bytes = static_cast<int64_t>(bytes.size())}};
}

OpenTable open_file(const FileRecord& record, const base::Path& folder) {
  const base::Path path = folder / record.name;
  if (std::error_code code; !std::filesystem::is_regular_file(path, code))
    base::fail_data("dataset", "expected {} in {}, found none; import again", record.name, folder.string());
  return {record, open_random(path), base::hash_file(path)};
}

Dataset assemble(const DatasetManifest& manifest, const OpenTable& users, const OpenTable& items,
                 const OpenTable& interactions, const std::string& folder) {
  for (const OpenTable* table : {&users, &items, &interactions})
    check_file(table->record, table->hash, folder);
  Dataset dataset = manifest.header;
  read_users(users.file, folder + "/users.parquet", dataset);
  read_items(items.file, folder + "/items.parquet", dataset);
  read_interactions(interactions.file, folder + "/interactions.parquet", dataset);
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
  return assemble(manifest, open_bytes(manifest.users_file, users), open_bytes(manifest.items_file, items),
                  open_bytes(manifest.interactions_file, interactions), folder);
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
  manifest.users_file = store(target.path(), "users.parquet", dataset, write_users);
  manifest.items_file = store(target.path(), "items.parquet", dataset, write_items);
  manifest.interactions_file = store(target.path(), "interactions.parquet", dataset, write_interactions);
  base::write_file(target.path() / kManifest, manifest_json(manifest));
  base::stop_if_interrupted("import");
  target.commit();
  return manifest.header.hash;
}

Dataset load_dataset(const base::Path& folder) {
  std::error_code code;
  const auto type = std::filesystem::status(folder / kManifest, code).type();
  if (type == std::filesystem::file_type::none || !std::filesystem::exists(folder, code))
    base::fail_io("dataset", "cannot open {}: {}; name a folder made with `r2rank import`",
                  (folder / kManifest).string(), code ? code.message() : "there is no such folder");
  if (type != std::filesystem::file_type::regular)
    base::fail_data("dataset",
                    "expected a dataset folder with {} at {}, found none; make one with `r2rank import`",
                    kManifest, folder.string());
  const auto manifest = parse_manifest(base::read_file(folder / kManifest), (folder / kManifest).string());
  return assemble(manifest, open_file(manifest.users_file, folder), open_file(manifest.items_file, folder),
                  open_file(manifest.interactions_file, folder), folder.string());
}

}  // namespace r2rank::data
