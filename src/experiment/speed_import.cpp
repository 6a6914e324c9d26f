#include "experiment/speed_import.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "base/files.h"
#include "base/memory_peak.h"
#include "base/random.h"
#include "data/import.h"

namespace r2rank::experiment {
namespace {

constexpr uint64_t kUsers = 20'000, kItems = 5'000;
constexpr int64_t kFirstTime = 1'500'000'000;

/// A log and a catalogue, taken away at the end.
class MadeUpLog {
 public:
  explicit MadeUpLog(int64_t interactions)
      : folder_(std::filesystem::temp_directory_path() / fmt::format("r2rank-bench-{}", ::getpid())) {
    base::RandomStream random(1, base::Purpose::kBench, 1);
    std::string log = "user_id,item_id,rating,timestamp\n", items = "item_id,title\n";
    for (int64_t event = 0; event < interactions; ++event)
      fmt::format_to(std::back_inserter(log), "{},{},{},{}\n", random.below(kUsers), random.below(kItems),
                     1 + random.below(5), kFirstTime + event);
    for (uint64_t item = 0; item < kItems; ++item)
      fmt::format_to(std::back_inserter(items), "{},Title of item {}\n", item, item);
    base::write_file(folder_ / "log.csv", log);
    base::write_file(folder_ / "items.csv", items);
  }
  ~MadeUpLog() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  MadeUpLog(const MadeUpLog&) = delete;
  MadeUpLog& operator=(const MadeUpLog&) = delete;

  data::ImportConfig config() const {
    data::ImportConfig config;
    config.name = "bench";
    config.interactions = (folder_ / "log.csv").string();
    config.items = (folder_ / "items.csv").string();
    return config;
  }

 private:
  base::Path folder_;
};

}  // namespace

SpeedResult time_import(int64_t repeats, int64_t interactions) {
  const MadeUpLog log(interactions);
  SpeedResult result{.name = "import", .work = fmt::format("a CSV log of {} interactions", interactions)};
  base::reset_memory_peak();
  for (int64_t repeat = 0; repeat < repeats; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    data::import_dataset(log.config());
    result.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  result.units = static_cast<double>(interactions);
  result.unit = "rows";
  result.peak_bytes = base::memory_peak();
  return result;
}

}  // namespace r2rank::experiment
