// A checkpoint in which one file holds any bytes: state.json or optimizer.safetensors, as the first byte
// says.
#include <cstdint>

#include "base/error.h"
#include "base/fuzz_folder.h"
#include "learn/fuzz_model.h"
#include "learn/run_state.h"
#include "learn/train_config.h"

using namespace r2rank;

namespace {

constexpr const char* kState = "run/checkpoint/state.json";
constexpr const char* kMoments = "run/checkpoint/optimizer.safetensors";

/// A whole checkpoint, and what its two files hold.
struct World {
  base::FuzzFolder folder;
  base::Path run = folder.path() / "run";
  std::unique_ptr<learn::RankingModel> ranking = learn::open_fuzz_model(folder.path() / "base");
  learn::AdamW optimizer{ranking->model->parameters(), {}};
  learn::RunIdentity identity;
  std::string state, moments;

  World() {
    learn::TrainConfig config;
    config.model_options = learn::fuzz_options();
    identity = {"train", learn::configuration_of(config), "data", "split"};
    learn::save_checkpoint(run, *ranking, optimizer, nullptr, {12, 96, 3.25, 2}, identity);
    state = base::read_file(folder.path() / kState);
    moments = base::read_file(folder.path() / kMoments);
  }

  void load() {
    const learn::RunState found = learn::load_checkpoint(run, optimizer, nullptr, identity);
    R2RANK_CHECK(found.step >= 0 && found.slates >= 0 && found.nonfinite_steps >= 0);
    R2RANK_CHECK(optimizer.steps() >= 0);
  }
};

template <class Read>
void attempt(const Read& read) try {
  read();
} catch (const base::Error&) {
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static World world;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const bool damage_state = bytes[0] % 2 == 0;
  world.folder.write(kState, damage_state ? input : world.state);
  world.folder.write(kMoments, damage_state ? world.moments : input);
  attempt([] { learn::checkpoint_dtype(world.run, "train"); });
  attempt([] { world.load(); });
  return 0;
}
