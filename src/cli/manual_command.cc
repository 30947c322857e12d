// `scribe manual`: manual pages and shell completions of this program, from its option table.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/command.h"
#include "cli/manual.h"

namespace scribe::cli {
namespace {

/// The choices of "TEXT:{train,evaluation}".
std::vector<std::string> choices_of(const std::string& type) {
  std::vector<std::string> choices;
  const std::size_t end = type.rfind('}');
  std::size_t begin = type.find('{');
  if (begin == std::string::npos || end == std::string::npos) return choices;
  for (++begin; begin < end;) {
    const std::size_t comma = std::min(type.find(',', begin), end);
    choices.push_back(type.substr(begin, comma - begin));
    begin = comma + 1;
  }
  return choices;
}

OptionDescription describe_option(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  OptionDescription described{.names = {},
                              .value = type.substr(0, type.find_first_of(":{ ")),
                              .choices = choices_of(type),
                              .default_value = option.get_default_str(),
                              .description = option.get_description(),
                              .is_positional = option.get_positional(),
                              .is_required = option.get_required()};
  if (option.get_type_size_max() == 0) described.value.clear();
  if (described.is_positional) {
    described.names.push_back(option.get_name());
    return described;
  }
  for (const std::string& name : option.get_lnames()) described.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) described.names.push_back("-" + name);
  return described;
}

CommandDescription describe_command(const CLI::App& app, const std::string& above) {
  const std::string example = app.get_footer();
  constexpr std::string_view kHeading = "Example:\n  ";
  CommandDescription described{
      .name = above.empty() ? app.get_name() : above + " " + app.get_name(),
      .description = app.get_description(),
      .example = example.starts_with(kHeading) ? example.substr(kHeading.size()) : example};
  for (const CLI::Option* const option : app.get_options())
    if (!option->get_group().empty()) described.options.push_back(describe_option(*option));
  for (const CLI::App* const command : app.get_subcommands({}))
    if (!command->get_group().empty())
      described.commands.push_back(describe_command(*command, described.name));
  return described;
}

Result<int> write_manual(Env& env, const CLI::App& app, const std::string& folder) {
  const CommandDescription program = describe_command(app, "");
  const auto write = [&](const std::string& below, const std::string& name,
                         const std::string& text) -> Status {
    SCRIBE_TRY(env.create_directories(folder + "/" + below));
    return write_file_atomic(env, fmt::format("{}/{}/{}", folder, below, name), text);
  };
  for (const CommandDescription* const command : with_commands_below(program))
    SCRIBE_TRY(
        write("man/man1", page_name(*command) + ".1", manual_page(*command, SCRIBE_VERSION)));
  SCRIBE_TRY(write("bash-completion/completions", "scribe", bash_completion(program)));
  SCRIBE_TRY(write("zsh/site-functions", "_scribe", zsh_completion(program)));
  SCRIBE_TRY(write("fish/vendor_completions.d", "scribe.fish", fish_completion(program)));
  return static_cast<int>(kExitDone);
}

}  // namespace

void add_manual_command(CLI::App& app, Context& context) {
  CLI::App& command = *app.add_subcommand(
      "manual", "Write the manual pages and the completions for bash, zsh and fish");
  const auto folder = std::make_shared<std::string>();  // Shared with the callback.
  command
      .add_option("--out", *folder,
                  "Folder, laid out as /usr/share is: man/man1/scribe.1 and so on")
      ->required();
  set_example(command, "scribe manual --out ~/.local/share");
  command.callback([&app, &context, folder] {
    context.action = [&app, &context, folder] { return write_manual(context.env, app, *folder); };
  });
}

}  // namespace scribe::cli
