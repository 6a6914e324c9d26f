#pragma once

#include <unordered_map>
#include <vector>

#include "experiment/rationale_file.h"
#include "report/result_group.h"

namespace r2rank::report {

/// 1 + the number of candidates that rank ahead; tied ones share theirs. NaN rank last, as in the metrics.
std::vector<int32_t> ranks_of(const std::vector<double>& scores);

/// What each scorer of a group says of the slates: NDCG@10, ranks, scores and rationales; not those of which
/// only the relevant item's rank is known. The group must outlive it. Errors: as load_rationales(); kData
/// where they do not fit the slates.
class MethodColumns {
 public:
  explicit MethodColumns(const ResultGroup& group);

  /// One object a scorer about these rows: {"name", "seeds", "ndcg", "ranks", "scores", "rationales"}, packed
  /// as number_pack.h says; rationales by the slate's place in `rows`, absent where none were kept.
  Json as_json(const std::vector<size_t>& rows) const;

 private:
  struct Method {
    size_t run;  ///< index into the group's results: the first of its seeds
    int64_t seeds;
    std::unordered_map<int64_t, experiment::SlateRationales> rationales = {};  ///< by slate id
  };
  void read_rationales(Method& method) const;
  Json method_json(const Method& method, const std::vector<size_t>& rows) const;
  Json rationales_json(const Method& method, const std::vector<size_t>& rows) const;

  const ResultGroup& group_;
  std::vector<Method> methods_;
};

}  // namespace r2rank::report
