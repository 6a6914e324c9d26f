#include "data/byte_source.h"

#include <arrow/io/compressed.h>
#include <arrow/io/file.h>
#include <arrow/result.h>
#include <arrow/util/compression.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "base/error.h"
#include "data/input_file.h"
#include "data/parquet_file.h"

namespace r2rank::data {
namespace {

constexpr size_t kMagicBytes = 10;

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string bytes) : bytes_(std::move(bytes)) {}
  size_t read(char* target, size_t size) override {
    const size_t taken = std::min(size, bytes_.size() - at_);
    std::memcpy(target, bytes_.data() + at_, taken);
    at_ += taken;
    return taken;
  }
  int64_t size() const override { return static_cast<int64_t>(bytes_.size()); }
  double share() const override {
    return bytes_.empty() ? 1 : static_cast<double>(at_) / static_cast<double>(bytes_.size());
  }

 private:
  std::string bytes_;
  size_t at_ = 0;
};

class PlainFile : public ByteSource {
 public:
  PlainFile(std::shared_ptr<arrow::io::ReadableFile> file, int64_t size, std::string path)
      : file_(std::move(file)), size_(size), path_(std::move(path)) {}
  size_t read(char* target, size_t size) override {
    const auto read = file_->Read(static_cast<int64_t>(size), target);
    if (!read.ok()) base::fail_io("import", "cannot read {}: {}", path_, io_reason(read.status()));
    at_ += *read;
    return static_cast<size_t>(*read);
  }
  int64_t size() const override { return size_; }
  double share() const override {
    return size_ == 0 ? 1 : static_cast<double>(at_) / static_cast<double>(size_);
  }

 private:
  std::shared_ptr<arrow::io::ReadableFile> file_;
  int64_t size_, at_ = 0;
  std::string path_;
};

struct ArchiveKind {
  arrow::Compression::type compression;
  const char* name;
};

class Archive : public ByteSource {
 public:
  Archive(std::shared_ptr<arrow::io::ReadableFile> file, int64_t size, const ArchiveKind& kind,
          std::string path)
      : file_(std::move(file)), size_(size), name_(kind.name), path_(std::move(path)) {
    codec_ = checked(arrow::util::Codec::Create(kind.compression));
    stream_ = checked(arrow::io::CompressedInputStream::Make(codec_.get(), file_));
  }
  size_t read(char* target, size_t size) override {
    return static_cast<size_t>(checked(stream_->Read(static_cast<int64_t>(size), target)));
  }
  double share() const override {
    const auto at = file_->Tell();
    return at.ok() && size_ > 0 ? static_cast<double>(*at) / static_cast<double>(size_) : 1;
  }

 private:
  template <class T>
  T checked(arrow::Result<T> result) const {
    if (!result.ok())
      base::fail_data("import", "expected a whole {} archive in {}: {}; fetch or pack it again", name_, path_,
                      result.status().message());
    return result.MoveValueUnsafe();
  }

  std::shared_ptr<arrow::io::ReadableFile> file_;
  int64_t size_;
  std::string name_, path_;
  std::unique_ptr<arrow::util::Codec> codec_;
  std::shared_ptr<arrow::io::CompressedInputStream> stream_;
};

/// A zstd archive begins with a frame, or with one that is skipped (pzstd writes sizes there).
bool is_zstd(std::string_view magic) {
  const bool skippable = magic.size() >= 4 && (static_cast<unsigned char>(magic[0]) & 0xF0) == 0x50 &&
                         magic.substr(1, 3) == "\x2a\x4d\x18";
  return skippable || magic.starts_with("\x28\xb5\x2f\xfd");
}

std::string_view foreign_archive(std::string_view magic) {
  if (magic.starts_with("PK\x03\x04")) return "zip";
  if (magic.starts_with("BZh") && magic.substr(std::min<size_t>(4, magic.size())) == "1AY&SY") return "bzip2";
  return magic.starts_with(std::string_view("\xFD"
                                            "7zXZ\0",
                                            6))
             ? "xz"
             : "";
}

std::string first_bytes(arrow::io::ReadableFile& file) {
  std::string bytes(kMagicBytes, '\0');
  const auto read = file.ReadAt(0, static_cast<int64_t>(kMagicBytes), bytes.data());
  bytes.resize(read.ok() && file.Seek(0).ok() ? static_cast<size_t>(*read) : 0);
  return bytes;
}

}  // namespace

std::unique_ptr<ByteSource> memory_source(std::string bytes) {
  return std::make_unique<MemorySource>(std::move(bytes));
}

std::unique_ptr<ByteSource> open_source(const base::Path& path) {
  const std::string name = path.string();
  if (std::error_code code; std::filesystem::is_directory(path, code))
    base::fail_io("import", "expected a file at {}, found a folder", name);
  auto opened = arrow::io::ReadableFile::Open(name);
  if (!opened.ok()) base::fail_io("import", "cannot open {}: {}", name, io_reason(opened.status()));
  const auto& file = *opened;
  const auto size = file->GetSize();
  if (!size.ok()) base::fail_io("import", "cannot read {}: {}", name, size.status().message());
  const std::string magic = first_bytes(*file);
  const auto archive = [&](const ArchiveKind& kind) {
    return read_ahead(std::make_unique<Archive>(file, *size, kind, name));
  };
  if (magic.starts_with("\x1f\x8b")) return archive({arrow::Compression::GZIP, "gzip"});
  if (is_zstd(magic)) return archive({arrow::Compression::ZSTD, "zstd"});
  if (const std::string packed = packed_extension(path); !packed.empty())
    base::fail_data(
        "import",
        "expected a {} archive in {}, as its name ends in {}, found other bytes; rename or fetch it "
        "again",
        packed == ".gz" ? "gzip" : "zstd", name, packed);
  if (const std::string_view found = foreign_archive(magic); !found.empty())
    base::fail_data("import", "expected text, gzip or zstd in {}, found a {} archive; unpack it first", name,
                    found);
  if (magic.starts_with("PAR1"))
    base::fail_data("import",
                    "expected text in {}, found a Parquet file; give it a name that ends in .parquet", name);
  return std::make_unique<PlainFile>(file, *size, name);
}

}  // namespace r2rank::data
