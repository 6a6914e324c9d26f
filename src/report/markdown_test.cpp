#include "report/markdown.h"

#include <gtest/gtest.h>

#include "data/test_support.h"

namespace r2rank::report {
namespace {

using data::testing::expect_parts;

Json example() {
  return parse_object(
      R"json({"title":"Shop <b> | [x](y)","program":"r2rank 0.1.0","command":"r2rank report `a`",
      "tables":[{"title":"shop","protocol":"loo-uni19-seed7","slates_hash":"0123","users":40,"slates":40,
        "intervals":"95 %","tests":"p: exact","reference":"pop","metrics":["ndcg@5","ndcg@10"],"main":"ndcg@10",
        "rows":[{"scorer":"mine","tokens":320,"ms":null,"values":[[0.5,0.4,0.6],[0.55,0.45,0.65]],
          "against":[[0.1,0,0.2,0.05,0.1],[0.15,0.05,0.25,0.01,0.02]]},
         {"scorer":"pop","tokens":0,"ms":1.5,"values":[[0.4,0.3,0.5],[0.4,0.3,0.5]],"against":null}]}],
      "comparison":{"metric":"ndcg@10","columns":[{"name":"shop"},{"name":"films"}],
        "rows":[{"scorer":"mine","cells":[{"mean":0.55,"lo":0.45,"hi":0.65},null]}]},
      "curves":[{"name":"runs/a","steps":2,"columns":["step","ndcg"],"values":[[1,2],[0.25,0.5]]}],
      "studies":[{"title":"Length","question":"Q?","metric":"ndcg@10","axis":{"label":"T"},"one_training":true,
        "pairs":[{"arm":"a","to":"b","mean":0.1,"lo":0.05,"hi":0.15,"p":0.01,"p_holm":0.02}],
        "slices":[{"title":"history","columns":[{"name":"short"},{"name":"long"}],
          "rows":[{"scorer":"a","cells":[{"mean":0.5,"lo":0.4,"hi":0.6},null]}]}],"arms":[{"name":"a","x":16,"mean":0.5,"lo":null,"hi":null,"paired":null,
        "tokens_per_slate":9,"seconds":null}]}],
      "benches":[{"model":"m","dtype":"bf16","device":"cpu","rows":[{"name":"prefill","ms":1,"rate":2,
        "unit":"tokens","gflops":3,"share":0.5}]}],
      "data":[{"name":"shop","description":{"users":1,"items":2,"interactions":3,"density":0.123456},
        "splits":[{"protocol":"loo"}]}],
      "provenance":[{"kind":"run","path":"runs/a","command":"r2rank train"},
        {"kind":"split","path":"s","command":""}]})json",
      "example");
}

TEST(Markdown, HasEveryPart) {
  const std::string text = render_markdown(example());
  expect_parts(
      text,
      {"| mine | 0.500 [0.400, 0.600] | 0.550 [0.450, 0.650] | 320 |  | 0.150 [0.050, 0.250] (0.02) |",
       "| mine | 0.550 [0.450, 0.650] |  |", "- runs/a (2 steps): step 2; ndcg 0.5\n", "| a | 16 | 0.500 |",
       "- a - b: 0.100 [0.050, 0.150], p (Holm) 0.02\n", "One training each; the noise of training is not",
       "### By history\n", "| a | 0.500 [0.400, 0.600] |  |", "| prefill | 1 | 2 | tokens | 3 | 0.50 |",
       "| shop | 1 | 2 | 3 | 0.123 | loo |", "- run `runs/a`: `r2rank train`\n", "- split `s`\n"});
  EXPECT_TRUE(text.starts_with(kMarkdownMark));
}

TEST(Markdown, TextsOfDataStayTexts) {
  const std::string text = render_markdown(example());
  expect_parts(text, {"# Shop &lt;b> \\| \\[x\\](y)\n", "This report: `r2rank report 'a'`"});
}

TEST(Markdown, TheHeadlineStandsAboveTheTablesAndSaysWhatIsMet) {
  Json model = example();
  model["headline"] = parse_object(
      R"json({"shop |":{"text":{"ours":0.6},"details":{"metric":"ndcg@10","intervals":"95 %","tests":"exact","text":{
        "scorer":"mine","users":1000,"lo":0.5,"hi":0.7,"training_seconds":2700,"targets":[
        {"title":"text or language-model baseline","count":7,"met":true,"not_above":[],"not_significant":[],"best":{"scorer":"asked",
          "value":0.5,"users":300,"ours":0.625,"mean":0.125,"lo":0.0625,"hi":0.1875,"p_holm":0.01,"verdict":"above","training_seconds":180}},
        {"title":"single conventional baseline","count":9,"met":false,"not_above":["a","b","c","d","e"],"not_significant":["f"],
          "best":{"scorer":"a","value":0.59,"users":1000,"ours":0.6,"mean":-0.02,"lo":-0.03,"hi":-0.01,"p_holm":0.4,"verdict":"below",
          "training_seconds":null}},
        {"title":"other","count":0,"met":null,"not_above":[],"not_significant":[],"best":null}],
        "baselines":[{"scorer":"a","family":"conventional","training_seconds":1},
          {"scorer":"asked","family":"language model","training_seconds":180}]},
        "others":[{"text":{"ours":0.25},"details":{"protocol":"loo-hard19-sasrec","recall":0.4125,"text":{"scorer":"mine","users":9,
          "lo":0,"hi":1,"training_seconds":null,"targets":[{"title":"other","count":0,"met":null,"not_above":[],"not_significant":[],
          "best":null}],"baselines":[]}}}]}}})json",
      "headline");
  const std::string text = render_markdown(model);
  expect_parts(
      text,
      {"| shop \\| | text (mine) | 0.600 [0.500, 0.700]; 0.625 on these 300 | text or language-model baseline | asked | "
       "0.500 | 300 | 0.125 [0.062, 0.188] | 0.01 | 45.0; 3.0 | met: above all 7 |",
       "| a | 0.590 | 1000 | -0.020 [-0.030, -0.010] | 0.4 | 45.0; ? | missed: below a; not above b, c, d and 1 more; p of .05 or "
       "more against f |",
       "| none was measured |",
       "- shop \\|: mine was trained for 45.0 minutes, asked, the closest language model, for 3.0\n",
       "| shop \\|, loo-hard19-sasrec, recall 0.412 | text (mine) | 0.250 [0.000, 1.000] | other | none"});
  EXPECT_LT(text.find("## Headline"), text.find("## shop"));
}

TEST(Markdown, PartsThatAreNotThereLeaveNoHeading) {
  Json model = example();
  model["comparison"] = nullptr;
  for (const char* part : {"tables", "curves", "studies", "benches", "data"}) model[part] = Json::array();
  const std::string text = render_markdown(model);
  EXPECT_EQ(text.find("Training"), std::string::npos);
  EXPECT_EQ(text.find("over data sets"), std::string::npos);
  EXPECT_EQ(text.find("Headline"), std::string::npos);
}

}  // namespace
}  // namespace r2rank::report
