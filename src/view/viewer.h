// The server of a folder of runs: training curves as they grow, results, pages.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "problems/problem.h"
#include "serve/api.h"
#include "serve/execute_service.h"
#include "serve/http_server.h"
#include "serve/reply_worker.h"

namespace scribe {

/// Answers GET requests about one folder. Only files that look_at_runs() lists are given out.
///
/// | path | |
/// | --- | --- |
/// | / | the page |
/// | /runs | what the folder holds now: to_json(RunFolder) |
/// | /log?run=PATH&from=N | whole lines of the run's train_log.jsonl from byte N, at most 1 MiB |
/// | /samples?run=PATH | the same of samples_log.jsonl |
/// | /results?file=PATH[&file=PATH...] | the report page of one to four results files |
/// | /page?file=PATH | a page, in a sandbox of the browser |
/// | /problem?task_id=ID | a problem of the files given |
/// | POST /v1/execute | as `scribe serve` has it, where programs can be run |
class Viewer {
 public:
  /// `execute` may be null: then no program can be run again. Both outlive the viewer.
  Viewer(Env& env, std::string folder, std::vector<Problem> problems, ExecuteService* execute);

  /// As HttpHandler wants it: what takes long is done on a thread of the viewer's own.
  void handle(HttpRequest request, std::shared_ptr<HttpReply> reply);

 private:
  void answer(const HttpRequest& request, HttpReply& reply);
  Result<std::string> piece_of(const HttpRequest& request, const char* name);
  Result<std::string> results_page(const HttpRequest& request);
  Result<std::string> page(const HttpRequest& request);
  Result<std::string> problem(const HttpRequest& request);

  Env& env_;
  std::string folder_;
  std::map<std::string, Problem> problems_;
  std::map<std::string, std::string> prompts_;
  ExecuteService* execute_;
  Api api_;
  ReplyWorker worker_;  // Last: its jobs use what stands above.
};

}  // namespace scribe
