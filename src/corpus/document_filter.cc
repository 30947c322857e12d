// The order: licence, rules, redaction, numbers.
#include "corpus/document_filter.h"

namespace scribe {
namespace {

std::string license_of_document(std::string_view text, std::string_view declared) {
  std::string license = license_of_header(text);
  if (license != kNoAssertion || declared.empty()) return license;
  return std::string(declared);
}

}  // namespace

FilteredDocument filter_document(std::string_view path, std::string text,
                                 std::string_view declared_license, const FilterOptions& options) {
  FilteredDocument document{.dropped_by = std::nullopt,
                            .text = {},
                            .statistics = {},
                            .language = language_of(path),
                            .license = license_of_document(text, declared_license)};
  document.dropped_by = dropping_rule(
      {.text = text, .language = document.language, .license = document.license}, options);
  const PrivateDataScope redact{.secrets = options.secrets == PrivateDataMode::redact,
                                .personal_data = options.personal_data == PrivateDataMode::redact};
  if (!document.dropped_by.has_value()) {
    text = redact_private_data(std::move(text), redact, document.redacted);
    document.statistics = measure_text(text);
  }
  document.text = std::move(text);
  return document;
}

std::vector<RuleCheck> explain_document(std::string_view path, std::string_view text,
                                        std::string_view declared_license,
                                        const FilterOptions& options) {
  return check_rules({.text = text,
                      .language = language_of(path),
                      .license = license_of_document(text, declared_license)},
                     options);
}

}  // namespace scribe
