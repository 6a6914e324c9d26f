// What every importer does with inputs that are not what they should be: at least eight each, all of them
// refused with a message that names the place, or left out and counted with --bad-rows skip.
#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;
using testing::TemporaryFolder;

struct Variant {
  std::string bytes;
  std::vector<std::string> parts;  ///< what the message has
  bool skippable = false;          ///< whether --bad-rows skip leaves the row out
};

struct Malformed : ::testing::Test {
  TemporaryFolder folder;
  ImportConfig config;
  void SetUp() override { config.interactions = folder.path(); }

  /// Puts each variant in the place of `name` and imports.
  void check(const std::string& name, const std::vector<Variant>& variants) {
    EXPECT_GE(variants.size(), 8U);
    for (const Variant& variant : variants) {
      folder.write(name, variant.bytes);
      config.bad_rows = "refuse";
      const std::string text = error_of(base::ErrorKind::kData, [&] { import_dataset(config); });
      for (const std::string& part : variant.parts) expect_parts(text, {part});
      config.bad_rows = "skip";
      if (variant.skippable)
        EXPECT_EQ(left_out(import_dataset(config)), 1) << text;
      else
        EXPECT_EQ(error_of(base::ErrorKind::kData, [&] { import_dataset(config); }).empty(), false) << text;
    }
  }

  /// A good line with one fault.
  static std::string changed(std::string line, const std::string& old, const std::string& text) {
    return line.replace(line.find(old), old.size(), text);
  }

  static int64_t left_out(const Dataset& dataset) {
    int64_t sum = 0;
    for (const auto& [what, number] : dataset.report.counts)
      if (what.find("left out") != std::string::npos) sum += number;
    return sum;
  }
};

TEST_F(Malformed, Csv) {
  const std::string head = "user_id,item_id,timestamp,rating\n", good = "a,x,5,1\n";
  check("interactions.csv",
        {{"", {"header line in interactions.csv", "empty"}},
         {head, {"expected interactions", "found none"}},
         {"user_id,item_id,ts\na,x,1\n", {"column 'timestamp'", "--timestamp-column"}},
         {"user_id,item_id,timestamp,user_id\na,x,1,b\n", {"one column 'user_id'"}},
         {head + good + "a,\"x", {"closing quote", "line 3"}},
         {head + good + "a,x,5\n", {"4 fields in line 3", "found 3"}, true},
         {head + good + "a,\"x\"y,5,1\n", {"after the closing quote in line 3"}, true},
         {head + good + "a,\xFFx,5,1\n", {"UTF-8", "line 3"}, true},
         {head + good + " ,x,5,1\n", {"line 3, column 'user_id'", "empty"}, true},
         {head + good + "a,x,2018-01-01,1\n", {"timestamp", "line 3", "'2018-01-01'"}, true},
         {head + good + "a,x,-5,1\n", {"line 3", "'-5'"}, true},
         {head + good + "a,x,5,inf\n", {"rating", "line 3", "'inf'"}, true}});
}

TEST_F(Malformed, JsonLines) {
  const std::string good = "{\"user_id\": 1, \"item_id\": 2, \"timestamp\": 3}\n";
  const std::string deep = std::string(200, '[') + std::string(200, ']');
  check(
      "interactions.jsonl",
      {{"", {"expected interactions", "found none"}},
       {"{\"user\": 1}\n", {"column 'user_id'", "found: user", "--user-column"}},
       {good + "{\"user_id\": 1, \"item_id\"", {"line 2 of interactions.jsonl"}, true},
       {good + "[1, 2]\n", {"one JSON object a line", "line 2"}, true},
       {good + "user\n", {"line 2"}, true},
       {good + good.substr(0, good.size() - 1) + " x\n", {"line 2"}, true},
       {good + "{\"user_id\": 1, \"timestamp\": 3}\n", {"field 'item_id'", "line 2"}, true},
       {good + "{\"user_id\": null, \"item_id\": 2, \"timestamp\": 3}\n", {"line 2, column 'user_id'"}, true},
       {good + "{\"user_id\": {}, \"item_id\": 2, \"timestamp\": 3}\n",
        {"'user_id' in line 2", "object"},
        true},
       {good + "{\"user_id\": [\"a\", \"b\"], \"item_id\": 2, \"timestamp\": 3}\n",
        {"line 2, column 'user_id'", "found a list"},
        true},
       {good + "{\"user_id\": 1, \"item_id\": [2], \"timestamp\": 3}\n", {"'item_id'", "found a list"}, true},
       {good + "{\"user_id\": 1, \"item_id\": 2, \"timestamp\": [3]}\n",
        {"'timestamp'", "found a list"},
        true},
       {good + "{\"user_id\": 1, \"item_id\": 2, \"timestamp\": 3, \"rating\": [3]}\n",
        {"'rating'", "found a list"},
        true},
       {good + "{\"user_id\": 1, \"item_id\": 2, \"timestamp\": NaN}\n", {"line 2"}, true},
       {good + "{\"user_id\": \"\xFF\", \"item_id\": 2, \"timestamp\": 3}\n", {"UTF-8", "line 2"}, true},
       {good + "{\"user_id\": " + deep + ", \"item_id\": 2, \"timestamp\": 3}\n", {"line 2"}, true},
       {good + "{\"user_id\": 1, \"item_id\": 2, \"timestamp\": \"3 s\"}\n", {"line 2", "'3 s'"}, true}});
}

TEST_F(Malformed, Recbole) {
  const std::string head = "user_id:token\titem_id:token\ttimestamp:float\n", good = "a\tx\t5\n";
  check("set.inter", {{"", {"header line in set.inter"}},
                      {head, {"expected interactions"}},
                      {"user_id\titem_id\ttimestamp\na\tx\t5\n", {"typed column names", "user_id:token"}},
                      {"user_id:token\titem_id:token\na\tx\n", {"column 'timestamp'"}},
                      {"user_id:token\tuser_id:token\ttimestamp:float\n", {"one column 'user_id'"}},
                      {head + good + "a\tx\n", {"3 fields in line 3"}, true},
                      {head + good + "a\tx\tlate\n", {"'late'", "line 3"}, true},
                      {head + good + "\tx\t5\n", {"line 3", "'user_id'"}, true},
                      {head + good + "a\t\xC3\t5\n", {"UTF-8", "line 3"}, true},
                      {head + good + "a\tx\t1e99\n", {"'1e99'"}, true}});
}

TEST_F(Malformed, RecboleItems) {
  folder.write("set.inter", "user_id:token\titem_id:token\ttimestamp:float\na\tx\t5\n");
  const std::string head = "item_id:token\tmovie_title:token_seq\n";
  check("set.item", {{"", {"header line in set.item"}},
                     {"item_id\tmovie_title\nx\tX\n", {"typed column names"}},
                     {"item_id:token\nx\n", {"column 'title'", "--title-column"}},
                     {"movie_title:token_seq\nX\n", {"column 'item_id'", "--item-id-column"}},
                     {"item_id:token\titem_id:token\tmovie_title:token_seq\n", {"one column 'item_id'"}},
                     {head + "w\tW\nx\n", {"2 fields in line 3"}, true},
                     {head + "w\tW\n\tX\n", {"line 3", "'item_id'"}, true},
                     {head + "w\tW\nx\t\xE9\n", {"UTF-8", "line 3"}, true}});
}

TEST_F(Malformed, Movielens100k) {
  folder.write("u.item", "2|A (1990)||||0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0|0|0|0\n");
  const std::string good = "1\t2\t3\t881250949\n";
  check("u.data", {{"", {"expected interactions in u.data"}},
                   {good + "1\t2\t3\n", {"4 fields in line 2", "found 3"}, true},
                   {good + "1,2,3,881250949\n", {"4 fields in line 2", "found 1"}, true},
                   {good + "\t2\t3\t881250949\n", {"line 2", "user_id"}, true},
                   {good + "1\t\t3\t881250949\n", {"line 2", "item_id"}, true},
                   {good + "1\t2\tgood\t881250949\n", {"rating", "'good'"}, true},
                   {good + "1\t2\t3\tnever\n", {"timestamp", "'never'"}, true},
                   {good + "1\t2\t3\t-1\n", {"'-1'"}, true},
                   {good + "1\t\xFF\t3\t881250949\n", {"UTF-8", "line 2"}, true}});
}

TEST_F(Malformed, Movielens1m) {
  folder.write("movies.dat", "1::A::B\n");
  const std::string good = "1::2::3::978300760\n";
  check("ratings.dat", {{"", {"expected interactions in ratings.dat"}},
                        {good + "1::2::3\n", {"4 fields in line 2"}, true},
                        {good + "1:2:3:978300760\n", {"4 fields in line 2", "found 1"}, true},
                        {good + "::2::3::978300760\n", {"line 2", "UserID"}, true},
                        {good + "1::::3::978300760\n", {"line 2", "MovieID"}, true},
                        {good + "1::2::x::978300760\n", {"'x'"}, true},
                        {good + "1::2::3::x\n", {"'x'"}, true},
                        {good + "1::2::3::4::5\n", {"found 5"}, true}});
}

TEST_F(Malformed, MovielensLatest) {
  folder.write("movies.csv", "movieId,title,genres\n1,A,B\n");
  const std::string head = "userId,movieId,rating,timestamp\n", good = "1,1,4.0,964982703\n";
  check("ratings.csv", {{"", {"header line in ratings.csv"}},
                        {head, {"expected interactions"}},
                        {"userId,movieId,rating\n1,1,4\n", {"column 'timestamp'"}},
                        {head + good + "1,1,4.0\n", {"4 fields in line 3"}, true},
                        {head + good + ",1,4.0,9\n", {"line 3", "'userId'"}, true},
                        {head + good + "1,1,nan,9\n", {"'nan'"}, true},
                        {head + good + "1,1,4.0,\n", {"line 3", "'timestamp'"}, true},
                        {head + good + "1,\xFF,4.0,9\n", {"UTF-8"}, true}});
}

TEST_F(Malformed, AmazonCatalogueOfPythonDicts) {
  folder.write(
      "reviews_X.json",
      "{\"reviewerID\": \"A1\", \"asin\": \"B1\", \"overall\": 1.0, \"unixReviewTime\": 1391040000}\n");
  const std::string good = "{'asin': 'B1', 'title': 'One'}\n";
  check("meta_X.json", {{"", {"expected items in meta_X.json, found none"}},
                        {"{'id': 'B1', 'title': 'One'}\n", {"column 'asin'", "found: id, title"}},
                        {good + "{'asin': 'B2'\n", {"Python dict in line 2", "',' or '}'"}, true},
                        {good + "{'asin': 'B2', 'title': 'open}\n", {"line 2", "closing quote"}, true},
                        {good + "{'asin': B2}\n", {"line 2", "a value"}, true},
                        {good + "['asin']\n", {"line 2"}, true},
                        {good + "{'asin': 'B2', 'title': {'x': 1}}\n", {"'title' in line 2", "object"}, true},
                        {good + "{'asin': None, 'title': 'x'}\n", {"line 2", "'asin'"}, true},
                        {good + "{'asin': 'B\xFF'}\n", {"UTF-8", "line 2"}, true},
                        {good + "{'asin': 'B2', 'title': __import__('os')}\n", {"line 2"}, true}});
}

TEST_F(Malformed, AmazonReviews) {
  const std::string good =
      "{\"reviewerID\": \"A1\", \"asin\": \"B1\", \"overall\": 1.0, \"unixReviewTime\": 1391040000}\n";
  const auto with = [&](const char* old, const char* text) { return good + changed(good, old, text); };
  check("reviews_X.json", {{good + "{\"reviewerID\": \"A1\"\n", {"line 2"}, true},
                           {with("\"A1\"", "null"), {"line 2", "'reviewerID'"}, true},
                           {with("\"B1\"", "\"\""), {"line 2", "'asin'"}, true},
                           {with("\"asin\": \"B1\", ", ""), {"field 'asin'", "line 2"}, true},
                           {with("1391040000", "\"01 30, 2014\""), {"'01 30, 2014'"}, true},
                           {with("1391040000", "-1"), {"'-1'"}, true},
                           {with("1.0", "\"five\""), {"'five'"}, true},
                           {with("}", "}}"), {"line 2"}, true},
                           {with("\"A1\"", "[[\"A1\"], {}]"), {"line 2", "'reviewerID'"}, true}});
}

TEST_F(Malformed, Amazon2023Csv) {
  const std::string head = "user_id,parent_asin,rating,timestamp,history\n",
                    good = "U,B1,5.0,1588687728923,\n";
  config.format = "amazon-2023";
  check("Games.csv", {{"", {"header line in Games.csv"}},
                      {head, {"expected interactions"}},
                      {"user_id,asin,rating,timestamp\nU,B1,5.0,1\n", {"column 'parent_asin'"}},
                      {head + good + "U,B1,5.0,1588687728923\n", {"5 fields in line 3"}, true},
                      {head + good + "U,,5.0,1588687728923,\n", {"line 3", "'parent_asin'"}, true},
                      {head + good + ",B1,5.0,1588687728923,\n", {"line 3", "'user_id'"}, true},
                      {head + good + "U,B1,5.0,,\n", {"line 3", "'timestamp'"}, true},
                      {head + good + "U,B1,5 stars,1588687728923,\n", {"'5 stars'"}, true}});
}

TEST_F(Malformed, AmazonRatings) {
  const std::string good = "A39HTATAQ9V7YF,0205616461,5.0,1369699200\n";
  config.format = "amazon-2014";
  check("ratings_X.csv",
        {{"", {"expected interactions in ratings_X.csv"}},
         {good + "A39HTATAQ9V7YF,0205616461,5.0\n", {"4 fields in line 2", "reviewerID, asin"}, true},
         {good + ",0205616461,5.0,1369699200\n", {"'reviewerID'"}, true},
         {good + "A39HTATAQ9V7YF,,5.0,1369699200\n", {"'asin'"}, true},
         {good + "A39HTATAQ9V7YF,0205616461,x,1369699200\n", {"'x'"}, true},
         {good + "A39HTATAQ9V7YF,0205616461,5.0,x\n", {"'x'"}, true},
         {good + "reviewerID,asin,overall,unixReviewTime\n", {"'unixReviewTime'"}, true},
         {good + "A39HTATAQ9V7YF,\xFF,5.0,1369699200\n", {"UTF-8"}, true}});
}

TEST_F(Malformed, Movielens100kItems) {
  folder.write("u.data", "1\t2\t3\t881250949\n");
  const std::string flags = "|0|0|0|0|0|1|0|0|0|0|0|0|0|0|0|0|0|0|0", good = "2|A (1990)|||" + flags + "\n";
  check("u.item", {{"", {"items in u.item", "found none"}},
                   {good + "3|B (1991)\n", {"24 fields in line 2", "found 2"}, true},
                   {good + "3\tB (1991)\n", {"24 fields in line 2", "found 1"}, true},
                   {good + "3,B (1991),,," + "\n", {"24 fields in line 2"}, true},
                   {good + "|B (1991)|||" + flags + "\n", {"line 2", "movie_id"}, true},
                   {good + " |B (1991)|||" + flags + "\n", {"line 2", "movie_id"}, true},
                   {good + "3|B (1991)|||" + flags + "|0\n", {"24 fields in line 2", "found 25"}, true},
                   {good + "3|B|(1991)|||" + flags + "|\n", {"24 fields in line 2"}, true}});
}

TEST_F(Malformed, Movielens1mItems) {
  folder.write("ratings.dat", "1::2::3::978300760\n");
  const std::string good = "2::A (1990)::Drama\n";
  check("movies.dat", {{"", {"items in movies.dat", "found none"}},
                       {good + "3::B (1991)\n", {"3 fields in line 2", "found 2"}, true},
                       {good + "3:B (1991):Drama\n", {"3 fields in line 2", "found 1"}, true},
                       {good + "3,B (1991),Drama\n", {"3 fields in line 2"}, true},
                       {good + "::B (1991)::Drama\n", {"line 2", "MovieID"}, true},
                       {good + "  ::B (1991)::Drama\n", {"line 2", "MovieID"}, true},
                       {good + "3::B (1991)::Drama::War\n", {"3 fields in line 2", "found 4"}, true},
                       {good + "3\n", {"3 fields in line 2"}, true}});
}

TEST_F(Malformed, MovielensLatestItems) {
  folder.write("ratings.csv", "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n");
  const std::string head = "movieId,title,genres\n", good = "1,A (1990),Drama\n";
  check("movies.csv", {{"", {"header line in movies.csv"}},
                       {"id,title,genres\n1,A,B\n", {"column 'movieId'"}},
                       {"movieId,name,genres\n1,A,B\n", {"column 'title'"}},
                       {"movieId,movieId,title\n1,1,A\n", {"one column 'movieId'"}},
                       {head + good + "2,B (1991)\n", {"3 fields in line 3", "found 2"}, true},
                       {head + good + ",B (1991),Drama\n", {"line 3", "'movieId'"}, true},
                       {head + good + "2,\"B\" (1991),Drama\n", {"after the closing quote in line 3"}, true},
                       {head + good + "2,B \xFF,Drama\n", {"UTF-8", "line 3"}, true},
                       {head + good + "2,\"B", {"closing quote", "line 3"}}});
}

TEST_F(Malformed, Amazon2018Reviews) {
  const std::string good =
      "{\"overall\": 5.0, \"verified\": true, \"reviewerID\": \"A1\", \"asin\": \"B1\", \"unixReviewTime\": "
      "1391040000}\n";
  const auto with = [&](const char* old, const char* text) { return good + changed(good, old, text); };
  check("Scientific_5.json", {{good + "{\"reviewerID\": \"A1\", \"verified\": true\n", {"line 2"}, true},
                              {with("\"A1\"", "null"), {"line 2", "'reviewerID'"}, true},
                              {with("\"B1\"", "\"\""), {"line 2", "'asin'"}, true},
                              {with("\"asin\": \"B1\", ", ""), {"field 'asin'", "line 2"}, true},
                              {with("1391040000", "\"01 30, 2014\""), {"'01 30, 2014'"}, true},
                              {with("1391040000", "-1"), {"'-1'"}, true},
                              {with("5.0", "\"five\""), {"'five'"}, true},
                              {with("5.0", "[5]"), {"'overall'", "found a list"}, true},
                              {with("\"B1\"", "{}"), {"'asin' in line 2", "object"}, true},
                              {with("}", "}}"), {"line 2"}, true}});
}

TEST_F(Malformed, Amazon2018Catalogue) {
  folder.write("Scientific_5.json",
               "{\"overall\": 5.0, \"verified\": true, \"reviewerID\": \"A1\", \"asin\": \"B1\", "
               "\"unixReviewTime\": 1391040000}\n");
  const std::string good = "{\"asin\": \"B1\", \"title\": \"One\", \"category\": [\"X\"]}\n";
  check("meta_Scientific.json",
        {{"", {"expected items in meta_Scientific.json, found none"}},
         {"{\"id\": \"B1\", \"title\": \"One\"}\n", {"column 'asin'", "found: id, title"}},
         {"{\"asin\": \"B1\", \"name\": \"One\"}\n", {"column 'title'", "found: asin, name"}},
         {good + "{\"asin\": \"B2\"\n", {"line 2"}, true},
         {good + "{\"asin\": null, \"title\": \"x\"}\n", {"line 2", "'asin'"}, true},
         {good + "{\"title\": \"x\"}\n", {"line 2", "'asin'"}, true},
         {good + "[\"B2\"]\n", {"one JSON object a line", "line 2"}, true},
         {good + "{\"asin\": \"B2\", \"title\": {\"x\": 1}}\n", {"'title' in line 2", "object"}, true},
         {good + "{\"asin\": \"B\xFF\"}\n", {"UTF-8", "line 2"}, true},
         {good + good.substr(0, good.size() - 1) + " x\n", {"line 2"}, true}});
}

TEST_F(Malformed, Amazon2023Reviews) {
  const std::string good =
      "{\"rating\": 5.0, \"parent_asin\": \"B1\", \"user_id\": \"U\", \"timestamp\": 1588687728923}\n";
  const auto with = [&](const char* old, const char* text) { return good + changed(good, old, text); };
  check("Games.jsonl", {{good + "{\"user_id\": \"U\"\n", {"line 2"}, true},
                        {with("\"U\"", "null"), {"line 2", "'user_id'"}, true},
                        {with("\"B1\"", "\"\""), {"line 2", "'parent_asin'"}, true},
                        {with("\"parent_asin\": \"B1\", ", ""), {"field 'parent_asin'", "line 2"}, true},
                        {with("1588687728923", "\"2020-05-05\""), {"'2020-05-05'"}, true},
                        {with("1588687728923", "-5"), {"'-5'"}, true},
                        {with("5.0", "\"5 stars\""), {"'5 stars'"}, true},
                        {with("\"U\"", "[\"U\", \"V\"]"), {"line 2, column 'user_id'", "found a list"}, true},
                        {with("\"U\"", "\"\xFF\""), {"UTF-8", "line 2"}, true}});
}

TEST_F(Malformed, Amazon2023Catalogue) {
  folder.write(
      "Games.jsonl",
      "{\"rating\": 5.0, \"parent_asin\": \"B1\", \"user_id\": \"U\", \"timestamp\": 1588687728923}\n");
  const std::string good = "{\"parent_asin\": \"B1\", \"title\": \"One\", \"categories\": [\"X\"]}\n";
  check(
      "meta_Games.jsonl",
      {{"", {"expected items in meta_Games.jsonl, found none"}},
       {"{\"asin\": \"B1\", \"title\": \"One\"}\n", {"column 'parent_asin'", "found: asin, title"}},
       {"{\"parent_asin\": \"B1\", \"name\": \"One\"}\n", {"column 'title'"}},
       {good + "{\"parent_asin\": \"B2\"\n", {"line 2"}, true},
       {good + "{\"parent_asin\": null, \"title\": \"x\"}\n", {"line 2", "'parent_asin'"}, true},
       {good + "{\"title\": \"x\"}\n", {"line 2", "'parent_asin'"}, true},
       {good + "\"B2\"\n", {"line 2"}, true},
       {good + "{\"parent_asin\": \"B2\", \"categories\": [{\"x\": 1}]}\n", {"'categories' in line 2"}, true},
       {good + "{\"parent_asin\": \"B\xFF\"}\n", {"UTF-8", "line 2"}, true}});
}

TEST_F(Malformed, CsvItems) {
  folder.write("interactions.csv", "user_id,item_id,timestamp\na,x,5\n");
  const std::string head = "item_id,title\n", good = "x,X\n";
  check("items.csv", {{"", {"header line in items.csv"}},
                      {"id,title\nx,X\n", {"column 'item_id'", "--item-id-column"}},
                      {"item_id,name\nx,X\n", {"column 'title'", "--title-column"}},
                      {"item_id,title,title\nx,X,X\n", {"one column 'title'"}},
                      {head + good + "y\n", {"2 fields in line 3", "found 1"}, true},
                      {head + good + ",Y\n", {"line 3", "'item_id'"}, true},
                      {head + good + "y,\"Y\"!\n", {"after the closing quote in line 3"}, true},
                      {head + good + "y,\xFF\n", {"UTF-8", "line 3"}, true},
                      {head + good + "y,\"Y", {"closing quote", "line 3"}}});
}

TEST_F(Malformed, JsonLinesOfItems) {
  folder.write("interactions.csv", "user_id,item_id,timestamp\na,x,5\n");
  const std::string good = "{\"item_id\": \"x\", \"title\": \"X\"}\n";
  check("items.jsonl",
        {{"", {"expected items in items.jsonl, found none"}},
         {"{\"id\": \"x\", \"title\": \"X\"}\n", {"column 'item_id'", "found: id, title"}},
         {"{\"item_id\": \"x\", \"name\": \"X\"}\n", {"column 'title'", "--title-column"}},
         {good + "{\"item_id\": \"y\"\n", {"line 2"}, true},
         {good + "{\"title\": \"Y\"}\n", {"line 2", "'item_id'"}, true},
         {good + "{\"item_id\": [\"y\"], \"title\": \"Y\"}\n", {"line 2", "'item_id'"}, true},
         {good + "{\"item_id\": \"y\", \"title\": {}}\n", {"'title' in line 2", "object"}, true},
         {good + "y,Y\n", {"line 2"}, true},
         {good + "{\"item_id\": \"\xFF\"}\n", {"UTF-8", "line 2"}, true}});
}

}  // namespace
}  // namespace r2rank::data
