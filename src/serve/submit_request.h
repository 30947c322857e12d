// SandboxFusion's way to judge an answer: a problem's row and a completion in, accepted or not out.
#pragma once

#include <string>
#include <variant>

#include "base/json.h"
#include "sandbox/sandbox.h"
#include "serve/execute_request.h"

namespace scribe {

/// One answer, and what its reply repeats.
struct Submission {
  SandboxJob job;
  Json id;
  std::string code;       ///< taken from the completion
  std::string type;       ///< "fenced", "incomplete_fenced", "heuristic" or "empty"; "": none taken
  std::size_t cases = 1;  ///< inputs of a program that reads and prints
};

/// `POST /submit`: {"dataset", "id", "completion", "config": {"dataset_type", "provided_data",
/// "language", "run_timeout", "extra"}}. The problem comes with the request, in the layout of its
/// dataset_type: HumanEvalDataset, MBPPDataset, AutoEvalDataset (Python) or CommonOJDataset;
/// docs/serving.md has the rest. 501 for other types, for data that the server would have to hold,
/// for files, for extraction by a program of the client's, and for languages not installed.
std::variant<Submission, ApiError> submit_request(const Json& body,
                                                  const ExecuteRequestLimits& limits);

/// {"id", "accepted", "extracted_code", "full_code", "test_code", "tests", "extracted_type",
/// "extra": {"verdict", "detail", "soft"}}. Of a program that reads and prints, "tests" has an
/// entry for each case if all passed, else one, which says where it failed.
Json submit_reply(const Submission& submission, const Verdict& verdict);

}  // namespace scribe
