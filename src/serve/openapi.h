// The server's own description, as OpenAPI 3.1 has it.
#pragma once

#include "base/json.h"
#include "serve/completion_request.h"
#include "serve/execute_request.h"

namespace scribe {

/// What a server answers, which its description is of.
struct OpenApiContent {
  bool has_model = false;
  bool has_chat = false;  ///< of a model
  bool runs_programs = false;
  bool needs_key = false;
  CompletionLimits limits = {};
  ExecuteRequestLimits execute_limits = {};
};

/// The document of GET /openapi.json: every path that this server answers, with the fields of its
/// body, their types, bounds and defaults.
Json openapi_document(const OpenApiContent& content);

}  // namespace scribe
