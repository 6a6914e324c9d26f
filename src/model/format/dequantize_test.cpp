#include <bit>
#include <cmath>
#include <cstring>

#include "model/format/gguf.h"
#include "model/format/half.h"
#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

std::vector<float> decoded(const StoredTensor& tensor) {
  std::vector<float> values(static_cast<size_t>(tensor.elements()));
  decode_f32(tensor, values);
  return values;
}

// Bit for bit, except that one NaN is as good as another: their payloads differ between processors.
bool same_bits(float a, float b) {
  return (std::isnan(a) && std::isnan(b)) || std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

class GoldenBlocks : public testing::TestWithParam<const char*> {
 protected:
  const StoredTensor& find(const std::string& name) const {
    for (const auto& tensor : file_.tensors)
      if (tensor.name == name) return tensor;
    throw std::out_of_range(name);
  }

  base::MappedFile mapped_{golden_path("blocks.gguf")};
  GgufFile file_ = parse_gguf(mapped_.bytes(), "blocks.gguf");
};

TEST_P(GoldenBlocks, DecodeToTheBitsOfTheGgufPackage) {
  const auto values = decoded(find(std::string(GetParam()) + ".blocks"));
  const auto expected = decoded(find(std::string(GetParam()) + ".expected"));
  ASSERT_EQ(values.size(), expected.size());
  ASSERT_GT(values.size(), 500u);
  size_t different = 0;
  for (size_t i = 0; i < values.size(); ++i) different += !same_bits(values[i], expected[i]);
  EXPECT_EQ(different, 0u) << "of " << values.size();
}

TEST_P(GoldenBlocks, HaveTheTypeTheyAreNamedAfter) {
  std::string name(stored_type_name(find(std::string(GetParam()) + ".blocks").type));
  for (char& c : name) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(name, GetParam());
}

INSTANTIATE_TEST_SUITE_P(EveryType, GoldenBlocks,
                         testing::Values("f32", "f16", "bf16", "q8_0", "q4_0", "q4_1", "q4_k", "q6_k"),
                         [](const auto& info) { return std::string(info.param); });

TEST(Decode, ReadsTensorsThatAreNotAligned) {
  std::string bytes = "x";
  for (const float value : {1.5f, -2.25f}) bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
  const StoredTensor tensor{"odd", {2}, StoredType::kF32, as_span(bytes).subspan(1)};
  EXPECT_EQ(decoded(tensor), (std::vector<float>{1.5f, -2.25f}));
}

TEST(Decode, RefusesIntegers) {
  const std::string bytes(8, '\0');
  const StoredTensor tensor{"step", {1}, StoredType::kI64, as_span(bytes)};
  EXPECT_CONTAINS(data_error([&] { decoded(tensor); }), "tensor 'step' holds I64");
}

}  // namespace
}  // namespace r2rank::model
