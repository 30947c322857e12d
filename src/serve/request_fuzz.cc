// Fuzz target: bodies of completion, infill and execution requests.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "serve/completion_request.h"
#include "serve/execute_request.h"
#include "serve/infill_call.h"
#include "serve/request_json.h"
#include "serve/run_code_request.h"
#include "serve/submit_request.h"

namespace scribe {
namespace {

void check_failure(const ApiError& failure) {
  const bool is_refusal = (failure.status >= 400 && failure.status < 500) || failure.status == 501;
  SCRIBE_CHECK(is_refusal && !failure.message.empty(), "a refusal without a reason: {} '{}'",
               failure.status, failure.message);
}

void check_request(const CompletionRequest& request, const CompletionLimits& limits) {
  SCRIBE_CHECK(request.n >= 1 && request.best_of >= request.n &&
                   request.best_of <= limits.samples_max && request.max_tokens >= 0 &&
                   request.max_tokens <= kMaxTokensMax &&
                   std::ssize(request.prompts) <= limits.prompts_max &&
                   std::ssize(request.stop) <= limits.stop_max,
               "a request beyond its limits was taken");
}

void check_body(const Json& body) {
  const CompletionLimits limits;
  const auto completion = completion_request(body, limits);
  if (const auto* const failure = std::get_if<ApiError>(&completion)) check_failure(*failure);
  if (const auto* const request = std::get_if<CompletionRequest>(&completion))
    check_request(*request, limits);
  const auto infill = infill_request(body, {.context = 256, .completion_max = 255});
  if (const auto* const failure = std::get_if<ApiError>(&infill)) check_failure(*failure);
  if (const auto* const request = std::get_if<InfillRequest>(&infill))
    check_request(request->completion, limits);
  const auto execution = execute_request(body, {});
  if (const auto* const failure = std::get_if<ApiError>(&execution)) check_failure(*failure);
  const auto run = run_code_request(body, {});
  if (const auto* const failure = std::get_if<ApiError>(&run)) check_failure(*failure);
  const auto submission = submit_request(body, {});
  if (const auto* const failure = std::get_if<ApiError>(&submission)) check_failure(*failure);
}

}  // namespace
}  // namespace scribe

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto body = scribe::parse_request_json(text, "body"); body.ok())
    scribe::check_body(body.value());
  return 0;
}
