// Whether a request was sent to this server by a name that is its own.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace scribe {

/// Is it `localhost`, or an address of loopback (127.0.0.1 ..., ::1)?
bool is_loopback(std::string_view name);

/// "localhost" of "localhost:8012", "::1" of "[::1]:8012".
std::string_view name_of_host(std::string_view host);

/// Does a request's `Host` name loopback, the address that the server listens on, or one of
/// `sites`? A server that listens on all addresses has each as its own. "" is fine: no browser
/// leaves it out.
///
/// What a page may ask is decided by its site, and its owner decides which address that has: when
/// it comes to be this server's (DNS rebinding), only the name in `Host` tells.
bool is_own_host(std::string_view host, std::string_view address,
                 std::span<const std::string> sites);

}  // namespace scribe
