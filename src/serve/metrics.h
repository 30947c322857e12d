// What /metrics tells, in Prometheus's text format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "serve/execute_service.h"
#include "serve/http_server.h"
#include "serve/model_service.h"

namespace scribe {

/// Lines of metrics, each with its help and kind.
class MetricsText {
 public:
  /// `labels` is "" or as in {model_name="x"}, braces included.
  void gauge(std::string_view name, std::string_view help, std::int64_t value,
             std::string_view labels = {});
  void counter(std::string_view name, std::string_view help, std::int64_t value,
               std::string_view labels = {});

  std::string text() && { return std::move(text_); }

 private:
  void add(std::string_view kind, std::string_view name, std::string_view help, std::int64_t value,
           std::string_view labels);

  std::string text_;
};

/// vLLM's names where it has one, so that its dashboards work.
void add_metrics(std::string_view model, const ModelServiceCounts& counts, MetricsText& text);
void add_metrics(const ExecuteServiceCounts& counts, MetricsText& text);
void add_metrics(const HttpServerCounts& counts, MetricsText& text);

}  // namespace scribe
