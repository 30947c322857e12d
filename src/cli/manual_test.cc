// Tests manual pages and completions on a small made-up program.
#include "cli/manual.h"

#include <gtest/gtest.h>

namespace scribe::cli {
namespace {

CommandDescription small_program() {
  CommandDescription build{
      .name = "tool box build",
      .description = "Build a box. It isn't hard: [boards] and nails",
      .example = "tool box build --size 3",
      .options = {{.names = {"--size", "-s"},
                   .value = "INT",
                   .default_value = "3",
                   .description = "Boards"},
                  {.names = {"--wood"},
                   .value = "TEXT",
                   .choices = {"oak", "ash"},
                   .description = "What it's made of"},
                  {.names = {"--quiet"}, .value = "", .description = ".nothing is printed"}}};
  CommandDescription box{.name = "tool box",
                         .description = "Boxes",
                         .example = "",
                         .options = {},
                         .commands = {std::move(build)}};
  return {.name = "tool",
          .description = "Tools",
          .example = "tool box build",
          .options = {{.names = {"--version"}, .value = "", .description = "Version"}},
          .commands = {std::move(box)}};
}

TEST(ManualTest, APageHasAllOfACommand) {
  const CommandDescription program = small_program();
  const std::string page = manual_page(program.commands[0].commands[0], "1.2");
  EXPECT_TRUE(page.starts_with(".TH TOOL\\-BOX\\-BUILD 1 \"\" \"Scribe 1.2\"")) << page;
  EXPECT_NE(page.find("\\fB\\-\\-size\\fR, \\fB\\-s\\fR \\fIINT\\fR\nBoards.\nDefault: 3.\n"),
            std::string::npos)
      << page;
  EXPECT_NE(page.find("One of oak, ash.\n"), std::string::npos);
  EXPECT_NE(page.find("\n\\&.nothing is printed.\n"), std::string::npos)
      << "a line of text must be no request of roff";
  EXPECT_NE(page.find("tool box build \\-\\-size 3\n.fi\n"), std::string::npos);
  EXPECT_NE(manual_page(program, "1").find("\\fBtool\\-box\\fR(1)"), std::string::npos);
}

TEST(ManualTest, QuotesOfTheShellsHold) {
  const std::string bash = bash_completion(small_program());
  EXPECT_NE(bash.find("'tool box build --wood') COMPREPLY=($(compgen -W 'oak ash'"),
            std::string::npos)
      << bash;
  const std::string zsh = zsh_completion(small_program());
  EXPECT_NE(zsh.find("'--wood[What it'\\''s made of]:value:(oak ash)'"), std::string::npos) << zsh;
  const std::string fish = fish_completion(small_program());
  EXPECT_NE(fish.find("-l wood -x -a 'oak ash' -d 'What it\\'s made of'"), std::string::npos)
      << fish;
  EXPECT_NE(fish.find("-l size -s s -r -d 'Boards'"), std::string::npos) << fish;
}

}  // namespace
}  // namespace scribe::cli
