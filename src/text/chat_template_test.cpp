#include "text/chat_template.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "text/small_tokenizer.h"

namespace r2rank::text {
namespace {

// As the GGUF of SmolLM2 has it.
constexpr const char* kSmolLm2Template =
    "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ "
    "'<|im_start|>system\n"
    "You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n' }}{% endif "
    "%}{{'<|im_start|>' + "
    "message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if "
    "add_generation_prompt %}"
    "{{ '<|im_start|>assistant\n' }}{% endif %}";

TokenizerData read_data(const std::string& family) {
  if (family == "smollm2") {
    TokenizerData data = small_tokenizer({});
    data.chat_template = kSmolLm2Template;
    return data;
  }
  const base::Path path = base::Path(R2RANK_SOURCE_DIR) / ".deps" / "tokenizers" / family / "tokenizer.json";
  if (!std::filesystem::exists(path))
    throw std::runtime_error(path.string() + " is missing: './run test' fetches it");
  return load_tokenizer_json(path);
}

/// Each family's file is read once.
const TokenizerData& data_of(const std::string& family) {
  static std::map<std::string, TokenizerData> known;
  const auto found = known.find(family);
  return found != known.end() ? found->second : known.emplace(family, read_data(family)).first->second;
}

/// The frame around `user`, up to where the assistant begins.
std::string opened(const TokenizerData& data, const std::string& system, const std::string& user) {
  const ChatFrame frame = chat_frame(detect_chat_family(data), system);
  return frame.open + user + frame.open_assistant;
}

TEST(ChatTemplateGolden, FramesAreWhatTheModelsOwnTemplatesRender) {
  const auto golden =
      nlohmann::json::parse(base::read_file(R2RANK_SOURCE_DIR "/tests/golden/text_chat.json"));
  ASSERT_EQ(golden["cases"].size(), 8u);
  for (const auto& test : golden["cases"]) {
    const TokenizerData& data = data_of(test["family"].get<std::string>());
    const std::string system =
        test["system"].is_null() ? default_system(data) : test["system"].get<std::string>();
    EXPECT_EQ(opened(data, system, test["user"].get<std::string>()), test["opened"].get<std::string>())
        << test["family"];
  }
}

TEST(ChatTemplate, DefaultSystemTextsAreThoseOfTheTemplates) {
  EXPECT_EQ(default_system(data_of("smollm2")),
            "You are a helpful AI assistant named SmolLM, trained by Hugging Face");
  EXPECT_EQ(default_system(data_of("qwen2_5")),
            "You are Qwen, created by Alibaba Cloud. You are a helpful assistant.");
  EXPECT_EQ(default_system(data_of("qwen3")), "");
  EXPECT_EQ(default_system(data_of("llama3_1")), "");
}

TEST(ChatTemplate, WithoutASystemTextThereIsNoSystemTurn) {
  EXPECT_EQ(chat_frame(ChatFamily::kChatMl, "").open, "<|im_start|>user\n");
  EXPECT_EQ(chat_frame(ChatFamily::kChatMl, "").end_of_turn, "<|im_end|>");
}

TEST(ChatTemplate, FamiliesAreToldByTheirTokensAndTemplates) {
  TokenizerData data = small_tokenizer({});
  EXPECT_EQ(detect_chat_family(data), ChatFamily::kChatMl);
  data.special.emplace_back("<think>", 1);
  EXPECT_EQ(detect_chat_family(data), ChatFamily::kQwen3);
  data.chat_template = "'<|im_start|>assistant'";  // the later Qwen3 models that never think
  EXPECT_EQ(detect_chat_family(data), ChatFamily::kChatMl);
  EXPECT_EQ(detect_chat_family(data_of("llama3_1")), ChatFamily::kLlama3);
  EXPECT_EQ(chat_family_name(ChatFamily::kLlama3), "llama3");
}

TEST(ChatTemplate, ModelsOfOtherFormatsAreRefused) {
  TokenizerData data = small_tokenizer({});
  data.chat_template = "[INST] {{ message }} [/INST]";
  EXPECT_THROW(detect_chat_family(data), base::Error);
  data = small_tokenizer({});
  data.special.clear();
  EXPECT_THROW(detect_chat_family(data), base::Error);
}

}  // namespace
}  // namespace r2rank::text
