// Log and catalogue readers on arbitrary bytes; the first byte picks the kind of file.
#include <cstddef>
#include <cstdint>

#include "base/error.h"
#include "base/progress.h"
#include "data/catalogue.h"
#include "data/interaction_log.h"
#include "data/k_core.h"
#include "data/log_filters.h"
#include "data/recbole_reader.h"

namespace data = r2rank::data;

namespace {

void read_items(data::FileKind kind, const std::string& bytes, data::IdTable& ids) {
  data::CatalogueColumns columns;
  if (kind == data::FileKind::kAtomic)
    columns =
        data::recbole_item_columns(data::open_records(kind, bytes, "fuzz", {})->found_columns(), columns);
  const auto reader = data::open_records(kind, bytes, "fuzz", columns.wanted());
  ids = std::move(data::read_catalogue(*reader, columns).ids);
}

void read_events(data::FileKind kind, const std::string& bytes, data::IdTable& ids) {
  const data::LogColumns columns;
  const auto reader = data::open_records(kind, bytes, "fuzz", columns.wanted());
  data::InteractionLog log = data::read_log(*reader, columns, ids);
  data::times_are_positions(log.events, log.users.size());
  data::sort_events(log.events);
  data::drop_duplicates(log.events, "keep-last");
  data::keep_core(log.events, log.users.size(), ids.size(), 2, 2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  r2rank::base::set_progress_enabled(false);
  if (size == 0) return 0;
  const auto kind = static_cast<data::FileKind>(bytes[0] % 3);
  const std::string text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  data::IdTable ids;
  try {
    read_items(kind, text, ids);
  } catch (const r2rank::base::Error&) {
  }
  try {
    read_events(kind, text, ids);
  } catch (const r2rank::base::Error&) {
  }
  return 0;
}
