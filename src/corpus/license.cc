// Phrases of licences in text without case, punctuation and line ends.
#include "corpus/license.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "corpus/license_expression.h"
#include "corpus/text_lines.h"

namespace scribe {
namespace {

struct Phrase {
  std::string_view phrase;
  std::string_view id;
};

// Each is said of no other licence. The longer notice of a family stands in a function below.
constexpr auto kPhrases = std::to_array<Phrase>({
    {"apache license version 2.0", "Apache-2.0"},
    {"apache license 2.0", "Apache-2.0"},
    {"apache 2.0 license", "Apache-2.0"},
    {"apache software license 2.0", "Apache-2.0"},
    {"the end user documentation included with the redistribution", "Apache-1.1"},
    {" mit license", "MIT"},
    {" expat license", "MIT"},
    {"bsd 3 clause", "BSD-3-Clause"},
    {"3 clause bsd", "BSD-3-Clause"},
    {"new bsd license", "BSD-3-Clause"},
    {"modified bsd license", "BSD-3-Clause"},
    {"revised bsd license", "BSD-3-Clause"},
    {"bsd 2 clause", "BSD-2-Clause"},
    {"2 clause bsd", "BSD-2-Clause"},
    {"simplified bsd license", "BSD-2-Clause"},
    {" isc license", "ISC"},
    {"mozilla public license version 2.0", "MPL-2.0"},
    {"mozilla public license v 2.0", "MPL-2.0"},
    {"mozilla public license 2.0", "MPL-2.0"},
    {"mozilla public license version 1.1", "MPL-1.1"},
    {"psf license agreement for python", "PSF-2.0"},
    {"python software foundation license", "PSF-2.0"},
    {"licensed to psf under a contributor agreement", "PSF-2.0"},
    {"this is free and unencumbered software released into the public domain", "Unlicense"},
    {"cc0 1.0 universal", "CC0-1.0"},
    {"creativecommons org publicdomain zero 1.0", "CC0-1.0"},
    {"altered source versions must be plainly marked as such", "Zlib"},
    {"boost software license version 1.0", "BSL-1.0"},
    {"eclipse public license v 2.0", "EPL-2.0"},
    {"eclipse public license version 2.0", "EPL-2.0"},
    {"eclipse public license 2.0", "EPL-2.0"},
    {"eclipse public license v 1.0", "EPL-1.0"},
    {"eclipse public license version 1.0", "EPL-1.0"},
    {"do what the fuck you want to public license", "WTFPL"},
    {"artistic license 2.0", "Artistic-2.0"},
    {"the intent of this document is to state the conditions under which a package may be copied",
     "Artistic-1.0-Perl"},
    {"of either of the licenses found in license apache", "Apache-2.0"},  // LICENSE.APACHE2
    {"zope public license zpl version 2.1", "ZPL-2.1"},
    {"european union public licence v 1.2", "EUPL-1.2"},
    {"common development and distribution license", "CDDL-1.0"},
    {"sil open font license version 1.1", "OFL-1.1"},
    {"permission to use copy modify and distribute this software and its documentation", "HPND"},
    {"permission to use copy modify distribute and sell this software and its documentation",
     "HPND-sell-variant"},
    {"creativecommons org licenses by 4.0", "CC-BY-4.0"},
    {"attribution 4.0 international", "CC-BY-4.0"},
    {"creativecommons org licenses by 3.0", "CC-BY-3.0"},
    {"creativecommons org licenses by sa 4.0", "CC-BY-SA-4.0"},
    {"attribution sharealike 4.0 international", "CC-BY-SA-4.0"},
    {"creativecommons org licenses by sa 3.0", "CC-BY-SA-3.0"},
    {"creativecommons org licenses by nc", "CC-BY-NC-4.0"},
    {"attribution noncommercial", "CC-BY-NC-4.0"},
});

// What the titles of the GNU licences' own texts say.
constexpr auto kGnuTitles = std::to_array<Phrase>({
    {"gnu general public license version 2 june 1991", "GPL-2.0"},
    {"gnu general public license version 3 29 june 2007", "GPL-3.0"},
    {"gnu library general public license version 2 june 1991", "LGPL-2.0"},
    {"gnu lesser general public license version 2.1 february 1999", "LGPL-2.1"},
    {"gnu lesser general public license version 3 29 june 2007", "LGPL-3.0"},
    {"gnu affero general public license version 3 19 november 2007", "AGPL-3.0"},
    {"gnu free documentation license version 1.2 november 2002", "GFDL-1.2"},
    {"gnu free documentation license version 1.3 3 november 2008", "GFDL-1.3"},
});

struct GnuName {
  std::string_view phrase;
  std::string_view family;
  std::string_view any_version;  ///< what a notice without a version allows
};

constexpr auto kGnuNames = std::to_array<GnuName>({
    {"gnu affero general public license", "AGPL", "AGPL-3.0-or-later"},
    {"gnu lesser general public license", "LGPL", "LGPL-2.0-or-later"},
    {"gnu library general public license", "LGPL", "LGPL-2.0-or-later"},
    {"gnu general public license", "GPL", "GPL-1.0-or-later"},
});

// Texts of these licences name the GNU ones without being under them.
constexpr std::array<std::string_view, 5> kNamingGnu = {
    "means either the gnu general public license version 2.0",        // MPL-2.0
    "secondary license means either the gnu general public license",  // EPL-2.0
    "european union public licence v 1.2", "beopen python open source license agreement",
    "cecill free software license agreement"};

constexpr std::array<std::string_view, 4> kChoices = {
    "dual licensed", "licensed under either of",
    "alternatively the contents of this file may be used under",
    "you may choose either of the licenses"};

constexpr std::array<std::string_view, 6> kPublicDomainPhrases = {
    "in the public domain", "into the public domain",  "to the public domain",
    "is public domain",     "is hereby public domain", "license public domain"};

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// What takes freedoms away again, in licences that name a permissive one: as the one that a later
/// day brings, or below a further clause.
constexpr auto kRestricting = std::to_array<std::string_view>(
    {"business source license", "functional source license", "commons clause",
     "server side public license", "elastic license"});
constexpr std::string_view kRestricted = "LicenseRef-restricted";

/// Words of small letters and digits with one space before, between and after; a dot stays between
/// digits, and "3+" becomes "3 or later".
std::string normalized(std::string_view text) {
  const std::string lower = lower_ascii(text);
  std::string words = " ";
  words.reserve(lower.size() + 2);
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char c = lower[i];
    const bool dot = c == '.' && i > 0 && is_digit(lower[i - 1]) && i + 1 < lower.size() &&
                     is_digit(lower[i + 1]);
    if (is_letter_or_digit(c) || dot)
      words += c;
    else if (c == '+' && i > 0 && is_digit(lower[i - 1]))
      words += " or later ";
    else if (words.back() != ' ')
      words += ' ';
  }
  if (words.back() != ' ') words += ' ';
  return words;
}

/// The licences found so far, each once, in the order of finding.
class Found {
 public:
  explicit Found(std::string_view words) : words_(words) {}

  bool has(std::string_view phrase) const { return words_.find(phrase) != std::string_view::npos; }
  std::string_view words() const { return words_; }
  void add(std::string_view id) {
    if (std::ranges::find(ids_, id) == ids_.end()) ids_.emplace_back(id);
  }
  bool is_empty() const { return ids_.empty(); }
  bool holds(std::string_view id) const { return std::ranges::find(ids_, id) != ids_.end(); }
  void drop(std::string_view id) { std::erase(ids_, id); }

  std::string expression() const {
    if (ids_.empty()) return std::string(kNoAssertion);
    // In a long text, or one of many licences, nobody can tell what the choice is between.
    constexpr std::size_t kChoiceBytesMax = 2000;
    const bool few = words_.size() <= kChoiceBytesMax && !holds(kRestricted) &&
                     (ids_.size() == 2 || (ids_.size() == 3 && holds("MPL-1.1")));
    const bool choice =
        few && std::ranges::any_of(kChoices, [&](std::string_view phrase) { return has(phrase); });
    std::string text;
    for (const std::string& id : ids_) text += (text.empty() ? "" : choice ? " OR " : " AND ") + id;
    return text;
  }

 private:
  std::string_view words_;
  std::vector<std::string> ids_;
};

void find_mit(Found& found) {
  if (!found.has("permission is hereby granted free of charge to any person obtaining a copy"))
    return;
  found.add(found.has("permission notice shall be included in all copies") ||
                    found.has("permission notice including the next paragraph shall be included")
                ? "MIT"
                : "MIT-0");
}

void find_bsd(Found& found) {
  if (found.holds("Apache-1.1") ||
      !found.has("redistribution and use in source and binary forms with or without modification"))
    return;
  if (found.has("all advertising materials mentioning features or use of this software"))
    found.add("BSD-4-Clause");
  else if (found.has("endorse or promote products derived from this software"))
    found.add("BSD-3-Clause");
  else if (!found.holds("BSD-3-Clause"))
    found.add(found.has("redistributions in binary form must reproduce") ? "BSD-2-Clause"
                                                                         : "BSD-1-Clause");
}

void find_isc(Found& found) {
  constexpr std::array<std::string_view, 2> kGrants = {
      "permission to use copy modify and or distribute this software for any purpose",
      "permission to use copy modify and distribute this software for any purpose"};
  if (std::ranges::none_of(kGrants, [&](std::string_view grant) { return found.has(grant); }))
    return;
  if (!found.holds("ISC"))
    found.add(found.has("permission notice appear in all copies") ? "ISC" : "0BSD");
}

/// The version that `words` names first, as "2.0"; empty if there is none.
std::string_view version_in(std::string_view words) {
  struct Version {
    std::string_view word;
    std::string_view version;
  };
  constexpr auto kVersions = std::to_array<Version>({{"2.1 ", "2.1"},
                                                     {"3.0 ", "3.0"},
                                                     {"3 ", "3.0"},
                                                     {"2.0 ", "2.0"},
                                                     {"2 ", "2.0"},
                                                     {"1 ", "1.0"}});
  std::size_t nearest = std::string_view::npos;
  std::string_view version;
  for (const std::string_view before : {"version ", " v ", " v"}) {
    for (const Version& known : kVersions) {
      const std::size_t at = words.find(std::string(before) + std::string(known.word));
      if (at >= nearest) continue;
      nearest = at;
      version = known.version;
    }
  }
  return version;
}

/// A notice that names a GNU licence at words[begin, end): which versions does it allow?
std::string gnu_notice(std::string_view words, std::size_t begin, std::size_t end,
                       const GnuName& name) {
  constexpr std::size_t kWindowBytes = 200;
  constexpr std::size_t kBeforeBytes = 24;  // "version 3 of the license "
  std::string_view after = words.substr(end, kWindowBytes);
  // The window ends where the next licence is named.
  after = after.substr(0, after.find("public license"));
  std::string_view version = version_in(after);
  const std::size_t from = begin < kBeforeBytes ? 0 : begin - kBeforeBytes;
  const std::string_view before = words.substr(from, begin - from);
  if (before.find(" of the ") != std::string_view::npos && !version_in(before).empty())
    version = version_in(before);
  if (version.empty()) return std::string(name.any_version);
  const bool later = after.find("any later version") != std::string_view::npos ||
                     after.find(" or later ") != std::string_view::npos ||
                     after.find(" or newer ") != std::string_view::npos ||
                     after.find(" or any newer ") != std::string_view::npos;
  return fmt::format("{}-{}-{}", name.family, version, later ? "or-later" : "only");
}

/// One licence a family and text: the first notice that names a version, else the first notice.
void find_gnu_notices(std::string_view words, Found& found) {
  for (const std::string_view family : {"AGPL", "LGPL", "GPL"}) {
    std::string first;
    std::string versioned;
    for (const GnuName& name : kGnuNames) {
      if (name.family != family) continue;
      for (std::size_t at = words.find(name.phrase);
           at != std::string_view::npos && versioned.empty();
           at = words.find(name.phrase, at + 1)) {
        const std::string id = gnu_notice(words, at, at + name.phrase.size(), name);
        if (first.empty()) first = id;
        if (id != name.any_version) versioned = id;
      }
    }
    if (!first.empty()) found.add(versioned.empty() ? first : versioned);
  }
}

/// "licensed under the GPLv3 or later", "License: LGPL 2.1".
void find_gnu_short_names(Found& found) {
  constexpr auto kNames = std::to_array<GnuName>({{"agpl", "AGPL", "AGPL-3.0-or-later"},
                                                  {"lgpl", "LGPL", "LGPL-2.0-or-later"},
                                                  {"gpl", "GPL", "GPL-1.0-or-later"}});
  for (const std::string_view before :
       {" license ", " licence ", " under the ", " under ", " license is ", " under the gnu "}) {
    for (const GnuName& name : kNames) {
      const std::string phrase = std::string(before) + std::string(name.phrase);
      const std::size_t at = found.words().find(phrase);
      if (at == std::string_view::npos) continue;
      const std::size_t end = at + phrase.size();
      if (found.words().substr(end).starts_with(" compatible")) continue;
      constexpr std::size_t kShortWindowBytes = 24;
      // "gplv3" and "gpl 3" read like "gpl v 3".
      std::string window = fmt::format(" {} ", found.words().substr(end, kShortWindowBytes));
      if (window.size() > 2 && window[1] == ' ' && is_digit(window[2])) window.insert(1, " v");
      found.add(gnu_notice(window, 0, 0, name));
    }
  }
}

void find_gnu(Found& found) {
  std::size_t first_title = std::string_view::npos;
  for (const Phrase& title : kGnuTitles)
    first_title = std::min(first_title, found.words().find(title.phrase));
  if (first_title != std::string_view::npos) {
    // A notice before the text of the licence says which versions; the text itself says none.
    Found notices(found.words().substr(0, first_title));
    find_gnu_notices(notices.words(), notices);
    for (const Phrase& title : kGnuTitles) {
      if (!found.has(title.phrase)) continue;
      const std::string later = std::string(title.id) + "-or-later";
      found.add(notices.holds(later) ? later : std::string(title.id) + "-only");
    }
    return;
  }
  for (const std::string_view phrase : kNamingGnu)
    if (found.has(phrase)) return;
  find_gnu_notices(found.words(), found);
  if (found.is_empty()) find_gnu_short_names(found);
}

/// Long texts speak of the public domain without giving anything to it.
void find_public_domain(Found& found) {
  constexpr std::size_t kBytesMax = 4000;
  if (!found.is_empty() || found.words().size() > kBytesMax) return;
  for (const std::string_view phrase : kPublicDomainPhrases)
    if (found.has(phrase)) return found.add(kPublicDomain);
}

/// The expression behind "SPDX-License-Identifier:", or nothing.
std::string identifier_tag(std::string_view text) {
  constexpr std::string_view kTag = "SPDX-License-Identifier:";
  const std::size_t at = text.find(kTag);
  if (at == std::string_view::npos) return {};
  std::string_view line = text.substr(at + kTag.size());
  line = line.substr(0, line.find_first_of("\r\n"));
  for (const std::string_view end : {"*/", "-->", "\"\"\"", "'''", "#}"})
    line = line.substr(0, line.find(end));
  return normalized_license_expression(line);
}

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r\f\v") == std::string_view::npos;
}

/// Reads comments, docstrings and imports of __future__ from the start of a file.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view source)
      : source_(source.substr(0, kLicenseHeaderBytesMax)) {}

  std::string_view run() {
    if (source_.starts_with("\xef\xbb\xbf")) end_ = 3;
    while (end_ < source_.size() && take_line()) {
    }
    return source_.substr(0, end_);
  }

 private:
  bool take_line() {
    const std::size_t line_end = std::min(source_.find('\n', end_), source_.size() - 1) + 1;
    std::string_view line = source_.substr(end_, line_end - end_);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size() - 1));
    for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"/*", "*/"},
                                      {"<!--", "-->"},
                                      {"\"\"\"", "\"\"\""},
                                      {"'''", "'''"},
                                      {"r\"\"\"", "\"\"\""},
                                      {"{-", "-}"}})
      if (line.starts_with(open)) return take_block(open, close);
    for (const std::string_view mark :
         {"#", "//", "--", ";", "%", "<?", "\"use strict\"", "from __future__"})
      if (line.starts_with(mark)) {
        end_ = line_end;
        return true;
      }
    if (!is_blank(line.substr(0, line.find('\n')))) return false;
    end_ = line_end;
    return true;
  }

  bool take_block(std::string_view open, std::string_view close) {
    const std::size_t begin = source_.find(open, end_) + open.size();
    const std::size_t found = source_.find(close, begin);
    end_ = found == std::string_view::npos ? source_.size() : found + close.size();
    return true;
  }

  std::string_view source_;
  std::size_t end_ = 0;
};

/// Of the literal in `__license__ = "GPL v3"` at the start of a line.
std::string license_of_assignment(std::string_view source) {
  constexpr std::string_view kName = "__license__";
  source = source.substr(0, kLicenseHeaderBytesMax);
  std::size_t at = source.find(kName);
  while (at != std::string_view::npos && at > 0 && source[at - 1] != '\n')
    at = source.find(kName, at + 1);
  if (at == std::string_view::npos) return std::string(kNoAssertion);
  std::string_view line = source.substr(at + kName.size());
  line = line.substr(0, line.find('\n'));
  const std::size_t begin = line.find_first_of("\"'");
  if (begin == std::string_view::npos) return std::string(kNoAssertion);
  const std::size_t end = line.find(line[begin], begin + 1);
  const std::string_view name = line.substr(begin + 1, end - begin - 1);
  std::string license = spdx_of_debian(name);
  return license != kNoAssertion ? license : license_of_text(fmt::format("license {}", name));
}

}  // namespace

std::string license_of_text(std::string_view text) {
  text = text.substr(0, kLicenseTextBytesMax);
  if (std::string tag = identifier_tag(text); !tag.empty()) return tag;
  const std::string words = normalized(text);
  Found found(words);
  for (const Phrase& known : kPhrases)
    if (found.has(known.phrase)) found.add(known.id);
  find_mit(found);
  find_bsd(found);
  find_isc(found);
  find_gnu(found);
  find_public_domain(found);
  // BSD licences contain each other's text, and the notice of one may name the other.
  if (found.holds("MIT")) found.drop("MIT-0");
  for (const std::string_view phrase : kRestricting)
    if (found.has(phrase)) found.add(kRestricted);
  return found.expression();
}

std::string license_of_header(std::string_view source) {
  const std::string_view header = HeaderReader(source).run();
  const std::string lower = lower_ascii(header);
  // Most headers say nothing, and looking for all phrases takes longer than everything else.
  for (const std::string_view hint : {"licen", "permission", "redistribut", "public domain", "gpl"})
    if (lower.find(hint) != std::string::npos) {
      std::string license = license_of_text(header);
      if (license != kNoAssertion) return license;
      break;
    }
  return license_of_assignment(source);
}

const std::vector<std::string>& permissive_licenses() {
  static const std::vector<std::string> kPermissive = {"0BSD",         "AFL-3.0",
                                                       "Apache-1.1",   "Apache-2.0",
                                                       "BSD-1-Clause", "BSD-2-Clause",
                                                       "BSD-3-Clause", "BSD-4-Clause",
                                                       "BSL-1.0",      "CC0-1.0",
                                                       "HPND",         "HPND-sell-variant",
                                                       "ISC",          "MIT",
                                                       "MIT-0",        "NCSA",
                                                       "PSF-2.0",      "PostgreSQL",
                                                       "Python-2.0",   "Unlicense",
                                                       "UPL-1.0",      "WTFPL",
                                                       "X11",          "ZPL-2.1",
                                                       "Zlib",         std::string(kPublicDomain)};
  return kPermissive;
}

}  // namespace scribe
