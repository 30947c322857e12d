// Tests one document through rules, licence and redaction together.
#include "corpus/document_filter.h"

#include <gtest/gtest.h>

namespace scribe {
namespace {

TEST(DocumentFilterTest, AKeptDocumentHasItsNumbers) {
  const FilteredDocument document =
      filter_document("src/a.py", "# MIT License\nx = 1\n", "Apache-2.0", {});
  EXPECT_EQ(document.dropped_by, std::nullopt);
  EXPECT_EQ(document.text, "# MIT License\nx = 1\n");
  EXPECT_EQ(document.statistics.lines, 2);
  EXPECT_EQ(document.language, kPython);
  EXPECT_EQ(document.license, "MIT");  // The file knows better than what lies beside it.
  EXPECT_EQ(document.redacted, PrivateDataCounts{});
}

TEST(DocumentFilterTest, WhatIsDeclaredCountsWhereTheFileSaysNothing) {
  EXPECT_EQ(filter_document("a.py", "x = 1\n", "Apache-2.0", {}).license, "Apache-2.0");
  EXPECT_EQ(filter_document("a.py", "x = 1\n", "", {}).license, kNoAssertion);
  const FilterOptions options{.licenses_allowed = permissive_licenses()};
  EXPECT_EQ(filter_document("a.py", "x = 1\n", "Apache-2.0", options).dropped_by, std::nullopt);
  EXPECT_EQ(filter_document("a.py", "x = 1\n", "GPL-3.0-only", options).dropped_by, Rule::license);
  EXPECT_EQ(filter_document("a.py", "# under the GPLv3\nx = 1\n", "MIT", options).dropped_by,
            Rule::license);
}

TEST(DocumentFilterTest, RedactionFollowsItsModes) {
  const std::string text = "# ann@uni.edu\nkey = 'AKIAQ4RTYUPWLK2JHGFD'\n";
  using enum PrivateDataMode;
  EXPECT_EQ(filter_document("a.py", text, "", {}).text, text);
  EXPECT_EQ(filter_document("a.py", text, "", {.secrets = redact}).text,
            "# ann@uni.edu\nkey = '<KEY>'\n");
  const FilteredDocument both =
      filter_document("a.py", text, "", {.secrets = redact, .personal_data = redact});
  EXPECT_EQ(both.text, "# <EMAIL>\nkey = '<KEY>'\n");
  EXPECT_EQ(both.redacted, (PrivateDataCounts{0, 1, 0, 1, 0}));
  EXPECT_EQ(both.statistics, measure_text(both.text));
  EXPECT_EQ(
      filter_document("a.py", text, "", {.secrets = redact, .personal_data = drop}).dropped_by,
      Rule::personal_data);
}

TEST(DocumentFilterTest, ADroppedDocumentIsAsItCame) {
  const std::string text = "# auto-generated for ann@uni.edu\n";
  const FilteredDocument document =
      filter_document("a.py", text, "", {.personal_data = PrivateDataMode::redact});
  EXPECT_EQ(document.dropped_by, Rule::generated);
  EXPECT_EQ(document.text, text);
}

TEST(DocumentFilterTest, AnExplanationNamesTheSameRule) {
  const FilterOptions options{.comment_share_min = 0.5};
  for (const char* path : {"a.py", "a.c"}) {
    std::optional<Rule> explained;
    for (const RuleCheck& check : explain_document(path, "x = 1\n", "", options))
      if (check.drops && !explained.has_value()) explained = check.rule;
    EXPECT_EQ(filter_document(path, "x = 1\n", "", options).dropped_by, explained) << path;
  }
}

TEST(LanguageTest, LanguagesAreKnownByNameAndExtension) {
  EXPECT_EQ(language_of("a/b.py"), "Python");
  EXPECT_EQ(language_of("B.PY"), "Python");
  EXPECT_EQ(language_of("x.tar.cc"), "C++");
  EXPECT_EQ(language_of("dir.py/Makefile"), "Makefile");
  EXPECT_EQ(language_of("src/CMakeLists.txt"), "CMake");
  EXPECT_EQ(language_of("dir.py/noname"), kUnknownLanguage);
  EXPECT_EQ(language_of("a.unheard"), kUnknownLanguage);
  EXPECT_EQ(language_of(""), kUnknownLanguage);
}

}  // namespace
}  // namespace scribe
