// Stanzas of fields, then the licence of each Files stanza by its name or its text.
#include "corpus/debian_copyright.h"

#include <algorithm>
#include <map>

#include "corpus/license.h"
#include "corpus/text_lines.h"

namespace scribe {
namespace {

struct Field {
  std::string name;  ///< in small letters
  std::string first_line;
  std::string more;  ///< the lines that continue it, each with its \n
  std::size_t line = 0;
};
using Stanza = std::vector<Field>;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Puts one line into the stanzas.
Status add_line(std::string_view line, std::size_t number, std::vector<Stanza>& stanzas,
                std::string_view where) {
  if (line.starts_with('#')) return {};
  if (trimmed(line).empty()) {
    if (!stanzas.back().empty()) stanzas.emplace_back();
    return {};
  }
  if (line.front() == ' ' || line.front() == '\t') {
    if (stanzas.back().empty())
      return error(ErrorCode::invalid_data,
                   "{}:{}: a stanza begins with a line that continues a field; expected 'Field: "
                   "value' at the start of the line",
                   where, number);
    std::string& more = stanzas.back().back().more;
    more += trimmed(line);
    more += '\n';
    return {};
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos)
    return error(ErrorCode::invalid_data, "{}:{}: expected 'Field: value', found no colon", where,
                 number);
  stanzas.back().push_back({.name = lower_ascii(trimmed(line.substr(0, colon))),
                            .first_line = std::string(trimmed(line.substr(colon + 1))),
                            .more = {},
                            .line = number});
  return {};
}

Result<std::vector<Stanza>> read_stanzas(std::string_view text, std::string_view where) {
  std::vector<Stanza> stanzas(1);
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    SCRIBE_TRY(add_line(text.substr(begin, end - begin), ++number, stanzas, where));
    begin = end + 1;
  }
  return stanzas;
}

const Field* field_of(const Stanza& stanza, std::string_view name) {
  const auto found = std::ranges::find(stanza, name, &Field::name);
  return found == stanza.end() ? nullptr : &*found;
}

/// The format's address in the first stanza; older drafts had others.
bool is_machine_readable(std::string_view text) {
  constexpr std::size_t kHeadBytes = 4096;
  const std::string head = fmt::format("\n{}", lower_ascii(text.substr(0, kHeadBytes)));
  for (const std::string_view field : {"\nformat:", "\nformat-specification:"})
    if (head.find(field) != std::string::npos) return true;
  return false;
}

/// The texts of stanzas that only explain a licence, by its name in small letters.
using LicenseTexts = std::map<std::string, std::string, std::less<>>;

LicenseTexts explained_licenses(const std::vector<Stanza>& stanzas) {
  LicenseTexts texts;
  for (const Stanza& stanza : stanzas) {
    const Field* const license = field_of(stanza, "license");
    if (license != nullptr && !license->more.empty())
      texts.emplace(lower_ascii(license->first_line), license->more);
  }
  return texts;
}

/// By the short name, else by the text that stands with it or in a stanza of its own.
std::string spdx_of(const Field& license, const LicenseTexts& texts) {
  std::string spdx = spdx_of_debian(license.first_line);
  if (spdx != kNoAssertion) return spdx;
  if (!license.more.empty()) return license_of_text(license.more);
  const auto text = texts.find(lower_ascii(license.first_line));
  return text == texts.end() ? spdx : license_of_text(text->second);
}

/// The patterns of a Files field, between white space.
std::vector<std::string> patterns_of(const Field& files) {
  std::vector<std::string> patterns;
  const std::string all = fmt::format("{}\n{}", files.first_line, files.more);
  constexpr std::string_view kSpaces = " \t\r\n";
  for (std::size_t begin = all.find_first_not_of(kSpaces); begin != std::string::npos;) {
    const std::size_t end = std::min(all.find_first_of(kSpaces, begin), all.size());
    patterns.push_back(all.substr(begin, end - begin));
    begin = all.find_first_not_of(kSpaces, end);
  }
  return patterns;
}

}  // namespace

Result<DebianCopyright> DebianCopyright::parse(std::string_view text, std::string_view where) {
  if (text.size() > kDebianCopyrightBytesMax)
    return error(ErrorCode::limit_exceeded, "{}: {} bytes, at most {} are read", where, text.size(),
                 kDebianCopyrightBytesMax);
  DebianCopyright copyright;
  copyright.licenses_.emplace_back(kNoAssertion);
  if (!scribe::is_machine_readable(text)) {
    copyright.licenses_[0] = license_of_text(text);
    return copyright;
  }
  copyright.machine_readable_ = true;
  SCRIBE_TRY_ASSIGN(const std::vector<Stanza> stanzas, read_stanzas(text, where));
  const LicenseTexts texts = explained_licenses(stanzas);
  for (const Stanza& stanza : stanzas) {
    const Field* const files = field_of(stanza, "files");
    if (files == nullptr) continue;
    const Field* const license = field_of(stanza, "license");
    // Some packages leave it out: nobody said, which is not the licence of an earlier stanza.
    copyright.licenses_.push_back(license == nullptr ? std::string(kNoAssertion)
                                                     : spdx_of(*license, texts));
    for (std::string& pattern : patterns_of(*files))
      copyright.patterns_.push_back({std::move(pattern), copyright.licenses_.size() - 1});
    if (copyright.patterns_.size() > kDebianFilesPatternsMax)
      return error(ErrorCode::limit_exceeded, "{}:{}: more than {} patterns in Files", where,
                   files->line, kDebianFilesPatternsMax);
  }
  return copyright;
}

const std::string& DebianCopyright::license_of(std::string_view path) const {
  if (path.starts_with("./")) path.remove_prefix(2);
  for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern)
    if (matches_debian_pattern(pattern->pattern, path)) return licenses_[pattern->license];
  return licenses_[0];
}

bool matches_debian_pattern(std::string_view pattern, std::string_view path) {
  if (pattern.starts_with("./")) pattern.remove_prefix(2);
  std::size_t p = 0;
  std::size_t at = 0;
  // Where to go on if what follows the last star fits nowhere: with one more byte for the star.
  std::size_t star = std::string_view::npos;
  std::size_t star_at = 0;
  while (at < path.size()) {
    const bool escaped = p + 1 < pattern.size() && pattern[p] == '\\';
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_at = at;
    } else if (p < pattern.size() &&
               ((!escaped && pattern[p] == '?') || pattern[p + (escaped ? 1 : 0)] == path[at])) {
      p += escaped ? 2 : 1;
      ++at;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      at = ++star_at;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace scribe
