#include "model/format/safetensors.h"

#include <algorithm>
#include <cstring>

#include "model/format/test_support.h"

namespace r2rank::model {
namespace {

std::string file_with(const std::string& header, const std::string& data) {
  const uint64_t size = header.size();
  return std::string(reinterpret_cast<const char*>(&size), sizeof size) + header + data;
}

std::string error_in(const std::string& bytes) {
  return data_error([&] { parse_safetensors(as_span(bytes), "some file"); });
}

// The error of a file whose tensor "x" has these members and 8 bytes of data.
std::string error_of_tensor(const std::string& members) {
  return error_in(file_with("{\"x\": {" + members + "}}", std::string(8, '\0')));
}

StoredTensor find(const std::vector<StoredTensor>& tensors, const std::string& name) {
  return *std::ranges::find(tensors, name, &StoredTensor::name);
}

std::vector<float> decoded(const StoredTensor& tensor) {
  std::vector<float> values(static_cast<size_t>(tensor.elements()));
  decode_f32(tensor, values);
  return values;
}

TEST(Safetensors, ReadsWhatThePythonPackageWrote) {
  const base::MappedFile file(golden_path("package.safetensors"));
  const auto tensors = parse_safetensors(file.bytes(), "file");
  ASSERT_EQ(tensors.size(), 5u);
  EXPECT_EQ(find(tensors, "z.single").shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(decoded(find(tensors, "z.single")), (std::vector<float>{0, 0.25, 0.5, 0.75, 1, 1.25}));
  EXPECT_EQ(decoded(find(tensors, "b.half")), (std::vector<float>{-2, -1, 0, 1, 2}));
  EXPECT_EQ(decoded(find(tensors, "a.brain")), (std::vector<float>{1, -1, 2}));
  EXPECT_EQ(decoded(find(tensors, "m.scalar")), (std::vector<float>{7}));
  EXPECT_EQ(find(tensors, "n.empty").shape, (std::vector<int64_t>{0, 3}));
}

TEST(Safetensors, ReadsIntegersToo) {
  const base::MappedFile file(golden_path("package_i64.safetensors"));
  const auto step = find(parse_safetensors(file.bytes(), "file"), "step");
  ASSERT_EQ(step.type, StoredType::kI64);
  int64_t values[3];
  ASSERT_EQ(step.bytes.size(), sizeof values);
  std::memcpy(values, step.bytes.data(), sizeof values);
  EXPECT_EQ(values[1], -2);
  EXPECT_EQ(values[2], int64_t{1} << 40);
}

TEST(Safetensors, RefusesWhatIsNoSuchFile) {
  EXPECT_CONTAINS(error_in(""), "found an empty one");
  EXPECT_CONTAINS(error_in("GGUF"), "truncated");
  EXPECT_CONTAINS(error_in(std::string(8, '\xff')), "at most 100000000 bytes");
  EXPECT_CONTAINS(error_in(file_with("{}", "").substr(0, 9)), "truncated");
  EXPECT_CONTAINS(error_in(file_with("[1]", "")), "begins with '{'");
  EXPECT_CONTAINS(error_in(file_with("{\"x\": ", "")), "expected JSON");
}

TEST(Safetensors, RefusesEveryTruncation) {
  const std::string bytes = base::read_file(golden_path("package.safetensors"));
  for (size_t size = 0; size < bytes.size(); ++size) {
    const std::string cut = bytes.substr(0, size);  // a copy, so that a sanitizer sees any read past its end
    EXPECT_NE(error_in(cut), "") << size;
  }
  EXPECT_CONTAINS(error_in(bytes + "x"), "expected 44 bytes of tensors, found 45");
}

TEST(Safetensors, RefusesOtherDtypes) {
  EXPECT_CONTAINS(error_of_tensor(R"("dtype": "F64", "shape": [1], "data_offsets": [0, 8])"),
                  "tensor 'x' has dtype F64, expected F32, F16, BF16 or I64");
  EXPECT_CONTAINS(error_of_tensor(R"("dtype": 3, "shape": [1], "data_offsets": [0, 8])"),
                  "dtype that is no text");
}

TEST(Safetensors, RefusesSizesThatDoNotFit) {
  EXPECT_CONTAINS(error_of_tensor(R"("dtype": "F32", "shape": [3], "data_offsets": [0, 8])"),
                  "8 bytes, which do not fit F32 of shape [3]");
  EXPECT_CONTAINS(
      error_of_tensor(R"("dtype": "F32", "shape": [1152921504606846976, 16], "data_offsets": [0, 8])"),
      "do not fit");
  for (const char* shape :
       {"[-2]", "[2.5]", "[18446744073709551615]", "2", "[1,1,1,1,1,1,1,1,2]", "[[2]]", "[\"2\"]"})
    EXPECT_NE(
        error_of_tensor(std::string(R"("dtype": "F32", "shape": )") + shape + R"(, "data_offsets": [0, 8])"),
        "");
}

TEST(Safetensors, RefusesImpossibleOffsets) {
  for (const char* offsets : {"[8, 0]", "[0]", "[0, 4, 8]", "[-8, 0]", "[0, 1e3]", "{}", "null"})
    EXPECT_NE(error_of_tensor(std::string(R"("dtype": "F32", "shape": [2], "data_offsets": )") + offsets),
              "");
  EXPECT_CONTAINS(error_of_tensor(R"("dtype": "F32", "shape": [2], "data_offsets": [8, 16])"),
                  "begins at 8, expected 0");
  EXPECT_CONTAINS(error_of_tensor(R"("dtype": "F32", "shape": [4], "data_offsets": [0, 16])"),
                  "expected 16 bytes of tensors, found 8");
}

TEST(Safetensors, RefusesOverlapAndHoles) {
  const auto two = [](const char* second) {
    return file_with(std::string(R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, )") +
                         R"("b": {"dtype": "F32", "shape": [1], "data_offsets": )" + second + "}}",
                     std::string(16, '\0'));
  };
  EXPECT_CONTAINS(error_in(two("[4, 8]")), "overlap or leave a hole");
  EXPECT_CONTAINS(error_in(two("[12, 16]")), "overlap or leave a hole");
  EXPECT_CONTAINS(error_in(two("[8, 12]")), "expected 12 bytes of tensors, found 16");
}

TEST(Safetensors, RefusesMembersThatAreMissingExtraOrTwice) {
  EXPECT_CONTAINS(error_of_tensor(R"("dtype": "F32", "shape": [2])"), "other members");
  EXPECT_CONTAINS(error_of_tensor(R"("dtype": "F32", "shape": [2], "offset": [0, 8])"),
                  "lacks 'data_offsets'");
  EXPECT_CONTAINS(error_of_tensor(R"("dtype": "F32", "dtype": "F32", "shape": [2])"), "occurs twice");
  EXPECT_CONTAINS(error_in(file_with("{\"x\": 3}", "")), "is no object");
}

TEST(Safetensors, MetadataHoldsOnlyTexts) {
  const std::string fine = file_with(R"({"__metadata__": {"format": "pt"}})", "");
  EXPECT_TRUE(parse_safetensors(as_span(fine), "file").empty());
  for (const char* metadata : {"3", "{\"a\": 1}", "{\"a\": []}", "[]"})
    EXPECT_CONTAINS(error_in(file_with(std::string("{\"__metadata__\": ") + metadata + "}", "")),
                    "only texts");
}

}  // namespace
}  // namespace r2rank::model
