// Tests of programs that read standard input and print an answer: cases and how to compare.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace scribe::sandbox {

enum class OutputComparison {
  exact,    ///< the same bytes, but for newlines at the end
  tokens,   ///< the same words, whatever the white space between them
  floats,   ///< the same words, where numbers may differ by the tolerance
  checker,  ///< a Python function decides: for problems with many right answers
  report,   ///< any output is right; Verdict::report holds what each case printed, as JSON
};

struct StdioCase {
  std::string input;
  std::string output;  ///< expected; with a checker it may be "", of a report it says nothing
};

struct StdioTests {
  std::vector<StdioCase> cases;
  OutputComparison comparison = OutputComparison::tokens;
  double tolerance = 1e-6;  ///< of floats: absolute, or relative where the expected one is above 1
  std::string checker;  ///< Python source of check(input, output, expected), true if it is right
};

/// Reads {"cases": [{"input": "...", "output": "..."}], "comparison": "tokens", "tolerance": 1e-6,
/// "checker": "def check(...)..."}; all but the cases may be missing. `where` begins messages.
/// Errors: invalid_data, limit_exceeded (more than kStdioCasesMax).
Result<StdioTests> parse_stdio_tests(const Json& value, std::string_view where);
inline constexpr std::size_t kStdioCasesMax = 10'000;

/// Nothing if `output` is the expected answer, else one line that says where it is not. Not for
/// OutputComparison::checker.
std::optional<std::string> difference(std::string_view output, std::string_view expected,
                                      const StdioTests& tests);

/// At most `length_max` characters of a text on one line, in quotes.
std::string excerpt(std::string_view text, std::size_t length_max = 60);

}  // namespace scribe::sandbox
