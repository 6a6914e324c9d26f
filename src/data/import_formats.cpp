#include "data/import_formats.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include "data/input_paths.h"

namespace r2rank::data {
namespace {

using Names = std::vector<std::string>;

CsvDialect plain(std::string separator, Names columns) {
  return {.separator = std::move(separator),
          .quotes = false,
          .typed_header = false,
          .columns = std::move(columns)};
}

KnownFormat movielens_100k() {
  const Names genres = {"Action",      "Adventure", "Animation", "Children's", "Comedy", "Crime",
                        "Documentary", "Drama",     "Fantasy",   "Film-Noir",  "Horror", "Musical",
                        "Mystery",     "Romance",   "Sci-Fi",    "Thriller",   "War",    "Western"};
  Names columns = {"movie_id", "title", "release_date", "video_release_date", "url", "unknown"};
  columns.insert(columns.end(), genres.begin(), genres.end());
  KnownFormat format;
  format.name = "movielens-100k";
  format.catalogue = {.id = "movie_id", .title = "title", .brand = "", .categories = "", .description = ""};
  format.catalogue.flags = genres;
  format.log_dialect = plain("\t", {"user_id", "item_id", "rating", "timestamp"});
  format.items_dialect = plain("|", columns);
  format.latin1 = true;
  return format;
}

KnownFormat movielens_1m() {
  KnownFormat format;
  format.name = "movielens-1m";
  format.log = {
      .user = "UserID", .item = "MovieID", .timestamp = "Timestamp", .rating = "Rating", .history = ""};
  format.catalogue = {
      .id = "MovieID", .title = "Title", .brand = "", .categories = "Genres", .description = ""};
  format.catalogue.no_categories = "(no genres listed)";
  format.log_dialect = plain("::", {"UserID", "MovieID", "Rating", "Timestamp"});
  format.items_dialect = plain("::", {"MovieID", "Title", "Genres"});
  format.latin1 = true;
  return format;
}

KnownFormat movielens_latest() {
  KnownFormat format;
  format.name = "movielens-latest";
  format.log = {
      .user = "userId", .item = "movieId", .timestamp = "timestamp", .rating = "rating", .history = ""};
  format.catalogue = {
      .id = "movieId", .title = "title", .brand = "", .categories = "genres", .description = ""};
  format.catalogue.no_categories = "(no genres listed)";
  return format;
}

KnownFormat amazon(std::string_view name, Names csv_columns, const std::string& categories) {
  KnownFormat format;
  format.name = name;
  format.log = {.user = "reviewerID",
                .item = "asin",
                .timestamp = "unixReviewTime",
                .rating = "overall",
                .history = ""};
  format.catalogue = {.id = "asin", .categories = categories};
  format.catalogue.category_separator = '\0';
  format.catalogue.price = "price";
  format.log_dialect = plain(",", std::move(csv_columns));
  format.html = true;
  return format;
}

KnownFormat amazon_2018() {
  KnownFormat format = amazon("amazon-2018", {"asin", "reviewerID", "overall", "unixReviewTime"}, "category");
  format.catalogue.main_category = "main_cat";
  return format;
}

KnownFormat amazon_2023() {
  KnownFormat format = amazon("amazon-2023", {}, "categories");
  format.log = {.user = "user_id",
                .item = "parent_asin",
                .timestamp = "timestamp",
                .rating = "rating",
                .history = "history"};
  format.log_dialect = {};
  format.catalogue.id = "parent_asin";
  format.catalogue.brand = "store";
  format.catalogue.main_category = "main_category";
  return format;
}

const std::array<KnownFormat, 6>& formats() {
  static const std::array<KnownFormat, 6> all = {
      movielens_100k(),
      movielens_1m(),
      movielens_latest(),
      amazon("amazon-2014", {"reviewerID", "asin", "overall", "unixReviewTime"}, "categories"),
      amazon_2018(),
      amazon_2023()};
  return all;
}

bool all_of(std::string_view text, bool (*holds)(unsigned char)) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return holds(static_cast<unsigned char>(c)); });
}
bool is_code(unsigned char c) {
  return std::isdigit(c) != 0 || std::isupper(c) != 0;
}
bool is_numeric(unsigned char c) {
  return std::isdigit(c) != 0 || c == '.';
}

/// Amazon's number of an item: ten characters, of which the first is a digit or B; a reviewer's begins with
/// A.
bool is_asin(std::string_view text) {
  return text.size() == 10 && text[0] != 'A' &&
         (text[0] == 'B' || std::isdigit(static_cast<unsigned char>(text[0]))) && all_of(text, is_code);
}
bool is_reviewer(std::string_view text) {
  return text.size() >= 10 && text.size() <= 32 && text[0] == 'A' && all_of(text, is_code);
}

Names split(std::string_view line, std::string_view separator) {
  Names fields;
  while (true) {
    const size_t end = line.find(separator);
    fields.emplace_back(line.substr(0, end));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + separator.size());
  }
}

bool has_all(std::string_view line, std::initializer_list<std::string_view> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](std::string_view key) {
    for (const char quote : {'"', '\''})
      if (line.find(quote + std::string(key) + quote) != std::string_view::npos) return true;
    return false;
  });
}

std::string recognise_object(std::string_view line) {
  if (has_all(line, {"parent_asin", "user_id", "timestamp"})) return "amazon-2023";
  if (!has_all(line, {"reviewerID", "asin", "unixReviewTime"})) return "";
  return has_all(line, {"verified"}) ? "amazon-2018" : "amazon-2014";
}

std::string recognise_fields(std::string_view line) {
  const Names dats = split(line, "::"), fields = split(line, ",");
  const auto numbers = [](const Names& texts) {
    return std::all_of(texts.begin(), texts.end(),
                       [](const std::string& text) { return !text.empty() && all_of(text, is_numeric); });
  };
  if (dats.size() == 4 && numbers(dats)) return "movielens-1m";
  const auto has = [&](const char* name) {
    return std::find(fields.begin(), fields.end(), name) != fields.end();
  };
  if (has("parent_asin") && has("user_id") && has("timestamp")) return "amazon-2023";
  if (fields.size() != 4 || !numbers({fields[2], fields[3]})) return "";
  if (is_reviewer(fields[0]) && is_asin(fields[1])) return "amazon-2014";
  return is_asin(fields[0]) && is_reviewer(fields[1]) ? "amazon-2018" : "";
}

}  // namespace

const KnownFormat* known_format(std::string_view name) {
  for (const KnownFormat& format : formats())
    if (format.name == name) return &format;
  return nullptr;
}

std::string recognise(std::string_view beginning) {
  if (beginning.starts_with("\xEF\xBB\xBF")) beginning.remove_prefix(3);
  std::string_view line = beginning.substr(0, beginning.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line.starts_with('{') ? recognise_object(line) : recognise_fields(line);
}

CatalogueColumns catalogue_columns(const KnownFormat& format, std::string_view beginning) {
  CatalogueColumns columns = format.catalogue;
  if (columns.categories == "category" && !has_all(beginning, {"category"}) &&
      has_all(beginning, {"categories"}))
    columns.categories = "categories";
  if (columns.categories == "categories" && has_all(beginning, {"category"}) &&
      !has_all(beginning, {"categories"}))
    columns.categories = "category";
  return columns;
}

}  // namespace r2rank::data
