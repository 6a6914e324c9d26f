#include "baselines/llm/listwise.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "baselines/test_data.h"
#include "data/test_support.h"

namespace r2rank::baselines {
namespace {

/// Answers by a function of the question.
class ScriptedWriter : public TextWriter {
 public:
  using Script = std::function<std::string(const Question&)>;
  explicit ScriptedWriter(Script script) : script_(std::move(script)) {}
  std::vector<Answer> write(std::span<const Question> questions) override {
    std::vector<Answer> answers;
    for (const auto& question : questions) answers.push_back({script_(question), 100, 10});
    return answers;
  }
  int64_t count(std::span<const Question> questions) const override {
    return 100 * static_cast<int64_t>(questions.size());
  }

 private:
  Script script_;
};

class Listwise : public ::testing::Test {
 protected:
  Listwise() : dataset_(testing::dataset_of({{0, 1, 2, 3}, {1, 2, 4, 0}}, 6)) {
    for (size_t item = 0; item < dataset_.items.size(); ++item)
      dataset_.items[item].title = fmt::format("Thing {}x", item);
    split_ = testing::leave_last_two(dataset_);
    slate_ = testing::last_event_slate(dataset_, 0, {3, 0, 5, 4, 1});
  }
  ListwiseScorer scorer(ScriptedWriter::Script script, ListwiseOptions options = {}) {
    return {"listwise", std::make_unique<ScriptedWriter>(std::move(script)), TrainingData{dataset_, split_},
            std::move(options), 7};
  }
  /// The label of an item in a question.
  static std::string label_of(const Question& question, int item) {
    const size_t title = question.rest.find(fmt::format("Thing {}x", item));
    const size_t line = question.rest.rfind('\n', title) + 1;
    return question.rest.substr(line, question.rest.find('.', line) - line);
  }
  static double note(const ListwiseScorer& scorer, const std::string& name) {
    for (const auto& [key, value] : scorer.notes())
      if (key == name) return value;
    ADD_FAILURE() << name;
    return -1;
  }

  data::Dataset dataset_;
  data::Split split_;
  data::Slate slate_;
};

/// Writes the items in ascending order, whatever their labels.
std::string ascending(const Question& question,
                      const std::function<std::string(const Question&, int)>& label) {
  std::string text;
  for (const int item : {0, 1, 3, 4, 5}) text += (text.empty() ? "" : " > ") + label(question, item);
  return text;
}

TEST_F(Listwise, ScoresAreMinusThePlaceThatWasWritten) {
  for (const char* labels : {"numbers", "letters"}) {
    ListwiseOptions options;
    options.labels = labels;
    options.shuffles = 3;
    auto model = scorer([](const Question& question) { return ascending(question, label_of); }, options);
    EXPECT_EQ(model.score(slate_), (std::vector<double>{-3, -1, -5, -4, -2})) << labels;
    EXPECT_EQ(note(model, "answers"), 3);
    EXPECT_EQ(note(model, "malformed share"), 0);
    EXPECT_EQ(note(model, "named share"), 1);
    EXPECT_EQ(model.tokens(), 330);
  }
}

TEST_F(Listwise, ForgetsItsNotesAndCountsAnew) {
  auto model = scorer([](const Question&) { return "no order at all"; });
  model.score(slate_);
  model.forget_notes();
  EXPECT_EQ(note(model, "answers"), 0);
  model.score(slate_);
  EXPECT_EQ(note(model, "answers"), 1);
  EXPECT_EQ(note(model, "malformed share"), 1);
}

TEST_F(Listwise, AnswersByTitleCountTheSame) {
  auto model = scorer(
      [](const Question&) { return "1. Thing 0x\n2. Thing 1x\n3. Thing 3x\n4. thing 4x\n5. THING 5X"; });
  EXPECT_EQ(model.score(slate_), (std::vector<double>{-3, -1, -5, -4, -2}));
}

TEST_F(Listwise, SeveralShufflesGiveTheMeanPlace) {
  ListwiseOptions options;
  options.shuffles = 2;
  int asked = 0;
  auto model = scorer(
      [&](const Question& question) {
        return ++asked == 1 ? label_of(question, 3) + " > " + label_of(question, 0)
                            : ascending(question, label_of);
      },
      options);
  const auto scores = model.score(slate_);
  EXPECT_DOUBLE_EQ(scores[0], -(1 + 3) / 2.0);  // item 3: first, then third
  EXPECT_DOUBLE_EQ(scores[1], -(2 + 1) / 2.0);  // item 0: second, then first
  EXPECT_EQ(note(model, "malformed share"), 0.5);
  EXPECT_DOUBLE_EQ(note(model, "named share"), (0.4 + 1) / 2);
}

TEST_F(Listwise, AModelThatCopiesTheListIsSeenToAndGainsNothingFromTheSlatesOrder) {
  auto model = scorer([](const Question&) { return "1 > 2 > 3 > 4 > 5"; });
  const auto scores = model.score(slate_);
  EXPECT_DOUBLE_EQ(note(model, "place copied"), 1);
  EXPECT_DOUBLE_EQ(note(model, "first of list chosen"), 1);
  data::Slate turned = slate_;
  std::reverse(turned.candidates.begin(), turned.candidates.end());
  auto again = model.score(turned);
  std::reverse(again.begin(), again.end());
  EXPECT_EQ(again, scores);
}

TEST_F(Listwise, TheGivenOrderIsTheOneShown) {
  ListwiseOptions options;
  options.shown_order = "given";
  std::vector<std::string> labels;
  auto model = scorer(
      [&](const Question& question) {
        labels.clear();
        for (const int item : {3, 0, 5, 4, 1}) labels.push_back(label_of(question, item));
        return "1 > 2 > 3 > 4 > 5";
      },
      options);
  EXPECT_EQ(model.score(slate_), (std::vector<double>{-1, -2, -3, -4, -5}));
  EXPECT_EQ(labels, (std::vector<std::string>{"1", "2", "3", "4", "5"}));
  EXPECT_DOUBLE_EQ(note(model, "place copied"), 1);
  std::reverse(slate_.candidates.begin(), slate_.candidates.end());
  EXPECT_EQ(model.score(slate_), (std::vector<double>{-1, -2, -3, -4, -5})) << "places count, not items";
  EXPECT_EQ(labels, (std::vector<std::string>{"5", "4", "3", "2", "1"}));
}

TEST_F(Listwise, RefusesSeveralShufflesOfTheGivenOrder) {
  ListwiseOptions options;
  options.shown_order = "given";
  options.shuffles = 2;
  data::testing::expect_parts(
      data::testing::error_of(base::ErrorKind::kUsage,
                              [&] { scorer([](const Question&) { return ""; }, options); }),
      {"shuffles", "shown_order = given"});
}

TEST_F(Listwise, TheQuestionTellsNumberAndFormOfTheAnswer) {
  std::string asked;
  int64_t room = 0;
  auto model = scorer([&](const Question& question) {
    asked = question.rest;
    room = question.max_tokens;
    return "";
  });
  model.score(slate_);
  data::testing::expect_parts(asked, {"Candidates:\n1. Thing", "all 5 candidates", "5 > 4 > 3 > ..."});
  EXPECT_EQ(room, 6 * 5 + 16);
}

TEST_F(Listwise, EstimatesItsWorkWithoutAsking) {
  ListwiseOptions options;
  options.shuffles = 2;
  auto model = scorer([](const Question&) -> std::string { throw std::runtime_error("asked"); }, options);
  const auto work = model.work({&slate_, 1});
  EXPECT_EQ(work.slates, 1);
  EXPECT_EQ(work.requests_per_slate, 2);
  EXPECT_EQ(work.read_per_slate, 200);
  EXPECT_EQ(work.written_per_slate, 2 * 46);
  EXPECT_EQ(work.tokens(), 292);
}

TEST_F(Listwise, RefusesAQuestionWithUnknownPlaceholders) {
  ListwiseOptions options;
  options.question = "Rank {candidates}";
  data::testing::error_of(base::ErrorKind::kUsage,
                          [&] { scorer([](const Question&) { return ""; }, options); });
}

}  // namespace
}  // namespace r2rank::baselines
