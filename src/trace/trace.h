// Problems with unit tests from a project: what its tests call, its doctests, and guesses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "evaluate/judge.h"
#include "trace/project_run.h"
#include "trace/verify.h"

namespace scribe::trace {

struct TraceOptions {
  std::string project;    ///< its name: decides the split
  ProjectRunOptions run;  ///< without a command nothing is traced
  BuilderOptions build;   ///< files and visible folders are taken from `run`
  VerifyOptions verify;
  std::vector<std::string> decontaminate;  ///< problem files of which no part may be in a problem
  std::vector<std::string> known;          ///< earlier outputs, whose functions are not taken again
  bool need_docstring = true;              ///< write documented functions only
  std::string out;                         ///< .jsonl to write
  std::string work;                        ///< folder of what is kept between the stages
  SandboxWorkers sandbox;
  bool quiet = false;
};

/// What became of everything.
struct TraceSummary {
  std::string run_end;  ///< how the command ended: ProjectRun; "" if there was none
  int exit_code = 0;
  std::string tail;  ///< the end of what the command printed
  std::int64_t processes = 0;
  std::vector<std::pair<std::string, std::int64_t>> stages;  ///< the yield, in order
  std::vector<std::pair<std::string, std::int64_t>> refused;
  std::vector<std::pair<std::string, std::int64_t>> written_by_source;
  std::string split;
  std::int64_t asserts = 0;
  std::int64_t written = 0;
};

/// "train" (8 of 10), "validation" or "held-out" (1 of 10 each): a function of the name alone, so
/// that all of a project is on one side.
std::string_view split_of(std::string_view project);

/// Runs the stages and writes `out` (docs/formats/problems.md). `work` keeps the traces
/// ("traces"), the candidates ("candidates.jsonl") and the journal of judged ones
/// ("judged.jsonl"), each with what it was made from, so that the same command continues where it
/// stopped and other options repeat only what they change. Sources that changed (the .py of
/// `files`, and what is copied of `copy`) are traced again; changes in visible folders are not
/// noticed.
///
/// Errors: of run_project(), build_candidates() and judge_candidates(); invalid_argument for
/// options; not_found, io, invalid_data for files; invalid_data if nothing was traced although a
/// command was given; interrupted (what is finished is kept).
Result<TraceSummary> trace_problems(Env& env, StopToken& stop, const TraceOptions& options);

}  // namespace scribe::trace
