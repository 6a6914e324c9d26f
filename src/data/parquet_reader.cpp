#include "data/parquet_reader.h"

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/reader.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <numeric>

#include "data/parquet_cell.h"

namespace r2rank::data {
namespace {

constexpr int64_t kBatchRows = 16384;

class ParquetReader : public RecordReader {
 public:
  ParquetReader(const base::Path& path, std::string source, std::vector<std::string> wanted)
      : RecordReader(std::move(source), std::move(wanted)),
        texts_(wanted_.size()),
        any_(wanted_.size(), false) {
    guarded([&] { return open(path); });
    locate_wanted();
  }

  void accept_any(size_t column) override { any_[column] = true; }

  bool next(Record& record) override {
    if (rows_passed_ == 0) check_types();
    while (row_ >= (batch_ ? batch_->num_rows() : 0)) {
      guarded([&] { return batches_->ReadNext(&batch_); });
      row_ = 0;
      if (!batch_) return false;
      guarded([&] { return batch_->ValidateFull(); });
    }
    record.line = ++rows_passed_;
    record.cells.assign(wanted_.size(), std::nullopt);
    for (size_t i = 0; i < wanted_.size(); ++i)
      if (places_[i] >= 0) record.cells[i] = cell(i);
    ++row_;
    for (const auto& cell : record.cells)
      if (cell) check_row_utf8(*cell, record.line, source_);
    return true;
  }

  const std::vector<std::string>& found_columns() const override { return found_; }
  double share() const override {
    return rows_ == 0 ? 1 : static_cast<double>(rows_passed_) / static_cast<double>(rows_);
  }

 private:
  arrow::Status open(const base::Path& path) {
    ARROW_ASSIGN_OR_RAISE(const auto file, arrow::io::ReadableFile::Open(path.string()));
    ARROW_ASSIGN_OR_RAISE(const int64_t size, file->GetSize());
    pool_ = std::make_unique<arrow::CappedMemoryPool>(&counted_, (int64_t{256} << 20) + 256 * size);
    parquet::ReaderProperties properties(pool_.get());
    properties.enable_buffered_stream();
    parquet::arrow::FileReaderBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Open(file, properties));
    builder.memory_pool(pool_.get());
    ARROW_ASSIGN_OR_RAISE(reader_, builder.Build());
    reader_->set_batch_size(kBatchRows);
    rows_ = reader_->parquet_reader()->metadata()->num_rows();
    std::vector<int> groups(static_cast<size_t>(reader_->num_row_groups()));
    std::iota(groups.begin(), groups.end(), 0);
    ARROW_ASSIGN_OR_RAISE(batches_, reader_->GetRecordBatchReader(groups, wanted_leaves()));
    return arrow::Status::OK();
  }

  /// Places of the stored columns that belong to a wanted one, and a note of all names.
  std::vector<int> wanted_leaves() {
    const auto& schema = *reader_->parquet_reader()->metadata()->schema();
    std::vector<int> leaves;
    for (int i = 0; i < schema.num_columns(); ++i) {
      const std::string name = schema.GetColumnRoot(i)->name();
      if (found_.empty() || found_.back() != name) found_.push_back(name);
      if (std::find(wanted_.begin(), wanted_.end(), name) != wanted_.end()) leaves.push_back(i);
    }
    return leaves;
  }

  void locate_wanted() {
    const auto schema = batches_->schema();
    for (const std::string& name : wanted_) {
      const int place = name.empty() ? -1 : schema->GetFieldIndex(name);
      places_.push_back(place);
      if (!name.empty() && schema->GetAllFieldIndices(name).size() > 1)
        base::fail_data("import", "expected one column '{}' in {}, found several; rename all but one", name,
                        source_);
    }
  }

  /// Not before the first row is asked for: until then accept_any() may come.
  void check_types() const {
    const auto schema = batches_->schema();
    for (size_t i = 0; i < wanted_.size(); ++i) {
      if (places_[i] < 0 || any_[i]) continue;
      const auto& type = *schema->field(places_[i])->type();
      if (!is_cell_type(type))
        base::fail_data(
            "import",
            "expected text, numbers, times or lists of them in column '{}' of {}, found the type {}",
            wanted_[i], source_, type.ToString());
    }
  }

  std::string_view cell(size_t wanted) {
    texts_[wanted].clear();
    const arrow::Array& column = *batch_->column(places_[wanted]);
    if (is_cell_type(*column.type()))
      append_cell(column, row_, texts_[wanted]);
    else if (!column.IsNull(row_))
      texts_[wanted] = column.type()->ToString();
    return texts_[wanted];
  }

  /// Arrow returns a status and Parquet throws; both become an error that names the file.
  template <class Action>
  void guarded(const Action& action) {
    arrow::Status status;
    try {
      status = action();
    } catch (const std::exception& error) {
      status = arrow::Status::IOError(error.what());
    }
    if (!status.ok())
      base::fail_data("import", "expected a Parquet file in {}: {}; fetch or write it again", source_,
                      status.message());
  }

  arrow::ProxyMemoryPool counted_{arrow::default_memory_pool()};
  std::unique_ptr<arrow::CappedMemoryPool> pool_;  // sizes in a Parquet file are claims
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::RecordBatchReader> batches_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::vector<std::string> found_, texts_;
  std::vector<bool> any_;    // [wanted] accept_any()
  std::vector<int> places_;  // [wanted] column of a batch, -1: not in the file
  int64_t row_ = 0, rows_passed_ = 0, rows_ = 0;
};

}  // namespace

std::unique_ptr<RecordReader> open_parquet(const base::Path& path, std::string source,
                                           std::vector<std::string> wanted) {
  return std::make_unique<ParquetReader>(path, std::move(source), std::move(wanted));
}

}  // namespace r2rank::data
