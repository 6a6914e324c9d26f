#include "report/report.h"

#include <gtest/gtest.h>

#include "base/progress.h"
#include "report/markdown.h"
#include "report/page.h"
#include "report/test_world.h"

namespace r2rank::report {
namespace {

using data::testing::error_of, data::testing::expect_parts;

struct Report : ::testing::Test {
  testing::World world;

  void SetUp() override {
    base::set_progress_enabled(false);
    world.evaluated("eval", "model", 0, 1);
    world.evaluated("eval", "popularity", 1, 0);
    world.folder.write("run/config.toml", "dataset = \"\"\nrationale_tokens = 16\n");
    world.folder.write("run/log.jsonl", "{\"step\":1,\"ndcg\":0.5,\"seconds\":2}\n");
  }
  Request request(const std::vector<std::string>& names) const {
    std::vector<std::string> paths;
    for (const auto& name : names) paths.push_back(world.path(name).string());
    Request request;
    request.sources = find_sources(paths);
    request.program = "r2rank";
    request.command = "r2rank report";
    return request;
  }
};

TEST_F(Report, BringsEverySourceIntoItsPlace) {
  const Json model = build_model(request({"eval", "run", "split", "data"}), 0);
  EXPECT_EQ(model["title"], "Results on small");
  EXPECT_EQ(model["tables"].size(), 1U);
  EXPECT_EQ(model["tables"][0]["rows"][0]["scorer"], "model");
  EXPECT_EQ(model["curves"].size(), 1U);
  EXPECT_EQ(model["data"][0]["splits"].size(), 1U);
  EXPECT_EQ(model["slates"][0]["shown"], 6);
  EXPECT_TRUE(model["without_slates"].empty());
  EXPECT_TRUE(model["comparison"].is_null());
  EXPECT_EQ(model["provenance"].size(), 4U);
}

TEST_F(Report, HasAHeadlineWhereOursAreNamed) {
  Request named = request({"eval", "split", "data"});
  EXPECT_TRUE(build_model(named, 0)["headline"].is_null());
  named.ours.text = "model";
  const Json headline = build_model(named, 0)["headline"];
  EXPECT_EQ(headline["small"]["text"]["ours"], 1);
  EXPECT_TRUE(headline["small"]["text"]["best_text_or_llm"].is_null());
  EXPECT_LT(headline["small"]["text"]["best_conventional"], 1);
}

TEST_F(Report, TheSameSourcesGiveTheSamePage) {
  const auto page = [&] {
    return render_page(build_model(request({"eval", "split", "data"}), page_bytes()));
  };
  EXPECT_EQ(page(), page());
  EXPECT_FALSE(render_markdown(build_model(request({"eval", "run"}), 0)).empty());
}

TEST_F(Report, SaysWhyAGroupHasNoSlates) {
  Json model = build_model(request({"eval"}), 0);
  EXPECT_EQ(model["slates"].size(), 0U);
  expect_parts(model["without_slates"][0]["why"].get<std::string>(), {"not among the sources"});
  Request none = request({"eval", "data", "split"});
  none.most_slates = 0;
  expect_parts(build_model(none, 0)["without_slates"][0]["why"].get<std::string>(), {"--most-slates 0"});
  none.most_slates = 1000;
  none.most_bytes = 1000;
  expect_parts(build_model(none, 0)["without_slates"][0]["why"].get<std::string>(), {"size limit"});
}

TEST_F(Report, DamagedFilesEndItWithTheirName) {
  world.folder.write("run/log.jsonl", "{\"step\":1}\n{\"st\n");
  expect_parts(error_of(base::ErrorKind::kData, [&] { build_model(request({"run"}), 0); }), {"log.jsonl"});
  world.folder.write("eval/model.parquet", "PAR1");
  expect_parts(error_of(base::ErrorKind::kData, [&] { build_model(request({"eval"}), 0); }),
               {"model.parquet"});
}

}  // namespace
}  // namespace r2rank::report
