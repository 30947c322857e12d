// Compares two sets of results problem by problem.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "evaluate/pass_at_k.h"
#include "evaluate/report_results.h"

namespace scribe {

/// A problem that both runs attempted.
struct ComparedTask {
  std::string task_id;
  std::int64_t a_n = 0;
  std::int64_t a_c = 0;
  std::int64_t b_n = 0;
  std::int64_t b_c = 0;
  /// pass@1 of B minus pass@1 of A.
  double difference() const;
};

struct Comparison {
  std::vector<ComparedTask> tasks;  ///< shared ones, in A's order
  std::vector<std::string> only_a;  ///< problems that only A attempted
  std::vector<std::string> only_b;
  double a_pass_at_1 = 0;  ///< over the shared problems
  double b_pass_at_1 = 0;
  double difference = 0;             ///< B - A
  std::optional<Interval> interval;  ///< 95 %, paired bootstrap over problems; none for one problem
  /// The smallest true difference that would be found in four of five such comparisons: (1.96 +
  /// 0.84) times the standard error of the mean difference. None for a single problem.
  std::optional<double> minimum_detectable;

  /// Shared problems with different rates: the largest differences first.
  std::vector<ComparedTask> flips() const;
};

/// Samples whose verdict is "internal" are left out. Errors: invalid_argument if the runs share no
/// problem.
Result<Comparison> compare_runs(const JudgedRun& a, const JudgedRun& b, std::uint64_t seed);

Json to_json(const Comparison& comparison);

}  // namespace scribe
