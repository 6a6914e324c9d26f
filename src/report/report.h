#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report/contest.h"
#include "report/json_file.h"
#include "report/source.h"

namespace r2rank::report {

/// What a report is made of and how large it may become.
struct Request {
  std::vector<Source> sources;
  std::string title;               ///< "": from the data sets
  std::string reference;           ///< the scorer that others are tested against; "": as the sources say
  OwnScorers ours;                 ///< of the headline; without a name it has none
  int64_t most_slates = 1000;      ///< of each set of slates in the browser
  uint64_t seed = 7;               ///< of the sample where there are more
  int64_t most_bytes = 5'000'000;  ///< of the whole page; slates are sampled down to it
  std::string program, command;    ///< "r2rank 0.1.0"; how the report is made
  std::vector<std::pair<std::string, std::string>> libraries = {};  ///< name, version
};

/// Everything a page shows, as one JSON object (docs/report.md, "The model"). The same sources give the same
/// bytes. `page_bytes`: what the page takes beside it. Errors: kIo; kData naming the damaged file; kUsage for
/// results that may not stand in one table, and a reference that is nowhere; as headline_json().
Json build_model(const Request& request, int64_t page_bytes);

}  // namespace r2rank::report
