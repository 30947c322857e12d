// Reads cases from JSON and compares outputs.
#include "sandbox/stdio_tests.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace scribe::sandbox {
namespace {

constexpr std::string_view kSpace = " \t\r\n\v\f";
constexpr std::array<std::string_view, 5> kComparisons = {"exact", "tokens", "floats", "checker",
                                                          "report"};

Result<OutputComparison> comparison_named(std::string_view name, std::string_view where) {
  const auto found = std::ranges::find(kComparisons, name);
  if (found == kComparisons.end())
    return error(ErrorCode::invalid_data,
                 "{}: field 'comparison' is '{}', expected exact, tokens, floats, checker or "
                 "report",
                 where, name);
  return static_cast<OutputComparison>(found - kComparisons.begin());
}

/// Takes the next word off `text`; "" at the end.
std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

std::optional<double> number_of(std::string_view word) {
  if (word.starts_with('+')) word.remove_prefix(1);
  double value = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (failure != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

bool is_close(std::string_view got, std::string_view expected, double tolerance) {
  const auto left = number_of(got);
  const auto right = number_of(expected);
  if (!left || !right || !std::isfinite(*left) || !std::isfinite(*right)) return false;
  return std::abs(*left - *right) <= tolerance * std::max(1.0, std::abs(*right));
}

std::string_view without_last_newlines(std::string_view text) {
  const std::size_t last = text.find_last_not_of("\r\n");
  return last == std::string_view::npos ? "" : text.substr(0, last + 1);
}

std::optional<std::string> exact_difference(std::string_view output, std::string_view expected) {
  output = without_last_newlines(output);
  expected = without_last_newlines(expected);
  const auto at = std::ranges::mismatch(output, expected).in1 - output.begin();
  if (output == expected) return std::nullopt;
  const std::size_t from = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, at - 10));
  return fmt::format("expected {}, got {} at byte {}",
                     excerpt(expected.substr(std::min(from, expected.size()))),
                     excerpt(output.substr(std::min(from, output.size()))), at);
}

}  // namespace

Result<StdioTests> parse_stdio_tests(const Json& value, std::string_view where) {
  StdioTests tests;
  SCRIBE_TRY_ASSIGN(const Json cases, json_field<Json>(value, "cases", where));
  if (!cases.is_array() || cases.empty())
    return error(ErrorCode::invalid_data, "{}: field 'cases' holds no cases, expected a list",
                 where);
  if (cases.size() > kStdioCasesMax)
    return error(ErrorCode::limit_exceeded, "{}: {} cases, at most {} are allowed", where,
                 cases.size(), kStdioCasesMax);
  if (value.contains("comparison")) {
    SCRIBE_TRY_ASSIGN(const std::string name, json_field<std::string>(value, "comparison", where));
    SCRIBE_TRY_ASSIGN(tests.comparison, comparison_named(name, where));
  }
  if (value.contains("tolerance")) {
    SCRIBE_TRY_ASSIGN(tests.tolerance, json_field<double>(value, "tolerance", where));
    if (!(tests.tolerance >= 0))
      return error(ErrorCode::invalid_data, "{}: field 'tolerance' is {}, expected 0 or more",
                   where, tests.tolerance);
  }
  if (value.contains("checker")) {
    SCRIBE_TRY_ASSIGN(tests.checker, json_field<std::string>(value, "checker", where));
    if (!value.contains("comparison")) tests.comparison = OutputComparison::checker;
  }
  const bool has_checker = tests.comparison == OutputComparison::checker;
  if (has_checker == tests.checker.empty())
    return error(ErrorCode::invalid_data,
                 "{}: field 'checker' and the comparison 'checker' need each other", where);
  const bool needs_output = !has_checker && tests.comparison != OutputComparison::report;
  for (const Json& one : cases) {
    StdioCase read;
    SCRIBE_TRY_ASSIGN(read.input, json_field<std::string>(one, "input", where));
    if (needs_output || one.contains("output")) {
      SCRIBE_TRY_ASSIGN(read.output, json_field<std::string>(one, "output", where));
    }
    tests.cases.push_back(std::move(read));
  }
  return tests;
}

std::optional<std::string> difference(std::string_view output, std::string_view expected,
                                      const StdioTests& tests) {
  if (tests.comparison == OutputComparison::exact) return exact_difference(output, expected);
  for (int word = 1;; ++word) {
    const std::string_view got = take_word(output);
    const std::string_view wanted = take_word(expected);
    if (got.empty() && wanted.empty()) return std::nullopt;
    if (got == wanted) continue;
    if (tests.comparison == OutputComparison::floats && is_close(got, wanted, tests.tolerance))
      continue;
    if (got.empty())
      return fmt::format("expected {}, got the end (word {})", excerpt(wanted), word);
    if (wanted.empty())
      return fmt::format("expected the end, got {} (word {})", excerpt(got), word);
    return fmt::format("expected {}, got {} (word {})", excerpt(wanted), excerpt(got), word);
  }
}

std::string excerpt(std::string_view text, std::size_t length_max) {
  std::string line;
  for (std::size_t i = 0; i < text.size() && line.size() < length_max; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '\n')
      line += "\\n";
    else if (byte == '\t')
      line += "\\t";
    else if (byte < 0x20 || byte >= 0x7F)
      line += fmt::format("\\x{:02x}", byte);
    else
      line += text[i];
  }
  return fmt::format("'{}'{}", line, text.size() > length_max ? "..." : "");
}

}  // namespace scribe::sandbox
