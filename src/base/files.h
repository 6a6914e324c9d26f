#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace r2rank::base {

using Path = std::filesystem::path;

/// The whole file as bytes. Errors: kIo with the system's reason.
std::string read_file(const Path& path);

/// A folder with its missing parents, made at once and taken away again, as far as they are empty, unless
/// keep() is called. Errors: kIo.
class MadeFolders {
 public:
  explicit MadeFolders(const Path& folder);
  ~MadeFolders();
  MadeFolders(const MadeFolders&) = delete;
  MadeFolders& operator=(const MadeFolders&) = delete;
  void keep() { made_.clear(); }

 private:
  void remove_empty();
  std::vector<Path> made_;  // the innermost first
};

/// A file whose bytes appear under `path` only when complete: written to a temporary beside it, flushed to
/// disk, renamed on commit(). Dropped without commit() it leaves nothing behind. Errors: kIo (unwritable,
/// full) naming the path.
class AtomicFile {
 public:
  /// Makes the parent folders, and clears away what killed processes left of this file.
  explicit AtomicFile(Path path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::string_view bytes);
  void write(std::span<const std::byte> bytes);
  /// Flushes, syncs and renames; afterwards the object is spent.
  void commit();
  /// Where the bytes are before commit, for a library that writes by itself.
  const Path& temporary_path() const { return temporary_; }

 private:
  Path path_, temporary_;
  MadeFolders parents_;
  int descriptor_ = -1;
};

/// write_file(path, bytes): one AtomicFile, written and committed.
void write_file(const Path& path, std::string_view bytes);

/// A folder that appears whole or not at all: fill `path()`, then commit(). With `replace`, an older folder
/// of that name is exchanged for it; without, an existing one is an error (kUsage).
class AtomicFolder {
 public:
  AtomicFolder(Path target, bool replace);
  ~AtomicFolder();
  AtomicFolder(const AtomicFolder&) = delete;
  AtomicFolder& operator=(const AtomicFolder&) = delete;

  const Path& path() const { return temporary_; }
  void commit();

 private:
  Path target_, temporary_;
  std::unique_ptr<MadeFolders> parents_;
  bool replace_;
};

/// Puts a folder back that a process moved aside and was killed before its successor stood in its place. That
/// can be only where the file system cannot exchange two names in one step.
void restore_folder(const Path& target);

/// A read-only mapping of a whole file. Thread-safe once made. Errors: kIo. An empty file maps to an empty
/// span.
class MappedFile {
 public:
  explicit MappedFile(const Path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

/// Appends bytes to a file (made when absent), each append() handed to the system at once, so that it
/// survives `kill -9`. Errors: kIo.
class AppendFile {
 public:
  explicit AppendFile(const Path& path);
  ~AppendFile();
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  void append(std::string_view bytes);

 private:
  Path path_;
  int descriptor_ = -1;
};

/// Appends whole lines to a log file, for JSONL logs that survive `kill -9`. Errors: kIo.
class LineLog {
 public:
  explicit LineLog(const Path& path) : file_(path) {}
  void append(std::string_view line) { file_.append(std::string(line) + '\n'); }

 private:
  AppendFile file_;
};

}  // namespace r2rank::base
