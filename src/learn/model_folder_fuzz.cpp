// A model folder of ours in which one file holds any bytes: r2rank.json or extra.safetensors. The first byte
// picks the file, and the tuning that is asked for.
#include <cstdint>

#include "base/error.h"
#include "base/fuzz_folder.h"
#include "learn/fuzz_model.h"

using namespace r2rank;

namespace {

constexpr const char* kCard = "model/r2rank.json";
constexpr const char* kExtra = "model/extra.safetensors";

/// A whole model folder, and what its two files hold.
struct World {
  base::FuzzFolder folder;
  std::string card, extra;

  World() {
    const auto ranking = learn::open_fuzz_model(folder.path() / "base");
    std::filesystem::create_directories(folder.path() / "model");
    learn::write_ranking_model(*ranking, folder.path() / "model", "{}");
    card = base::read_file(folder.path() / kCard);
    extra = base::read_file(folder.path() / kExtra);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const World world;
  if (size == 0) return 0;
  constexpr const char* kTunings[] = {"head", "full", "lora", "frozen"};
  const std::string_view input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const bool damage_card = bytes[0] % 2 == 0;
  world.folder.write(kCard, damage_card ? input : world.card);
  world.folder.write(kExtra, damage_card ? world.extra : input);
  model::ModelOptions options = learn::fuzz_options();
  options.tuning = kTunings[bytes[0] / 2 % 4];
  options.lora_rank = 2;
  try {
    const auto ranking = learn::open_ranking_model(world.folder.path() / "model", options, {});
    learn::check_positions(*ranking, 16);
  } catch (const base::Error&) {
  }
  return 0;
}
