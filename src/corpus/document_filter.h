// One document through all that looks at it alone: rules, licence, redaction.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "corpus/filters.h"
#include "corpus/private_data.h"
#include "corpus/text_statistics.h"

namespace scribe {

/// A document that passed, or the rule that dropped it. Of a dropped one `text` is as it came, and
/// what the rules did not get to is not filled in.
struct FilteredDocument {
  std::optional<Rule> dropped_by;
  std::string text;              ///< redacted, if the options say so
  TextStatistics statistics;     ///< of `text`
  std::string_view language;     ///< language_of(path)
  std::string license;           ///< SPDX: what the file's head states, else what was declared
  PrivateDataCounts redacted{};  ///< how often each kind was replaced
};

/// `declared_license` is what stands beside the file, in a LICENSE or debian/copyright. Depends on
/// the arguments alone; safe to call from many threads.
FilteredDocument filter_document(std::string_view path, std::string text,
                                 std::string_view declared_license, const FilterOptions& options);

/// What every rule says of the document, before redaction.
std::vector<RuleCheck> explain_document(std::string_view path, std::string_view text,
                                        std::string_view declared_license,
                                        const FilterOptions& options);

}  // namespace scribe
