// Finds documents that hold a part of a problem on which the model will be scored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/env.h"
#include "base/json.h"
#include "base/result.h"

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
};

/// Why a document is contaminated.
struct Contamination {
  std::string task_id;
  std::string rule;   ///< "docstring", "solution" or "words"
  std::string match;  ///< the normalised text that both share
};

/// Immutable once loaded; find() may be called from any thread.
///
/// Text is normalised by collapsing white space to one space and ASCII letters to lower case. A
/// document is contaminated if its normalised text contains (1) a docstring of a problem's prompt,
/// up to its first ">>>" if that much is long enough, (2) a canonical solution, or (3) gram_words
/// words in a row of either that pass the stop rule.
class Decontaminator {
 public:
  /// Finds nothing.
  Decontaminator() = default;

  /// Reads problem files in HumanEval's form (task_id, prompt, canonical_solution; the last may be
  /// missing), .jsonl or .jsonl.gz. Errors: not_found, io, invalid_data (path, line, field),
  /// invalid_argument (options out of range).
  static Result<Decontaminator> load(Env& env, const std::vector<std::string>& paths,
                                     const DecontaminationOptions& options);

  /// The first match in the order of the text, substrings before word n-grams.
  std::optional<Contamination> find(std::string_view text) const;

  std::size_t pattern_count() const { return patterns_.size(); }
  std::size_t gram_count() const { return grams_.size(); }

 private:
  struct Pattern {
    std::string text;
    std::string task_id;
    std::string rule;
  };

  Status add_problem(const Json& problem, const std::string& where);
  void add_text(std::string_view text, const std::string& task_id, const std::string& rule);
  void add_grams(std::string_view normalised, const std::string& task_id);
  std::optional<Contamination> find_pattern(std::string_view normalised) const;
  std::optional<Contamination> find_gram(std::string_view normalised) const;

  DecontaminationOptions options_;
  std::vector<Pattern> patterns_;
  std::unordered_multimap<std::uint64_t, std::size_t> anchors_;  // Of the first bytes of a pattern.
  std::unordered_map<std::uint64_t, Pattern> grams_;
  std::vector<bool> anchor_bits_;  // By the high bits of the hash: most windows stop here.
  std::vector<bool> gram_bits_;
};

/// Every run of white space as one space, none at the ends, ASCII letters in lower case.
std::string normalised_text(std::string_view text);

}  // namespace scribe
