// Tests which licences texts, headers, expressions and debian/copyright state.
#include "corpus/license.h"

#include <gtest/gtest.h>

#include "corpus/debian_copyright.h"
#include "corpus/license_expression.h"

namespace scribe {
namespace {

constexpr std::string_view kBsdGrant =
    "Redistribution and use in source and binary forms, with or without\n"
    "modification, are permitted provided that the following conditions are met:\n";
constexpr std::string_view kBsdBinary =
    "2. Redistributions in binary form must reproduce the above copyright notice\n";
constexpr std::string_view kMitGrant =
    "Permission is hereby granted, free of charge, to any person obtaining a copy of this\n";

std::string text_of(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

TEST(LicenseTest, TextsAreKnownByTheirPhrases) {
  EXPECT_EQ(license_of_text(text_of({kMitGrant,
                                     "... The above copyright notice and this "
                                     "permission notice shall be included in all\n"
                                     "copies or substantial portions"})),
            "MIT");
  EXPECT_EQ(license_of_text(kMitGrant), "MIT-0");
  EXPECT_EQ(license_of_text(text_of({kBsdGrant, kBsdBinary})), "BSD-2-Clause");
  EXPECT_EQ(license_of_text(text_of({kBsdGrant, kBsdBinary,
                                     "3. Neither the name ... to endorse or promote products\n"
                                     "   derived from this software"})),
            "BSD-3-Clause");
  EXPECT_EQ(license_of_text(text_of({kBsdGrant, kBsdBinary,
                                     "3. All advertising materials mentioning features or use of "
                                     "this software"})),
            "BSD-4-Clause");
  EXPECT_EQ(license_of_text("Permission to use, copy, modify, and/or distribute this software for "
                            "any purpose ... provided that the above copyright notice and this "
                            "permission notice appear in all copies."),
            "ISC");
  EXPECT_EQ(license_of_text("Permission to use, copy, modify, and/or distribute this software for "
                            "any purpose with or without fee is hereby granted."),
            "0BSD");
  EXPECT_EQ(license_of_text("  Apache License\n  Version 2.0, January 2004\n"), "Apache-2.0");
  EXPECT_EQ(license_of_text("Mozilla Public License Version 2.0\n==="), "MPL-2.0");
  EXPECT_EQ(license_of_text("2. Altered source versions must be plainly marked as such"), "Zlib");
  EXPECT_EQ(license_of_text("Boost Software License - Version 1.0 - August 17th, 2003"), "BSL-1.0");
  EXPECT_EQ(license_of_text("PSF LICENSE AGREEMENT FOR PYTHON 3.11.2"), "PSF-2.0");
  EXPECT_EQ(license_of_text("This is free and unencumbered software released into the public "
                            "domain."),
            "Unlicense");
  EXPECT_EQ(license_of_text("Creative Commons Legal Code\n\nCC0 1.0 Universal"), "CC0-1.0");
  EXPECT_EQ(license_of_text("Eclipse Public License - v 2.0"), "EPL-2.0");
  EXPECT_EQ(license_of_text("All rights reserved."), kNoAssertion);
  EXPECT_EQ(license_of_text(""), kNoAssertion);
}

TEST(LicenseTest, TheWordingSaysWhichVersionsOfTheGnuLicencesAreMeant) {
  const auto notice = [](std::string_view name, std::string_view version) {
    return license_of_text(
        text_of({"under the terms of the GNU ", name,
                 " as published by\n# the Free Software Foundation; ", version}));
  };
  EXPECT_EQ(notice("General Public License",
                   "either version 2 of the License, or (at your "
                   "option) any later version."),
            "GPL-2.0-or-later");
  EXPECT_EQ(notice("General Public License", "version 2 of the License."), "GPL-2.0-only");
  EXPECT_EQ(notice("Lesser General Public License",
                   "either version 2.1 of the License, or (at "
                   "your option) any later version."),
            "LGPL-2.1-or-later");
  EXPECT_EQ(notice("Affero General Public License", "version 3."), "AGPL-3.0-only");
  EXPECT_EQ(notice("General Public License", "no version."), "GPL-1.0-or-later");
  EXPECT_EQ(license_of_text("GNU General Public License v3.0+ (see COPYING)"), "GPL-3.0-or-later");
  EXPECT_EQ(license_of_text("version 3 of the GNU General Public License"), "GPL-3.0-only");
  EXPECT_EQ(license_of_text("Licensed under the GPLv3"), "GPL-3.0-only");
  EXPECT_EQ(license_of_text("License: LGPL 2.1 or later"), "LGPL-2.1-or-later");
  EXPECT_EQ(license_of_text("a licence compatible with it, under GPL compatible terms"),
            kNoAssertion);
}

TEST(LicenseTest, ACopyOfAGnuLicenceIsThatVersionOnly) {
  constexpr std::string_view kGpl3 =
      "GNU GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n ... GNU Affero General Public "
      "License "
      "... How to apply: GNU General Public License as published, either version 3 of the License, "
      "or (at your option) any later version";
  EXPECT_EQ(license_of_text(kGpl3), "GPL-3.0-only");
  EXPECT_EQ(license_of_text(text_of({"This is free under the GNU General Public License, version 3 "
                                     "or any later version.\n",
                                     kGpl3})),
            "GPL-3.0-or-later");
  EXPECT_EQ(license_of_text("GNU LESSER GENERAL PUBLIC LICENSE\n Version 3, 29 June 2007\n This "
                            "version incorporates version 3 of the GNU General Public License"),
            "LGPL-3.0-only");
  EXPECT_EQ(license_of_text("Mozilla Public License Version 2.0 ... \"Secondary License\" means "
                            "either the GNU General Public License, Version 2.0, the GNU Lesser"),
            "MPL-2.0");
}

TEST(LicenseTest, SeveralLicencesAllHoldUnlessAChoiceIsOffered) {
  EXPECT_EQ(license_of_text("Apache License, Version 2.0 ... the MIT License"),
            "Apache-2.0 AND MIT");
  EXPECT_EQ(license_of_text("Licensed under either of Apache License, Version 2.0 or the MIT "
                            "license at your option"),
            "Apache-2.0 OR MIT");
}

TEST(LicenseTest, ALicenceThatRestrictsIsNotTheOneThatItNames) {
  for (const std::string_view text :
       {"Business Source License 1.1 ... Change Date: 2029-01-01 Change License: Apache License, "
        "Version 2.0",
        "Functional Source License, Version 1.1, Apache 2.0 Future License ... Apache License, "
        "Version 2.0",
        "\"Commons Clause\" License Condition v1.0 ... License: MIT License",
        "Dual licensed under the Elastic License 2.0 and the MIT License, at your option"}) {
    const std::string license = license_of_text(text);
    EXPECT_FALSE(is_license_allowed(license, permissive_licenses())) << license;
  }
}

TEST(LicenseTest, HeadersAreCommentsAndDocstrings) {
  constexpr std::string_view kNotice = "Licensed under the Apache License, Version 2.0";
  EXPECT_EQ(license_of_header(text_of({"#!/usr/bin/python\n\n# ", kNotice, "\nx = 1\n"})),
            "Apache-2.0");
  EXPECT_EQ(license_of_header(
                text_of({"from __future__ import x\n\"\"\"Doc.\n\n", kNotice, "\n\"\"\"\n"})),
            "Apache-2.0");
  EXPECT_EQ(license_of_header(text_of({"/* Code.\n * ", kNotice, "\n */\nint x;"})), "Apache-2.0");
  EXPECT_EQ(license_of_header(text_of({"// ", kNotice, "\nint x;"})), "Apache-2.0");
  EXPECT_EQ(license_of_header(text_of({"x = 1\n# ", kNotice, "\n"})), kNoAssertion);
  EXPECT_EQ(license_of_header(text_of({"x = '''", kNotice, "'''\n"})), kNoAssertion);
  EXPECT_EQ(license_of_header(text_of({std::string(kLicenseHeaderBytesMax, '#'), kNotice})),
            kNoAssertion);
  EXPECT_EQ(license_of_header("import x\n__license__ = 'GPL v3'\n"), "GPL-3.0-only");
  EXPECT_EQ(license_of_header("__license__ = \"MIT\"\n"), "MIT");
  EXPECT_EQ(license_of_header(""), kNoAssertion);
}

TEST(LicenseTest, AnIdentifierIsTakenAtItsWord) {
  EXPECT_EQ(license_of_header("# SPDX-License-Identifier: MIT\n# GNU General Public License\n"),
            "MIT");
  EXPECT_EQ(license_of_header("/* SPDX-License-Identifier: (GPL-2.0+ or MIT) */\nint x;"),
            "(GPL-2.0-or-later OR MIT)");
  EXPECT_EQ(license_of_header("# SPDX-License-Identifier: ???\n# MIT license\n"), "MIT");
}

TEST(LicenseTest, ExpressionsAreAllowedByTheirOperators) {
  const std::vector<std::string> allowed = {"MIT", "Apache-2.0"};
  for (const char* expression :
       {"MIT", "mit", "MIT AND Apache-2.0", "GPL-3.0-only OR MIT", "(MIT)",
        "Apache-2.0 WITH LLVM-exception", "MIT AND (GPL-2.0-only OR Apache-2.0)",
        "GPL-2.0-only AND ISC OR MIT"})
    EXPECT_TRUE(is_license_allowed(expression, allowed)) << expression;
  for (const char* expression :
       {"", "ISC", "NOASSERTION", "MIT AND ISC", "MIT OR", "(MIT", "MIT)", "MIT MIT", "OR MIT",
        "MIT AND (GPL-2.0-only OR ISC)", "ISC WITH MIT", "MIT; ISC"})
    EXPECT_FALSE(is_license_allowed(expression, allowed)) << expression;
  EXPECT_TRUE(is_license_allowed("NOASSERTION", {"NOASSERTION"}));
  // Depth and size have limits.
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '(') + "MIT" +
           std::string(static_cast<std::size_t>(depth), ')');
  };
  EXPECT_TRUE(is_license_allowed(nested(kLicenseExpressionDepthMax), allowed));
  EXPECT_FALSE(is_license_allowed(nested(kLicenseExpressionDepthMax + 2), allowed));
  EXPECT_FALSE(is_license_allowed("MIT" + std::string(kLicenseExpressionBytesMax, ' '), allowed));
}

TEST(LicenseTest, PermissiveLicencesHoldNoCopyleft) {
  EXPECT_TRUE(is_license_allowed("BSD-3-Clause AND Apache-2.0", permissive_licenses()));
  for (const char* expression :
       {"GPL-3.0-only", "LGPL-2.1-or-later", "MPL-2.0", "CC-BY-SA-4.0", "NOASSERTION"})
    EXPECT_FALSE(is_license_allowed(expression, permissive_licenses())) << expression;
}

TEST(LicenseTest, ShortNamesOfDebianHaveSpdxIds) {
  const std::array<std::pair<const char*, const char*>, 16> kNames = {{
      {"Expat", "MIT"},
      {"BSD-3-clause", "BSD-3-Clause"},
      {"GPL-2+", "GPL-2.0-or-later"},
      {"GPL-3", "GPL-3.0-only"},
      {"LGPL-2.1", "LGPL-2.1-only"},
      {"AGPL-3+", "AGPL-3.0-or-later"},
      {"GPL", "GPL-1.0-or-later"},
      {"GFDL-1.3+", "GFDL-1.3-or-later"},
      {"PSF-2", "PSF-2.0"},
      {"public-domain", "LicenseRef-public-domain"},
      {"Artistic or GPL-1+", "Artistic-1.0-Perl OR GPL-1.0-or-later"},
      {"Expat and Zlib", "MIT AND Zlib"},
      {"GPL-1+ or Artistic, and BSD-3-clause",
       "(GPL-1.0-or-later OR Artistic-1.0-Perl) AND BSD-3-Clause"},
      {"Expat or GPL-2 and Zlib", "MIT OR (GPL-2.0-only AND Zlib)"},
      {"GPL-2+ with OpenSSL exception", "GPL-2.0-or-later WITH openssl-exception"},
      {"own-licence", "NOASSERTION"},
  }};
  for (const auto& [name, spdx] : kNames) EXPECT_EQ(spdx_of_debian(name), spdx) << name;
}

TEST(DebianCopyrightTest, TheLastStanzaThatMatchesDecides) {
  const auto copyright = DebianCopyright::parse(
      "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
      "Upstream-Name: x\n"
      "# A comment.\n"
      "\n"
      "Files: *\n"
      "Copyright: 2020 A\n"
      "License: Expat\n"
      "\n"
      "Files: src/*.c\n"
      " lib/?.py\n"
      "License: GPL-2+\n"
      "\n"
      "Files: src/free.c\n"
      "License: own\n"
      "\n"
      "Files: docs/*\n"
      "Copyright: 2021 B\n"
      "\n"
      "License: own\n"
      " Licensed under the Apache License, Version 2.0.\n"
      " .\n"
      " More.\n",
      "copyright");
  ASSERT_TRUE(copyright.ok()) << copyright.error().message();
  EXPECT_TRUE(copyright.value().is_machine_readable());
  EXPECT_EQ(copyright.value().license_of("README"), "MIT");
  EXPECT_EQ(copyright.value().license_of("./src/deep/a.c"), "GPL-2.0-or-later");
  EXPECT_EQ(copyright.value().license_of("lib/a.py"), "GPL-2.0-or-later");
  EXPECT_EQ(copyright.value().license_of("lib/ab.py"), "MIT");
  EXPECT_EQ(copyright.value().license_of("src/free.c"), "Apache-2.0");
  EXPECT_EQ(copyright.value().license_of("docs/a.md"), kNoAssertion);
}

TEST(DebianCopyrightTest, FreeTextCountsForEveryFile) {
  const auto copyright =
      DebianCopyright::parse("Upstream is under the MIT License. It was packaged by C.", "x");
  ASSERT_TRUE(copyright.ok());
  EXPECT_FALSE(copyright.value().is_machine_readable());
  EXPECT_EQ(copyright.value().license_of("any/file"), "MIT");
}

TEST(DebianCopyrightTest, WrongFilesAreRefusedWithTheirLine) {
  const auto broken = DebianCopyright::parse("Format: 1.0\n\nFiles *\n", "p/copyright");
  EXPECT_EQ(broken.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(broken.error().message().find("p/copyright:3"), std::string::npos);
  EXPECT_EQ(DebianCopyright::parse("Format: 1.0\n\n more\n", "x").error().code(),
            ErrorCode::invalid_data);
  EXPECT_EQ(
      DebianCopyright::parse(std::string(kDebianCopyrightBytesMax + 1, ' '), "x").error().code(),
      ErrorCode::limit_exceeded);
  std::string many = "Format: 1.0\n\nLicense: MIT\nFiles:";
  for (std::size_t i = 0; i <= kDebianFilesPatternsMax; ++i) many += " a";
  EXPECT_EQ(DebianCopyright::parse(many, "x").error().code(), ErrorCode::limit_exceeded);
}

TEST(DebianCopyrightTest, PatternsMatchWholePaths) {
  EXPECT_TRUE(matches_debian_pattern("*", "a/b"));
  EXPECT_TRUE(matches_debian_pattern("a/*/c", "a/x/y/c"));
  EXPECT_TRUE(matches_debian_pattern("*.py", "a/b.py"));
  EXPECT_TRUE(matches_debian_pattern("a\\*b", "a*b"));
  EXPECT_TRUE(matches_debian_pattern("a\\?", "a?"));
  EXPECT_TRUE(matches_debian_pattern("./a", "a"));
  EXPECT_TRUE(matches_debian_pattern("", ""));
  EXPECT_FALSE(matches_debian_pattern("a\\*b", "axb"));
  EXPECT_FALSE(matches_debian_pattern("a?", "a"));
  EXPECT_FALSE(matches_debian_pattern("a", "ab"));
  EXPECT_FALSE(matches_debian_pattern("*a", "ab"));
  // Many stars take no exponential time.
  EXPECT_FALSE(matches_debian_pattern("*a*a*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

}  // namespace
}  // namespace scribe
