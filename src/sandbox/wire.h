// The messages between the supervisor and its helpers, over sockets that no candidate holds.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace scribe::sandbox {

/// argv[1] of a helper is this, then "tester", "launcher" or "probe".
inline constexpr std::string_view kChildFlag = "--scribe-sandbox-child=";

// Where a helper finds what it inherits.
inline constexpr int kLifelineFd = 3;  ///< reads end of file when the supervisor is gone
inline constexpr int kControlFd = 4;   ///< SOCK_SEQPACKET
inline constexpr int kCallAreaFd = 5;
inline constexpr int kExtraFd = 6;  ///< launcher: where candidates print; tester: TesterArea

inline constexpr std::size_t kTextBytes = 512;
inline constexpr std::size_t kVisibleBytes = 4096;

/// Copies as much of `text` as fits and ends it with a zero.
template <std::size_t N>
void copy_text(char (&to)[N], std::string_view text) {
  const std::size_t length = text.size() < N - 1 ? text.size() : N - 1;
  if (length > 0) std::memcpy(to, text.data(), length);
  to[length] = 0;
}

/// Which walls the launcher shall build around itself; the rest (seccomp, rlimits) always stand.
struct LauncherSetup {
  bool namespaces = false;
  bool landlock = false;
  bool snapshot = false;          ///< the engine that resets one candidate, else a fork for each
  std::int32_t verify_every = 0;  ///< snapshot: compare all memory after so many resets; 0: never
  char visible[kVisibleBytes] = {};  ///< exec: more folders that its jail shows, a line each
};

enum class LauncherCommand : std::uint32_t {
  start,        ///< fork a candidate for `job`
  kill,         ///< kill the candidate of `job`; answered by `ended` if it still runs
  send_handle,  ///< answered by `handle` with what says how the candidate was scheduled
};

struct LauncherRequest {
  LauncherCommand command = LauncherCommand::start;
  std::uint32_t job = 0;
  double cpu_seconds = 0;
  std::int64_t memory_bytes = 0;
  std::int64_t output_bytes = 0;
  std::int32_t threads = 0;
};

enum class LauncherEvent : std::uint32_t { ready, failed, ended, handle };

struct LauncherReply {
  LauncherEvent event = LauncherEvent::failed;
  std::uint32_t job = 0;
  std::int32_t wait_status = 0;    ///< of `ended`, as waitpid() gives it
  std::uint32_t cpu_exceeded = 0;  ///< of `ended`: killed for its CPU time
  double cpu_seconds = 0;
  std::int64_t memory_bytes = 0;  ///< peak resident; snapshot engine: an upper bound of it
  // Of `handle`: what this program ran, and waited for a core. Below 0: a pidfd comes along, by
  // which the supervisor finds out itself; or, if none does, the candidate is gone.
  double ran_seconds = -1;
  double delayed_seconds = -1;
  // Of `ended`, by the snapshot engine.
  std::uint32_t replaced = 0;  ///< the process could not be reset: the next program has another
  std::uint32_t differing_pages = 0;  ///< found by comparing all memory; anything but 0 is a bug
  char text[kTextBytes] = {};         ///< of `ready`: the walls that stand; of `failed`: why
};

/// Where the tests of a request run; see tester_inside.h for those inside.
enum class TestPlace : std::uint32_t {
  apart,             ///< in the tester
  inside,            ///< in the candidate's interpreter
  inside_failing,    ///< the same with one more test, which fails
  inside_corrupted,  ///< the same with expectations that nothing meets
};

struct TesterRequest {
  std::uint32_t job = 0;
  TestPlace place = TestPlace::apart;
};

/// How the tests ended, as the tester saw it.
enum class TestsOutcome : std::uint32_t {
  none,            ///< no report
  ready,           ///< not of a job: the tester has started
  passed,          ///< check() returned and every call of it was answered
  wrong,           ///< an assertion failed, or the tests choked on a value
  exception,       ///< the candidate raised and the tests did not expect it
  exited,          ///< the candidate raised SystemExit
  out_of_memory,   ///< the candidate raised MemoryError
  syntax,          ///< the candidate does not compile
  candidate_died,  ///< no reply: see how its process ended
  bad_reply,       ///< a reply that breaks the protocol
  broken_tests,    ///< the tests themselves cannot be run
};

struct TesterReply {
  TestsOutcome outcome = TestsOutcome::none;
  std::uint32_t job = 0;
  char text[kTextBytes] = {};
};

/// What a throw-away child found possible on this machine.
struct ProbeReply {
  bool namespaces = false;
  bool landlock = false;
  bool seccomp = false;
  char namespaces_problem[kTextBytes] = {};
  char seccomp_problem[kTextBytes] = {};
  char snapshot_problem[kTextBytes] = {};
};

/// One message, one struct. False if the other side is gone.
bool send_bytes(int socket, const void* data, std::size_t size_bytes);
/// The size received, 0 at end of file, -1 on error.
long receive_bytes(int socket, void* data, std::size_t size_bytes);

template <typename Message>
bool send_message(int socket, const Message& message) {
  return send_bytes(socket, &message, sizeof(message));
}
template <typename Message>
std::optional<Message> receive_message(int socket) {
  Message message{};
  if (receive_bytes(socket, &message, sizeof(message)) != static_cast<long>(sizeof(message)))
    return std::nullopt;
  return message;
}

}  // namespace scribe::sandbox
