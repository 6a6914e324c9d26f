#include "baselines/neural/table_file.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/error.h"

namespace r2rank::baselines {
namespace {

class TableFile : public ::testing::Test {
 protected:
  ~TableFile() override { std::filesystem::remove_all(folder_); }
  base::Path folder_ = base::Path(::testing::TempDir()) / ("table_file" + std::to_string(::getpid()));
};

TEST_F(TableFile, GivesBackWhatWasSaved) {
  const at::Tensor a = at::randn({3, 2}), b = at::randn({4});
  save_tensors(folder_ / "x", "m", {{"a", a}, {"b", b}});
  at::Tensor c = at::zeros({3, 2}), d = at::zeros({4});
  load_tensors(folder_ / "x", "m", {{"a", c}, {"b", d}});
  EXPECT_TRUE(at::equal(a, c));
  EXPECT_TRUE(at::equal(b, d));
}

TEST_F(TableFile, RefusesAnotherMethodsFileAndChangesNothing) {
  save_tensors(folder_ / "x", "other", {{"a", at::ones({2})}});
  const at::Tensor a = at::zeros({2});
  try {
    load_tensors(folder_ / "x", "m", {{"a", a}});
    FAIL() << "another method's file was accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kData);
    EXPECT_NE(std::string(error.what()).find("expected m.a of shape [2]"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("found none"), std::string::npos) << error.what();
  }
  EXPECT_EQ(a.sum().item<float>(), 0);
}

TEST_F(TableFile, SaysThatAFileIsMissing) {
  try {
    load_tensors(folder_ / "absent", "m", {{"a", at::zeros({2})}});
    FAIL() << "a missing file was accepted";
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kIo);
  }
}

}  // namespace
}  // namespace r2rank::baselines
