// Names by which a server is asked.
#include "cli/listening_options.h"

namespace scribe::cli {

void add_site_option(CLI::App& command, HttpServerOptions& http) {
  command
      .add_option("--site", http.sites,
                  "Names by which it is asked, as code.example.org: a proxy's, for example. "
                  "Requests for others are refused on loopback, and wherever some are given")
      ->delimiter(',')
      ->allow_extra_args(false);
}

}  // namespace scribe::cli
