#include "report/bench_section.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts, data::testing::TemporaryFolder;

TEST(BenchSection, TurnsSecondsAndWorkIntoRates) {
  const TemporaryFolder folder;
  const auto path =
      folder.write("bench.json", R"({"model":"m","dtype":"bf16","device":"cpu","peak_flops":4e11,
      "operations":{"prefill":{"work":"512 tokens","seconds":[0.5],"median_seconds":0.5,"tokens":512,"flop":1e11,
      "peak_share":0.5,"peak_bytes":1073741824},"import":{"work":"a log","median_seconds":2,"flop":0}}})");
  const Json bench = bench_json(path);
  EXPECT_EQ(bench["peak_gflops"], 400);
  EXPECT_EQ(bench["rows"][0].dump(),
            R"({"name":"prefill","work":"512 tokens","ms":500,"rate":1024,"unit":"tokens","gflops":200,)"
            R"("share":0.5,"gib":1})");
  EXPECT_TRUE(bench["rows"][1]["gflops"].is_null());
  EXPECT_TRUE(bench["rows"][1]["rate"].is_null());
}

TEST(BenchSection, ADamagedFileIsNamed) {
  const TemporaryFolder folder;
  const auto path = folder.write("bench.json", R"({"peak_flops":1,"operations":{"a":{}}})");
  expect_parts(error_of(base::ErrorKind::kData, [&] { bench_json(path); }), {"bench.json", "median_seconds"});
}

}  // namespace
}  // namespace r2rank::report
