// Styles of signatures and docstrings.
#include "exercises/presentation.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "base/check.h"
#include "exercises/inputs.h"

namespace scribe {
namespace {

constexpr std::string_view kIndent = "    ";
constexpr std::size_t kWidths[] = {75, 84, 92};

enum class Annotations { none, typing, modern };
enum class Docstring { plain, doctest, equations, google, rest };

struct Style {
  Annotations annotations = Annotations::none;
  Docstring docstring = Docstring::plain;
  std::string opening;  ///< after the quotes: "", " " or a newline
  std::size_t width = 75;
  bool shows_hints = false;
  bool imports_above = false;
};

Style draw_style(PhiloxStream& random) {
  Style style;
  const std::uint64_t annotations = random.next_below(100);
  style.annotations = annotations < 30   ? Annotations::none
                      : annotations < 65 ? Annotations::typing
                                         : Annotations::modern;
  const std::uint64_t docstring = random.next_below(100);
  style.docstring = docstring < 25   ? Docstring::plain
                    : docstring < 65 ? Docstring::doctest
                    : docstring < 80 ? Docstring::equations
                    : docstring < 90 ? Docstring::google
                                     : Docstring::rest;
  const std::uint64_t opening = random.next_below(100);
  style.opening = opening < 50 ? "" : opening < 65 ? " " : "\n    ";
  style.width = kWidths[random.next_below(3)];
  style.shows_hints = random.next_below(2) == 0;
  style.imports_above = random.next_below(100) < 40;
  return style;
}

/// What describes a noun further comes after the name: "a string s of digits".
constexpr std::string_view kDetails[] = {
    " (",           " such as",        " as \"",      " in ",        " separated",   " of at least",
    " of pairs",    " from ",          " of lower",   " of letters", " of digits",   " of 0s",
    " of brackets", " of the letters", " of several", " of values",  " of commands", " of equal"};

/// "a list of integers xs and an integer k".
std::string arguments_in_words(const Draft& draft) {
  std::string text;
  for (std::size_t i = 0; i < draft.arguments.size(); ++i) {
    const FamilyArgument& argument = draft.arguments[i];
    if (i > 0) text += i + 1 == draft.arguments.size() ? " and " : ", ";
    std::string noun = input_kind(argument.kind).noun;
    // "a list of intervals (start, end) with start <= end" would swallow the name.
    std::size_t detail = noun.size();
    for (const std::string_view begin : kDetails) detail = std::min(detail, noun.find(begin));
    text += noun.substr(0, detail) + " " + argument.name + noun.substr(detail);
  }
  return text;
}

bool is_one_sentence(std::string_view text) {
  return text.find(". ") == std::string_view::npos && text.find('\n') == std::string_view::npos;
}

/// Other ways to begin what begins with "Return".
std::string with_opening(const Draft& draft, PhiloxStream& random) {
  const std::string& text = draft.description;
  const std::uint64_t way = random.next_below(100);
  if (!text.starts_with("Return ") || way < 45) return text;
  const std::string rest = text.substr(7);
  if (way < 68) return fmt::format("Given {}, return {}", arguments_in_words(draft), rest);
  if (way < 76) return fmt::format("You are given {}. Return {}", arguments_in_words(draft), rest);
  if (!is_one_sentence(text)) return text;
  if (way < 84) return "Returns " + rest;
  if (way < 90)
    return fmt::format("Write a function that takes {} and returns {}", arguments_in_words(draft),
                       rest);
  return fmt::format("This function takes {} and returns {}", arguments_in_words(draft), rest);
}

std::string description_of(const Draft& draft, const Style& style, PhiloxStream& random) {
  std::string text = with_opening(draft, random);
  const auto add = [&](const std::string& sentence) {
    text += (text.find('\n') != std::string::npos ? "\n" : " ") + sentence;
  };
  for (const std::string& note : draft.notes) add(note);
  if (style.shows_hints)
    for (const std::string& hint : draft.hints) add(hint);
  for (const auto& [from, to] : {std::pair(",.", "."), std::pair(",,", ",")})
    for (std::size_t at; (at = text.find(from)) != std::string::npos;)
      text.replace(at, std::string_view(from).size(), to);
  return text;
}

std::string annotation(const std::string& modern, Annotations style) {
  return style == Annotations::typing ? typing_annotation(modern) : modern;
}

std::string signature(const Draft& draft, Annotations style) {
  std::string parameters;
  for (const FamilyArgument& argument : draft.arguments) {
    if (!parameters.empty()) parameters += ", ";
    parameters += argument.name;
    if (style != Annotations::none)
      parameters += ": " + annotation(input_kind(argument.kind).annotation, style);
  }
  const std::string result =
      style == Annotations::none ? "" : " -> " + annotation(draft.returns, style);
  return fmt::format("def {}({}){}:\n", draft.name, parameters, result);
}

/// "from typing import Dict, List", if one is needed.
std::string typing_import(const Draft& draft, Annotations style) {
  if (style != Annotations::typing) return "";
  std::string all = typing_annotation(draft.returns);
  for (const FamilyArgument& argument : draft.arguments)
    all += " " + typing_annotation(input_kind(argument.kind).annotation);
  std::string names;
  for (const std::string_view name : {"Dict", "List", "Optional", "Set", "Tuple"})
    if (all.find(name) != std::string::npos)
      names += (names.empty() ? "" : ", ") + std::string(name);
  return names.empty() ? "" : fmt::format("from typing import {}\n", names);
}

std::string result_in_words(const std::string& annotation) {
  if (annotation == "int") return "an integer";
  if (annotation == "float") return "a number";
  if (annotation == "bool") return "True or False";
  if (annotation == "str") return "a string";
  if (annotation == "list[int]") return "a list of integers";
  if (annotation == "list[str]") return "a list of strings";
  if (annotation == "list[list[int]]") return "a list of lists of integers";
  if (annotation.ends_with(" | None"))
    return result_in_words(annotation.substr(0, annotation.size() - 7)) + " or None";
  if (annotation.starts_with("dict")) return "a dictionary";
  if (annotation.starts_with("tuple")) return "a tuple";
  return "the result";
}

std::string doctests(const Draft& draft, std::span<const ExerciseExample> examples,
                     std::string_view indent = kIndent) {
  std::string text;
  for (const ExerciseExample& example : examples)
    text += fmt::format("{0}>>> {1}({2})\n{0}{3}\n", indent, draft.name, example.arguments,
                        example.output);
  return text;
}

std::string equations(const Draft& draft, std::span<const ExerciseExample> examples,
                      PhiloxStream& random) {
  const std::uint64_t way = random.next_below(3);
  const std::string_view sign = way == 0 ? "==" : way == 1 ? "->" : "=>";
  std::string text = fmt::format("{}{}\n", kIndent,
                                 random.next_below(2) == 0 ? "For example:"
                                 : examples.size() == 1    ? "Example:"
                                                           : "Examples:");
  for (const ExerciseExample& example : examples)
    text += fmt::format("{}{}({}) {} {}\n", kIndent, draft.name, example.arguments, sign,
                        example.output);
  return text;
}

std::string google(const Draft& draft, std::span<const ExerciseExample> examples) {
  std::string text = "\n    Args:\n";
  for (const FamilyArgument& argument : draft.arguments)
    text += fmt::format("        {}: {}.\n", argument.name,
                        capitalised(input_kind(argument.kind).noun));
  text += fmt::format("\n    Returns:\n        {}.\n", capitalised(result_in_words(draft.returns)));
  if (!examples.empty()) text += "\n    Examples:\n" + doctests(draft, examples, "        ");
  return text;
}

std::string rest(const Draft& draft, std::span<const ExerciseExample> examples) {
  std::string text = "\n";
  for (const FamilyArgument& argument : draft.arguments)
    text += fmt::format("    :param {}: {}\n", argument.name, input_kind(argument.kind).noun);
  text += fmt::format("    :return: {}\n", result_in_words(draft.returns));
  if (!examples.empty()) text += "\n" + doctests(draft, examples);
  return text;
}

std::string below_description(const Draft& draft, std::span<const ExerciseExample> examples,
                              const Style& style, PhiloxStream& random) {
  switch (style.docstring) {
    case Docstring::plain:
      return "";
    case Docstring::doctest:
      if (examples.empty()) return "";
      return (random.next_below(2) == 0 ? "\n" : "") + doctests(draft, examples);
    case Docstring::equations:
      if (examples.empty()) return "";
      return (random.next_below(3) > 0 ? "\n" : "") + equations(draft, examples, random);
    case Docstring::google:
      return google(draft, examples);
    case Docstring::rest:
      return rest(draft, examples);
  }
  SCRIBE_UNREACHABLE();
}

std::string docstring(const Draft& draft, std::span<const ExerciseExample> examples,
                      const Style& style, PhiloxStream& random) {
  std::string text =
      wrapped(description_of(draft, style, random), style.width, std::string(kIndent));
  text.erase(0, kIndent.size());
  const std::string below = below_description(draft, examples, style, random);
  const bool is_raw = (text + below).find('\\') != std::string::npos;
  const bool is_one_line = below.empty() && text.find('\n') == std::string::npos &&
                           style.opening.find('\n') == std::string::npos && !text.ends_with('"');
  return fmt::format("{}{}\"\"\"{}{}{}\"\"\"\n", kIndent, is_raw ? "r" : "", style.opening, text,
                     is_one_line ? "" : "\n" + below + std::string(kIndent));
}

std::string import_lines(const Draft& draft, std::string_view indent) {
  std::string text;
  for (const std::string& line : draft.imports) text += fmt::format("{}{}\n", indent, line);
  return text;
}

}  // namespace

std::string typing_annotation(const std::string& modern) {
  if (modern.ends_with(" | None"))
    return fmt::format("Optional[{}]", typing_annotation(modern.substr(0, modern.size() - 7)));
  std::string text;
  for (std::size_t i = 0; i < modern.size(); ++i) {
    const bool begins = (i == 0 || std::isalpha(static_cast<unsigned char>(modern[i - 1])) == 0);
    const std::string_view left = std::string_view(modern).substr(i);
    const bool is_generic = left.starts_with("list[") || left.starts_with("dict[") ||
                            left.starts_with("tuple[") || left.starts_with("set[");
    text += begins && is_generic ? static_cast<char>(modern[i] - 'a' + 'A') : modern[i];
  }
  return text;
}

std::string wrapped(const std::string& text, std::size_t width, const std::string& indent) {
  std::string result;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view whole = std::string_view(text).substr(begin, end - begin);
    const std::size_t space = whole.find(' ');
    const bool hangs = !whole.empty() && space < 3 &&
                       (whole[0] == '-' || std::isdigit(static_cast<unsigned char>(whole[0])) != 0);
    std::string line = indent;
    for (std::size_t at = 0; at < whole.size();) {
      const std::size_t stop = std::min(whole.find(' ', at), whole.size());
      const std::string_view word = whole.substr(at, stop - at);
      const bool is_first = line.find_first_not_of(' ') == std::string::npos;
      if (!is_first && line.size() + 1 + word.size() > width + indent.size()) {
        result += line + "\n";
        line = indent + (hangs ? std::string(space + 1, ' ') : "");
        line += word;
      } else {
        line += (is_first ? "" : " ") + std::string(word);
      }
      at = stop + 1;
    }
    result += line + (end == text.size() ? "" : "\n");
    begin = end + 1;
  }
  return result;
}

std::string plain_program(const Draft& draft, const std::string& body) {
  return import_lines(draft, "") + signature(draft, Annotations::none) + body;
}

Problem present(const Draft& draft, std::span<const ExerciseExample> examples,
                PhiloxStream& random) {
  const Style style = draw_style(random);
  std::string head = typing_import(draft, style.annotations);
  if (style.imports_above) head += import_lines(draft, "");
  if (!head.empty()) head += "\n\n";
  Problem problem{.task_id = {},
                  .prompt = {},
                  .entry_point = draft.name,
                  .canonical_solution = {},
                  .test = {},
                  .blocks = draft.difficulty};
  problem.prompt =
      head + signature(draft, style.annotations) + docstring(draft, examples, style, random);
  if (!style.imports_above && !draft.imports.empty())
    problem.canonical_solution = import_lines(draft, kIndent) + "\n";
  problem.canonical_solution += draft.body;
  return problem;
}

}  // namespace scribe
