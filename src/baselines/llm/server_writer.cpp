#include "baselines/llm/server_writer.h"

namespace r2rank::baselines {

remote::ChatQuestion as_chat(const Question& question) {
  return {question.system, question.shared + question.rest, question.max_tokens};
}

std::vector<remote::ChatQuestion> as_chat(std::span<const Question> questions) {
  std::vector<remote::ChatQuestion> all;
  for (const auto& question : questions) all.push_back(as_chat(question));
  return all;
}

std::vector<Answer> ServerWriter::write(std::span<const Question> questions) {
  std::vector<Answer> answers;
  for (const auto& reply : server_.ask(as_chat(questions)))
    answers.push_back({reply.text, reply.read, reply.written});
  return answers;
}

int64_t ServerWriter::count(std::span<const Question> questions) const {
  return remote::ChatServer::estimated_tokens(as_chat(questions));
}

}  // namespace r2rank::baselines
