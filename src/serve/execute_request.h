// The body of an execution request, and its reply.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.h"
#include "sandbox/sandbox.h"
#include "serve/completion_request.h"

namespace scribe {

struct ExecuteRequestLimits {
  std::int64_t programs_max = 10'000;
  double cpu_seconds_max = 60;
  std::int64_t memory_megabytes_max = 4096;
};

/// 501: a field asks for what this server does not do; `message` says what to do instead.
ApiError not_supported(std::string_view param, std::string message);

/// `POST /v1/execute`: programs with their tests, in the fields of problem files
/// (docs/formats/problems.md) and a "completion" each; docs/serving.md has the rest.
std::variant<std::vector<SandboxJob>, ApiError> execute_request(const Json& body,
                                                                const ExecuteRequestLimits& limits);

/// {"results": [{"verdict", "passed", "detail", "cpu_seconds", "wall_seconds", "memory_bytes"}],
/// "passed": how many}.
Json execute_reply(std::span<const Verdict> verdicts);

}  // namespace scribe
