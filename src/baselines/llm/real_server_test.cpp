// A real server behind the client: any OpenAI-compatible one whose address R2RANK_TEST_ENDPOINT gives, such
// as
//   llama-server -m SmolLM2-135M-Instruct.Q4_1.gguf --port 8080
//   python -m llama_cpp.server --model SmolLM2-135M-Instruct.Q4_1.gguf --port 8080 --logits_all true
// with R2RANK_TEST_ENDPOINT=http://127.0.0.1:8080/v1 (and R2RANK_TEST_SERVER_MODEL where it serves several).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "baselines/llm/listwise.h"
#include "baselines/llm/server_verdict.h"
#include "baselines/llm/server_writer.h"
#include "baselines/test_data.h"
#include "data/test_support.h"

namespace r2rank::baselines {
namespace {

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

class RealServer : public ::testing::Test {
 protected:
  void SetUp() override {
    options_.endpoint = environment("R2RANK_TEST_ENDPOINT", "");
    options_.model = environment("R2RANK_TEST_SERVER_MODEL", "any");
    if (options_.endpoint.empty())
      GTEST_SKIP()
          << "NOT TESTED against a real server: start one (llama-server, or python -m llama_cpp.server) and "
             "set R2RANK_TEST_ENDPOINT to its address, such as http://127.0.0.1:8080/v1";
    dataset_ = testing::random_dataset(3, 4, 12);
    for (size_t item = 0; item < dataset_.items.size(); ++item)
      dataset_.items[item].title = fmt::format("Book {}", item);
    split_ = testing::leave_last_two(dataset_);
    slate_ = testing::last_event_slate(dataset_, 0, {3, 0, 5, 4, 1});
  }

  remote::ServerOptions options_;
  data::Dataset dataset_;
  data::Split split_;
  data::Slate slate_;
};

TEST_F(RealServer, WritesOrdersThatAreRead) {
  ListwiseScorer scorer("server-listwise", std::make_unique<ServerWriter>(options_),
                        TrainingData{dataset_, split_}, {}, 7);
  auto scores = scorer.score(slate_);
  std::sort(scores.begin(), scores.end());
  EXPECT_EQ(scores, (std::vector<double>{-5, -4, -3, -2, -1}));
  EXPECT_GT(scorer.tokens(), 50);
}

TEST_F(RealServer, GivesVerdictsAndTheCacheTheSameOnes) {
  const data::testing::TemporaryFolder folder;
  options_.cache = (folder.path() / "answers.jsonl").string();
  const auto score = [&] {
    ServerVerdictScorer scorer("server-verdict", options_, {dataset_, split_}, {});
    return scorer.score(slate_);
  };
  const auto first = score();
  for (const double value : first) EXPECT_TRUE(std::isfinite(value));
  EXPECT_EQ(score(), first);
}

}  // namespace
}  // namespace r2rank::baselines
