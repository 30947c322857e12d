// Standalone documented functions from Python sources: material for supervised fine-tuning.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "problems/problem.h"

namespace scribe {

struct FunctionOptions {
  int body_lines_min = 2;  ///< non-blank lines below the docstring
  int body_lines_max = 20;
  int docstring_characters_min = 20;
  int function_bytes_max = 4096;
};

/// Why a documented top-level function was not taken.
enum class FunctionRefusal {
  decorated,       ///< has decorators
  signature,       ///< no parameters, or self or cls among them
  length,          ///< body or docstring out of the options' bounds, or too many bytes
  layout,          ///< not indented by four spaces
  no_result,       ///< never returns a value
  unsupported,     ///< global, nonlocal, yield, async, await, class, relative import, import *
  not_standalone,  ///< uses a name that it does not bind and that is no builtin
  duplicate,       ///< its body was seen before
  contaminated,    ///< shares its name, its docstring or its body with a protected problem
};
constexpr std::size_t kFunctionRefusals = 9;
std::string_view name_of(FunctionRefusal refusal);

/// What became of everything that was looked at.
struct FunctionCounts {
  std::int64_t documents = 0;
  std::int64_t not_python = 0;  ///< documents that do not lex as Python 3
  std::int64_t documented = 0;  ///< top-level functions with a docstring
  std::int64_t taken = 0;
  std::array<std::int64_t, kFunctionRefusals> refused{};
};

/// Takes documents one after the other and keeps the functions that can be understood, run and
/// learned from alone.
///
/// A function is taken if it is a top-level `def` without decorators whose first statement is a
/// docstring, that returns a value, and whose names are parameters, locals, builtins or imported
/// inside it. It becomes a problem without tests: the prompt is the signature with the docstring,
/// the solution is the body; task_id is "function/" and 16 hex digits of its content.
class FunctionCollector {
 public:
  explicit FunctionCollector(FunctionOptions options) : options_(options) {}

  /// Refuses from now on functions that resemble these problems: the same entry point; or the first
  /// 60 characters of the docstring's prose, or the solution, found within (spaces and case aside,
  /// texts under 30 characters do not count).
  void protect(const std::vector<Problem>& problems);

  /// Looks at the text of one Python file.
  void add_document(std::string_view text);

  const std::vector<Problem>& problems() const { return problems_; }
  const FunctionCounts& counts() const { return counts_; }

 private:
  struct Candidate;
  void consider(const Candidate& candidate);
  bool is_contaminated(const Candidate& candidate) const;

  FunctionOptions options_;
  std::vector<Problem> problems_;
  FunctionCounts counts_;
  std::unordered_set<std::uint64_t> bodies_seen_;
  std::unordered_set<std::string> protected_names_;
  std::vector<std::string> protected_texts_;
};

/// Feeds a file to the collector: the "text" of every line of a .jsonl(.gz) file, or a .py file.
/// Errors: not_found, io, invalid_data; invalid_argument for any other kind of file.
Status add_functions_of_file(Env& env, const std::string& path, FunctionCollector& collector);

}  // namespace scribe
