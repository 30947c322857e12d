// Drawing from families: parameters, substitution, choices of words and names.
#include "exercises/draft.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/check.h"
#include "exercises/inputs.h"
#include "exercises/tidy_code.h"

namespace scribe {
namespace {

using Drawns = std::vector<Drawn>;

constexpr std::array<std::string_view, 13> kNumberWords = {
    "zero",  "one",   "two",  "three", "four",   "five",  "six",
    "seven", "eight", "nine", "ten",   "eleven", "twelve"};
constexpr std::array<std::string_view, 13> kOrdinals = {
    "zeroth",  "first",  "second", "third", "fourth",   "fifth",  "sixth",
    "seventh", "eighth", "ninth",  "tenth", "eleventh", "twelfth"};

std::string number_text(std::int64_t number, std::string_view field) {
  const bool is_small = number >= 0 && number < static_cast<std::int64_t>(kNumberWords.size());
  if (field == "word" && is_small)
    return std::string(kNumberWords[static_cast<std::size_t>(number)]);
  if (field == "th" && is_small) return std::string(kOrdinals[static_cast<std::size_t>(number)]);
  if (field == "letter") return std::string(1, static_cast<char>('a' + (number - 1) % 26));
  if (field == "id" && number < 0) return "minus_" + std::to_string(-number);
  return std::to_string(number);
}

/// "is even" of one, "are even" of several.
std::string plural_of_verb(std::string text) {
  for (const auto& [one, several] :
       std::initializer_list<std::pair<std::string_view, std::string>>{{"is ", "are "},
                                                                       {"has ", "have "},
                                                                       {"does ", "do "},
                                                                       {"contains ", "contain "},
                                                                       {"starts ", "start "},
                                                                       {"ends ", "end "},
                                                                       {"leaves ", "leave "},
                                                                       {"lies ", "lie "},
                                                                       {"reads ", "read "},
                                                                       {"consists ", "consist "}})
    if (text.starts_with(one)) return several + text.substr(one.size());
  SCRIBE_CHECK(false, "no plural of '{}'", text);
  return text;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Where the bracket that opens at `begin` closes.
std::size_t closing(std::string_view text, std::size_t begin) {
  int depth = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i;
  }
  SCRIBE_CHECK(false, "a bracket that does not close in '{}'", text);
  return text.size();
}

/// Replaces $name, $name.field and $name.field(argument).
class Substitution {
 public:
  Substitution(const Drawns& drawns, const Draft& draft) : drawns_(drawns), draft_(draft) {}

  std::string operator()(std::string_view text) const {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
      if (text[i] != '$') {
        result += text[i++];
        continue;
      }
      const std::string name = letters(text, ++i);
      std::string field;
      if (i + 1 < text.size() && text[i] == '.' && std::islower(text[i + 1]) != 0 &&
          has_field(name, text, i + 1))
        field = letters(text, ++i);
      const bool takes_argument = i < text.size() && text[i] == '(' && wants_argument(name, field);
      std::string argument;
      if (takes_argument) {
        const std::size_t end = closing(text, i);
        argument = (*this)(text.substr(i + 1, end - i - 1));
        i = end + 1;
      }
      result += value(name, field, argument);
    }
    return result;
  }

 private:
  static std::string letters(std::string_view text, std::size_t& i) {
    const std::size_t begin = i;
    while (i < text.size() && std::isalnum(static_cast<unsigned char>(text[i])) != 0) ++i;
    return std::string(text.substr(begin, i - begin));
  }

  const Drawn* find(std::string_view name) const {
    const auto found = std::ranges::find(drawns_, name, &Drawn::name);
    return found == drawns_.end() ? nullptr : &*found;
  }

  bool has_field(std::string_view name, std::string_view text, std::size_t i) const {
    const std::string field = letters(text, i);
    const Drawn* drawn = find(name);
    if (drawn == nullptr) return false;
    if (drawn->row == nullptr)
      return field == "word" || field == "th" || field == "id" || field == "letter";
    return field == "vps" || drawn->row->find(field) != nullptr ||
           std::ranges::find(drawn->row->numbers, field, &BankRow::Number::name) !=
               drawn->row->numbers.end();
  }

  bool wants_argument(std::string_view name, const std::string& field) const {
    const Drawn* drawn = find(name);
    if (drawn == nullptr || drawn->row == nullptr) return false;
    const std::string* text = drawn->row->find(field.empty() ? "code" : field);
    return text != nullptr && text->find('@') != std::string::npos;
  }

  std::string value(const std::string& name, const std::string& field,
                    std::string_view argument) const {
    if (name == "fn") return draft_.name;
    if (const Drawn* drawn = find(name)) {
      const std::string text = text_of(*drawn, field.empty() ? "code" : field, argument);
      return text.find('$') == std::string::npos ? text : (*this)(text);  // Of other parameters.
    }
    const auto own = std::ranges::find(draft_.arguments, name, &FamilyArgument::name);
    SCRIBE_CHECK(own != draft_.arguments.end(), "family {}: no '${}'", draft_.family, name);
    return name;
  }

  const Drawns& drawns_;
  const Draft& draft_;
};

std::string key_of(const Drawn& drawn) {
  if (drawn.row == nullptr) return fmt::format("{}={}", drawn.name, drawn.number);
  const std::string* tag = drawn.row->find("code");
  SCRIBE_CHECK(tag != nullptr, "a row of '{}' has no code", drawn.name);
  return fmt::format("{}={}({})", drawn.name, *tag,
                     fmt::join(drawn.numbers.begin(), drawn.numbers.end(), ","));
}

template <typename T>
const T& one_of(const std::vector<T>& items, PhiloxStream& random) {
  return items[static_cast<std::size_t>(random.next_below(items.size()))];
}

/// Begins with a capital letter unless with the name of an argument.
std::string as_sentence(std::string text, const Draft& draft) {
  std::size_t end = 0;
  while (end < text.size() && is_word(text[end])) ++end;
  const std::string_view first = std::string_view(text).substr(0, end);
  const bool is_argument =
      std::ranges::find(draft.arguments, first, &FamilyArgument::name) != draft.arguments.end();
  return is_argument ? text : capitalised(std::move(text));
}

std::string identifier(std::string text) {
  for (char& c : text)
    if (!is_word(c)) c = '_';
  text = replaced(replaced(std::move(text), "__", "_"), "__", "_");
  while (text.ends_with('_')) text.pop_back();
  return text;
}

/// Renames a whole word in code or prose.
std::string renamed(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_word(text[i])) {
      result += text[i++];
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_word(text[end])) ++end;
    const std::string_view word = text.substr(i, end - i);
    const bool is_genitive = i >= 2 && text[i - 1] == '\'' && is_word(text[i - 2]);  // "word's"
    result += word == from && !is_genitive ? to : word;
    i = end;
  }
  return result;
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string_view::npos; ++at)
    if ((at == 0 || !is_word(text[at - 1])) &&
        (at + word.size() == text.size() || !is_word(text[at + word.size()])))
      return true;
  return false;
}

/// A local name can be renamed if it is no attribute and stands in no text.
bool is_free_local(std::string_view body, std::string_view word) {
  if (!has_word(body, word) || has_word(body, fmt::format(".{}", word))) return false;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('\n', begin), body.size());
    const std::string_view line = body.substr(begin, end - begin);
    if (line.find_first_of("\"'") != std::string_view::npos && has_word(line, word)) return false;
    for (std::size_t at = 0; (at = line.find(word, at)) != std::string_view::npos; ++at)
      if (at > 0 && line[at - 1] == '.') return false;
    begin = end + 1;
  }
  return true;
}

constexpr std::array<std::array<std::string_view, 5>, 8> kLocals = {{
    {"result", "result", "res", "output", "out"},
    {"total", "total", "total", "acc", "running"},
    {"count", "count", "count", "cnt", "found"},
    {"x", "x", "x", "num", "value"},
    {"best", "best", "best", "winner", "current_best"},
    {"ch", "ch", "c", "char", "letter"},
    {"word", "word", "word", "w", "token"},
    {"seen", "seen", "seen", "visited", "known"},
}};

}  // namespace

Drawn draw_row(std::string name, const std::vector<BankRow>& rows, PhiloxStream& random) {
  Drawn drawn{.name = std::move(name), .row = &one_of(rows, random)};
  for (const BankRow::Number& number : drawn.row->numbers)
    drawn.numbers.push_back(number.low +
                            static_cast<std::int64_t>(random.next_below(
                                static_cast<std::uint64_t>(number.high - number.low + 1))));
  return drawn;
}

std::string text_of(const Drawn& drawn, std::string_view field, std::string_view argument) {
  if (drawn.row == nullptr) return number_text(drawn.number, field);
  for (std::size_t i = 0; i < drawn.numbers.size(); ++i)
    if (drawn.row->numbers[i].name == field) return number_text(drawn.numbers[i], "");
  const bool is_plural = field == "vps" && drawn.row->find("vps") == nullptr;
  const std::string* text = drawn.row->find(is_plural ? "vp" : field);
  SCRIBE_CHECK(text != nullptr, "'{}' has no field '{}'", drawn.name, field);
  std::string result = is_plural ? plural_of_verb(*text) : *text;
  for (std::size_t i = 0; i < drawn.numbers.size(); ++i) {
    const std::string name = "$" + drawn.row->numbers[i].name;
    for (const std::string_view form : {"word", "th", "letter"})
      result = replaced(std::move(result), fmt::format("{}.{}", name, form),
                        number_text(drawn.numbers[i], form));
    result = replaced(std::move(result), name,
                      number_text(drawn.numbers[i], field == "name" ? "id" : ""));
  }
  return replaced(std::move(result), "@", argument);
}

std::string with_choices(std::string_view text, PhiloxStream& random) {
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] != '{') {
      result += text[i++];
      continue;
    }
    const std::size_t end = text.find('}', i);
    SCRIBE_CHECK(end != std::string_view::npos, "a choice that does not end in '{}'", text);
    std::vector<std::string_view> choices;
    for (std::size_t begin = i + 1; begin <= end;) {
      const std::size_t stop = std::min(text.find('|', begin), end);
      choices.push_back(text.substr(begin, stop - begin));
      begin = stop + 1;
    }
    result += one_of(choices, random);
    i = end + 1;
  }
  return replaced(std::move(result), "  ", " ");
}

std::string capitalised(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

Draft draft_of_family(const ExerciseFamily& family, PhiloxStream random, int style) {
  Drawns drawns;
  for (const FamilyParameter& parameter : family.parameters) {
    if (!parameter.rows.empty()) {
      drawns.push_back(draw_row(parameter.name, parameter.rows, random));
      continue;
    }
    const auto width = static_cast<std::uint64_t>(parameter.high - parameter.low + 1);
    drawns.push_back(
        {.name = parameter.name,
         .number = parameter.low + static_cast<std::int64_t>(random.next_below(width))});
  }
  Draft draft{.family = family.path,
              .structure = family.path,
              .key = {},
              .difficulty = family.difficulty,
              .name = {},
              .arguments = family.arguments,
              .returns = {},
              .description = {},
              .notes = {},
              .hints = {},
              .imports = family.imports,
              .body = {},
              .raises = family.raises,
              .lesser_bodies = {}};
  for (const Drawn& drawn : drawns) draft.structure += " " + key_of(drawn);
  draft.key = draft.structure;
  const Substitution substitute(drawns, draft);
  draft.returns = substitute(family.returns);
  draft.name = identifier(substitute(one_of(family.names, random)));
  draft.description =
      as_sentence(substitute(with_choices(one_of(family.sayings, random), random)), draft);
  for (const std::string& note : family.notes)
    draft.notes.push_back(as_sentence(substitute(with_choices(note, random)), draft));
  for (const std::string& hint : family.hints)
    draft.hints.push_back(as_sentence(substitute(with_choices(hint, random)), draft));
  const std::uint64_t body = random.next_below(family.bodies.size());
  draft.body = tidy_body(substitute(
      family.bodies[style < 0 ? body : static_cast<std::size_t>(style) % family.bodies.size()]));
  rename_variables(draft, random);
  return draft;
}

void rename_variables(Draft& draft, PhiloxStream& random) {
  const auto is_taken = [&](std::string_view name) {
    return has_word(draft.body, name) || name == draft.name ||
           std::ranges::find(draft.arguments, name, &FamilyArgument::name) != draft.arguments.end();
  };
  const auto is_said = [&](std::string_view name) {
    const auto says = [&](const std::string& text) { return has_word(text, name); };
    return says(draft.description) || std::ranges::any_of(draft.notes, says) ||
           std::ranges::any_of(draft.hints, says);
  };
  for (FamilyArgument& argument : draft.arguments) {
    const std::vector<std::string>& names = input_kind(argument.kind).names;
    if (argument.name != names[0]) continue;  // A name that the family chose for its meaning.
    const std::string& name = one_of(names, random);
    if (name == argument.name || is_taken(name) || is_said(name)) continue;
    draft.body = renamed(draft.body, argument.name, name);
    for (std::string& body : draft.lesser_bodies) body = renamed(body, argument.name, name);
    draft.description = renamed(draft.description, argument.name, name);
    for (std::string& note : draft.notes) note = renamed(note, argument.name, name);
    for (std::string& hint : draft.hints) hint = renamed(hint, argument.name, name);
    argument.name = name;
  }
  for (const auto& local : kLocals) {
    const std::string_view name = local[1 + random.next_below(local.size() - 1)];
    const bool is_argument = std::ranges::find(draft.arguments, local[0], &FamilyArgument::name) !=
                             draft.arguments.end();
    const bool is_coordinate = local[0] == "x" && has_word(draft.body, "y");
    if (name == local[0] || is_argument || is_coordinate || is_taken(name) ||
        !is_free_local(draft.body, local[0]))
      continue;
    draft.body = renamed(draft.body, local[0], name);
  }
}

}  // namespace scribe
