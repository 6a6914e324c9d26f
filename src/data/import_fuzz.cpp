// Log and catalogue readers on arbitrary bytes; the first byte picks the kind of file, the second how many
// bytes a window gets at a time, which must change nothing.
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "base/progress.h"
#include "data/catalogue.h"
#include "data/import_formats.h"
#include "data/interaction_log.h"
#include "data/k_core.h"
#include "data/log_filters.h"
#include "data/recbole_reader.h"

namespace data = r2rank::data;

namespace {

constexpr data::FileKind kKinds[] = {data::FileKind::kCsv, data::FileKind::kJsonl, data::FileKind::kAtomic,
                                     data::FileKind::kPython};

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

void read_items(data::FileKind kind, const std::string& bytes, data::IdTable& ids) {
  data::CatalogueColumns columns;
  columns.html = true;
  columns.price = "price";
  if (kind == data::FileKind::kAtomic)
    columns =
        data::recbole_item_columns(data::open_records(kind, bytes, "fuzz", {})->found_columns(), columns);
  const auto reader = data::open_records(kind, bytes, "fuzz", columns.wanted());
  data::Catalogue catalogue;
  data::BadRows bad(true);
  data::append_catalogue(*reader, columns, catalogue, bad);
  ids = std::move(catalogue.ids);
}

size_t read_events(data::FileKind kind, std::unique_ptr<data::ByteSource> bytes, data::IdTable& ids) {
  const data::LogColumns columns;
  const auto reader = data::open_records(kind, std::move(bytes), "fuzz", columns.wanted());
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
int64_t rows_of(data::FileKind kind, std::unique_ptr<data::ByteSource> bytes, data::IdTable& ids) {
  try {
    return static_cast<int64_t>(read_events(kind, std::move(bytes), ids));
  } catch (const r2rank::base::Error&) {
    return -1;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  r2rank::base::set_progress_enabled(false);
  if (size < 2) return 0;
  const data::FileKind kind = kKinds[bytes[0] % std::size(kKinds)];
  const std::string text(reinterpret_cast<const char*>(bytes) + 2, size - 2);
  data::recognise(text);
  data::IdTable ids;
  try {
    read_items(kind, text, ids);
  } catch (const r2rank::base::Error&) {
  }
  const int64_t whole = rows_of(kind, data::memory_source(text), ids);
  const int64_t dripped = rows_of(kind, std::make_unique<Drip>(text, 1 + bytes[1] % 64), ids);
  R2RANK_CHECK(whole == dripped);
  return 0;
}
