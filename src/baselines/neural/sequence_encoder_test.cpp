#include "baselines/neural/sequence_encoder.h"

#include <gtest/gtest.h>

namespace r2rank::baselines {
namespace {

TEST(PackedSequences, HoldsOneSequenceAfterTheOther) {
  PackedSequences packed;
  packed.clear();
  packed.begin(7);
  packed.push(1);
  packed.push(0);
  packed.want_last();
  packed.begin(8);
  packed.push(1);
  packed.want_last();
  EXPECT_EQ(packed.starts, (std::vector<int64_t>{0, 2, 3}));
  EXPECT_EQ(packed.wanted, (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(packed.users, (std::vector<int32_t>{7, 8}));

  const std::vector<float> table = {10, 11};
  std::vector<float> x;
  gather_rows(packed, table.data(), 1, x);
  EXPECT_EQ(x, (std::vector<float>{11, 10, 11}));
  std::vector<float> gradients(2, 0.0F);
  scatter_rows(packed, x.data(), 1, gradients.data());
  EXPECT_EQ(gradients, (std::vector<float>{0, 22}));  // padding learns nothing from being read
}

}  // namespace
}  // namespace r2rank::baselines
