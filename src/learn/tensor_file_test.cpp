#include "learn/tensor_file.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

class TensorFiles : public ::testing::Test {
 protected:
  base::Path written(const TensorEntries& entries) {
    model::write_safetensors(path_, entries.all(), {});
    return path_;
  }

  at::Tensor sevenths_ = at::arange(6, at::kFloat).view({2, 3}) / 7;  // [2, 3]
  data::testing::TemporaryFolder folder_;
  base::Path path_ = folder_.path() / "some.safetensors";
};

TEST_F(TensorFiles, GiveTensorsBackBitForBitByTheirNames) {
  TensorEntries entries;
  entries.add("b", sevenths_);
  entries.add("a", -sevenths_[1]);  // a temporary
  entries.add("c", at::empty({0, 4}, at::kFloat));
  const TensorFile file(written(entries));
  EXPECT_TRUE(file.read("b", {2, 3}).equal(sevenths_));
  EXPECT_TRUE(file.read("a", {3}).equal(-sevenths_[1]));
  EXPECT_EQ(file.read("c", {0, 4}).numel(), 0);
}

TEST_F(TensorFiles, TakeViewsAndOtherTypesOfNumbers) {
  const at::Tensor coarse = sevenths_.to(at::kBFloat16);
  TensorEntries entries;
  entries.add("turned", sevenths_.t());
  entries.add("part", sevenths_.slice(0, 1, 2));
  entries.add("coarse", coarse);
  entries.add("trained", sevenths_.clone().requires_grad_());
  const TensorFile file(written(entries));
  EXPECT_TRUE(file.read("turned", {3, 2}).equal(sevenths_.t()));
  EXPECT_TRUE(file.read("part", {1, 3}).equal(sevenths_.slice(0, 1, 2)));
  EXPECT_TRUE(file.read("coarse", {2, 3}).equal(coarse.to(at::kFloat)));
  EXPECT_FALSE(file.read("trained", {2, 3}).requires_grad());
}

TEST_F(TensorFiles, RefuseANameThatIsAbsentAndAnotherShape) {
  TensorEntries entries;
  entries.add("x", sevenths_);
  const TensorFile file(written(entries));
  expect_parts(error_of(base::ErrorKind::kData, [&] { file.read("y", {2, 3}); }),
               {"expected y of shape [2, 3]", "some.safetensors", "found none", "another model"});
  expect_parts(error_of(base::ErrorKind::kData, [&] { file.read("x", {3, 2}); }),
               {"expected x of shape [3, 2]", "found shape [2, 3]"});
  expect_parts(error_of(base::ErrorKind::kData, [&] { file.read("x", {6}); }), {"expected x of shape [6]"});
}

TEST_F(TensorFiles, ThatAreAbsentOrCutOffAreRefused) {
  error_of(base::ErrorKind::kIo, [&] { TensorFile{path_}; });
  TensorEntries entries;
  entries.add("x", sevenths_);
  const std::string whole = base::read_file(written(entries));
  for (size_t size = 0; size < whole.size(); size += 5) {
    base::write_file(path_, whole.substr(0, size));
    expect_parts(error_of(base::ErrorKind::kData, [&] { TensorFile{path_}; }), {"some.safetensors"});
  }
}

}  // namespace
}  // namespace r2rank::learn
