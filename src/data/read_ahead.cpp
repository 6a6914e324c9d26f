#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "data/byte_source.h"

namespace r2rank::data {
namespace {

constexpr size_t kBlock = size_t{1} << 20, kBlocksAhead = 4;

/// A queue of blocks between the thread that fetches and the one that reads.
class ReadAhead : public ByteSource {
 public:
  explicit ReadAhead(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)), size_(source_->size()), thread_([this] { fetch(); }) {}

  ~ReadAhead() override {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  size_t read(char* target, size_t size) override {
    if (at_ == block_.size() && !next_block()) return 0;
    const size_t taken = std::min(size, block_.size() - at_);
    std::memcpy(target, block_.data() + at_, taken);
    at_ += taken;
    return taken;
  }
  int64_t size() const override { return size_; }
  double share() const override { return share_; }

 private:
  /// Waits for the next block; false at the end. What went wrong on the other thread is thrown here.
  bool next_block() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !full_.empty() || done_; });
    if (full_.empty()) {
      if (failure_) std::rethrow_exception(failure_);
      return false;
    }
    if (block_.capacity() > 0) empty_.push_back(std::move(block_));
    block_ = std::move(full_.front());
    full_.pop_front();
    at_ = 0;
    lock.unlock();
    changed_.notify_all();
    return true;
  }

  /// A block to fill, or false when nobody reads any more.
  bool room(std::vector<char>& block) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return full_.size() < kBlocksAhead || stopped_; });
    if (stopped_) return false;
    if (!empty_.empty()) {
      block = std::move(empty_.back());
      empty_.pop_back();
    }
    return true;
  }

  void fetch() noexcept {
    try {
      std::vector<char> block;
      while (room(block)) {
        block.resize(kBlock);
        block.resize(source_->read(block.data(), kBlock));
        share_ = source_->share();
        if (block.empty()) break;
        const std::lock_guard lock(mutex_);
        full_.push_back(std::move(block));
        changed_.notify_all();
      }
    } catch (...) {
      failure_ = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_all();
  }

  std::unique_ptr<ByteSource> source_;
  int64_t size_;
  std::vector<char> block_;  // the one being read
  size_t at_ = 0;
  std::atomic<double> share_ = 0;
  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::vector<char>> full_;
  std::vector<std::vector<char>> empty_;  // used up, to be filled again
  std::exception_ptr failure_;
  bool done_ = false, stopped_ = false;
  std::thread thread_;  // the last member: it starts when all others stand
};

}  // namespace

std::unique_ptr<ByteSource> read_ahead(std::unique_ptr<ByteSource> source) {
  return std::make_unique<ReadAhead>(std::move(source));
}

}  // namespace r2rank::data
