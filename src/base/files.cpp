#include "base/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/error.h"

namespace r2rank::base {
namespace {

std::string reason() {
  return std::strerror(errno);
}

int open_or_fail(const Path& path, int flags) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (descriptor < 0) fail_io("file", "cannot open {}: {}", path.string(), reason());
  return descriptor;
}

void write_all(int descriptor, const char* data, size_t size, const Path& path) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      fail_io("file", "cannot write {}: {}; free some space or choose another folder", path.string(),
              reason());
    data += written;
    size -= static_cast<size_t>(written);
  }
}

void sync_folder(const Path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);
  ::close(descriptor);
}

Path temporary_beside(const Path& path) {
  return path.parent_path() / fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid());
}

/// Removes what a process that was killed while writing `target` left beside it: ".name.PID.tmp" of no living
/// process.
void remove_abandoned(const Path& target) {
  const std::string prefix = fmt::format(".{}.", target.filename().string()), suffix = ".tmp";
  const Path folder = target.has_parent_path() ? target.parent_path() : Path(".");
  std::error_code code;
  for (std::filesystem::directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    if (!name.starts_with(prefix) || !name.ends_with(suffix) || name.size() <= prefix.size() + suffix.size())
      continue;
    const std::string digits = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    if (digits.size() > 9 || digits.find_first_not_of("0123456789") != std::string::npos) continue;
    if (::kill(std::stoi(digits), 0) == 0 || errno != ESRCH) continue;
    std::error_code ignored;
    std::filesystem::remove_all(entry->path(), ignored);
  }
}

void make_folder(const Path& folder) {
  if (folder.empty()) return;
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  if (code) fail_io("file", "cannot create folder {}: {}", folder.string(), code.message());
}

void sync_file(const Path& path) {
  const int descriptor = open_or_fail(path, O_RDONLY);
  const int result = ::fsync(descriptor);
  ::close(descriptor);
  if (result != 0) fail_io("file", "cannot flush {}: {}", path.string(), reason());
}

void sync_tree(const Path& folder) {
  std::error_code code;
  for (std::filesystem::recursive_directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code))
    if (entry->is_regular_file(code)) sync_file(entry->path());
  if (code) fail_io("file", "cannot read folder {}: {}", folder.string(), code.message());
}

void rename_or_fail(const Path& from, const Path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail_io("file", "cannot finish {}: {}", to.string(), reason());
}

/// The name of the older folder while a fresh one takes its place without an exchange in one step.
Path aside_of(const Path& target) {
  return target.parent_path() / fmt::format(".{}.aside", target.filename().string());
}

/// Puts `fresh` where `target` is. Afterwards `fresh` is the older folder, except on file systems that cannot
/// exchange two names in one step: there the older one is moved aside first, and back if the second rename
/// fails.
void exchange_folders(const Path& fresh, const Path& target) {
  if (::renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0) return;
  const Path aside = aside_of(target);
  rename_or_fail(target, aside);
  try {
    rename_or_fail(fresh, target);
  } catch (const Error&) {
    ::rename(aside.c_str(), target.c_str());
    throw;
  }
  ::rename(aside.c_str(), fresh.c_str());
}

}  // namespace

std::string read_file(const Path& path) {
  const int descriptor = open_or_fail(path, O_RDONLY);
  std::string bytes;
  char buffer[1 << 16];
  ssize_t count = 0;
  while ((count = ::read(descriptor, buffer, sizeof buffer)) > 0)
    bytes.append(buffer, static_cast<size_t>(count));
  const std::string why = count < 0 ? reason() : "";
  ::close(descriptor);
  if (!why.empty()) fail_io("file", "cannot read {}: {}", path.string(), why);
  return bytes;
}

MadeFolders::MadeFolders(const Path& folder) {
  std::error_code code;
  for (Path missing = folder; !missing.empty() && !std::filesystem::exists(missing, code);
       missing = missing.parent_path())
    made_.push_back(missing);
  try {
    make_folder(folder);
  } catch (const Error&) {
    remove_empty();
    throw;
  }
}

MadeFolders::~MadeFolders() {
  remove_empty();
}

void MadeFolders::remove_empty() {
  for (const Path& folder : made_) ::rmdir(folder.c_str());  // one that is not empty stays
}

AtomicFile::AtomicFile(Path path)
    : path_(std::move(path)), temporary_(temporary_beside(path_)), parents_(path_.parent_path()) {
  remove_abandoned(path_);
  descriptor_ = open_or_fail(temporary_, O_WRONLY | O_CREAT | O_TRUNC);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::string_view bytes) {
  write_all(descriptor_, bytes.data(), bytes.size(), path_);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  write_all(descriptor_, reinterpret_cast<const char*>(bytes.data()), bytes.size(), path_);
}

void AtomicFile::commit() {
  R2RANK_CHECK(descriptor_ >= 0);
  if (::fsync(descriptor_) != 0) fail_io("file", "cannot flush {}: {}", path_.string(), reason());
  if (::close(std::exchange(descriptor_, -1)) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const std::string why = reason();
    ::unlink(temporary_.c_str());
    fail_io("file", "cannot finish {}: {}", path_.string(), why);
  }
  parents_.keep();
  sync_folder(path_.parent_path());
}

void write_file(const Path& path, std::string_view bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void restore_folder(const Path& target) {
  const Path aside = aside_of(target);
  std::error_code code;
  if (!std::filesystem::exists(aside, code)) return;
  if (std::filesystem::exists(target, code))
    std::filesystem::remove_all(aside, code);
  else
    ::rename(aside.c_str(), target.c_str());
}

AtomicFolder::AtomicFolder(Path target, bool replace) : target_(std::move(target)), replace_(replace) {
  if (!target_.has_filename()) target_ = target_.parent_path();  // "folder/" names the same as "folder"
  temporary_ = temporary_beside(target_);
  restore_folder(target_);
  std::error_code code;
  if (!replace_ && std::filesystem::exists(target_, code))
    fail_usage("file", "{} exists already; choose another name or pass --overwrite", target_.string());
  if (std::filesystem::exists(target_, code) && !std::filesystem::is_directory(target_, code))
    fail_usage("file", "{} is a file, expected a folder or nothing; choose another name", target_.string());
  std::filesystem::remove_all(temporary_, code);
  remove_abandoned(target_);
  parents_ = std::make_unique<MadeFolders>(target_.parent_path());
  make_folder(temporary_);
}

// What is left under the temporary name: an unfinished folder, or after an exchange the older one.
AtomicFolder::~AtomicFolder() {
  std::error_code code;
  std::filesystem::remove_all(temporary_, code);
}

void AtomicFolder::commit() {
  sync_tree(temporary_);
  std::error_code code;
  if (replace_ && std::filesystem::exists(target_, code)) {
    exchange_folders(temporary_, target_);
  } else {
    rename_or_fail(temporary_, target_);
  }
  parents_->keep();
  sync_folder(target_.parent_path());
  std::filesystem::remove_all(temporary_, code);
}

MappedFile::MappedFile(const Path& path) {
  const int descriptor = open_or_fail(path, O_RDONLY);
  struct stat status{};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    fail_io("file", "{} is not a regular file", path.string());
  }
  size_ = static_cast<size_t>(status.st_size);
  if (size_ > 0) {
    void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (mapped == MAP_FAILED) {
      const std::string why = reason();
      ::close(descriptor);
      fail_io("file", "cannot map {}: {}", path.string(), why);
    }
    data_ = static_cast<const std::byte*>(mapped);
  }
  ::close(descriptor);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

AppendFile::AppendFile(const Path& path) : path_(path) {
  make_folder(path.parent_path());
  descriptor_ = open_or_fail(path, O_WRONLY | O_CREAT | O_APPEND);
}

AppendFile::~AppendFile() {
  ::close(descriptor_);
}

void AppendFile::append(std::string_view bytes) {
  write_all(descriptor_, bytes.data(), bytes.size(), path_);
}

}  // namespace r2rank::base
