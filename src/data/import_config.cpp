#include "data/import.h"

namespace r2rank::data {

void ImportConfig::describe(base::ConfigFields& fields) {
  fields.add("format", format, "Layout of the input; auto recognises it by its files")
      .one_of({"auto", "recbole", "movielens-100k", "movielens-1m", "movielens-latest", "amazon-2014",
               "amazon-2018", "amazon-2023", "csv", "jsonl", "parquet"});
  fields
      .add("interactions", interactions,
           "File of interactions, a pattern of several ('logs/*.csv.gz'), or the folder of a known layout")
      .mandatory();
  fields.add("more_interactions", more_interactions, "Further files of the same log");
  fields.add(
      "items", items,
      "Catalogue file, a pattern of several, or a folder of parts; empty takes the one the layout names");
  fields
      .add(
          "encoding", encoding,
          "Encoding of text files; auto: UTF-8, but Latin-1 where the layout has it and the bytes are no UTF-8")
      .one_of({"auto", "utf-8", "latin-1", "windows-1252"});
  fields
      .add(
          "bad_rows", bad_rows,
          "A row that cannot be read (fields, JSON, encoding, a missing or bad value) is an error, or is left "
          "out and counted")
      .one_of({"refuse", "skip"});
  fields
      .add("html_entities", html_entities,
           "Whether &amp; and its like are decoded in the catalogue's texts; auto: in Amazon's data")
      .one_of({"auto", "decode", "keep"});
  fields.add("name", name, "Name of the data set; empty takes the output folder's");
  fields.add("user_column", user_column, "Column of the log with the user's id");
  fields.add("item_column", item_column, "Column of the log with the item's id");
  fields.add("timestamp_column", timestamp_column, "Column of the log with the time");
  fields.add("rating_column", rating_column, "Column of the log with the rating; may be absent");
  fields.add("item_id_column", item_id_column, "Column of the catalogue with the item's id");
  fields.add("title_column", title_column, "Column of the catalogue with the title");
  fields.add("brand_column", brand_column, "Column of the catalogue with the brand; may be absent");
  fields.add("categories_column", categories_column,
             "Column of the catalogue with the categories; may be absent");
  fields.add("description_column", description_column,
             "Column of the catalogue with the description; may be absent");
  fields.add("category_separator", category_separator,
             "Character between the categories of a plain text cell; empty: a cell is one category");
  fields
      .add("time", time,
           "Whether times are moments or only an order; auto: an order where every user has 0, 1, 2, ...")
      .one_of({"auto", "real", "order"});
  fields
      .add(
          "time_unit", time_unit,
          "Unit of real times; auto: milliseconds where every one is at least 1e11, and in Amazon's data of 2023")
      .one_of({"auto", "seconds", "milliseconds", "microseconds", "nanoseconds"});
  fields.add("user_core", user_core, "Keep users with at least this many interactions (0: all)").at_least(0);
  fields
      .add("item_core", item_core,
           "Keep items with at least this many interactions (0: all of the catalogue)")
      .at_least(0);
  fields.add("duplicates", duplicates, "What to keep when a user meets an item more than once")
      .one_of({"keep-first", "keep-last", "keep-all"});
  fields.add("min_rating", min_rating, "Drop interactions rated lower");
  fields.add("from_time", from_time, "Drop interactions before this moment (Unix seconds)");
  fields.add("to_time", to_time, "Drop interactions at or after this moment (Unix seconds)");
}

}  // namespace r2rank::data
