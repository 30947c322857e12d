// Schemas of the bodies, written as they are read.
//
// The readers are completion_request.cc, infill_call.cc and execute_request.cc; openapi_test.cc
// holds the schemas against the server.
#include "serve/openapi.h"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "sample/sampler.h"

namespace scribe {
namespace {

Json described(Json schema, std::string_view text) {
  schema["description"] = text;
  return schema;
}

Json text_field(std::string_view text) {
  return described({{"type", "string"}}, text);
}

Json flag(std::string_view text) {
  return described({{"type", "boolean"}, {"default", false}}, text);
}

Json count(std::int64_t min, std::int64_t max, std::string_view text) {
  return described({{"type", "integer"}, {"minimum", min}, {"maximum", max}}, text);
}

Json number(double min, double max, std::string_view text) {
  return described({{"type", "number"}, {"minimum", min}, {"maximum", max}}, text);
}

Json with_default(Json schema, const Json& value) {
  schema["default"] = value;
  return schema;
}

Json list_of(const Json& items) {
  return {{"type", "array"}, {"items", items}};
}

Json either(std::initializer_list<Json> schemas) {
  return {{"oneOf", Json::array_t(schemas)}};
}

Json object_of(Json properties, std::initializer_list<std::string_view> required = {}) {
  Json schema{{"type", "object"}, {"properties", std::move(properties)}};
  for (const std::string_view name : required) schema["required"].push_back(name);
  return schema;
}

const Json kString{{"type", "string"}};
const Json kTokens{{"type", "array"}, {"items", {{"type", "integer"}, {"minimum", 0}}}};

/// What completions and infill share.
void add_sampling(double temperature, double top_p, std::int64_t top_k, std::int64_t top_k_min,
                  Json& fields) {
  fields["temperature"] =
      with_default(number(0, 100, "0 takes the likeliest token each time"), temperature);
  fields["top_p"] = with_default(number(0, 1, "the nucleus"), top_p);
  fields["top_k"] =
      with_default(count(top_k_min, INT32_MAX, "the likeliest so many only; 0: all"), top_k);
  fields["min_p"] =
      with_default(number(0, 1, "tokens this much less likely than the likeliest go"), 0);
}

Json stops(std::int64_t count_max) {
  Json several = list_of(kString);
  several["maxItems"] = count_max;
  return described(either({kString, several}), "the text ends before the earliest match");
}

Json completion_schema(const CompletionLimits& limits) {
  Json fields{
      {"model", text_field("the server's name for its model, or \"\"")},
      {"prompt", described(either({kString, list_of(kString), kTokens, list_of(kTokens)}),
                           "texts or tokens to continue")},
      {"suffix", text_field("what follows the gap, for models trained to fill one")},
      {"max_tokens",
       with_default(count(0, kMaxTokensMax, "new tokens; 0 with echo scores the prompt"), 16)},
      {"n", with_default(count(1, limits.samples_max, "samples given back"), 1)},
      {"best_of", count(1, limits.samples_max, "samples drawn, at least n [n]")},
      {"echo", flag("the prompt before the completion")},
      {"logprobs",
       described(either({{{"type", "integer"}, {"minimum", 0}, {"maximum", kTopLogprobsMax}},
                         {{"type", "boolean"}}}),
                 "log-probabilities, and so many of the likeliest tokens")},
      {"stop", stops(limits.stop_max)}};
  add_sampling(1, 1, 0, -1, fields);
  fields["presence_penalty"] = with_default(number(-2, 2, "of tokens that were drawn"), 0);
  fields["frequency_penalty"] = with_default(number(-2, 2, "for each time drawn"), 0);
  fields["repetition_penalty"] = with_default(number(0.01, 100, "divides positive logits"), 1);
  fields["logit_bias"] = described(
      {{"type", "object"},
       {"additionalProperties", {{"type", "number"}, {"minimum", -100}, {"maximum", 100}}}},
      "added to the logits of tokens");
  fields["seed"] = described({{"type", "integer"}}, "the same seed gives the same samples");
  fields["stream"] = flag("server-sent events");
  fields["stream_options"] = object_of({{"include_usage", flag("one more event with usage")}});
  fields["task_id"] = text_field("names the random numbers, as `scribe sample` does");
  fields["truncate_prompt"] = flag("a long prompt loses tokens on its left");
  fields["ignore_eos"] = flag("goes on behind the end of text");
  fields["return_token_ids"] = flag("the ids of each choice");
  fields["rank_by"] = {
      {"type", "string"}, {"enum", {"mean_logprob", "sum_logprob"}}, {"default", "mean_logprob"}};
  return object_of(std::move(fields));
}

/// Fields of completions, but for the prompt and what belongs to it.
Json chat_schema(const CompletionLimits& limits) {
  Json schema = completion_schema(limits);
  Json& fields = schema["properties"];
  for (const char* const name : {"prompt", "suffix", "echo", "best_of", "rank_by", "logprobs",
                                 "return_token_ids", "truncate_prompt"})
    fields.erase(name);
  const Json part = object_of({{"type", kString}, {"text", kString}}, {"type", "text"});
  const Json message =
      object_of({{"role", kString}, {"content", either({kString, list_of(part)})}}, {"role"});
  fields["messages"] = list_of(message);
  fields["max_tokens"] = count(1, kMaxTokensMax, "new tokens [what the context has room for]");
  fields["max_completion_tokens"] = count(1, kMaxTokensMax, "the same");
  fields["logprobs"] = flag("each token's log-probability");
  fields["top_logprobs"] = count(0, kTopLogprobsMax, "so many of the likeliest, with logprobs");
  fields["tools"] = described(list_of(Json::object()), "functions that answers may call");
  fields["tool_choice"] = with_default({{"type", "string"},
                                        {"enum", {"auto", "none"}},
                                        {"description", "none: the model is told of no tools"}},
                                       "auto");
  fields["chat_template_kwargs"] = described({{"type", "object"}}, "for the chat template");
  schema["required"] = Json::array({"messages"});
  return schema;
}

Json infill_schema() {
  Json fields{
      {"input_prefix", text_field("what stands before the gap")},
      {"input_suffix", text_field("what stands behind it")},
      {"prompt", text_field("what was typed of the gap")},
      {"input_extra", described(list_of(object_of({{"filename", kString}, {"text", kString}})),
                                "parts of other files")},
      {"n_predict", with_default(count(-1, INT32_MAX, "new tokens"), -1)},
      {"stop", stops(CompletionLimits{}.stop_max)}};
  add_sampling(0.8, 0.95, 40, 0, fields);
  fields["seed"] = with_default(count(-1, INT64_MAX / 2, "-1: another each time"), -1);
  fields["response_fields"] = either({kString, list_of(kString)});
  return object_of(std::move(fields));
}

Json execute_schema(const ExecuteRequestLimits& limits) {
  Json program = object_of({{"prompt", text_field("what the completion continues")},
                            {"completion", text_field("what a model wrote")},
                            {"suffix", text_field("what follows it")},
                            {"entry_point", text_field("the function that the tests call")},
                            {"test", text_field("Python that defines check(candidate)")}},
                           {"completion"});
  Json programs = list_of(program);
  programs["minItems"] = 1;
  programs["maxItems"] = limits.programs_max;
  return object_of(
      {{"programs", programs},
       {"timeout", with_default(number(0.01, limits.cpu_seconds_max, "processor seconds"), 3)},
       {"memory_mb", with_default(count(16, limits.memory_megabytes_max, "of each program"), 512)}},
      {"programs"});
}

Json run_code_schema(const ExecuteRequestLimits& limits) {
  return object_of(
      {{"code", text_field("the program's source")},
       {"language", text_field("python, cpp, nodejs, typescript, java, go, rust or bash")},
       {"stdin", text_field("what it reads")},
       {"run_timeout", with_default(number(0.01, limits.cpu_seconds_max, "processor seconds"), 10)},
       {"compile_timeout", number(0, 3600, "changes nothing")},
       {"memory_limit_MB",
        with_default(count(-1, limits.memory_megabytes_max, "-1: the usual"), -1)}},
      {"code", "language"});
}

Json submit_schema(const ExecuteRequestLimits& limits) {
  const Json row{{"type", "object"}, {"description", "the problem, in its dataset's layout"}};
  const Json config = object_of(
      {{"dataset_type",
        text_field("HumanEvalDataset, MBPPDataset, AutoEvalDataset or CommonOJDataset")},
       {"provided_data", row},
       {"language", text_field("of the answer, for CommonOJDataset")},
       {"run_timeout", with_default(number(0.01, limits.cpu_seconds_max, "processor seconds"), 20)},
       {"extra", object_of({{"is_freeform", flag("a chat's answer, not a continuation")}})}},
      {"dataset_type", "provided_data"});
  return object_of({{"dataset", text_field("changes nothing")},
                    {"id", Json::object()},
                    {"completion", text_field("what the model wrote")},
                    {"config", config}},
                   {"completion", "config"});
}

Json responses(std::string_view what, std::string_view type = "application/json") {
  const Json failure{{"$ref", "#/components/responses/error"}};
  return {{"200", {{"description", what}, {"content", {{type, Json::object()}}}}},
          {"default", failure}};
}

Json get(std::string_view summary, std::string_view type = "application/json") {
  return {{"get", {{"summary", summary}, {"responses", responses(summary, type)}}}};
}

Json post(std::string_view summary, const Json& schema) {
  return {{"post",
           {{"summary", summary},
            {"requestBody",
             {{"required", true}, {"content", {{"application/json", {{"schema", schema}}}}}}},
            {"responses", responses(summary)}}}};
}

Json reference(std::string_view name) {
  return {{"$ref", fmt::format("#/components/schemas/{}", name)}};
}

Json path_parameter(Json item, std::string_view name) {
  item["parameters"] = {{{"name", name}, {"in", "path"}, {"required", true}, {"schema", kString}}};
  return item;
}

Json error_response() {
  const Json nullable{{"type", {"string", "null"}}};
  return {{"description", "what was wrong, in OpenAI's shape"},
          {"content",
           {{"application/json",
             {{"schema", object_of({{"error", object_of({{"message", kString},
                                                         {"type", kString},
                                                         {"param", nullable},
                                                         {"code", nullable}})}})}}}}}};
}

}  // namespace

Json openapi_document(const OpenApiContent& content) {
  Json paths{{"/", get("the playground, a page for people", "text/html")},
             {"/health", get("is the server up?")},
             {"/metrics", get("figures for Prometheus", "text/plain")},
             {"/openapi.json", get("this description")},
             {"/v1/models", get("the model")},
             {"/v1/engines", get("the model")}};
  Json schemas = Json::object();
  if (content.has_model) {
    schemas["Completion"] = completion_schema(content.limits);
    paths["/v1/models/{model}"] = path_parameter(get("one model"), "model");
    paths["/tokenizer_info"] = get("names of special tokens");
    paths["/v1/completions"] = post("continues prompts", reference("Completion"));
    paths["/v1/engines/{model}/completions"] =
        path_parameter(post("continues prompts", reference("Completion")), "model");
    if (content.has_chat)
      paths["/v1/chat/completions"] = post("answers messages", chat_schema(content.limits));
    paths["/infill"] = post("fills a gap, for editors", infill_schema());
    paths["/tokenize"] = post(
        "text to tokens", object_of({{"content", kString},
                                     {"prompt", kString},
                                     {"add_special", flag("what every prompt begins with")},
                                     {"parse_special", {{"type", "boolean"}, {"default", true}}}}));
    paths["/detokenize"] = post("tokens to text", object_of({{"tokens", kTokens}}, {"tokens"}));
  }
  if (content.runs_programs) {
    paths["/v1/execute"] =
        post("runs programs with their tests", execute_schema(content.execute_limits));
    paths["/run_code"] = post("runs a program and tells what it printed, as SandboxFusion does",
                              run_code_schema(content.execute_limits));
    paths["/submit"] = post("judges an answer to the problem it brings, as SandboxFusion does",
                            submit_schema(content.execute_limits));
  }
  Json document{
      {"openapi", "3.1.0"},
      {"info", {{"title", "Scribe"}, {"version", "1"}, {"summary", "a code model, served"}}},
      {"paths", std::move(paths)},
      {"components",
       {{"schemas", std::move(schemas)}, {"responses", {{"error", error_response()}}}}}};
  if (content.needs_key) {
    document["components"]["securitySchemes"] = {{"key", {{"type", "http"}, {"scheme", "bearer"}}}};
    document["security"] = {{{"key", Json::array()}}};
  }
  return document;
}

}  // namespace scribe
