// How a server ends without losing a reply.
#pragma once

#include "serve/api.h"
#include "serve/http_server.h"

namespace scribe {

/// Refuses what is new, gives what is in hand `drain_seconds`, whatever it is, and tells those who
/// wait longer for a model; then replies get a moment to arrive. Have all programs ended?
///
/// If so, the server may be destroyed: it first, then the Api, then the services. If not, a program
/// may run for minutes more, and destroying its service would wait for it; it ends with this
/// process.
[[nodiscard]] bool end_serving(const Api::Services& services, double drain_seconds,
                               HttpServer& server, Api& api);

}  // namespace scribe
