// Names and addresses.
#include "serve/request_host.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <cctype>
#include <optional>

namespace scribe {
namespace {

using Address = boost::asio::ip::address;

std::optional<Address> address_of(std::string_view text) {
  boost::system::error_code failure;
  const Address address = boost::asio::ip::make_address(std::string(text), failure);
  return failure ? std::nullopt : std::optional(address);
}

bool is_same_name(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, ::tolower, ::tolower);
}

}  // namespace

bool is_loopback(std::string_view name) {
  const std::optional<Address> address = address_of(name);
  return address ? address->is_loopback() : is_same_name(name, "localhost");
}

std::string_view name_of_host(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

bool is_own_host(std::string_view host, std::string_view address,
                 std::span<const std::string> sites) {
  const std::string_view name = name_of_host(host);
  if (host.empty() || is_loopback(name)) return true;
  if (std::ranges::any_of(sites, [&](const std::string& site) { return is_same_name(site, name); }))
    return true;
  const std::optional<Address> asked = address_of(name);
  const std::optional<Address> own = address_of(address);
  return asked && own && (own->is_unspecified() || asked == own);
}

}  // namespace scribe
