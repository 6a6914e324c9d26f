#include "model/readout.h"

#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "base/error.h"
#include "model/golden_models.h"

namespace r2rank::model {
namespace {

using golden::formula;
using golden::relative_error;

class ReadoutTest : public testing::Test {
 protected:
  ReadoutTest() {
    readout_.yes = 3;
    readout_.no = 8;
    readout_.table = &add("table", {10, 6});
    readout_.w1 = &add("w1", {4, 6});
    readout_.w2 = &add("w2", {1, 4});
  }
  Parameter& add(const std::string& name, std::vector<int64_t> shape) {
    return store_.add({{name, 0, shape[0]}}, ParameterKind::kReadout, formula(name, shape, 1), at::kFloat,
                      true);
  }
  at::Tensor scores(ReadoutKind kind) {
    readout_.kind = kind;
    return readout_(states_);
  }

  ParameterStore store_;
  Readout readout_;
  at::Tensor states_ = formula("states", {5, 6}, 2);
};

at::Tensor verdict(const at::Tensor& h, const at::Tensor& table) {
  return at::mv(h, table[3] - table[8]);
}
at::Tensor head(const at::Tensor& h, const at::Tensor& w1, const at::Tensor& w2) {
  const at::Tensor z = at::mm(h, w1.t());
  return at::mm(z * 0.5 * (1 + at::erf(z / std::sqrt(2.0))), w2.t()).squeeze(1);
}

TEST_F(ReadoutTest, OfTheVerdictIsTheDifferenceOfTwoLogits) {
  const at::Tensor logits = at::mm(states_, readout_.table->master.t());
  EXPECT_LT(relative_error(scores(ReadoutKind::kVerdict), logits.select(1, 3) - logits.select(1, 8)), 1e-5);
}

TEST_F(ReadoutTest, OfTheHeadIsATwoLayerNetwork) {
  EXPECT_LT(
      relative_error(scores(ReadoutKind::kHead), head(states_, readout_.w1->master, readout_.w2->master)),
      1e-5);
}

TEST_F(ReadoutTest, OfBothIsTheirSumAndBeginsAsTheVerdict) {
  const at::Tensor apart = (scores(ReadoutKind::kVerdict) + scores(ReadoutKind::kHead)).detach();
  EXPECT_LT(relative_error(scores(ReadoutKind::kBoth), apart), 1e-6);
  readout_.w2->master.zero_();
  EXPECT_TRUE(scores(ReadoutKind::kBoth).equal(scores(ReadoutKind::kVerdict)));
}

TEST_F(ReadoutTest, HasTheGradientsOfAutograd) {
  const at::Tensor weights = formula("weights", {5});
  states_.requires_grad_(true);
  torch::autograd::backward({(scores(ReadoutKind::kBoth) * weights).sum()}, {});
  store_.collect_gradients();
  const auto leaf = [](const at::Tensor& value) { return value.detach().clone().requires_grad_(true); };
  const at::Tensor h = leaf(states_), table = leaf(readout_.table->master), w1 = leaf(readout_.w1->master),
                   w2 = leaf(readout_.w2->master);
  torch::autograd::backward({((verdict(h, table) + head(h, w1, w2)) * weights).sum()}, {});
  EXPECT_LT(relative_error(states_.grad(), h.grad()), 1e-5);
  EXPECT_LT(relative_error(readout_.table->gradient, table.grad()), 1e-5);
  EXPECT_LT(relative_error(readout_.w1->gradient, w1.grad()), 1e-5);
  EXPECT_LT(relative_error(readout_.w2->gradient, w2.grad()), 1e-5);
}

TEST_F(ReadoutTest, ReadsBf16StatesInF32) {
  const at::Tensor rounded = states_.to(at::kBFloat16);
  const at::Tensor found = readout_(rounded);
  EXPECT_EQ(found.scalar_type(), at::kFloat);
  EXPECT_TRUE(found.equal(readout_(rounded.to(at::kFloat))));
}

TEST(ReadoutKind, HasANameForEachAndRefusesOthers) {
  for (const auto* name : {"verdict", "head", "both"}) EXPECT_EQ(readout_name(readout_kind(name)), name);
  try {
    readout_kind("mean");
    FAIL();
  } catch (const base::Error& error) {
    EXPECT_EQ(error.kind(), base::ErrorKind::kUsage);
    EXPECT_NE(std::string(error.what()).find("verdict, head or both"), std::string::npos);
  }
}

}  // namespace
}  // namespace r2rank::model
