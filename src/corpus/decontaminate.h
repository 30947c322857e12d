// Finds documents that hold a part of a problem on which the model will be scored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "corpus/problem_texts.h"
#include "corpus/python_functions.h"
#include "corpus/shared_text.h"

namespace scribe {

struct DecontaminationOptions {
  /// Docstrings and solutions shorter than this, normalised, are too common to mean anything.
  std::int32_t match_bytes_min = 40;
  /// Words of an n-gram. Of 10-grams on HumanEval almost every hit is false ("0 1 2 3 4 5 6 7 8
  /// 9").
  std::int32_t gram_words = 13;
  /// The stop rule: an n-gram with fewer distinct words of three letters or more is ignored. Loops,
  /// counted numbers and lists of flags have few.
  std::int32_t gram_distinct_words_min = 8;
  /// Bodies of fewer tokens are written alike by people who never saw each other's: of Debian's
  /// Python files 130 of 20,000 match at 6 tokens, 5 of 80,000 at 8 ("return sorted(set(x))").
  std::int32_t form_tokens_min = 20;
};

/// Why a document is contaminated.
struct Contamination {
  std::string task_id;
  std::string rule;   ///< "docstring", "solution", "words" or "ast"
  std::string match;  ///< the normalised text that both share; of "ast" the document's function
};

/// Immutable once loaded; find() may be called from any thread.
///
/// Text is normalised by collapsing white space to one space and ASCII letters to lower case. A
/// document is contaminated if its normalised text contains (1) a docstring of a problem's prompt,
/// up to its first ">>>" if that much is long enough, (2) a canonical solution, or (3) gram_words
/// words in a row of either that pass the stop rule; or (4) if it has a function whose body is that
/// of a solution but for layout, comments, docstrings and names (see function_form()).
class Decontaminator {
 public:
  /// Finds nothing.
  Decontaminator() = default;

  /// Reads problem files, .jsonl or .jsonl.gz, in the forms of read_problem_texts(). Errors:
  /// not_found, io, invalid_data (path, line, field; a file without problems), invalid_argument
  /// (options out of range).
  static Result<Decontaminator> load(Env& env, const std::vector<std::string>& paths,
                                     const DecontaminationOptions& options);

  /// The first match by rule and then in the order of the text: substrings, then word n-grams, then
  /// functions.
  std::optional<Contamination> find(std::string_view text) const;

  std::size_t pattern_count() const { return shared_.passage_count(); }
  std::size_t gram_count() const { return shared_.gram_count(); }
  std::size_t form_count() const { return form_count_; }

 private:
  /// Where a text of a problem comes from.
  struct Owner {
    std::string task_id;
    std::string rule;
  };
  struct Form {
    std::uint64_t hash;  // Of the tokens.
    std::size_t owner;
  };

  void add_problem(const ProblemTexts& problem);
  void add_text(std::string_view text, const std::string& task_id, const std::string& rule);
  void add_functions(std::string_view program, const std::string& task_id);
  std::optional<Contamination> find_function(std::string_view text) const;

  DecontaminationOptions options_;
  std::vector<Owner> owners_;
  SharedTextIndex shared_;
  std::unordered_map<std::uint64_t, std::vector<Form>> forms_;  // By the function's sketch.
  FunctionOpenings openings_;                                   // Of the forms.
  std::size_t form_count_ = 0;
};

}  // namespace scribe
