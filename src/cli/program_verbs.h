#pragma once

#include "study/verbs.h"

namespace r2rank::cli {

/// The program's own verbs, called from within it.
class ProgramVerbs : public study::Verbs {
 public:
  void check(const std::string& verb, const study::Settings& settings) const override;
  bool has(const std::string& verb, const std::string& setting) const override;
  std::string usual(const std::string& verb, const std::string& setting) const override;
  std::string auto_dtype(const std::string& device) const override;
  void run(const std::string& verb, const study::Settings& settings) override;
  std::string command(const std::string& verb, const study::Settings& settings) const override;
};

}  // namespace r2rank::cli
