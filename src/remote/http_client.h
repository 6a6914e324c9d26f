#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "remote/rate_limit.h"

namespace r2rank::remote {

/// How requests are sent, and sent again.
struct HttpOptions {
  double timeout = 120;              ///< seconds of one try, from connecting to the last byte
  double connect_timeout = 10;       ///< seconds
  int64_t retries = 5;               ///< tries after the first
  double first_delay = 1;            ///< seconds before the first retry; doubled each time
  double longest_delay = 60;         ///< seconds; a server that asks for more (Retry-After) is given up
  int64_t concurrency = 4;           ///< requests under way, or waiting to be sent again, at once
  int64_t longest_reply = 16 << 20;  ///< bytes
  int64_t requests_per_minute = 0;   ///< 0: no limit; tries count each
  int64_t tokens_per_minute = 0;     ///< 0: no limit; HttpRequest::tokens are counted
  uint64_t seed = 7;                 ///< of the jitter
};

struct HttpRequest {
  std::string url, body;
  std::vector<std::string> headers = {};  ///< "Name: value"
  int64_t tokens = 0;                     ///< what it may take, for tokens_per_minute
};

/// What was seen of a server, in all.
struct HttpCounts {
  int64_t requests = 0;  ///< answered
  int64_t retries = 0;
};

/// Why a reply of status 200 is of no use ("" for a good one): the request is then sent again.
using ReplyCheck = std::function<std::string(size_t request, const std::string& body)>;
/// Told of each good reply as it comes, in the order of arrival.
using ReplyTaker = std::function<void(size_t request, const std::string& body)>;

/// Told of a request that no try can mend. true: it is taken note of, and the others go on; false: the error
/// is thrown.
using FailureTaker = std::function<bool(size_t request, const base::Error& error)>;

/// Whether enough was answered: nothing more is then sent, and what is under way is waited for.
using EnoughAsker = std::function<bool()>;

/// POSTs JSON to http:// and https:// addresses by libcurl, several at once on the calling thread.
/// Sent again, with exponential back-off and full jitter, are: what did not connect, broke off or took too
/// long; status 408, 409, 425, 429 and 5xx (after Retry-After, where the server says so); and replies that
/// `check` refuses. A server that says when to come back is left alone until then. Redirects are not
/// followed, since they could carry a key elsewhere. Certificates are checked.
class HttpClient {
 public:
  explicit HttpClient(HttpOptions options);

  /// Sends all of them, or until it is `enough`; each good reply goes to `take` once. Errors: kUsage for any
  /// other status, with the start of what the server said; kIo where retries are used up; kInterrupted on
  /// Ctrl-C. What `take` got before is its to keep. Headers never stand in an error; `secret`, where not
  /// empty, is blanked in what the server said. Where there is a `fail`, it is asked first about errors that
  /// may be one request's own: status 400, 413 and 422, too long a reply, retries used up.
  void post_all(std::span<const HttpRequest> requests, const ReplyCheck& check, const ReplyTaker& take,
                const std::string& secret, const FailureTaker& fail = {}, const EnoughAsker& enough = {});
  const HttpCounts& counts() const { return counts_; }
  void forget_counts() { counts_ = {}; }

 private:
  HttpOptions options_;
  HttpCounts counts_;
  RateLimit requests_, tokens_;
};

/// Seconds before retry number `retry` (from 0), with u uniform in (0, 1): u times the doubled delay. A
/// server's own wish is the least.
double retry_delay(const HttpOptions& options, int64_t retry, double u, double wished);

/// Seconds of a Retry-After header's value: a number, or an HTTP date; < 0 where it is neither.
double retry_after_seconds(std::string_view value, int64_t now);

}  // namespace r2rank::remote
