#include "base/error.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "base/printable.h"

namespace r2rank::base {

Error::Error(ErrorKind kind, std::string_view where, const std::string& text)
    : std::runtime_error(fmt::format("[{}] {}", where, printable(text))), kind_(kind) {}

void invariant_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "r2rank: internal invariant broken: %s (%s:%d). This is a bug; please report it.\n",
               condition, file, line);
  std::abort();
}

int edit_distance(std::string_view a, std::string_view b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    int diagonal = row[0];
    row[0] = static_cast<int>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const int substitute = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace r2rank::base
