// Manual pages and shell completions, from a description of the commands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace scribe::cli {

struct OptionDescription {
  std::vector<std::string> names;         ///< "--out", "-o"; of a positional one its name
  std::string value;                      ///< what kind of value it takes, "TEXT"; "" for a flag
  std::vector<std::string> choices = {};  ///< the values it takes, if only some are taken
  std::string default_value = {};
  std::string description;
  bool is_positional = false;
  bool is_required = false;
};

struct CommandDescription {
  std::string name;  ///< with those above it: "scribe corpus build"
  std::string description;
  std::string example;  ///< lines of a shell
  std::vector<OptionDescription> options = {};
  std::vector<CommandDescription> commands = {};  ///< below it
};

/// "scribe corpus build" as "scribe-corpus-build", the name of its manual page.
std::string page_name(const CommandDescription& command);

/// The text of a manual page in roff's man macros, section 1.
std::string manual_page(const CommandDescription& command, std::string_view version);

/// A script of the shell that completes commands, options and their choices; files elsewhere.
std::string bash_completion(const CommandDescription& program);
std::string zsh_completion(const CommandDescription& program);
std::string fish_completion(const CommandDescription& program);

/// The command, those below it, and so on, in their order.
std::vector<const CommandDescription*> with_commands_below(const CommandDescription& command);

}  // namespace scribe::cli
