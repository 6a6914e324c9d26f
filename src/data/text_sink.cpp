#include "data/text_sink.h"

#include <arrow/io/compressed.h>
#include <arrow/io/file.h>
#include <arrow/result.h>
#include <arrow/util/compression.h>

#include "base/error.h"

namespace r2rank::data {
namespace {

void check(const arrow::Status& status, const std::string& path) {
  if (!status.ok()) base::fail_io("generate", "cannot write {}: {}", path, status.message());
}

template <class T>
T checked(arrow::Result<T> result, const std::string& path) {
  check(result.status(), path);
  return result.MoveValueUnsafe();
}

}  // namespace

struct TextSink::Streams {
  std::unique_ptr<arrow::util::Codec> codec;
  std::shared_ptr<arrow::io::OutputStream> file, packed;
};

std::string packed_ending(const std::string& compression) {
  return compression == "gzip" ? ".gz" : compression == "zstd" ? ".zst" : "";
}

TextSink::TextSink(const base::Path& path, const std::string& compression)
    : path_(path.string()), streams_(std::make_unique<Streams>()) {
  streams_->file = checked(arrow::io::FileOutputStream::Open(path_), path_);
  if (compression == "none") return;
  const bool gzip = compression == "gzip";
  streams_->codec = checked(
      arrow::util::Codec::Create(gzip ? arrow::Compression::GZIP : arrow::Compression::ZSTD, gzip ? 6 : 3),
      path_);
  streams_->packed =
      checked(arrow::io::CompressedOutputStream::Make(streams_->codec.get(), streams_->file), path_);
}

TextSink::~TextSink() = default;

void TextSink::flush() {
  auto& target = streams_->packed ? *streams_->packed : *streams_->file;
  check(target.Write(buffer_.data(), static_cast<int64_t>(buffer_.size())), path_);
  buffer_.clear();
}

void TextSink::close() {
  flush();
  if (streams_->packed) check(streams_->packed->Close(), path_);
  if (!streams_->file->closed()) check(streams_->file->Close(), path_);
}

}  // namespace r2rank::data
