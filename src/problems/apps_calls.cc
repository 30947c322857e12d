// The prompt, and a suite that reads the cases as they stand in the file.
#include "problems/apps_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

namespace scribe {
namespace {

// What such sites import before a class Solution.
constexpr std::string_view kSolutionImports =
    "import bisect, collections, functools, heapq, itertools, math, random, re, string\n"
    "from collections import *\nfrom typing import *\n\n";

/// `{0}` is the cases' JSON texts as literals, `{1}` what is called, `{2}` the function's name. The
/// text is read in Python: its numbers may be larger than C++ has.
constexpr std::string_view kSuite = R"PY(import json, math


def _plain(value):
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return {{key: _plain(x) for key, x in value.items()}} if isinstance(value, dict) else value


def _same(a, b):
    if isinstance(a, float) or isinstance(b, float):
        return (isinstance(a, (int, float)) and isinstance(b, (int, float))
                and (a == b or math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-6)))
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b)


def check(candidate):
    for cases in map(json.loads, [{0}]):
        for arguments, expected in zip(cases['inputs'], cases['outputs']):
            shown = scribe.arguments_text(tuple(arguments), {{}})
            out = _plain({1}(*arguments))
            if not (_same(out, expected)
                    or isinstance(expected, list) and len(expected) == 1
                    and _same(out, expected[0])):
                scribe.fail(f'{2}({{shown}}) returned {{scribe.short_text(out)}}, '
                            f'expected {{scribe.short_text(expected)}}')
)PY";

constexpr const char* kSolutionClass = "Solution";

bool is_identifier(std::string_view name) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  return !name.empty() && std::ranges::all_of(name, is_word) &&
         !std::isdigit(static_cast<unsigned char>(name[0]));
}

/// The text as it may stand in lines of its own between three quotes.
std::string quotable(std::string_view text) {
  constexpr std::string_view kQuotes = R"(""")";
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.substr(at).starts_with(kQuotes)) {
      out += R"(\"\"\")";
      at += kQuotes.size() - 1;
      continue;
    }
    if (text[at] == '\\') out += '\\';
    out += text[at];
  }
  return out;
}

Status check_pairs(const Json& pairs, const std::string& where) {
  SCRIBE_TRY_ASSIGN(const Json inputs, json_field<Json>(pairs, "inputs", where));
  SCRIBE_TRY_ASSIGN(const Json outputs, json_field<Json>(pairs, "outputs", where));
  if (!inputs.is_array() || !outputs.is_array() || inputs.size() != outputs.size() ||
      inputs.empty())
    return error(ErrorCode::invalid_data,
                 "{}: inputs and outputs are no lists of the same length with a case each", where);
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (!inputs[i].is_array())
      return error(ErrorCode::invalid_data, "{}: input {} is a {}, expected a list of arguments",
                   where, i + 1, inputs[i].type_name());
  return {};
}

}  // namespace

Result<Problem> problem_from_apps_calls(const Json& value, const Json& pairs,
                                        const std::string& pairs_text, const std::string& where) {
  Problem problem;
  SCRIBE_TRY_ASSIGN(const std::string name, json_field<std::string>(pairs, "fn_name", where));
  SCRIBE_TRY_ASSIGN(const std::string question, json_field<std::string>(value, "question", where));
  if (!is_identifier(name))
    return error(ErrorCode::invalid_data, "{}: fn_name is '{}', expected the name of a function",
                 where, name);
  SCRIBE_TRY(check_pairs(pairs, where));
  std::string starter;
  if (value.contains("starter_code") && !value["starter_code"].is_null()) {
    SCRIBE_TRY_ASSIGN(starter, json_field<std::string>(value, "starter_code", where));
  }
  const bool is_method = starter.find("class Solution") != std::string::npos;
  problem.prompt = fmt::format("\"\"\"\n{}\n\"\"\"\n{}{}", quotable(question),
                               is_method ? kSolutionImports : "", starter);
  problem.entry_point = is_method ? kSolutionClass : name;
  problem.test = apps_calls_test(std::span(&pairs_text, 1), name, problem.entry_point);
  return problem;
}

std::string apps_calls_test(std::span<const std::string> texts, const std::string& fn_name,
                            const std::string& entry_point) {
  std::vector<std::string> literals;
  for (const std::string& text : texts)
    literals.push_back(Json(text).dump(-1, ' ', false, Json::error_handler_t::replace));
  return fmt::format(fmt::runtime(kSuite), fmt::join(literals, ", "),
                     apps_calls_target(fn_name, entry_point), fn_name);
}

std::string apps_calls_target(const std::string& fn_name, const std::string& entry_point) {
  return entry_point == kSolutionClass && fn_name != entry_point ? "candidate()." + fn_name
                                                                 : "candidate";
}

}  // namespace scribe
