#include "data/bad_rows.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;

TEST(BadRows, AreAnErrorUnlessTheyMayBeLeftOut) {
  BadRows refuse;
  expect_parts(error_of(base::ErrorKind::kData, [&] { refuse.add({RowFault::kNumber, "line 5"}, 3); }),
               {"[import] line 5 (--bad-rows skip leaves such rows out)"});
  expect_parts(error_of(base::ErrorKind::kData, [&] { refuse.add({RowFault::kEncoding, "line 5"}, 3); }),
               {"--encoding", "--bad-rows skip"});
}

TEST(BadRows, AreCountedByKind) {
  BadRows skip(true);
  skip.add({RowFault::kNumber, "line 5"}, 3);
  skip.add({RowFault::kForm, "line 6"}, 3);
  skip.add({RowFault::kNumber, "line 7"}, 3);
  EXPECT_EQ(skip.count(), 3);
  EXPECT_EQ(skip.counts("the log"),
            (std::vector<std::pair<std::string, int64_t>>{{"rows of the log left out: malformed", 1},
                                                          {"rows of the log left out: a bad number", 2}}));
  EXPECT_EQ(skip.first(), "[import] line 5");
  skip.add({RowFault::kForm, "line 8", 2}, 3);
  skip.add({RowFault::kForm, "line 11", 1}, 3);
  EXPECT_EQ(skip.counts("the log").back(),
            (std::pair<std::string, int64_t>("further lines inside a quote of rows of the log left out", 3)));
}

TEST(BadRows, GiveUpOnAFileThatIsSomethingElse) {
  BadRows skip(true);
  const auto add_many = [&](int64_t good) {
    for (int i = 0; i < 2000; ++i) skip.add({RowFault::kForm, "line 1"}, good);
  };
  EXPECT_NO_THROW(add_many(1));
  BadRows hopeless(true);
  expect_parts(error_of(base::ErrorKind::kData,
                        [&] {
                          for (int i = 0; i < 2000; ++i) hopeless.add({RowFault::kForm, "line 1"}, 0);
                        }),
               {"none of the first 1000 rows", "line 1"});
}

}  // namespace
}  // namespace r2rank::data
