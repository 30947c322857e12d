// The options of commands that listen for requests.
#pragma once

#include "cli/command.h"
#include "serve/http_server.h"

namespace scribe::cli {

/// --site.
void add_site_option(CLI::App& command, HttpServerOptions& http);

}  // namespace scribe::cli
