#include "model/format/host_tensor.h"

#include <gtest/gtest.h>

namespace r2rank::model {
namespace {

TEST(HostTensor, KnowsTheBytesOfEveryType) {
  EXPECT_EQ(stored_bytes(StoredType::kF32, 3), 12u);
  EXPECT_EQ(stored_bytes(StoredType::kBF16, 3), 6u);
  EXPECT_EQ(stored_bytes(StoredType::kQ8_0, 64), 68u);
  EXPECT_EQ(stored_bytes(StoredType::kQ4_0, 32), 18u);
  EXPECT_EQ(stored_bytes(StoredType::kQ4_1, 32), 20u);
  EXPECT_EQ(stored_bytes(StoredType::kQ4_K, 512), 288u);
  EXPECT_EQ(stored_bytes(StoredType::kQ6_K, 256), 210u);
  EXPECT_EQ(stored_bytes(StoredType::kI64, 2), 16u);
}

TEST(HostTensor, RefusesRowsThatAreNoWholeBlocks) {
  EXPECT_FALSE(checked_bytes(StoredType::kQ8_0, {2, 16}).has_value());
  EXPECT_EQ(checked_bytes(StoredType::kQ8_0, {2, 32}), 68u);
}

TEST(HostTensor, RefusesNegativeSizesAndOverflow) {
  EXPECT_FALSE(checked_bytes(StoredType::kF32, {-1, 4}).has_value());
  EXPECT_FALSE(checked_bytes(StoredType::kF16, {int64_t{1} << 40, int64_t{1} << 40}).has_value());
  EXPECT_FALSE(checked_bytes(StoredType::kF32, {int64_t{1} << 62}).has_value());
}

TEST(HostTensor, AScalarHasOneElementAndAnEmptyTensorNone) {
  EXPECT_EQ(checked_bytes(StoredType::kF32, {}), 4u);
  EXPECT_EQ(checked_bytes(StoredType::kF32, {0, 7}), 0u);
  EXPECT_EQ((StoredTensor{"x", {}, StoredType::kF32, {}}.elements()), 1);
  EXPECT_EQ((StoredTensor{"x", {3, 0}, StoredType::kF32, {}}.elements()), 0);
}

TEST(HostTensor, ShowsShapesAsLists) {
  EXPECT_EQ(shape_text({2, 3}), "[2, 3]");
  EXPECT_EQ(shape_text({}), "[]");
}

TEST(HostTensor, NamesEveryType) {
  EXPECT_EQ(stored_type_name(StoredType::kF32), "F32");
  EXPECT_EQ(stored_type_name(StoredType::kQ6_K), "Q6_K");
  EXPECT_EQ(stored_type_name(StoredType::kI64), "I64");
}

}  // namespace
}  // namespace r2rank::model
