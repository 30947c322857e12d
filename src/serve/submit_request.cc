// Names of fields and dataset types are SandboxFusion's.
#include "serve/submit_request.h"

#include <algorithm>
#include <string_view>

#include "evaluate/answer_text.h"
#include "evaluate/extract.h"
#include "evaluate/program_form.h"
#include "problems/problem.h"
#include "problems/program_problems.h"
#include "sandbox/toolchains.h"
#include "serve/request_json.h"

namespace scribe {
namespace {

constexpr double kSubmitTimeout = 20;  // SandboxFusion's, in seconds.

/// A field that SandboxFusion's tables hold as JSON or as the text of it.
Result<Json> parsed(const Json& row, std::string_view name) {
  const auto found = row.find(name);
  if (found == row.end()) return Json();
  if (found->is_string()) return parse_request_json(found->get<std::string>(), name);
  return *found;
}

/// The code in an answer, taken as `type` says it was.
std::string take_code(std::string_view completion, std::string_view entry_point,
                      std::string_view language, std::string& type) {
  const std::optional<std::string> code = extract_code(
      completion, entry_point.empty() ? ExtractStrategy::fenced_first : ExtractStrategy::function,
      entry_point, language);
  const std::vector<FencedBlock> blocks = fenced_blocks(without_reasoning(completion));
  type = !code || code->empty() ? "empty"
         : blocks.empty()       ? "heuristic"
         : blocks.back().closed ? "fenced"
                                : "incomplete_fenced";
  if (code) return *code;
  // No fence and nothing to look for: all of it is the program.
  if (blocks.empty() && entry_point.empty() && !completion.empty()) {
    type = "heuristic";
    return std::string(completion);
  }
  return "";
}

/// Up to the first stop string, as a model that was asked to continue would have been cut. Of
/// Python that is the first line at the margin.
std::string_view cut(std::string_view completion, const Problem& problem) {
  for (const std::string& stop : problem.stop_strings)
    if (stop != "\n\n") completion = completion.substr(0, completion.find(stop));
  if (problem.form != ProblemForm::calls) return completion;
  for (std::size_t end = completion.find('\n'); end != std::string_view::npos;
       end = completion.find('\n', end + 1))
    if (end + 1 < completion.size() &&
        std::string_view(" \t\r\n\f\v").find(completion[end + 1]) == std::string_view::npos)
      return completion.substr(0, end);
  return completion;
}

/// The parts of a request that all types share.
struct SubmitParts {
  std::string completion;
  std::string language;    ///< config.language, "" if not given
  bool is_answer = false;  ///< extra.is_freeform: a chat's answer, not a continuation
  const Json* row = nullptr;
};

std::optional<ApiError> read_human_eval(const SubmitParts& parts, Submission& submission) {
  const Json& row = *parts.row;
  Problem problem;
  SandboxJob& job = submission.job;
  if (is_program_problem(row)) {
    Result<Problem> read = problem_from_program_json(row, "config.provided_data");
    if (!read.ok())
      return ApiError{.message = read.error().message(), .param = "config.provided_data"};
    problem = std::move(read).value();
  } else {
    RequestFields fields(row);
    fields.read("prompt", problem.prompt);
    fields.read("entry_point", problem.entry_point);
    fields.read("test", problem.test);
    if (problem.entry_point.empty() || problem.test.empty())
      fields.fail("config.provided_data",
                  "expected HumanEval's fields (prompt, entry_point, test) or MultiPL-E's (name, "
                  "language, prompt, tests)");
    if (fields.failure()) return fields.failure();
  }
  if (parts.is_answer) {
    const std::string code =
        take_code(parts.completion, problem.entry_point, answer_language(problem), submission.type);
    job.candidate = program_from_code(problem, code);
    submission.code = code;
  } else {
    submission.code = cut(parts.completion, problem);
    job.candidate = judged_program(problem, submission.code);
  }
  job.tests = tests_of(problem);
  job.entry_point = problem.entry_point;
  set_program_form(problem, submission.code, job);
  // Suites of unittest run where the program does.
  if (problem.form == ProblemForm::calls && problem.test.find("def check(") == std::string::npos) {
    job.form = TestForm::inside;
    job.tests = problem.test;
  }
  return std::nullopt;
}

std::optional<ApiError> read_mbpp(const SubmitParts& parts, Submission& submission) {
  const Result<Json> tests = parsed(*parts.row, "test");
  const Result<Json> labels = parsed(*parts.row, "labels");
  if (!tests.ok() || !labels.ok() || !tests.value().is_array() || tests.value().empty() ||
      !std::ranges::all_of(tests.value(), &Json::is_string))
    return ApiError{.message = "expected test, a list of assertions, and labels",
                    .param = "config.provided_data"};
  std::string text;
  if (labels.value().is_object() && labels.value().contains("test_setup_code") &&
      labels.value()["test_setup_code"].is_string())
    text = labels.value()["test_setup_code"].get<std::string>() + "\n";
  for (const Json& test : tests.value()) text += test.get<std::string>() + "\n";
  submission.code = take_code(parts.completion, "", "python", submission.type);
  submission.job.candidate = submission.code;
  submission.job.tests = text;
  submission.job.form = TestForm::inside;
  return std::nullopt;
}

std::optional<ApiError> read_auto_eval(const SubmitParts& parts, Submission& submission) {
  const Result<Json> test = parsed(*parts.row, "test");
  const Result<Json> labels = parsed(*parts.row, "labels");
  const auto text = [](const Result<Json>& object, const char* name) {
    return object.ok() && object.value().is_object() && object.value().contains(name) &&
                   object.value()[name].is_string()
               ? object.value()[name].get<std::string>()
               : std::string();
  };
  const std::string language = text(labels, "programming_language");
  const std::string runs_as = text(labels, "execution_language");
  if (language != "python" || (!runs_as.empty() && runs_as != "python"))
    return not_supported("config.provided_data",
                         "AutoEvalDataset is judged in Python only (labels.programming_language); "
                         "send other languages as HumanEvalDataset in MultiPL-E's layout");
  if (text(test, "code").empty())
    return ApiError{.message = "expected test.code, Python source",
                    .param = "config.provided_data"};
  if (const auto asset = test.value().find("asset");
      asset != test.value().end() && !asset->empty() && *asset != "{}")
    return not_supported("config.provided_data", "files (test.asset) are not supported");
  submission.code = take_code(parts.completion, "", "python", submission.type);
  submission.job.candidate = submission.code;
  submission.job.tests = text(test, "code");
  submission.job.form = TestForm::inside;
  return std::nullopt;
}

/// The text test[part][name], if `part` has nothing but it; else null.
const Json* only_text(const Json& test, const char* part, const char* name) {
  if (!test.is_object() || !test.contains(part)) return nullptr;
  const Json& streams = test[part];
  const bool is_text = streams.is_object() && streams.size() == 1 && streams.contains(name) &&
                       streams[name].is_string();
  return is_text ? &streams[name] : nullptr;
}

std::optional<ApiError> read_common_oj(const SubmitParts& parts, Submission& submission) {
  if (parts.language.empty())
    return ApiError{.message = "CommonOJDataset needs the language of the answer",
                    .param = "config.language"};
  const Result<Json> tests = parsed(*parts.row, "test");
  Json cases = Json::array();
  if (tests.ok() && tests.value().is_array())
    for (const Json& test : tests.value()) {
      const Json* const input = only_text(test, "input", "stdin");
      const Json* const output = only_text(test, "output", "stdout");
      if (input == nullptr || output == nullptr)
        return ApiError{.message = fmt::format("test[{}]: expected {{\"input\": {{\"stdin\"}}, "
                                               "\"output\": {{\"stdout\"}}}}",
                                               cases.size()),
                        .param = "config.provided_data"};
      cases.push_back({{"input", *input}, {"output", *output}});
    }
  if (cases.empty())
    return ApiError{.message = "expected test, a list of cases", .param = "config.provided_data"};
  submission.code = take_code(parts.completion, "", parts.language, submission.type);
  submission.cases = cases.size();
  submission.job.candidate = submission.code;
  submission.job.language = parts.language;
  submission.job.form = TestForm::stdio;
  submission.job.tests = to_json_line(Json{{"cases", std::move(cases)}});
  return std::nullopt;
}

std::optional<ApiError> read_of_type(std::string_view type, const SubmitParts& parts,
                                     Submission& submission) {
  if (type == "HumanEvalDataset") return read_human_eval(parts, submission);
  if (type == "MBPPDataset") return read_mbpp(parts, submission);
  if (type == "AutoEvalDataset") return read_auto_eval(parts, submission);
  if (type == "CommonOJDataset") return read_common_oj(parts, submission);
  return not_supported("config.dataset_type",
                       "expected HumanEvalDataset, MBPPDataset, AutoEvalDataset or "
                       "CommonOJDataset: this server holds no datasets of its own");
}

}  // namespace

std::variant<Submission, ApiError> submit_request(const Json& body,
                                                  const ExecuteRequestLimits& limits) {
  RequestFields fields(body);
  SubmitParts parts;
  fields.read("completion", parts.completion);
  if (fields.find("completion") == nullptr)
    fields.fail("completion", "expected what the model wrote");
  const Json* const id = fields.find("id");
  const Json* const config = fields.find("config");
  if (config == nullptr || !config->is_object())
    fields.fail("config", "expected an object with dataset_type and provided_data");
  if (fields.failure()) return *fields.failure();

  RequestFields options(*config);
  std::string type;
  options.read("dataset_type", type);
  options.read("language", parts.language);
  double seconds = std::min(kSubmitTimeout, limits.cpu_seconds_max);
  options.read("run_timeout", seconds, 0.01, limits.cpu_seconds_max);
  std::string own_extraction;
  options.read("custom_extract_logic", own_extraction);
  parts.row = options.find("provided_data");
  if (const Json* const extra = options.find("extra"); extra != nullptr && extra->is_object()) {
    RequestFields extras(*extra);
    extras.read("is_freeform", parts.is_answer);
    if (extras.failure()) options.fail("extra", extras.failure()->message);
  }
  if (options.failure()) {
    ApiError failure = *options.failure();
    failure.param = "config." + failure.param;
    return failure;
  }
  if (!own_extraction.empty())
    return not_supported("config.custom_extract_logic",
                         "programs of clients that extract code are not run; extract it before");
  if (parts.row == nullptr || !parts.row->is_object())
    return not_supported("config.provided_data",
                         "expected the problem's row: this server holds no datasets of its own");

  Submission submission{.job = {.candidate = "", .tests = "", .entry_point = "", .limits = {}},
                        .id = {},
                        .code = "",
                        .type = ""};
  submission.id = id == nullptr ? Json(0) : *id;
  submission.job.limits.cpu_seconds = seconds;
  submission.job.limits.wall_seconds = 3 * seconds;
  if (std::optional<ApiError> failure = read_of_type(type, parts, submission)) return *failure;
  if (runs_as_program(submission.job.form))
    if (const Status status = sandbox::check_toolchain(submission.job.language); !status.ok())
      return not_supported("config.language", status.error().message());
  return submission;
}

Json submit_reply(const Submission& submission, const Verdict& verdict) {
  const bool is_ours = verdict.kind == VerdictKind::internal;  // Our failure, not the answer's.
  const Json test{{"passed", verdict.passed()},
                  {"exec_info",
                   {{"status", is_ours            ? "SandboxError"
                               : verdict.passed() ? "Success"
                                                  : "Failed"},
                    {"message", verdict.detail},
                    {"compile_result", nullptr},
                    {"run_result", nullptr},
                    {"executor_pod_name", nullptr},
                    {"files", Json::object()}}},
                  {"test_info", nullptr}};
  return {
      {"id", submission.id},
      {"accepted", verdict.passed()},
      {"extracted_code", submission.code},
      {"full_code", submission.job.candidate},
      {"test_code", std::string_view(submission.job.tests)},
      {"tests", Json(verdict.passed() ? submission.cases : 1, test)},
      {"extracted_type", submission.type.empty() ? Json() : Json(submission.type)},
      {"extra",
       {{"verdict", name_of(verdict.kind)}, {"detail", verdict.detail}, {"soft", verdict.soft}}}};
}

}  // namespace scribe
