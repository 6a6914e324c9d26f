#include <atomic>
#include <chrono>
#include <thread>

#include "data/byte_source.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
constexpr size_t kMiB = size_t{1} << 20;

char byte_at(size_t place) {
  return static_cast<char>(place * 31 + place / 251);
}

/// Gives `bytes` bytes, then the end or an error, and counts what was asked of it.
class Watched : public ByteSource {
 public:
  struct Log {
    std::atomic<size_t> taken = 0, reads = 0;
    std::atomic<bool> gone = false;
  };
  Watched(size_t bytes, bool fails, Log& log) : bytes_(bytes), fails_(fails), log_(log) {}
  ~Watched() override { log_.gone = true; }
  size_t read(char* target, size_t size) override {
    ++log_.reads;
    if (at_ == bytes_ && fails_) base::fail_data("import", "expected a whole archive in x.gz");
    const size_t taken = std::min(size, bytes_ - at_);
    for (size_t i = 0; i < taken; ++i) target[i] = byte_at(at_ + i);
    at_ += taken;
    log_.taken = at_;
    return taken;
  }
  int64_t size() const override { return static_cast<int64_t>(bytes_); }
  double share() const override { return static_cast<double>(at_) / static_cast<double>(bytes_); }

 private:
  size_t bytes_, at_ = 0;
  bool fails_;
  Log& log_;
};

struct ReadAhead : ::testing::Test {
  Watched::Log log;
  std::unique_ptr<ByteSource> source_of(size_t bytes, bool fails = false) {
    return read_ahead(std::make_unique<Watched>(bytes, fails, log));
  }
  /// Reads pieces until there are no more; how many bytes came, all of them in order.
  static size_t read_all(ByteSource& source, size_t piece) {
    std::string block(piece, '\0');
    size_t at = 0;
    while (const size_t taken = source.read(block.data(), piece)) {
      for (size_t i = 0; i < taken; ++i)
        if (block[i] != byte_at(at + i)) return ADD_FAILURE() << "another byte at " << at + i, at;
      at += taken;
    }
    return at;
  }
};

TEST_F(ReadAhead, GivesAllBytesInOrderWhateverThePieces) {
  for (const size_t bytes : {size_t{1}, kMiB - 1, kMiB, kMiB + 1, 9 * kMiB + 17})
    for (const size_t piece : {size_t{4093}, kMiB, 3 * kMiB})
      EXPECT_EQ(read_all(*source_of(bytes), piece), bytes) << piece;
  EXPECT_EQ(read_all(*source_of(100'000), 1), 100'000U);
}

TEST_F(ReadAhead, TakesASourceThatGivesLittleAtATime) {
  const std::string text = "what was packed in small members";
  const auto source = read_ahead(std::make_unique<testing::DripSource>(text, 3));
  std::string found, block(1000, '\0');
  while (const size_t taken = source->read(block.data(), block.size())) found.append(block, 0, taken);
  EXPECT_EQ(found, text);
}

TEST_F(ReadAhead, EndsAgainWhenAskedAgain) {
  const auto source = source_of(5);
  char block[8];
  EXPECT_EQ(source->read(block, 8), 5U);
  EXPECT_EQ(source->read(block, 8), 0U);
  EXPECT_EQ(source->read(block, 8), 0U);
  EXPECT_EQ(read_ahead(memory_source(""))->read(block, 8), 0U);
}

TEST_F(ReadAhead, KnowsTheSizeAndShareOfItsSource) {
  const auto source = source_of(3 * kMiB);
  EXPECT_EQ(source->size(), static_cast<int64_t>(3 * kMiB));
  read_all(*source, kMiB);
  EXPECT_DOUBLE_EQ(source->share(), 1);
  EXPECT_EQ(read_ahead(std::make_unique<testing::DripSource>("x", 1))->size(), -1);
}

TEST_F(ReadAhead, ThrowsWhatWentWrongOnItsThreadWhereItWentWrong) {
  const size_t whole = 2 * kMiB + 5;
  const auto source = source_of(whole, true);
  std::string block(whole, '\0');
  for (size_t at = 0; at < whole;) at += source->read(block.data(), whole - at);
  for (int again = 0; again < 2; ++again)
    EXPECT_EQ(error_of(base::ErrorKind::kData, [&] { source->read(block.data(), 1); }),
              "[import] expected a whole archive in x.gz");
}

TEST_F(ReadAhead, IsAFewBlocksAheadAndNoMore) {
  const auto source = source_of(1000 * kMiB);
  char byte = 0;
  ASSERT_EQ(source->read(&byte, 1), 1U);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (log.taken < 5 * kMiB && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // time in which it would run on
  EXPECT_EQ(log.taken, 5 * kMiB) << "the block being read and four more";
}

TEST_F(ReadAhead, StopsWhenNobodyReadsOn) {
  {
    const auto source = source_of(100'000 * kMiB);
    char byte = 0;
    EXPECT_EQ(source->read(&byte, 1), 1U);
  }  // the destructor must not wait for the rest
  EXPECT_LE(log.reads, 6U);
  EXPECT_TRUE(log.gone);
}

TEST_F(ReadAhead, DropsTheErrorOfASourceThatIsNotReadToThere) {
  for (int times = 0; times < 50; ++times) {
    source_of(0, true);
    const auto source = source_of(kMiB, true);
    char byte = 0;
    EXPECT_EQ(source->read(&byte, 1), 1U);
  }
  EXPECT_TRUE(log.gone);
}

}  // namespace
}  // namespace r2rank::data
