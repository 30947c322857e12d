// The rules that decide which files become documents.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/filter_options.h"
#include "corpus/language.h"
#include "corpus/license.h"

namespace scribe {

/// Why a file is not in the corpus. A file counts for the first rule that drops it, in this order.
/// Rules marked (Python) judge no file of another language.
enum class Rule : std::uint8_t {
  unreadable,          ///< the system refused to read it, or a .gz that does not unpack
  too_large,           ///< bytes >= size_bytes_max
  empty,               ///< nothing but white space
  not_utf8,            ///< a byte that is not UTF-8; no option, documents are stored as JSON
  line_length_max,     ///< the longest line is longer than line_length_max
  line_length_mean,    ///< lines are longer than line_length_mean_max on average
  line_count_max,      ///< more lines than lines_max
  alphanumeric_share,  ///< letters and digits are a smaller share than alphanumeric_share_min
  alphabetic_share,    ///< letters are a smaller share than alphabetic_share_min
  encoded_data,        ///< base64, hex or escapes beyond encoded_bytes_max or encoded_share_max
  generated,           ///< the first generated_lines lines say that a program wrote it
  too_short,           ///< fewer characters than characters_min
  config_or_test,      ///< (Python) marks of it, and the text's hash is below the drop rate
  no_keyword,          ///< (Python) no def, class, for, while, and a hash below the drop rate
  few_assignments,     ///< (Python) fewer '=' than equals_signs_min
  license,             ///< its licence is not in licenses_allowed
  comment_share_min,   ///< (Python) comments and docstrings are a smaller share
  comment_share_max,   ///< (Python) comments and docstrings are a larger share
  unparsable,          ///< (Python) python_fault() finds a fault
  secrets,             ///< holds a key, a token or a password
  personal_data,       ///< holds an e-mail or IP address
  duplicate,           ///< the same text, but for white space at its ends, was there before
  near_duplicate,      ///< nearly the same as one that stays
  contaminated,        ///< holds a part of a problem that will be evaluated
  over_bytes_max,      ///< not in the sample that --code-bytes-max or --prose-bytes-max draws
};
inline constexpr std::size_t kRuleCount = 25;

/// As in stats.json: "line_length_max".
std::string_view name_of(Rule rule);
/// The rule of that name, or nothing.
std::optional<Rule> rule_named(std::string_view name);

/// A file as the rules see it. Views.
struct FilterInput {
  std::string_view text;
  std::string_view language = kUnknownLanguage;  ///< language_of() its path
  std::string_view license = kNoAssertion;       ///< an SPDX expression
};

/// What one rule says of one text.
struct RuleCheck {
  Rule rule;
  bool drops;
  std::string measured;  ///< "longest line 1203 characters, limit 1000"
};

/// Every rule from too_large to personal_data in order, those apart that judge other languages or
/// need a licence and have none to compare with. Ends early where a later one has no meaning (a
/// text that is not UTF-8 has no characters).
std::vector<RuleCheck> check_rules(const FilterInput& input, const FilterOptions& options);

/// The first rule that drops the text, if any: what check_rules() says, without the words.
std::optional<Rule> dropping_rule(const FilterInput& input, const FilterOptions& options);

}  // namespace scribe
