#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/format/gguf.h"

namespace r2rank::model {

/// Typed access to a GGUF file's metadata. Every getter throws kData when the value has another type; the
/// plain ones also when it is missing. The file must outlive this.
class GgufMetadata {
 public:
  GgufMetadata(const GgufFile& file, std::string origin) : file_(file), origin_(std::move(origin)) {}

  int64_t integer(const std::string& key) const;
  double number(const std::string& key) const;
  const std::string& text(const std::string& key) const;
  const std::vector<std::string>& texts(const std::string& key) const;
  const std::vector<int64_t>* find_integers(const std::string& key) const;  ///< nullptr when missing

  std::optional<int64_t> find_integer(const std::string& key) const;
  std::optional<double> find_number(const std::string& key) const;
  std::optional<bool> find_flag(const std::string& key) const;
  std::optional<std::string> find_text(const std::string& key) const;

  const std::string& origin() const { return origin_; }

 private:
  const GgufValue* find(const std::string& key) const;
  const GgufValue& get(const std::string& key) const;
  [[noreturn]] void fail_kind(const std::string& key, const char* expected) const;

  const GgufFile& file_;
  std::string origin_;
};

}  // namespace r2rank::model
