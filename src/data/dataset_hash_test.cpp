#include "data/dataset_hash.h"

#include <bit>
#include <set>

#include "base/hash.h"
#include "data/test_support.h"

namespace r2rank::data {
namespace {

/// The byte stream that docs/formats.md describes under "Content hash", put together by hand.
class Stream {
 public:
  Stream& number(uint64_t value, int width) {
    for (int i = 0; i < width; ++i) bytes_ += static_cast<char>((value >> (8 * i)) & 0xFF);
    return *this;
  }
  Stream& text(const std::string& value) {
    number(value.size(), 8);
    bytes_ += value;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

std::string hash_of_blocks(std::initializer_list<std::string> blocks) {
  std::string hashes;
  for (const std::string& block : blocks) hashes += base::hash_hex(block);
  return base::hash_hex(hashes);
}

/// One user, one item, one interaction.
Dataset one_of_each() {
  Dataset dataset;
  dataset.has_ratings = true;
  dataset.user_ids = {"u"};
  dataset.items = {{.id = "i", .title = "Tea", .brand = "", .categories = {"a", "bc"}, .description = "hot"}};
  dataset.interactions = {{.user = 0, .item = 0, .time = 1500000000, .rating = 4.5F}};
  return dataset;
}

/// What comes before the interactions of one_of_each().
Stream before_interactions(int order, int ratings, const std::string& description) {
  Stream stream;
  stream.number(static_cast<uint64_t>(order), 1).number(static_cast<uint64_t>(ratings), 1);
  stream.number(1, 8).text("u");
  stream.number(1, 8).text("i").text("Tea").text("");
  stream.number(2, 8).text("a").text("bc").text(description);
  return stream;
}

TEST(DatasetHash, IsThatOfTheDocumentedStream) {
  Stream stream = before_interactions(0, 1, "hot");
  stream.number(1, 8).number(0, 4).number(0, 4).number(1500000000, 8).number(0x40900000, 4);
  EXPECT_EQ(dataset_hash(one_of_each()), hash_of_blocks({stream.bytes()}));
}

TEST(DatasetHash, WritesEveryMissingRatingAlike) {
  Dataset dataset = one_of_each();
  dataset.time_kind = TimeKind::kOrder;
  dataset.has_ratings = false;
  dataset.interactions[0].time = 0;
  Stream stream = before_interactions(1, 0, "hot");
  stream.number(1, 8).number(0, 4).number(0, 4).number(0, 8).number(0x7FC00000, 4);
  for (const uint32_t nan : {0x7FC00000U, 0xFFC00000U, 0x7FC00001U}) {
    dataset.interactions[0].rating = std::bit_cast<float>(nan);
    EXPECT_EQ(dataset_hash(dataset), hash_of_blocks({stream.bytes()})) << nan;
  }
}

TEST(DatasetHash, CutsALongStreamIntoBlocks) {
  Dataset dataset = one_of_each();
  dataset.items[0].description = std::string(size_t{1} << 24, 'x');
  Stream first = before_interactions(0, 1, dataset.items[0].description);
  first.number(1, 8);  // the first number after which the block holds 2^24 bytes
  Stream second;
  second.number(0, 4).number(0, 4).number(1500000000, 8).number(0x40900000, 4);
  EXPECT_EQ(dataset_hash(dataset), hash_of_blocks({first.bytes(), second.bytes()}));
}

TEST(DatasetHash, OfNothingIsThatOfItsCounts) {
  Stream stream;
  stream.number(0, 1).number(0, 1).number(0, 8).number(0, 8).number(0, 8);
  EXPECT_EQ(dataset_hash(Dataset()), hash_of_blocks({stream.bytes()}));
}

TEST(DatasetHash, TellsTextsApartThatJoinToTheSameBytes) {
  std::vector<Dataset> datasets(6, one_of_each());
  datasets[1].items[0].title = "Te";
  datasets[1].items[0].brand = std::string("a");
  datasets[2].items[0].categories = {"ab", "c"};
  datasets[3].items[0].categories = {"abc"};
  datasets[4].items[0].categories = {"a"};
  datasets[4].items[0].description = "bchot";
  datasets[5].items[0].categories = {"a", "bc", ""};
  std::set<std::string> hashes;
  for (const Dataset& dataset : datasets) hashes.insert(dataset_hash(dataset));
  EXPECT_EQ(hashes.size(), datasets.size());
}

}  // namespace
}  // namespace r2rank::data
