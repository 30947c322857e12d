// Requests through libcurl, and when they are tried again.
#include "experiment/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <mutex>
#include <thread>

#include "base/json.h"

namespace scribe {
namespace {

constexpr std::chrono::milliseconds kPollInterval{20};  // Of the user's wish to stop.
constexpr std::array kPassing = {408L, 429L, 500L, 502L, 503L, 504L};

/// libcurl wants to be told once per process, before its first use.
void start_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool is_passing(long status) {
  return std::ranges::find(kPassing, status) != kPassing.end();
}

/// "error": {"message": ...} or "error": "..." as servers write it, else the text itself.
std::string what_the_server_says(const std::string& body) {
  const Result<Json> json = parse_json(body, "reply");
  if (!json.ok() || !json.value().is_object()) return one_line(body);
  for (const char* key : {"error", "message", "detail"}) {
    if (!json.value().contains(key)) continue;
    const Json& value = json.value()[key];
    if (value.is_string()) return one_line(value.get<std::string>());
    if (value.is_object() && value.contains("message") && value["message"].is_string())
      return one_line(value["message"].get<std::string>());
  }
  return one_line(body);
}

Error status_error(const std::string& url, long status, const std::string& body) {
  const std::string says = what_the_server_says(body);
  if (status == 401 || status == 403)
    return error(ErrorCode::invalid_argument,
                 "'{}' answered {}: it wants another key, give a file with one by --api-key-file "
                 "({})",
                 url, status, says);
  if (status == 404)
    return error(ErrorCode::not_found,
                 "'{}' answered 404: expected the address of an OpenAI-compatible API, such as "
                 "http://127.0.0.1:8000/v1, and a model that it has ({})",
                 url, says);
  if (status >= 300 && status < 400)
    return error(ErrorCode::invalid_argument,
                 "'{}' answered {}: redirections are not followed, give the address itself", url,
                 status);
  return error(is_passing(status) || status >= 500 ? ErrorCode::io : ErrorCode::invalid_argument,
               "'{}' answered {}: {}", url, status, says);
}

}  // namespace

struct HttpClient::Reply {
  long status = 0;  ///< 0: there was none, see `failure`
  std::string body;
  std::string failure;
  std::optional<double> retry_after_seconds;
};

struct HttpClient::Handle {
  Handle() : curl(curl_easy_init()) { SCRIBE_CHECK(curl != nullptr, "libcurl gave no handle"); }
  ~Handle() {
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  /// libcurl's write callback: all bytes, or fewer to end the transfer.
  static std::size_t receive(char* bytes, std::size_t, std::size_t count, void* self) {
    Handle& handle = *static_cast<Handle*>(self);
    handle.too_long = handle.body.size() + count > handle.body_bytes_max;
    if (handle.too_long) return 0;
    handle.body.append(bytes, count);
    return count;
  }

  CURL* curl;
  curl_slist* headers = nullptr;
  std::string body;
  std::size_t body_bytes_max = 0;
  bool too_long = false;
};

Status validate(const HttpOptions& options) {
  const auto is_bad = [](unsigned char c) { return c <= ' ' || c >= 0x7F; };
  if (std::ranges::any_of(options.bearer, is_bad))
    return error(ErrorCode::invalid_argument,
                 "the API key holds a character that no key has: expected one line of printable "
                 "ASCII without spaces");
  if (!(options.connect_seconds > 0) || !(options.request_seconds > 0) ||
      !(options.backoff_seconds > 0))
    return error(ErrorCode::invalid_argument, "seconds of a request: expected more than 0");
  if (options.retries < 0 || options.retries > kHttpRetriesMax)
    return error(ErrorCode::invalid_argument, "{} retries: expected 0 to {}", options.retries,
                 kHttpRetriesMax);
  if (options.response_bytes_max < 1)
    return error(ErrorCode::invalid_argument, "{} bytes of a reply: expected at least 1",
                 options.response_bytes_max);
  return {};
}

HttpClient::HttpClient(Env& env, StopToken& stop, HttpOptions options)
    : env_(env), stop_(stop), options_(std::move(options)) {
  start_curl();
  handle_ = std::make_unique<Handle>();
  handle_->body_bytes_max = static_cast<std::size_t>(options_.response_bytes_max);
  for (const std::string& header :
       {std::string("Content-Type: application/json"), std::string("Accept: application/json"),
        options_.bearer.empty() ? std::string() : "Authorization: Bearer " + options_.bearer})
    if (!header.empty()) handle_->headers = curl_slist_append(handle_->headers, header.c_str());
  CURL* const curl = handle_->curl;
  const auto milliseconds = [](double seconds) {
    return static_cast<long>(std::clamp(std::ceil(seconds * 1e3), 1.0, 1e9));
  };
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);  // Several threads have a handle each.
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, options_.proxy.c_str());
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options_.connect_seconds));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, milliseconds(options_.request_seconds));
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, handle_->headers);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "scribe");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Handle::receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, handle_.get());
}

HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

Result<HttpClient::Reply> HttpClient::exchange(const std::string& url,
                                               std::optional<std::string_view> json) {
  CURL* const curl = handle_->curl;
  handle_->body.clear();
  handle_->too_long = false;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  if (json) {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json->data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(json->size()));
  } else {
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
  }
  const CURLcode code = curl_easy_perform(curl);
  Reply reply;
  if (handle_->too_long)
    return error(ErrorCode::limit_exceeded, "'{}' answered with more than {} bytes", url,
                 options_.response_bytes_max);
  if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
    return error(ErrorCode::invalid_argument,
                 "'{}' is no address, expected one such as http://127.0.0.1:8000/v1", url);
  if (code != CURLE_OK) {
    reply.failure = curl_easy_strerror(code);
    return reply;
  }
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
  curl_off_t seconds = 0;
  if (curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds) == CURLE_OK && seconds > 0)
    reply.retry_after_seconds = static_cast<double>(seconds);
  reply.body = std::move(handle_->body);
  return reply;
}

Status HttpClient::wait(double seconds) {
  const double end = env_.monotonic_seconds() + seconds;
  do {
    if (stop_.requested())
      return error(ErrorCode::interrupted, "stopped while waiting to try again");
    std::this_thread::sleep_for(std::min<std::chrono::duration<double>>(
        kPollInterval, std::chrono::duration<double>(seconds)));
  } while (env_.monotonic_seconds() < end);
  return {};
}

Result<std::string> HttpClient::request(const std::string& url,
                                        std::optional<std::string_view> json) {
  double backoff_seconds = options_.backoff_seconds;
  for (int tries = 1;; ++tries) {
    SCRIBE_TRY_ASSIGN(Reply reply, exchange(url, json));
    if (reply.status == 200) return std::move(reply.body);
    if (reply.status != 0 && !is_passing(reply.status))
      return status_error(url, reply.status, reply.body);
    if (tries > options_.retries) {
      const std::string after = tries == 1 ? "" : fmt::format(" ({} tries)", tries);
      if (reply.status != 0) {
        Error failure = status_error(url, reply.status, reply.body);
        return Error(failure.code(), failure.message() + after);
      }
      return error(ErrorCode::io, "'{}': {}; is the server running?{}", url, reply.failure, after);
    }
    SCRIBE_TRY(wait(reply.retry_after_seconds
                        ? std::min(*reply.retry_after_seconds, kRetryAfterSecondsMax)
                        : backoff_seconds));
    backoff_seconds = std::min(2 * backoff_seconds, kBackoffSecondsMax);
  }
}

std::string one_line(std::string_view text, std::size_t length_max) {
  std::string line(text.substr(0, length_max));
  for (char& c : line)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return text.size() > length_max ? line + " ..." : line;
}

}  // namespace scribe
