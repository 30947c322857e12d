// Helpers shared by the commands.
#include "cli/command.h"

namespace scribe::cli {

void set_example(CLI::App& command, const std::string& example) {
  command.footer("Example:\n  " + example);
}

}  // namespace scribe::cli
