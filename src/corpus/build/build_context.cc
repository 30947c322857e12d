// Tasks over threads and ranks.
#include "corpus/build/build_context.h"

#include <atomic>
#include <mutex>
#include <vector>

#include "base/progress.h"

namespace scribe {
namespace {

std::vector<std::int64_t> tasks_of_rank(const BuildContext& context, const TaskList& tasks) {
  std::vector<std::int64_t> mine;
  for (std::int64_t task = 0; task < tasks.count; ++task)
    if (context.meeting.owns(static_cast<std::size_t>(task))) mine.push_back(task);
  return mine;
}

Status run_mine(const BuildContext& context, const TaskList& tasks) {
  const std::vector<std::int64_t> mine = tasks_of_rank(context, tasks);
  const auto count = static_cast<std::int64_t>(mine.size());
  Progress progress(
      context.env,
      {.label = tasks.label, .unit = "tasks", .total = count, .quiet = context.options.quiet});
  std::vector<Status> results(mine.size());
  std::atomic<bool> failed = false;
  std::mutex mutex;
  std::int64_t done = 0;  // guarded by mutex, as progress is
  context.pool.run(count, [&](std::int64_t index, int) {
    if (failed || context.stop.requested()) return;
    const auto slot = static_cast<std::size_t>(index);
    if (!context.env.exists(tasks.result(mine[slot]))) results[slot] = tasks.work(mine[slot]);
    if (!results[slot].ok()) failed = true;
    const std::lock_guard lock(mutex);
    progress.update(++done);
  });
  for (Status& result : results)
    if (!result.ok()) return std::move(result);
  if (context.stop.requested() && done < count)
    return error(ErrorCode::interrupted,
                 "{}: stopped after {} of {} tasks; the same command continues", tasks.label, done,
                 count);
  return {};
}

}  // namespace

Status run_tasks(const BuildContext& context, const TaskList& tasks) {
  SCRIBE_TRY(run_mine(context, tasks));
  if (context.meeting.is_alone()) return {};
  std::vector<std::string> results;
  for (std::int64_t task = 0; task < tasks.count; ++task) results.push_back(tasks.result(task));
  return context.meeting.await(results);
}

}  // namespace scribe
