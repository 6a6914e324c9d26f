#include "model/format/gguf_metadata.h"

#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

class GgufMetadataTest : public testing::Test {
 protected:
  GgufMetadataTest() {
    file_.metadata = {{"count", uint64_t{7}},
                      {"negative", int64_t{-7}},
                      {"huge", ~uint64_t{0}},
                      {"number", double{1e-5f}},
                      {"exact", 0.1},
                      {"flag", true},
                      {"text", std::string("hello")},
                      {"texts", std::vector<std::string>{"a"}},
                      {"integers", std::vector<int64_t>{1, 2}}};
  }
  GgufFile file_;
  GgufMetadata metadata_{file_, "file"};
};

TEST_F(GgufMetadataTest, GivesValuesByType) {
  EXPECT_EQ(metadata_.integer("count"), 7);
  EXPECT_EQ(metadata_.integer("negative"), -7);
  EXPECT_EQ(metadata_.number("count"), 7.0);
  EXPECT_EQ(metadata_.text("text"), "hello");
  EXPECT_EQ(metadata_.find_flag("flag"), true);
  EXPECT_EQ(metadata_.texts("texts").size(), 1u);
  EXPECT_EQ(metadata_.find_integers("integers")->at(1), 2);
}

TEST_F(GgufMetadataTest, AFloatMeansTheDecimalNumberItWasMadeFrom) {
  EXPECT_EQ(metadata_.number("number"), 1e-5);
  EXPECT_EQ(metadata_.number("exact"), 0.1);
}

TEST_F(GgufMetadataTest, WhatIsMissingIsNothingOrAnError) {
  EXPECT_FALSE(metadata_.find_integer("x").has_value());
  EXPECT_FALSE(metadata_.find_number("x").has_value());
  EXPECT_FALSE(metadata_.find_flag("x").has_value());
  EXPECT_FALSE(metadata_.find_text("x").has_value());
  EXPECT_EQ(metadata_.find_integers("x"), nullptr);
  EXPECT_CONTAINS(data_error([&] { metadata_.integer("llama.x"); }), "file: the metadata lack 'llama.x'");
  EXPECT_CONTAINS(data_error([&] { metadata_.number("x"); }), "lack 'x'");
  EXPECT_CONTAINS(data_error([&] { metadata_.text("x"); }), "lack 'x'");
  EXPECT_CONTAINS(data_error([&] { metadata_.texts("x"); }), "lack 'x'");
}

TEST_F(GgufMetadataTest, AnotherTypeIsAnError) {
  EXPECT_CONTAINS(data_error([&] { metadata_.integer("text"); }), "'text' to be one whole number");
  EXPECT_CONTAINS(data_error([&] { metadata_.integer("huge"); }), "out of range");
  EXPECT_CONTAINS(data_error([&] { metadata_.number("integers"); }), "to be one whole number");
  EXPECT_CONTAINS(data_error([&] { metadata_.find_flag("count"); }), "'count' to be true or false");
  EXPECT_CONTAINS(data_error([&] { metadata_.text("count"); }), "to be text");
  EXPECT_CONTAINS(data_error([&] { metadata_.texts("integers"); }), "list of texts");
  EXPECT_CONTAINS(data_error([&] { metadata_.find_integers("texts"); }), "list of whole numbers");
}

}  // namespace
}  // namespace r2rank::model
