#pragma once

#include <utility>

#include "baselines/llm/text_writer.h"
#include "remote/chat_server.h"

namespace r2rank::baselines {

/// The question as a server is asked it: at temperature 0. answer_start is not sent: a chat leaves no place
/// for it.
remote::ChatQuestion as_chat(const Question& question);
std::vector<remote::ChatQuestion> as_chat(std::span<const Question> questions);

/// A server that writes answers, for ListwiseScorer.
class ServerWriter : public TextWriter {
 public:
  explicit ServerWriter(remote::ServerOptions options) : server_(std::move(options)) {}
  std::vector<Answer> write(std::span<const Question> questions) override;
  int64_t count(std::span<const Question> questions) const override;
  std::vector<std::pair<std::string, double>> notes() const override { return server_.notes(); }
  void forget_notes() override { server_.forget_notes(); }

 private:
  remote::ChatServer server_;
};

}  // namespace r2rank::baselines
