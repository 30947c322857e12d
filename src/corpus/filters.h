// The rules that decide which files become documents.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scribe {

/// Why a file is not in the corpus. A file counts for the first rule that drops it, in this order.
enum class Rule : std::uint8_t {
  unreadable,          ///< the system refused to read it, or a .gz that does not unpack
  too_large,           ///< bytes >= size_bytes_max
  empty,               ///< nothing but white space
  not_utf8,            ///< a byte that is not UTF-8; no option, documents are stored as JSON
  line_length_max,     ///< the longest line is longer than line_length_max
  line_length_mean,    ///< lines are longer than line_length_mean_max on average
  alphanumeric_share,  ///< letters and digits are a smaller share than alphanumeric_share_min
  generated,           ///< the first generated_lines lines say that a program wrote it
  too_short,           ///< fewer characters than characters_min
  duplicate,           ///< the same text, but for white space at its ends, was there before
  near_duplicate,      ///< nearly the same as one that stays
  contaminated,        ///< holds a part of a problem that will be evaluated
  over_bytes_max,      ///< not in the sample that --code-bytes-max or --prose-bytes-max draws
};
inline constexpr std::size_t kRuleCount = 13;

/// As in stats.json: "line_length_max".
std::string_view name_of(Rule rule);
/// The rule of that name, or nothing.
std::optional<Rule> rule_named(std::string_view name);

/// Limits of the rules that look at one file alone. The defaults are those of Codex (Chen et al.,
/// 2021, section 3.1) where the paper gives a number, else those with which CodeParrot reproduced
/// it.
struct FilterOptions {
  std::int64_t size_bytes_max = 1'000'000;  ///< files must be smaller
  std::int64_t line_length_max = 1000;      ///< characters; 0 switches the rule off
  double line_length_mean_max = 100;        ///< characters; 0 switches the rule off
  double alphanumeric_share_min = 0.25;     ///< 0 switches the rule off
  int generated_lines = 5;                  ///< lines searched for a marker; 0 switches it off
  std::int64_t characters_min = 0;          ///< 0 switches the rule off
};

/// What one rule says of one text.
struct RuleCheck {
  Rule rule;
  bool drops;
  std::string measured;  ///< "longest line 1203 characters, limit 1000"
};

/// Every rule from too_large to too_short in order. Ends early where a later one has no meaning (a
/// text that is not UTF-8 has no characters).
std::vector<RuleCheck> check_rules(std::string_view text, const FilterOptions& options);

/// The first rule that drops the text, if any: what check_rules() says, without the words.
std::optional<Rule> dropping_rule(std::string_view text, const FilterOptions& options);

}  // namespace scribe
