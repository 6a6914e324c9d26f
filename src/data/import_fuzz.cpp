// Log and catalogue readers on arbitrary bytes; the first byte picks the kind of file and the known format
// whose columns and dialect it has, the second the encoding and how many bytes a window gets at a time, which
// must change nothing.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "base/error.h"
#include "base/progress.h"
#include "data/catalogue.h"
#include "data/csv_reader.h"
#include "data/import_formats.h"
#include "data/interaction_log.h"
#include "data/k_core.h"
#include "data/log_filters.h"
#include "data/recbole_reader.h"

namespace data = r2rank::data;

namespace {

constexpr data::FileKind kKinds[] = {data::FileKind::kCsv, data::FileKind::kJsonl, data::FileKind::kAtomic,
                                     data::FileKind::kPython};
constexpr const char* kFormats[] = {
    "", "movielens-100k", "movielens-1m", "movielens-latest", "amazon-2014", "amazon-2018", "amazon-2023"};
constexpr data::Encoding kEncodings[] = {data::Encoding::kUtf8, data::Encoding::kLatin1,
                                         data::Encoding::kWindows1252};

/// Gives a few bytes at a time.
class Drip : public data::ByteSource {
 public:
  Drip(std::string bytes, size_t most) : bytes_(std::move(bytes)), most_(most) {}
  size_t read(char* target, size_t size) override {
    const size_t taken = std::min({size, most_, bytes_.size() - at_});
    bytes_.copy(target, taken, at_);
    at_ += taken;
    return taken;
  }
  double share() const override { return 0; }

 private:
  std::string bytes_;
  size_t most_, at_ = 0;
};

/// What the first two bytes say of the others.
struct Input {
  data::FileKind kind;
  const data::KnownFormat* format;  // null for none
  data::Encoding encoding;

  std::unique_ptr<data::RecordReader> open(std::unique_ptr<data::ByteSource> bytes,
                                           const std::vector<std::string>& wanted,
                                           const data::CsvDialect& dialect) const {
    auto text = data::decoded(std::move(bytes), encoding);
    if (kind == data::FileKind::kCsv)
      return std::make_unique<data::CsvReader>(std::move(text), "fuzz", wanted, dialect);
    return data::open_records(kind, std::move(text), "fuzz", wanted);
  }
};

data::CatalogueColumns item_columns(const Input& input, const std::string& bytes) {
  if (input.format != nullptr) return data::catalogue_columns(*input.format, bytes);
  data::CatalogueColumns columns;
  columns.html = true;
  columns.price = "price";
  if (input.kind == data::FileKind::kAtomic)
    columns = data::recbole_item_columns(data::open_records(input.kind, bytes, "fuzz", {})->found_columns(),
                                         columns);
  return columns;
}

void read_items(const Input& input, const std::string& bytes, data::IdTable& ids) {
  const auto columns = item_columns(input, bytes);
  const auto reader = input.open(data::memory_source(bytes), columns.wanted(),
                                 input.format != nullptr ? input.format->items_dialect : data::CsvDialect());
  data::Catalogue catalogue;
  data::BadRows bad(true);
  data::append_catalogue(*reader, columns, catalogue, bad);
  ids = std::move(catalogue.ids);
}

size_t read_events(const Input& input, std::unique_ptr<data::ByteSource> bytes, data::IdTable& ids) {
  const data::LogColumns columns = input.format != nullptr ? input.format->log : data::LogColumns();
  const auto reader = input.open(std::move(bytes), columns.wanted(),
                                 input.format != nullptr ? input.format->log_dialect : data::CsvDialect());
  data::InteractionLog log;
  data::BadRows bad(true);
  data::append_log(*reader, columns, ids, log, bad);
  const size_t rows = log.events.size() + static_cast<size_t>(bad.count());
  data::times_are_positions(log.events, log.users.size());
  data::sort_events(log.events);
  data::drop_duplicates(log.events, "keep-last");
  data::keep_core(log.events, log.users.size(), ids.size(), 2, 2);
  return rows;
}

/// Rows, or -1 where the whole is refused.
int64_t rows_of(const Input& input, std::unique_ptr<data::ByteSource> bytes, data::IdTable& ids) {
  try {
    return static_cast<int64_t>(read_events(input, std::move(bytes), ids));
  } catch (const r2rank::base::Error&) {
    return -1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  r2rank::base::set_progress_enabled(false);
  if (size < 2) return 0;
  const Input input{kKinds[bytes[0] % std::size(kKinds)],
                    data::known_format(kFormats[bytes[0] / std::size(kKinds) % std::size(kFormats)]),
                    kEncodings[bytes[1] / 64 % std::size(kEncodings)]};
  const std::string text(reinterpret_cast<const char*>(bytes) + 2, size - 2);
  data::recognise(text);
  data::IdTable ids;
  try {
    read_items(input, text, ids);
  } catch (const r2rank::base::Error&) {
  }
  const int64_t whole = rows_of(input, data::memory_source(text), ids);
  const int64_t dripped = rows_of(input, std::make_unique<Drip>(text, 1 + bytes[1] % 64), ids);
  R2RANK_CHECK(whole == dripped);
  return 0;
}
