#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "cli/output.h"
#include "cli/output_folder.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "learn/model_folder.h"
#include "model/format/model_files.h"

namespace r2rank::cli {
namespace {

class ModelInspect : public Verb {
 public:
  VerbText text() const override {
    return {.name = "model inspect",
            .group = "Models",
            .summary = "what is in a model file or folder",
            .purpose =
                "Opens a GGUF file, a Hugging Face folder or one of our runs without computing anything and "
                "prints its shape, its "
                "tensors by type and its tokenizer. Use it to see whether a model is supported and whole.",
            .examples = "r2rank model inspect model.gguf\nr2rank model inspect runs/rl --json"};
  }

  void declare(Flags& flags) override {
    flags.group("Input");
    flags.fields().add("model", model_, "GGUF file, Hugging Face folder or run folder").mandatory();
    flags.positional("MODEL", "model");
  }

  int run(const Invocation& invocation) override {
    const auto files = model::open_model(learn::model_path_of(model_));
    std::map<std::string, std::pair<int64_t, int64_t>> types;  // tensors, elements
    int64_t elements = 0;
    for (const auto& [name, tensor] : files.tensors) {
      auto& [count, total] = types[std::string(model::stored_type_name(tensor.type))];
      ++count;
      total += tensor.elements();
      elements += tensor.elements();
    }
    invocation.json ? print_json(files, types, elements) : print_table(files, types, elements);
    return 0;
  }

 private:
  using Types = std::map<std::string, std::pair<int64_t, int64_t>>;

  static void print_json(const model::ModelFiles& files, const Types& types, int64_t elements) {
    const auto& c = files.config;
    nlohmann::ordered_json json = {{"family", c.family},         {"parameters", elements},
                                   {"layers", c.layers},         {"width", c.width},
                                   {"heads", c.heads},           {"kv_heads", c.kv_heads},
                                   {"head_width", c.head_width}, {"ffn_width", c.ffn_width},
                                   {"vocabulary", c.vocabulary}, {"max_positions", c.max_positions},
                                   {"rope_base", c.rope_base},   {"tied_embeddings", c.tied_embeddings}};
    for (const auto& [type, counts] : types)
      json["tensors"][type] = {{"tensors", counts.first}, {"elements", counts.second}};
    json["tokenizer"] = {{"tokens", files.tokenizer.tokens.size()},
                         {"merges", files.tokenizer.merges.size()},
                         {"special", files.tokenizer.special.size()}};
    print("{}\n", json.dump());
  }

  static void print_table(const model::ModelFiles& files, const Types& types, int64_t elements) {
    const auto& c = files.config;
    Table table({Table::Align::kLeft, Table::Align::kLeft});
    table.row({"family", c.family});
    table.row({"parameters", grouped(elements)});
    table.row({"layers, width", fmt::format("{}, {}", c.layers, c.width)});
    table.row({"heads", fmt::format("{} of {}, {} for keys and values", c.heads, c.head_width, c.kv_heads)});
    table.row({"feed-forward width", grouped(c.ffn_width)});
    table.row({"vocabulary", fmt::format("{}{}", grouped(c.vocabulary),
                                         c.tied_embeddings ? ", output tied to the embedding" : "")});
    table.row({"positions", fmt::format("{}, rotary base {}", grouped(c.max_positions), c.rope_base)});
    for (const auto& [type, counts] : types)
      table.row(
          {"tensors " + type, fmt::format("{} with {} elements", counts.first, grouped(counts.second))});
    table.row({"tokenizer", fmt::format("{} tokens, {} merges, {} special, chat family {}",
                                        grouped(static_cast<int64_t>(files.tokenizer.tokens.size())),
                                        grouped(static_cast<int64_t>(files.tokenizer.merges.size())),
                                        files.tokenizer.special.size(),
                                        text::chat_family_name(text::detect_chat_family(files.tokenizer)))});
    print("{}", table.text());
  }

  std::string model_;
};

class ModelImport : public Verb {
 public:
  VerbText text() const override {
    return {.name = "model import",
            .group = "Models",
            .summary = "any supported model -> Hugging Face folder (LoRA merged)",
            .purpose =
                "Reads a GGUF file, a Hugging Face folder or one of our runs and writes a Hugging Face "
                "folder that `transformers` "
                "loads with the same logits. LoRA adapters of a run are merged into the weights.",
            .examples =
                "r2rank model import model.gguf --output models/smollm2\nr2rank model import runs/rl "
                "--output models/mine --f32\n"
                "# the lower half of a model of 30 layers, to be trained\n"
                "r2rank model import model.gguf --layers 15 --output models/half"};
  }

  void declare(Flags& flags) override {
    flags.group("Input and output");
    flags.fields().add("model", model_, "GGUF file, Hugging Face folder or run folder").mandatory();
    flags.positional("MODEL", "model");
    flags.fields().add("f32", f32_, "write f32 instead of bf16");
    flags.fields()
        .add(
            "layers", layers_,
            "write only so many layers, the lowest ones (0: all): a model that is faster and, before it is trained, "
            "worse")
        .between(0, 10000);
    flags.output(output_, "the Hugging Face folder");
  }

  int run(const Invocation& invocation) override {
    base::catch_interrupts();
    if (!invocation.dry_run) check_output(output_, hugging_face_kind());
    model::ModelOptions options;
    options.dtype = "f32";
    options.tuning = "frozen";
    const auto model = learn::open_ranking_model(model_, options, {});
    if (layers_ > model->model->config().layers)
      base::fail_usage("model import", "--layers {}: {} has {} layers", layers_, model_,
                       model->model->config().layers);
    if (invocation.dry_run) {
      if (invocation.json)
        print("{}\n", nlohmann::json{{"model", model_}, {"can_be_imported", true}}.dump());
      else
        print("{} can be imported\ndry run: nothing written\n", model_);
      return 0;
    }
    if (model->signals)
      base::log_warning(
          "{} was trained with signals of other rankers, which the Hugging Face folder is without", model_);
    model::save_language_model(*model->model, output_.output, f32_, output_.overwrite, layers_);
    if (invocation.json)
      print("{}\n", nlohmann::json{{"folder", output_.output}}.dump());
    else
      print("wrote {}\n", output_.output);
    return 0;
  }

 private:
  std::string model_;
  bool f32_ = false;
  int64_t layers_ = 0;
  OutputFolder output_;
};

}  // namespace

std::unique_ptr<Verb> make_model_inspect() {
  return std::make_unique<ModelInspect>();
}
std::unique_ptr<Verb> make_model_import() {
  return std::make_unique<ModelImport>();
}

}  // namespace r2rank::cli
