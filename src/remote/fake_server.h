#pragma once

// Test support: a small HTTP server on this machine that answers as a script says, faults included.

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace r2rank::remote::testing {

struct FakeReply {
  int status = 200;
  std::string body;
  std::string headers;      ///< lines that each end in "\r\n"
  double delay = 0;         ///< seconds before anything is sent
  int64_t send_bytes = -1;  ///< the connection is cut after so many bytes of the body; -1: sent whole
};

struct FakeRequest {
  int64_t number = 0;  ///< from 0, in order of arrival
  std::string head, body;
};

class FakeServer {
 public:
  using Script = std::function<FakeReply(const FakeRequest&)>;

  explicit FakeServer(Script script)
      : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("the fake server cannot listen");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ~FakeServer() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    ::close(listener_);
    acceptor_.join();
    for (auto& worker : workers_) worker.join();
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string endpoint() const { return fmt::format("http://127.0.0.1:{}/v1", port_); }
  std::vector<FakeRequest> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  int most_at_once() const { return most_; }

 private:
  void accept_all() {
    while (!stopping_) {
      const int connection = ::accept(listener_, nullptr, nullptr);
      if (connection >= 0) workers_.emplace_back([this, connection] { serve(connection); });
    }
  }

  void serve(int connection) {
    FakeRequest request;
    if (read_request(connection, request)) answer(connection, request);
    ::shutdown(connection, SHUT_RDWR);
    ::close(connection);
  }

  static bool read_request(int connection, FakeRequest& request) {
    std::string bytes;
    char buffer[4096];
    size_t head_end = std::string::npos, length = 0;
    while (head_end == std::string::npos || bytes.size() < head_end + 4 + length) {
      const auto got = ::recv(connection, buffer, sizeof(buffer), 0);
      if (got <= 0) return false;
      bytes.append(buffer, static_cast<size_t>(got));
      if (head_end != std::string::npos) continue;
      head_end = bytes.find("\r\n\r\n");
      const size_t at = bytes.find("Content-Length: ");
      if (head_end != std::string::npos && at != std::string::npos)
        length = std::stoul(bytes.substr(at + 16));
    }
    request.head = bytes.substr(0, head_end);
    request.body = bytes.substr(head_end + 4);
    return true;
  }

  void answer(int connection, FakeRequest& request) {
    const int now = ++at_once_;
    for (int seen = most_; seen < now && !most_.compare_exchange_weak(seen, now);) {
    }
    FakeReply reply;
    {
      const std::lock_guard lock(mutex_);
      request.number = static_cast<int64_t>(requests_.size());
      requests_.push_back(request);
      reply = script_(request);
    }
    for (double slept = 0; slept < reply.delay && !stopping_; slept += 0.01)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    std::string bytes = fmt::format("HTTP/1.1 {} Any\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n",
                                    reply.status, reply.body.size(), reply.headers);
    bytes += reply.send_bytes < 0 ? reply.body : reply.body.substr(0, static_cast<size_t>(reply.send_bytes));
    --at_once_;
    for (size_t sent = 0; sent < bytes.size();) {
      const auto count = ::send(connection, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;
      sent += static_cast<size_t>(count);
    }
  }

  Script script_;
  int listener_;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> at_once_ = 0, most_ = 0;
  std::mutex mutex_;
  std::vector<FakeRequest> requests_;
  std::thread acceptor_;
  std::vector<std::thread> workers_;
};

}  // namespace r2rank::remote::testing
