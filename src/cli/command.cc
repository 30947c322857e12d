// Helpers shared by the commands.
#include "cli/command.h"

namespace scribe::cli {

void add_device_option(CLI::App& command, std::string& device) {
  command.add_option("--device", device, "cpu, cpu,bf16, cuda:N, auto or reference")
      ->capture_default_str();
}

void set_example(CLI::App& command, const std::string& example) {
  command.footer("Example:\n  " + example);
}

}  // namespace scribe::cli
