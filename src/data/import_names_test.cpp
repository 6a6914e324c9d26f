#include "data/import_names.h"

#include "data/test_support.h"

namespace r2rank::data {
namespace {

using testing::error_of;
using testing::expect_parts;

struct SetNames : ::testing::Test {
  ImportConfig config;
  ImportLayout layout;
  /// A layout whose files are found: log.csv, and items.csv where there is a catalogue.
  void found(const std::string& format, bool catalogue, FileKind kind = FileKind::kCsv) {
    layout = {};
    layout.format = format;
    layout.interactions = {"folder/log.csv"};
    if (catalogue) layout.items = {"folder/items.csv"};
    layout.interactions_kind = layout.items_kind = kind;
  }
  std::string refusal() {
    return error_of(base::ErrorKind::kUsage, [&] { set_names(config, layout); });
  }
};

TEST_F(SetNames, TakesTheNamesOfTheConfiguration) {
  config.user_column = "who";
  config.item_column = "what";
  config.timestamp_column = "when";
  config.rating_column = "stars";
  config.item_id_column = "sku";
  config.title_column = "label";
  config.brand_column = "maker";
  config.categories_column = "shelf";
  config.description_column = "text";
  config.category_separator = ";";
  for (const char* format : {"csv", "jsonl", "parquet"}) {
    found(format, true);
    set_names(config, layout);
    EXPECT_EQ(layout.log.wanted(), (std::vector<std::string>{"who", "what", "when", "stars", ""}));
    EXPECT_EQ(layout.catalogue.wanted(),
              (std::vector<std::string>{"sku", "label", "maker", "shelf", "text", "", "", ""}));
    EXPECT_EQ(layout.catalogue.category_separator, ';');
  }
}

TEST_F(SetNames, HasDefaultsThatActWithoutACatalogueToo) {
  for (const bool catalogue : {false, true}) {
    found("csv", catalogue);
    set_names(config, layout);
    EXPECT_EQ(layout.log.user, "user_id");
    EXPECT_EQ(layout.catalogue.title, "title");
    EXPECT_EQ(layout.catalogue.category_separator, '|');
  }
}

TEST_F(SetNames, TakesNoSeparatorAsOneCategoryACell) {
  found("csv", true);
  config.category_separator = "";
  set_names(config, layout);
  EXPECT_EQ(layout.catalogue.category_separator, '\0');
}

TEST_F(SetNames, SeparatesTheListsOfAtomicFilesBySpaces) {
  found("recbole", true, FileKind::kAtomic);
  config.title_column = "label";
  set_names(config, layout);
  EXPECT_EQ(layout.catalogue.category_separator, ' ');
  EXPECT_EQ(layout.catalogue.title, "label");
  config.category_separator = ";";
  expect_parts(refusal(), {"--category-separator ';' cannot act", "log.csv is read as recbole",
                           "lists are separated by spaces", "every --*-column acts there"});
}

TEST_F(SetNames, RefusesEveryNameThatAKnownFormatFixes) {
  found("movielens-1m", true);
  for (const auto& [flag, name] : {std::pair{"--user-column", &ImportConfig::user_column},
                                   std::pair{"--item-column", &ImportConfig::item_column},
                                   std::pair{"--timestamp-column", &ImportConfig::timestamp_column},
                                   std::pair{"--rating-column", &ImportConfig::rating_column},
                                   std::pair{"--item-id-column", &ImportConfig::item_id_column},
                                   std::pair{"--title-column", &ImportConfig::title_column},
                                   std::pair{"--brand-column", &ImportConfig::brand_column},
                                   std::pair{"--categories-column", &ImportConfig::categories_column},
                                   std::pair{"--description-column", &ImportConfig::description_column},
                                   std::pair{"--category-separator", &ImportConfig::category_separator}}) {
    config.*name = '/';
    EXPECT_EQ(refusal().find(fmt::format("[import] {} '/' cannot act: log.csv is read as movielens-1m, whose "
                                         "columns and separator are fixed",
                                         flag)),
              0U)
        << flag;
    config.*name = ImportConfig().*name;
  }
}

TEST_F(SetNames, AcceptsTheNameThatAKnownFormatReads) {
  found("movielens-1m", true);
  config.user_column = "UserID";
  config.timestamp_column = "Timestamp";
  config.title_column = "Title";
  config.categories_column = "Genres";
  set_names(config, layout);
  EXPECT_EQ(layout.log.user, "UserID");
  EXPECT_EQ(layout.catalogue.id, "MovieID");
  found("movielens-100k", true);  // whose categories are flags, known as genres
  config = {};
  config.categories_column = "genres";
  EXPECT_NO_THROW(set_names(config, layout));
}

TEST_F(SetNames, RefusesAColumnOfTheLogForTwoThings) {
  found("csv", true);
  config.user_column = "item_id";
  expect_parts(refusal(),
               {"different columns for --user-column and --item-column", "found 'item_id' for both"});
  config = {};
  config.timestamp_column = "rating";
  expect_parts(refusal(), {"--timestamp-column and --rating-column", "'rating'"});
  config.rating_column = "stars";
  config.title_column = config.item_id_column;  // of the catalogue: an id may be all the text there is
  EXPECT_NO_THROW(set_names(config, layout));
}

TEST_F(SetNames, RefusesNamesOfACatalogueThatIsNotThere) {
  found("jsonl", false);
  config.rating_column = "stars";
  set_names(config, layout);
  EXPECT_EQ(layout.log.rating, "stars");
  config.brand_column = "maker";
  expect_parts(refusal(),
               {"--brand-column 'maker' cannot act", "log.csv is read as jsonl, without a catalogue",
                "name the catalogue with --items"});
}

}  // namespace
}  // namespace r2rank::data
