// One HTTP connection with limits: sizes, seconds, tries.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"

namespace scribe {

struct HttpOptions {
  std::string bearer;  ///< sent in the header Authorization; "": none
  std::string proxy;   ///< "": none, whatever the environment says
  double connect_seconds = 10;
  double request_seconds = 600;  ///< from the first byte sent to the last one received
  std::int64_t response_bytes_max = std::int64_t{64} << 20;
  int retries = 6;  ///< after a lost connection, a time-out, 408, 429, 500, 502, 503 or 504
  /// Waited before the first retry, then twice as long each time, kBackoffSecondsMax at most; or
  /// what the server asks for in Retry-After, up to kRetryAfterSecondsMax.
  double backoff_seconds = 0.5;
};
constexpr double kBackoffSecondsMax = 30;
constexpr double kRetryAfterSecondsMax = 120;
constexpr int kHttpRetriesMax = 100;

/// Errors: invalid_argument naming the option.
Status validate(const HttpOptions& options);

/// Keeps one connection open and uses it for one request at a time; not thread-safe. Redirections
/// are not followed, so that a key goes to the server it was given for and to no other.
class HttpClient {
 public:
  HttpClient(Env& env, StopToken& stop, HttpOptions options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) = delete;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  /// The body of a reply with status 200. `json` is posted; without it the address is got.
  ///
  /// Errors, all naming the address: not_found (404), invalid_argument (an address that is none;
  /// 401 and 403: the key; every other 3xx and 4xx, with what the server says), limit_exceeded (a
  /// longer reply), io (no connection, time-out, 5xx: after the last retry), interrupted (the user
  /// asked to stop while it waited to try again; a request under way is finished first).
  Result<std::string> request(const std::string& url, std::optional<std::string_view> json);

 private:
  struct Reply;
  struct Handle;
  Result<Reply> exchange(const std::string& url, std::optional<std::string_view> json);
  Status wait(double seconds);

  Env& env_;
  StopToken& stop_;
  HttpOptions options_;
  std::unique_ptr<Handle> handle_;
};

/// At most `length_max` bytes of what a server sent, on one line without control characters.
std::string one_line(std::string_view text, std::size_t length_max = 300);

}  // namespace scribe
