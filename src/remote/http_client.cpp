#include "remote/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <deque>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/random.h"
#include "text/prompt_fields.h"

namespace r2rank::remote {
namespace {

using Clock = std::chrono::steady_clock;
constexpr long kOk = 200;
constexpr int kPollMilliseconds = 200;  // Ctrl-C is heeded this often
constexpr int64_t kExcerptWords = 40;

/// One request on its way: curl's handle, and what has come of the reply.
struct Transfer {
  size_t request = 0;
  int64_t longest = 0;
  std::string body;
  bool too_long = false;
  double retry_after = -1;
  CURL* handle = nullptr;
  curl_slist* headers = nullptr;
  char reason[CURL_ERROR_SIZE] = {};

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_easy_cleanup(handle);
    curl_slist_free_all(headers);
  }
};

size_t take_body(char* bytes, size_t size, size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (static_cast<int64_t>(transfer.body.size() + size * count) > transfer.longest) {
    transfer.too_long = true;
    return 0;  // curl ends the transfer
  }
  transfer.body.append(bytes, size * count);
  return size * count;
}

size_t take_header(char* bytes, size_t size, size_t count, void* user) {
  constexpr std::string_view kName = "retry-after:";
  std::string line(bytes, size * count);
  std::transform(line.begin(), line.begin() + static_cast<int64_t>(std::min(line.size(), kName.size())),
                 line.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (line.starts_with(kName))
    static_cast<Transfer*>(user)->retry_after =
        retry_after_seconds(line.substr(kName.size()), std::time(nullptr));
  return size * count;
}

bool worth_another_try(long status) {
  constexpr long kTimeout = 408, kConflict = 409, kTooEarly = 425, kTooMany = 429, kServer = 500;
  return status == kTimeout || status == kConflict || status == kTooEarly || status == kTooMany ||
         status >= kServer;
}

/// Statuses that can be about what this one request holds (a filter of contents, its length).
bool may_be_its_own(long status) {
  constexpr long kBad = 400, kTooLarge = 413, kUnprocessable = 422;
  return status == kBad || status == kTooLarge || status == kUnprocessable;
}

std::string excerpt(std::string body, const std::string& secret) {
  constexpr size_t kLongest = 2000;
  if (!secret.empty())
    for (size_t at = body.find(secret); at != std::string::npos; at = body.find(secret, at + 3))
      body.replace(at, secret.size(), "***");
  return text::cut_to_words(text::clean_text(body.substr(0, kLongest)), kExcerptWords);
}

/// libcurl set up once for the process.
void start_curl() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK)
    base::fail(base::ErrorKind::kResource, "server", "libcurl does not start: {}",
               curl_easy_strerror(started));
}

/// What the requests of a client share.
struct Limits {
  RateLimit &requests, &tokens;
};

double seconds_of(Clock::time_point time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

/// All requests of one post_all().
class Exchange {
 public:
  Exchange(std::span<const HttpRequest> requests, const HttpOptions& options, HttpCounts& counts,
           Limits limits, const ReplyCheck& check, const ReplyTaker& take, const std::string& secret,
           const FailureTaker& fail, const EnoughAsker& enough)
      : requests_(requests),
        options_(options),
        counts_(counts),
        limits_(limits),
        check_(check),
        take_(take),
        secret_(secret),
        fail_(fail),
        enough_(enough),
        tries_(requests.size(), 0),
        multi_(curl_multi_init()) {
    for (size_t i = 0; i < requests.size(); ++i) ready_.push_back(i);
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() {
    for (auto& [handle, transfer] : running_) curl_multi_remove_handle(multi_, handle);
    running_.clear();
    curl_multi_cleanup(multi_);
  }

  void run() {
    while (!ready_.empty() || !running_.empty() || !waiting_.empty()) {
      base::stop_if_interrupted("server");
      if (enough_ && enough_()) forget_what_waits();
      wake();
      while (!ready_.empty() && has_room() && seconds_to_start() <= 0) start();
      int active = 0;
      curl_multi_perform(multi_, &active);
      finish_transfers();
      if (!running_.empty() || !waiting_.empty() || !ready_.empty())
        curl_multi_poll(multi_, nullptr, 0, wait_milliseconds(), nullptr);
    }
  }

 private:
  /// What waits to be sent again keeps its place: a server in trouble is not asked ever more.
  bool has_room() const {
    return static_cast<int64_t>(running_.size() + waiting_.size()) < options_.concurrency;
  }

  void forget_what_waits() {
    ready_.clear();
    waiting_.clear();
  }

  /// Until the rate limits, and the server's own wish, let the next request go.
  double seconds_to_start() const {
    const double now = seconds_of(Clock::now());
    const auto tokens = static_cast<double>(requests_[ready_.front()].tokens);
    return std::max({quiet_until_ - now, limits_.requests.wait(now, 1), limits_.tokens.wait(now, tokens)});
  }

  int wait_milliseconds() const {
    double seconds = 1;
    if (!waiting_.empty()) seconds = seconds_of(waiting_.begin()->first) - seconds_of(Clock::now());
    if (!ready_.empty() && has_room()) seconds = std::min(seconds, seconds_to_start());
    return static_cast<int>(std::clamp<int64_t>(std::llround(1000 * seconds), 1, kPollMilliseconds));
  }

  void wake() {
    while (!waiting_.empty() && waiting_.begin()->first <= Clock::now()) {
      ready_.push_front(waiting_.begin()->second);
      waiting_.erase(waiting_.begin());
    }
  }

  void start() {
    const size_t index = ready_.front();
    ready_.pop_front();
    const double now = seconds_of(Clock::now());
    limits_.requests.spend(now, 1);
    limits_.tokens.spend(now, static_cast<double>(requests_[index].tokens));
    auto transfer = std::make_unique<Transfer>();
    transfer->request = index;
    transfer->longest = options_.longest_reply;
    transfer->handle = curl_easy_init();
    if (transfer->handle == nullptr) throw std::bad_alloc();
    set_up(*transfer);
    curl_multi_add_handle(multi_, transfer->handle);
    running_.emplace(transfer->handle, std::move(transfer));
  }

  void set_up(Transfer& transfer) const {
    const HttpRequest& request = requests_[transfer.request];
    CURL* handle = transfer.handle;
    for (const auto& header : request.headers)
      transfer.headers = curl_slist_append(transfer.headers, header.c_str());
    transfer.headers = curl_slist_append(transfer.headers, "Content-Type: application/json");
    transfer.headers = curl_slist_append(transfer.headers, "Expect:");
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, transfer.headers);
    curl_easy_setopt(handle, CURLOPT_USERAGENT, "r2rank");
    curl_easy_setopt(handle, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, std::lround(1000 * options_.timeout));
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, std::lround(1000 * options_.connect_timeout));
    curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, transfer.reason);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  }

  void finish_transfers() {
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;
      const auto found = running_.find(message->easy_handle);
      R2RANK_CHECK(found != running_.end());
      const auto transfer = std::move(found->second);
      curl_multi_remove_handle(multi_, transfer->handle);
      running_.erase(found);
      finish(*transfer, code);
    }
  }

  void finish(const Transfer& transfer, CURLcode code) {
    const std::string& url = requests_[transfer.request].url;
    if (transfer.too_long)
      return give_up(
          transfer.request, base::ErrorKind::kUsage,
          fmt::format("expected a reply of at most {} bytes from {}, found more; is this a chat endpoint?",
                      options_.longest_reply, url));
    if (code != CURLE_OK) return later(transfer, transport_problem(transfer, code), url);
    long status = 0;
    curl_easy_getinfo(transfer.handle, CURLINFO_RESPONSE_CODE, &status);
    if (worth_another_try(status))
      return later(transfer, fmt::format("status {}: {}", status, excerpt(transfer.body, secret_)), url);
    if (status != kOk) return refused(transfer, status, url);
    const std::string problem = check_(transfer.request, transfer.body);
    if (!problem.empty()) return later(transfer, problem, url);
    ++counts_.requests;
    take_(transfer.request, transfer.body);
  }

  void refused(const Transfer& transfer, long status, const std::string& url) {
    const std::string text =
        fmt::format("expected status 200 from {}, found {}: {}; check endpoint, server_model and the key",
                    url, status, excerpt(transfer.body, secret_));
    if (!may_be_its_own(status)) base::fail_usage("server", "{}", text);
    give_up(transfer.request, base::ErrorKind::kUsage, text);
  }

  void give_up(size_t request, base::ErrorKind kind, const std::string& text) {
    const base::Error error(kind, "server", text);
    if (!fail_ || !fail_(request, error)) throw error;
  }

  /// Why nothing usable came. What no retry can mend is an error at once.
  std::string transport_problem(const Transfer& transfer, CURLcode code) const {
    const std::string text = transfer.reason[0] != 0 ? transfer.reason : curl_easy_strerror(code);
    if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
        code == CURLE_PEER_FAILED_VERIFICATION)
      base::fail_usage("server", "{} cannot be asked: {}; give an endpoint such as http://127.0.0.1:8080/v1",
                       requests_[transfer.request].url, text);
    return text;
  }

  void later(const Transfer& transfer, const std::string& problem, const std::string& url) {
    const int64_t tried = tries_[transfer.request]++;
    if (tried >= options_.retries)
      return give_up(transfer.request, base::ErrorKind::kIo,
                     fmt::format("{} gave no usable answer in {} tries, at last: {}; what was answered is "
                                 "kept, so start again when the server is well",
                                 url, tried + 1, problem));
    if (transfer.retry_after > options_.longest_delay)
      base::fail_io("server", "{} asks to wait {:.0f} s ({}); what was answered is kept, so start again then",
                    url, transfer.retry_after, problem);
    if (transfer.retry_after > 0)
      quiet_until_ = std::max(quiet_until_, seconds_of(Clock::now()) + transfer.retry_after);
    base::RandomStream random(options_.seed, base::Purpose::kBaseline,
                              base::hash64(requests_[transfer.request].body), static_cast<uint64_t>(tried));
    const double delay = retry_delay(options_, tried, random.uniform(), transfer.retry_after);
    base::log_debug("{}: {}; again in {:.2f} s", url, problem, delay);
    ++counts_.retries;
    waiting_.emplace(Clock::now() + std::chrono::microseconds(std::llround(1e6 * delay)), transfer.request);
  }

  std::span<const HttpRequest> requests_;
  const HttpOptions& options_;
  HttpCounts& counts_;
  Limits limits_;
  const ReplyCheck& check_;
  const ReplyTaker& take_;
  const std::string& secret_;
  const FailureTaker& fail_;
  const EnoughAsker& enough_;
  double quiet_until_ = 0;  // seconds of Clock: what Retry-After asked for
  std::vector<int64_t> tries_;
  CURLM* multi_;
  std::deque<size_t> ready_;
  std::map<CURL*, std::unique_ptr<Transfer>> running_;
  std::multimap<Clock::time_point, size_t> waiting_;
};

}  // namespace

HttpClient::HttpClient(HttpOptions options)
    : options_(options),
      requests_(static_cast<double>(options.requests_per_minute)),
      tokens_(static_cast<double>(options.tokens_per_minute)) {
  start_curl();
}

void HttpClient::post_all(std::span<const HttpRequest> requests, const ReplyCheck& check,
                          const ReplyTaker& take, const std::string& secret, const FailureTaker& fail,
                          const EnoughAsker& enough) {
  Exchange(requests, options_, counts_, {requests_, tokens_}, check, take, secret, fail, enough).run();
}

double retry_delay(const HttpOptions& options, int64_t retry, double u, double wished) {
  const double doubled = options.first_delay * std::pow(2.0, static_cast<double>(retry));
  return std::max(wished, u * std::min(options.longest_delay, doubled));
}

double retry_after_seconds(std::string_view value, int64_t now) {
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) value.remove_prefix(1);
  while (!value.empty() && (value.back() == ' ' || value.back() == '\r' || value.back() == '\n'))
    value.remove_suffix(1);
  double seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc() && end == value.data() + value.size() && seconds >= 0 && std::isfinite(seconds))
    return seconds;
  const time_t date = curl_getdate(std::string(value).c_str(), nullptr);
  return date < 0 ? -1 : std::max<double>(0, static_cast<double>(date - now));
}

}  // namespace r2rank::remote
