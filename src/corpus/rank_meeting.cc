// Polls for files, and for marks of failure.
#include "corpus/rank_meeting.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

namespace scribe {
namespace {

// Short enough for Ctrl-C and for tests, long enough for a shared file system.
constexpr double kFirstPauseSeconds = 0.001;
constexpr double kLastPauseSeconds = 0.25;
/// A launcher starts its ranks within so long: after it, a mark that was there from the start is
/// not one that its rank is about to take away.
constexpr double kStartSeconds = 30;

/// How far the files that are missing have come.
struct Missing {
  std::vector<std::string> paths;
  std::int64_t bytes_in_the_making = 0;
};

void look(Env& env, Missing& missing) {
  std::erase_if(missing.paths, [&](const std::string& path) { return env.exists(path); });
  missing.bytes_in_the_making = 0;
  for (const std::string& path : missing.paths) {
    // Not there, or renamed since: no news.
    if (const auto size = env.file_size(path + ".tmp"); size.ok())
      missing.bytes_in_the_making += size.value();
  }
}

}  // namespace

RankMeeting::RankMeeting(Env& env, const StopToken& stop, RankMeetingOptions options)
    : env_(&env),
      stop_(&stop),
      options_(std::move(options)),
      begin_seconds_(env.monotonic_seconds()) {}

Result<RankMeeting> RankMeeting::create(Env& env, const StopToken& stop,
                                        RankMeetingOptions options) {
  const RankOf rank = options.rank;
  if (rank.ranks < 1 || rank.rank < 0 || rank.rank >= rank.ranks)
    return error(ErrorCode::invalid_argument,
                 "rank {} of {}: expected 0 to one less than the number of ranks", rank.rank,
                 rank.ranks);
  if (!(options.timeout_seconds > 0))
    return error(ErrorCode::invalid_argument, "rank timeout {} s: expected more than 0",
                 options.timeout_seconds);
  RankMeeting meeting(env, stop, std::move(options));
  for (int other = 0; other < rank.ranks; ++other) {
    const std::string path = meeting.mark_of(other);
    if (!env.exists(path)) continue;
    if (other == rank.rank) {
      SCRIBE_TRY(env.remove(path));
    } else if (auto mark = env.read_file(path); mark.ok()) {  // Else it has just been taken away.
      meeting.old_marks_[other] = std::move(mark).value();
    }
  }
  return meeting;
}

bool RankMeeting::owns(std::size_t number) const {
  return number % static_cast<std::size_t>(options_.rank.ranks) ==
         static_cast<std::size_t>(options_.rank.rank);
}

std::string RankMeeting::mark_of(int rank) const {
  return fmt::format("{}/failed-{}", options_.folder, rank);
}

Status RankMeeting::look_for_failures() {
  const bool all_have_started = env_->monotonic_seconds() - begin_seconds_ > kStartSeconds;
  for (int other = 0; other < options_.rank.ranks; ++other) {
    if (other == options_.rank.rank || !env_->exists(mark_of(other))) continue;
    const auto mark = env_->read_file(mark_of(other));
    if (!mark.ok()) continue;
    const auto old = old_marks_.find(other);
    if (old != old_marks_.end() && old->second == mark.value() && !all_have_started) continue;
    gave_up_for_others_ = true;
    const std::string& text = mark.value();
    return error(ErrorCode::internal, "rank {} failed: {}", other, text.substr(0, text.find('\n')));
  }
  return {};
}

std::size_t RankMeeting::files_in_folder() {
  const auto entries = env_->list_directory(options_.folder);
  return entries.ok() ? entries.value().size() : 0;  // 0: the last rank has tidied up.
}

Status RankMeeting::await(std::span<const std::string> paths) {
  Missing missing{.paths = {paths.begin(), paths.end()}};
  std::size_t files_left = missing.paths.size() + 1;
  std::int64_t bytes = -1;
  std::size_t in_folder = 0;
  double news_seconds = env_->monotonic_seconds();
  double pause_seconds = kFirstPauseSeconds;
  for (;;) {
    look(*env_, missing);
    if (missing.paths.empty()) return {};
    if (is_alone())
      return error(ErrorCode::internal, "'{}' is gone; run the same command again",
                   missing.paths.front());
    if (stop_->requested())
      return error(ErrorCode::interrupted, "stopped while waiting for '{}' of another rank",
                   missing.paths.front());
    SCRIBE_TRY(look_for_failures());
    const double now = env_->monotonic_seconds();
    if (missing.paths.size() != files_left || missing.bytes_in_the_making != bytes) {
      files_left = missing.paths.size();
      bytes = missing.bytes_in_the_making;
      news_seconds = now;
    }
    if (now - news_seconds > options_.timeout_seconds) {
      // Not looked at each time: it may be long.
      if (const std::size_t files = files_in_folder(); files != in_folder) {
        in_folder = files;
        news_seconds = now;
        continue;
      }
      gave_up_for_others_ = true;
      return error(ErrorCode::internal,
                   "no news from the other ranks for {} s: {} files are missing, the first is "
                   "'{}'; do all ranks run and share this folder? (--rank-wait)",
                   options_.timeout_seconds, missing.paths.size(), missing.paths.front());
    }
    std::this_thread::sleep_for(std::chrono::duration<double>(pause_seconds));
    pause_seconds = std::min(2 * pause_seconds, kLastPauseSeconds);
  }
}

Error RankMeeting::fail(Error failure) {
  if (is_alone() || gave_up_for_others_) return failure;
  // The time makes it differ from the mark of an earlier run that failed in the same way.
  const std::string mark =
      fmt::format("{}\n{:.9f}\n", failure.message(), env_->monotonic_seconds());
  // On a disk that is full it may not be written: then the others time out.
  (void)write_file_atomic(*env_, mark_of(options_.rank.rank), mark);
  return failure;
}

}  // namespace scribe
