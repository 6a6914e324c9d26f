#include "learn/signal_config.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::learn {
namespace {

using data::testing::error_of;
using data::testing::expect_parts;

void expect_refused(const SignalConfig& config, std::initializer_list<std::string> parts) {
  expect_parts(error_of(base::ErrorKind::kUsage, [&] { config.check(); }), parts);
}

TEST(SignalConfig, IsOffUnlessAFolderIsNamed) {
  SignalConfig config;
  EXPECT_FALSE(config.on() || config.uses("residual"));
  config.folder = std::string("S");
  EXPECT_TRUE(config.uses("residual"));
  EXPECT_FALSE(config.uses("text"));
  EXPECT_NO_THROW(config.check());
}

TEST(SignalConfig, RefusesWhatCannotAct) {
  expect_refused({.folder = "", .use = {"text"}, .hidden = 16}, {"signal_use", "no signals"});
  expect_refused({.folder = "", .use = {"residual"}, .hidden = 8}, {"signal_hidden", "no signals"});
  expect_refused({.folder = "S", .use = {}, .hidden = 16}, {"signal_use", "residual, text, token and teach"});
  expect_refused({.folder = "S", .use = {"text"}, .hidden = 8}, {"signal_hidden", "without residual"});
  EXPECT_NO_THROW((SignalConfig{"S", {"text"}, 16}.check()));
  expect_refused({.folder = "S", .use = {"teach", "residual"}}, {"teach", "leave teach or the others out"});
  expect_refused({.folder = "S", .use = {"text"}, .taught_share = 0.3}, {"taught_share", "without teach"});
  EXPECT_NO_THROW((SignalConfig{.folder = "S", .use = {"teach"}, .taught_share = 0.3}.check()));
}

}  // namespace
}  // namespace r2rank::learn
