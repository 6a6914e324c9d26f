#include "remote/answer_cache.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/log.h"

namespace r2rank::remote {
namespace {

using nlohmann::json;

constexpr const char* kFormat = "r2rank-answers";
constexpr int64_t kVersion = 1;

std::string header() {
  return json({{"format", kFormat}, {"version", kVersion}}).dump() + "\n";
}

/// One line as key and reply; nothing where it is no whole entry.
bool take_line(std::string_view line, std::map<std::string, std::string>& replies) {
  const json entry = json::parse(line, nullptr, false);
  if (!entry.is_object() || !entry.contains("key") || !entry.contains("reply")) return false;
  if (!entry.at("key").is_string() || !entry.at("reply").is_string()) return false;
  replies.insert_or_assign(entry.at("key").get<std::string>(), entry.at("reply").get<std::string>());
  return true;
}

}  // namespace

std::map<std::string, std::string> parse_answers(std::string_view bytes, const std::string& origin,
                                                 bool& torn) {
  std::map<std::string, std::string> replies;
  torn = !bytes.empty() && bytes.back() != '\n';
  int64_t number = 0;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, end);
    const bool last = end == bytes.size();
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    ++number;
    const std::string what = fmt::format("line {} of {}", number, origin);
    if (number == 1) {
      base::check_format(base::parse_json(line, "server", what), kFormat, kVersion, "server", what);
      continue;
    }
    if (line.empty() || take_line(line, replies) || (last && torn)) continue;
    // Where a crash cut a line short, the next run began a new one after it.
    base::log_warning("{} is no whole answer and is passed over; it will be asked again", what);
  }
  return replies;
}

AnswerCache::AnswerCache(base::Path path) : path_(std::move(path)) {
  if (!path_.empty() && std::filesystem::exists(path_)) read();
}

void AnswerCache::read() {
  const std::string bytes = base::read_file(path_);
  if (bytes.find('\n') == std::string::npos && header().starts_with(bytes)) {
    std::filesystem::resize_file(path_, 0);  // cut off in its first line: nothing is lost
    return;
  }
  replies_ = parse_answers(bytes, path_.string(), torn_);
}

const std::string* AnswerCache::find(const std::string& key) const {
  const auto found = replies_.find(key);
  return found == replies_.end() ? nullptr : &found->second;
}

void AnswerCache::add(const std::string& key, const std::string& reply) {
  replies_.insert_or_assign(key, reply);
  if (path_.empty()) return;
  if (file_ == nullptr) {
    const bool fresh = !std::filesystem::exists(path_) || std::filesystem::file_size(path_) == 0;
    if (path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path());
    file_ = std::make_unique<base::AppendFile>(path_);
    if (fresh) file_->append(header());
    if (torn_) file_->append("\n");
    torn_ = false;
  }
  const json entry = {{"key", key}, {"reply", reply}};
  file_->append(entry.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

std::string AnswerCache::key_of(std::string_view url, std::string_view body) {
  return base::hash_hex(fmt::format("{}\n{}", url, body));
}

}  // namespace r2rank::remote
