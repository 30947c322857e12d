// A function of a project that may become a problem, as the builder wrote it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace scribe::trace {

/// One call: Python expressions of its arguments ("1, key='a'") and of what it returns.
struct Sample {
  std::string arguments;
  std::string result;  ///< "" if nobody has said yet
  bool operator==(const Sample&) const = default;
};

struct Candidate {
  std::string name;
  std::string module;
  std::string file;
  std::int64_t line = 0;
  std::string source;    ///< where its inputs come from: "trace", "doctest" or "guess"
  std::string prompt;    ///< imports, helpers, signature and docstring
  std::string solution;  ///< the body
  std::string first;     ///< an expression of its first argument
  std::string key;       ///< equal for equal bodies, docstrings, comments and own name aside
  bool documented = false;
  std::int64_t helpers = 0;  ///< definitions that it needs
  bool may_vary = false;     ///< may be called with inputs that nobody chose
  std::vector<Sample> inputs;
};

/// What the builder wrote: candidates, and how many functions were refused for what reason.
struct Candidates {
  std::vector<Candidate> candidates;
  std::map<std::string, std::int64_t> counts;
  std::map<std::string, std::int64_t> refused;
};

/// Errors: invalid_data ("where:line: field ...").
Result<Candidates> parse_candidates(std::string_view lines, std::string_view where);

}  // namespace scribe::trace
