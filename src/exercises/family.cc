// Parser of the families' notation.
#include "exercises/family.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"

namespace scribe {
namespace {

constexpr std::string_view kFieldSeparator = " ;; ";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(separator, begin);
    parts.emplace_back(trimmed(text.substr(begin, end - begin)));
    if (end == std::string_view::npos) return parts;
    begin = end + separator.size();
  }
}

/// "2..30".
bool parse_range(std::string_view text, std::int64_t& low, std::int64_t& high) {
  const std::size_t dots = text.find("..");
  if (dots == std::string_view::npos) return false;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), text.data() + dots, low);
  const auto last = std::from_chars(text.data() + dots + 2, end, high);
  return first.ec == std::errc() && first.ptr == text.data() + dots && last.ec == std::errc() &&
         last.ptr == end && low <= high;
}

/// "np: even @ ;; code: @ % 2 == 0 ;; c: 2..9".
BankRow parse_row(std::string_view text) {
  BankRow row;
  for (const std::string& part : split(text, kFieldSeparator)) {
    const std::size_t colon = part.find(": ");
    SCRIBE_CHECK(colon != std::string::npos, "field '{}' of a bank's row: expected NAME: TEXT",
                 part);
    const std::string name = part.substr(0, colon);
    const std::string value(trimmed(std::string_view(part).substr(colon + 2)));
    BankRow::Number number{.name = name};
    if (parse_range(value, number.low, number.high))
      row.numbers.push_back(number);
    else
      row.fields.push_back({.name = name, .text = value});
  }
  return row;
}

/// Reads line by line; lines that belong to the one before are joined to it.
class Reader {
 public:
  Reader(std::string_view text, std::vector<Bank>& banks, std::vector<ExerciseFamily>& families)
      : text_(text), banks_(banks), families_(families) {}

  void read() {
    for (std::size_t begin = 0; begin < text_.size();) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      take(text_.substr(begin, end - begin));
      begin = end + 1;
    }
    finish();
    for (ExerciseFamily& family : families_)
      for (std::string& body : family.bodies)
        while (body.ends_with("\n\n")) body.pop_back();
  }

 private:
  void take(std::string_view line) {
    if (in_body_ && (line.empty() || line.starts_with("    "))) {
      families_.back().bodies.back() += std::string(line) + "\n";
      return;
    }
    if (line.starts_with("  ") && !line.starts_with("  - ")) {
      pending_ += ' ';
      pending_ += trimmed(line);
      return;
    }
    finish();
    pending_ = std::string(line);
    if (line == "code") finish();  // What follows is its body.
  }

  void finish() {
    const std::string line = std::exchange(pending_, {});
    if (trimmed(line).empty() || line[0] == '#') return;
    if (line.starts_with("  - ")) {
      rows().push_back(parse_row(std::string_view(line).substr(4)));
      return;
    }
    in_body_ = false;
    const std::size_t space = std::min(line.find(' '), line.size());
    directive(line.substr(0, space), std::string(trimmed(std::string_view(line).substr(space))));
  }

  void directive(const std::string& word, const std::string& rest) {
    if (word == "bank") {
      banks_.push_back({.name = rest, .rows = {}});
      in_bank_ = true;
      return;
    }
    if (word == "family") {
      families_.push_back({.path = rest});
      in_bank_ = false;
      return;
    }
    SCRIBE_CHECK(!families_.empty() && !in_bank_, "'{} {}' outside a family", word, rest);
    ExerciseFamily& family = families_.back();
    if (word == "level")
      family.difficulty = rest.at(0) - '0';
    else if (word == "args")
      take_arguments(family, rest);
    else if (word == "par")
      take_parameter(family, rest);
    else if (word == "ret")
      family.returns = rest;
    else if (word == "raises")
      family.raises = rest;
    else if (word == "name")
      family.names = split(rest, ",");
    else if (word == "say")
      family.sayings.push_back(rest);
    else if (word == "note")
      family.notes.push_back(rest);
    else if (word == "hint")
      family.hints.push_back(rest);
    else if (word == "import")
      family.imports.push_back(rest);
    else if (word == "code")
      begin_body(family);
    else
      SCRIBE_CHECK(false, "family {}: unknown line '{} {}'", family.path, word, rest);
  }

  void begin_body(ExerciseFamily& family) {
    family.bodies.emplace_back();
    in_body_ = true;
  }

  /// "xs:ints k:nat".
  static void take_arguments(ExerciseFamily& family, const std::string& rest) {
    for (const std::string& part : split(rest, " ")) {
      const std::size_t colon = part.find(':');
      SCRIBE_CHECK(colon != std::string::npos, "family {}: argument '{}'", family.path, part);
      family.arguments.push_back({.name = part.substr(0, colon), .kind = part.substr(colon + 1)});
    }
  }

  /// "c 2..9", "p @int_pred", "word {left|right}", or only a name, with rows on the next lines.
  void take_parameter(ExerciseFamily& family, const std::string& rest) {
    const std::size_t space = std::min(rest.find(' '), rest.size());
    FamilyParameter parameter{.name = rest.substr(0, space), .rows = {}};
    const std::string value(trimmed(std::string_view(rest).substr(space)));
    if (value.starts_with('@')) {
      parameter.rows = named_bank(value.substr(1)).rows;
    } else if (value.starts_with('{')) {
      for (const std::string& choice : split(value.substr(1, value.size() - 2), "|"))
        parameter.rows.push_back({.fields = {{.name = "code", .text = choice}}, .numbers = {}});
    } else if (!value.empty()) {
      SCRIBE_CHECK(parse_range(value, parameter.low, parameter.high), "family {}: par {}",
                   family.path, rest);
    }
    family.parameters.push_back(std::move(parameter));
  }

  const Bank& named_bank(std::string_view name) const {
    const auto found = std::ranges::find(banks_, name, &Bank::name);
    SCRIBE_CHECK(found != banks_.end(), "no bank '{}'", name);
    return *found;
  }

  std::vector<BankRow>& rows() {
    if (in_bank_) return banks_.back().rows;
    SCRIBE_CHECK(!families_.empty() && !families_.back().parameters.empty(),
                 "a row outside a bank or a parameter");
    return families_.back().parameters.back().rows;
  }

  std::string_view text_;
  std::vector<Bank>& banks_;
  std::vector<ExerciseFamily>& families_;
  std::string pending_;
  bool in_body_ = false;
  bool in_bank_ = false;
};

}  // namespace

const std::string* BankRow::find(std::string_view name) const {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &found->text;
}

void FamilySet::add(std::string_view text) {
  Reader(text, banks_, families_).read();
}

const Bank& FamilySet::bank(std::string_view name) const {
  const auto found = std::ranges::find(banks_, name, &Bank::name);
  SCRIBE_CHECK(found != banks_.end(), "no bank '{}'", name);
  return *found;
}

}  // namespace scribe
