// Names and meanings of metrics.
#include "serve/metrics.h"

#include <fmt/format.h>

namespace scribe {
namespace {

/// A label's value: quotes, backslashes and newlines are escaped.
std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text + '"';
}

}  // namespace

void MetricsText::add(std::string_view kind, std::string_view name, std::string_view help,
                      std::int64_t value, std::string_view labels) {
  text_ +=
      fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0}{3} {4}\n", name, help, kind, labels, value);
}

void MetricsText::gauge(std::string_view name, std::string_view help, std::int64_t value,
                        std::string_view labels) {
  add("gauge", name, help, value, labels);
}

void MetricsText::counter(std::string_view name, std::string_view help, std::int64_t value,
                          std::string_view labels) {
  add("counter", name, help, value, labels);
}

void add_metrics(std::string_view model, const ModelServiceCounts& counts, MetricsText& text) {
  const std::string labels = fmt::format("{{model_name={}}}", quoted(model));
  text.gauge("vllm:num_requests_running", "Requests in hand.", counts.running, labels);
  text.gauge("vllm:num_requests_waiting", "Requests that wait.", counts.waiting, labels);
  text.counter("vllm:prompt_tokens_total", "Tokens of prompts.", counts.prompt_tokens, labels);
  text.counter("vllm:generation_tokens_total", "Tokens drawn.", counts.drawn_tokens, labels);
  text.counter("vllm:request_success_total", "Requests answered.", counts.finished, labels);
  text.counter("vllm:prefix_cache_queries_total", "Tokens of prompts looked up.",
               counts.prefixes.tokens, labels);
  text.counter("vllm:prefix_cache_hits_total", "Tokens of prompts that were not run again.",
               counts.prefixes.reused, labels);
  text.gauge("scribe_samples_live", "Samples being drawn.", counts.live_rows, labels);
  text.counter("scribe_requests_cancelled_total", "Requests whose client left.", counts.cancelled,
               labels);
  text.counter("scribe_requests_refused_total", "Requests that found the queue full.",
               counts.refused, labels);
  text.counter("scribe_steps_total", "Steps of the model.", counts.steps, labels);
}

void add_metrics(const ExecuteServiceCounts& counts, MetricsText& text) {
  text.gauge("scribe_programs_waiting", "Programs that wait.", counts.waiting);
  text.gauge("scribe_programs_running", "Programs being run.", counts.running);
  text.counter("scribe_programs_judged_total", "Programs with a verdict.", counts.judged);
  text.counter("scribe_programs_cancelled_total", "Programs not run: their client left.",
               counts.cancelled);
  text.counter("scribe_execute_refused_total", "Requests that found the queue full.",
               counts.refused);
}

void add_metrics(const HttpServerCounts& counts, MetricsText& text) {
  text.gauge("scribe_http_connections", "Open connections.", counts.connections);
  text.counter("scribe_http_requests_total", "Requests read.", counts.requests);
  text.counter("scribe_http_refused_total", "Requests malformed, too large, too slow, too many.",
               counts.refused);
}

}  // namespace scribe
