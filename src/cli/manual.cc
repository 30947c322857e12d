// Each writer walks the same tree; only quoting differs.
#include "cli/manual.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace scribe::cli {
namespace {

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (std::size_t begin = 0;;) {
    const std::size_t found = text.find(from, begin);
    result += text.substr(begin, found - begin);
    if (found == std::string_view::npos) return result;
    result += to;
    begin = found + from.size();
  }
}

/// Text for roff: no line of it is taken for a request, hyphens can be copied.
std::string roff(std::string_view text) {
  std::string result = replaced(replaced(text, "\\", "\\e"), "-", "\\-");
  result = replaced(replaced(result, "\n.", "\n\\&."), "\n'", "\n\\&'");
  return result.starts_with('.') || result.starts_with('\'') ? "\\&" + result : result;
}

/// A word for a POSIX shell or zsh, whatever it holds.
std::string quoted(std::string_view text) {
  return fmt::format("'{}'", replaced(text, "'", "'\\''"));
}

std::string fish_quoted(std::string_view text) {
  return fmt::format("'{}'", replaced(replaced(text, "\\", "\\\\"), "'", "\\'"));
}

std::string last_word(const CommandDescription& command) {
  return command.name.substr(command.name.rfind(' ') + 1);
}

std::string synopsis(const CommandDescription& command) {
  std::string text = fmt::format(".B {}\n", roff(command.name));
  if (!command.commands.empty()) text += ".I COMMAND\n";
  text += "[\\fIoptions\\fR]\n";
  for (const OptionDescription& option : command.options)
    if (option.is_positional)
      text += fmt::format("{0}\\fI{1}\\fR{2}\n", option.is_required ? "" : "[",
                          roff(option.names.front()), option.is_required ? "" : "]");
  return text;
}

std::string option_entry(const OptionDescription& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names)
    names.push_back(fmt::format("\\fB{}\\fR", roff(name)));
  std::string text = fmt::format(".TP\n{}", fmt::join(names, ", "));
  if (!option.value.empty() && !option.is_positional)
    text += fmt::format(" \\fI{}\\fR", roff(option.value));
  const bool has_end = option.description.ends_with('.') || option.description.empty();
  text += fmt::format("\n{}{}\n", roff(option.description), has_end ? "" : ".");
  if (!option.choices.empty())
    text += fmt::format("One of {}.\n", roff(fmt::format("{}", fmt::join(option.choices, ", "))));
  if (!option.default_value.empty())
    text += fmt::format("Default: {}.\n", roff(option.default_value));
  return text;
}

/// The words that may follow a command's name.
std::vector<std::string> words_of(const CommandDescription& command) {
  std::vector<std::string> words;
  for (const CommandDescription& below : command.commands) words.push_back(last_word(below));
  for (const OptionDescription& option : command.options)
    if (!option.is_positional) words.insert(words.end(), option.names.begin(), option.names.end());
  return words;
}

/// All names of commands below the program, for finding out where in a line one stands.
std::vector<std::string> quoted_names(const CommandDescription& program,
                                      std::string (*quote)(std::string_view)) {
  std::vector<std::string> names;
  for (const CommandDescription* const command : with_commands_below(program))
    if (command != &program) names.push_back(quote(command->name));
  return names;
}

std::string zsh_option(const OptionDescription& option, const std::string& name) {
  std::string text = option.description;
  for (const std::string_view sign : {"\\", "[", "]", ":"})
    text = replaced(text, sign, std::string("\\") + std::string(sign));
  std::string spec = fmt::format("{}[{}]", name, text);
  if (!option.choices.empty())
    spec += fmt::format(":value:({})", fmt::join(option.choices, " "));
  else if (!option.value.empty())
    spec += ":value:_files";
  return quoted(spec);
}

}  // namespace

std::string page_name(const CommandDescription& command) {
  return replaced(command.name, " ", "-");
}

std::vector<const CommandDescription*> with_commands_below(const CommandDescription& command) {
  std::vector<const CommandDescription*> all{&command};
  for (const CommandDescription& below : command.commands)
    std::ranges::copy(with_commands_below(below), std::back_inserter(all));
  return all;
}

std::string manual_page(const CommandDescription& command, std::string_view version) {
  std::string name = page_name(command);
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  std::string text = fmt::format(".TH {} 1 \"\" \"Scribe {}\" \"Scribe\"\n", roff(name), version);
  std::string first_line = replaced(command.description, "\n", " ");
  if (first_line.ends_with('.')) first_line.pop_back();
  text += fmt::format(".SH NAME\n{} \\- {}\n", roff(page_name(command)), roff(first_line));
  text += ".SH SYNOPSIS\n" + synopsis(command);
  if (!command.commands.empty()) {
    text += ".SH COMMANDS\n";
    for (const CommandDescription& below : command.commands)
      text += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(last_word(below)), roff(below.description));
  }
  if (!command.options.empty()) text += ".SH OPTIONS\n";
  for (const OptionDescription& option : command.options) text += option_entry(option);
  if (!command.example.empty())
    text += fmt::format(".SH EXAMPLE\n.nf\n{}\n.fi\n", roff(command.example));
  text +=
      ".SH EXIT STATUS\n"
      "0: done. 1: failed. 2: wrong use. 3: this machine cannot do it. 4: a bar that was asked for "
      "is not met. 130: interrupted.\n";
  std::vector<std::string> related;
  for (const CommandDescription& below : command.commands)
    related.push_back(fmt::format("\\fB{}\\fR(1)", roff(page_name(below))));
  if (related.empty()) related.emplace_back("\\fBscribe\\fR(1)");
  return text + fmt::format(".SH SEE ALSO\n{}\n", fmt::join(related, ", "));
}

std::string bash_completion(const CommandDescription& program) {
  std::string words;
  std::string values;
  for (const CommandDescription* const command : with_commands_below(program)) {
    words += fmt::format("    {}) words={} ;;\n", quoted(command->name),
                         quoted(fmt::format("{}", fmt::join(words_of(*command), " "))));
    for (const OptionDescription& option : command->options) {
      if (option.is_positional || option.value.empty()) continue;
      for (const std::string& name : option.names)
        values += fmt::format("    {}) COMPREPLY=($(compgen -W {} -- \"$current\")); return ;;\n",
                              quoted(command->name + " " + name),
                              quoted(fmt::format("{}", fmt::join(option.choices, " "))));
    }
  }
  return fmt::format(
      "# Completes the arguments of `{0}` in bash.\n"
      "_{0}() {{\n"
      "  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}\n"
      "  local command={0} words='' i\n"
      "  COMPREPLY=()\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case \"$command ${{COMP_WORDS[i]}}\" in\n"
      "      {1}) command+=\" ${{COMP_WORDS[i]}}\" ;;\n"
      "    esac\n"
      "  done\n"
      "  # Options with a value: one of their choices, or a file where there are none.\n"
      "  case \"$command $previous\" in\n"
      "{2}"
      "  esac\n"
      "  case \"$command\" in\n"
      "{3}"
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "}}\n"
      "complete -o default -F _{0} {0}\n",
      program.name, fmt::join(quoted_names(program, quoted), "|"), values, words);
}

std::string zsh_completion(const CommandDescription& program) {
  std::string cases;
  for (const CommandDescription* const command : with_commands_below(program)) {
    std::vector<std::string> specs;
    for (const OptionDescription& option : command->options)
      for (const std::string& name : option.names)
        if (!option.is_positional) specs.push_back(zsh_option(option, name));
    std::vector<std::string> below;
    for (const CommandDescription& next : command->commands)
      below.push_back(quoted(last_word(next) + ":" + replaced(next.description, "\n", " ")));
    cases += fmt::format("  ({})\n    commands=({})\n    _arguments {} '*:next:_{}_next'\n    ;;\n",
                         quoted(command->name), fmt::join(below, " "), fmt::join(specs, " "),
                         program.name);
  }
  return fmt::format(
      "#compdef {0}\n"
      "# Completes the arguments of `{0}` in zsh.\n"
      "_{0}_next() {{\n"
      "  if (( $#commands )); then _describe command commands; else _files; fi\n"
      "}}\n"
      "_{0}() {{\n"
      "  local command={0} i\n"
      "  local -a commands\n"
      "  for ((i = 2; i < CURRENT; i++)); do\n"
      "    case \"$command $words[i]\" in\n"
      "      ({1}) command+=\" $words[i]\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$command\" in\n"
      "{2}"
      "  esac\n"
      "}}\n"
      "_{0} \"$@\"\n",
      program.name, fmt::join(quoted_names(program, quoted), "|"), cases);
}

std::string fish_completion(const CommandDescription& program) {
  std::string text = fmt::format(
      "# Completes the arguments of `{0}` in fish.\n"
      "function __{0}_at\n"
      "    set -l found {0}\n"
      "    for word in (commandline -opc)[2..]\n"
      "        if contains -- \"$found $word\" {1}\n"
      "            set found \"$found $word\"\n"
      "        end\n"
      "    end\n"
      "    test \"$found\" = \"$argv[1]\"\n"
      "end\n",
      program.name, fmt::join(quoted_names(program, fish_quoted), " "));
  for (const CommandDescription* const command : with_commands_below(program)) {
    const std::string head = fmt::format(
        "complete -c {} -n {}", program.name,
        fish_quoted(fmt::format("__{}_at {}", program.name, fish_quoted(command->name))));
    for (const CommandDescription& below : command->commands)
      text += fmt::format("{} -f -a {} -d {}\n", head, last_word(below),
                          fish_quoted(replaced(below.description, "\n", " ")));
    for (const OptionDescription& option : command->options) {
      if (option.is_positional) continue;
      text += head;
      for (const std::string& name : option.names)
        text += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2))
                                       : fmt::format(" -s {}", name.substr(1));
      if (!option.choices.empty())
        text += fmt::format(" -x -a {}",
                            fish_quoted(fmt::format("{}", fmt::join(option.choices, " "))));
      else if (!option.value.empty())
        text += " -r";
      text += fmt::format(" -d {}\n", fish_quoted(option.description));
    }
  }
  return text;
}

}  // namespace scribe::cli
