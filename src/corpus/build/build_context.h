// What all stages of a build share.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/env.h"
#include "base/stop.h"
#include "base/thread_pool.h"
#include "corpus/corpus.h"
#include "corpus/decontaminate.h"
#include "corpus/rank_meeting.h"

namespace scribe {

struct BuildContext {
  Env& env;
  const StopToken& stop;
  ThreadPool& pool;
  RankMeeting& meeting;
  const CorpusOptions& options;
  const Decontaminator& decontaminator;
};

/// Work that is cut into tasks, each of which leaves a file.
struct TaskList {
  std::string label;  ///< for people: "scan code"
  std::int64_t count = 0;
  /// The file that a finished task leaves, renamed into place.
  std::function<std::string(std::int64_t task)> result;
  std::function<Status(std::int64_t task)> work;
};

/// Runs the tasks that fall to this rank (task number modulo ranks) and whose results are not there
/// yet on all threads, then waits for those of the other ranks. The result of a task must not
/// depend on when and where it runs. Errors: the first of a task, in their order; interrupted, with
/// what is finished kept; those of waiting.
Status run_tasks(const BuildContext& context, const TaskList& tasks);

}  // namespace scribe
