// A recursive reader of OR, AND, WITH and parentheses, and the words of Debian for them.
#include "corpus/license_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "corpus/license.h"
#include "corpus/text_lines.h"

namespace scribe {
namespace {

bool is_id_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '+' || c == ':';
}

/// The words of an expression; one empty word if it has a byte that belongs in none.
std::vector<std::string_view> words_of(std::string_view expression) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < expression.size();) {
    std::size_t end = i + 1;
    if (is_id_byte(expression[i])) {
      while (end < expression.size() && is_id_byte(expression[end])) ++end;
      words.push_back(expression.substr(i, end - i));
    } else if (expression[i] == '(' || expression[i] == ')') {
      words.push_back(expression.substr(i, 1));
    } else if (expression[i] != ' ' && expression[i] != '\t') {
      return {""};
    }
    i = end;
  }
  return words;
}

bool is_word(std::string_view word, std::string_view lower) {
  return lower_ascii(word) == lower;
}

bool is_operator(std::string_view word) {
  return is_word(word, "or") || is_word(word, "and") || is_word(word, "with");
}

/// or := and (OR and)*, and := term (AND term)*, term := id [WITH id] | ( or ).
class ExpressionReader {
 public:
  ExpressionReader(std::string_view expression,
                   const std::function<bool(std::string_view id)>& is_allowed)
      : is_allowed_(is_allowed) {
    if (expression.size() <= kLicenseExpressionBytesMax) words_ = words_of(expression);
  }

  /// Nothing if it is no expression.
  std::optional<bool> run() {
    const bool allowed = read_or(0);
    if (!valid_ || at_ != words_.size()) return std::nullopt;
    return allowed;
  }

 private:
  bool take(std::string_view lower) {
    if (at_ >= words_.size() || !is_word(words_[at_], lower)) return false;
    ++at_;
    return true;
  }

  bool read_or(int depth) {
    bool allowed = read_and(depth);
    while (valid_ && take("or")) allowed = read_and(depth) || allowed;
    return allowed;
  }
  bool read_and(int depth) {
    bool allowed = read_term(depth);
    while (valid_ && take("and")) allowed = read_term(depth) && allowed;
    return allowed;
  }
  bool read_term(int depth) {
    if (depth > kLicenseExpressionDepthMax) valid_ = false;
    if (!valid_) return false;
    if (take("(")) {
      const bool allowed = read_or(depth + 1);
      valid_ = valid_ && take(")");
      return allowed;
    }
    const bool allowed = is_allowed_(read_id());
    if (take("with")) read_id();
    return allowed;
  }
  std::string_view read_id() {
    valid_ = valid_ && at_ < words_.size() && !words_[at_].empty() && words_[at_] != ")" &&
             words_[at_] != "(" && !is_operator(words_[at_]);
    return valid_ ? words_[at_++] : std::string_view();
  }

  const std::function<bool(std::string_view id)>& is_allowed_;
  std::vector<std::string_view> words_;
  std::size_t at_ = 0;
  bool valid_ = true;
};

/// Today's id of a GNU licence without its "-only" or "-or-later"; others as they are.
std::string current_id(std::string_view id) {
  const bool gnu = id.starts_with("GPL-") || id.starts_with("LGPL-") || id.starts_with("AGPL-");
  if (!gnu || id.ends_with("-only") || id.ends_with("-or-later")) return std::string(id);
  if (id.ends_with("+")) return std::string(id.substr(0, id.size() - 1)) + "-or-later";
  return std::string(id) + "-only";
}

struct DebianName {
  std::string_view name;  ///< in small letters
  std::string_view id;
};

constexpr auto kDebianNames = std::to_array<DebianName>({
    {"expat", "MIT"},
    {"mit", "MIT"},
    {"mit/x11", "MIT"},
    {"mit-0", "MIT-0"},
    {"x11", "X11"},
    {"bsd-2-clause", "BSD-2-Clause"},
    {"bsd-2", "BSD-2-Clause"},
    {"bsd-3-clause", "BSD-3-Clause"},
    {"bsd-3", "BSD-3-Clause"},
    {"bsd-4-clause", "BSD-4-Clause"},
    {"0bsd", "0BSD"},
    {"apache-2.0", "Apache-2.0"},
    {"apache-2", "Apache-2.0"},
    {"apache-1.1", "Apache-1.1"},
    {"isc", "ISC"},
    {"zlib", "Zlib"},
    {"zlib/libpng", "Zlib"},
    {"python-2.0", "PSF-2.0"},
    {"psf-2", "PSF-2.0"},
    {"psf-2.0", "PSF-2.0"},
    {"psf", "PSF-2.0"},
    {"python", "PSF-2.0"},
    {"psfl", "PSF-2.0"},
    {"mpl-1.1", "MPL-1.1"},
    {"mpl-2.0", "MPL-2.0"},
    {"cc0", "CC0-1.0"},
    {"cc0-1.0", "CC0-1.0"},
    {"cc-by-3.0", "CC-BY-3.0"},
    {"cc-by-4.0", "CC-BY-4.0"},
    {"cc-by-sa-3.0", "CC-BY-SA-3.0"},
    {"cc-by-sa-4.0", "CC-BY-SA-4.0"},
    {"artistic", "Artistic-1.0-Perl"},
    {"artistic-1", "Artistic-1.0-Perl"},
    {"artistic-2.0", "Artistic-2.0"},
    {"bsl-1.0", "BSL-1.0"},
    {"bsl-1", "BSL-1.0"},
    {"boost-1.0", "BSL-1.0"},
    {"epl-1.0", "EPL-1.0"},
    {"epl-2.0", "EPL-2.0"},
    {"unlicense", "Unlicense"},
    {"wtfpl", "WTFPL"},
    {"zpl-2.1", "ZPL-2.1"},
    {"hpnd", "HPND"},
    {"ncsa", "NCSA"},
    {"postgresql", "PostgreSQL"},
    {"ofl-1.1", "OFL-1.1"},
    {"sil-1.1", "OFL-1.1"},
    {"public-domain", kPublicDomain},
    {"pd", kPublicDomain},
});

/// "gpl-2+" is GPL-2.0-or-later, "lgpl" is LGPL-2.0-or-later. `name` in small letters.
std::string gnu_id_of_debian(std::string_view name) {
  std::string family;
  for (const std::string_view known : {"agpl", "lgpl", "gpl", "gfdl"})
    if (family.empty() && name.starts_with(known)) family = known;
  if (family.empty()) return {};
  name.remove_prefix(family.size());
  std::ranges::transform(family, family.begin(),
                         [](char c) { return static_cast<char>(c - 'a' + 'A'); });
  bool later = name.ends_with("+");
  if (later) name.remove_suffix(1);
  if (name.starts_with("-") || name.starts_with(" ")) name.remove_prefix(1);
  if (name.starts_with("v")) name.remove_prefix(1);
  // No version stated: any.
  if (name.empty()) {
    later = true;
    name = family == "LGPL" ? "2" : family == "AGPL" ? "3" : "1";
  }
  constexpr std::array<DebianName, 9> kVersions = {{{"1", "1.0"},
                                                    {"1.0", "1.0"},
                                                    {"1.2", "1.2"},
                                                    {"1.3", "1.3"},
                                                    {"2", "2.0"},
                                                    {"2.0", "2.0"},
                                                    {"2.1", "2.1"},
                                                    {"3", "3.0"},
                                                    {"3.0", "3.0"}}};
  const auto version = std::ranges::find(kVersions, name, &DebianName::name);
  if (version == kVersions.end()) return {};
  return fmt::format("{}-{}-{}", family, version->id, later ? "or-later" : "only");
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n,");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n,") - first + 1);
}

/// One name, or NAME with EXCEPTION exception. `name` in small letters.
std::string id_of_debian(std::string_view name) {
  name = trimmed(name);
  const std::size_t with = name.find(" with ");
  std::string exception;
  if (with != std::string_view::npos) {
    exception = name.substr(with + 6);
    std::ranges::replace(exception, ' ', '-');
    if (!std::ranges::all_of(exception, is_id_byte)) exception = "exception";
    name = trimmed(name.substr(0, with));
  }
  std::string id = gnu_id_of_debian(name);
  if (id.empty()) {
    const auto known = std::ranges::find(kDebianNames, name, &DebianName::name);
    id = known == kDebianNames.end() ? std::string(kNoAssertion) : std::string(known->id);
  }
  return exception.empty() ? id : fmt::format("{} WITH {}", id, exception);
}

/// Joins the parts between `separators` by `joint`; a part is read by `read`.
std::string joined_parts(std::string_view names, const std::vector<std::string_view>& separators,
                         std::string_view joint,
                         const std::function<std::string(std::string_view)>& read) {
  std::string text;
  bool first = true;
  while (true) {
    std::size_t at = std::string_view::npos;
    std::size_t length = 0;
    for (const std::string_view separator : separators)
      if (const std::size_t found = names.find(separator); found < at) {
        at = found;
        length = separator.size();
      }
    std::string part = read(names.substr(0, at));
    const bool whole = first && at == std::string_view::npos;
    if (!whole && part.find(' ') != std::string::npos && part.find(" WITH ") == std::string::npos)
      part = fmt::format("({})", part);
    text += (first ? "" : std::string(joint)) + part;
    if (at == std::string_view::npos) return text;
    first = false;
    names.remove_prefix(at + length);
  }
}

}  // namespace

std::string normalized_license_expression(std::string_view expression) {
  if (!ExpressionReader(expression, [](std::string_view) { return true; }).run().has_value())
    return {};
  std::string text;
  for (const std::string_view word : words_of(expression)) {
    if (!text.empty() && !text.ends_with('(') && word != ")") text += ' ';
    if (is_operator(word))
      std::ranges::transform(word, std::back_inserter(text), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
    else
      text += current_id(word);
  }
  return text;
}

std::string spdx_of_debian(std::string_view short_names) {
  if (short_names.size() > kLicenseExpressionBytesMax) return std::string(kNoAssertion);
  const std::string lower = lower_ascii(short_names);
  const auto read_and = [](std::string_view part) {
    return joined_parts(part, {" and "}, " AND ", id_of_debian);
  };
  const auto read_or = [&](std::string_view part) {
    return joined_parts(part, {" and/or ", " or ", " | "}, " OR ", read_and);
  };
  // A comma binds less than what stands between two of them.
  return joined_parts(lower, {", and "}, " AND ", read_or);
}

bool is_license_allowed(std::string_view expression, const std::vector<std::string>& allowed) {
  const auto is_allowed = [&](std::string_view id) {
    return std::ranges::any_of(
        allowed, [&](const std::string& one) { return lower_ascii(one) == lower_ascii(id); });
  };
  return ExpressionReader(expression, is_allowed).run().value_or(false);
}

}  // namespace scribe
