// The messages between the supervisor and the launcher of the exec engine.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sandbox/unique_fd.h"
#include "sandbox/wire.h"

namespace scribe::sandbox {

/// What a step is for, and with it which folders it may write.
enum class ExecStage : std::uint32_t {
  warm_up,  ///< fills the cache of a language; runs nothing of a candidate
  build,    ///< compiles a candidate: writes the build folder and the scratch folder
  run,      ///< runs a candidate (or a checker): writes the scratch folder only
};

/// One command to be run in the jail. Beside it travel four descriptors: the sealed StepPayload,
/// standard input, standard output and standard error.
struct ExecRequest {
  ExecStage stage = ExecStage::run;
  std::uint32_t step = 0;
  std::uint32_t new_build = 0;  ///< empty the build folder first; the scratch folder always is
  double cpu_seconds = 0;       ///< of all processes of the step together
  double wall_seconds = 0;
  std::int64_t memory_bytes = 0;   ///< resident, of all processes together
  std::int64_t address_bytes = 0;  ///< address space of each process; 0 means no limit
  std::int64_t output_bytes = 0;   ///< standard output and error together
  std::int64_t file_bytes = 0;     ///< of each file
  std::int32_t processes = 0;      ///< and threads
};
inline constexpr std::size_t kExecDescriptors = 4;

/// The limit for which the launcher killed a step.
enum class ExecFault : std::uint32_t { none, cpu, wall, memory, output, files, processes };

struct ExecReply {
  LauncherEvent event = LauncherEvent::failed;
  std::uint32_t step = 0;
  std::int32_t wait_status = 0;  ///< of the first process, as waitpid() gives it
  ExecFault fault = ExecFault::none;
  double cpu_seconds = 0;
  double wall_seconds = 0;
  double delayed_seconds = 0;     ///< waited for a core; known for steps killed by the clock only
  std::int64_t memory_bytes = 0;  ///< peak resident
  char text[kTextBytes] = {};     ///< of `ready`: see below; of `failed`: why
};

/// What `ready` tells the supervisor, packed into its text: the folder that holds build, scratch
/// and cache, and the walls. "" is the root.
inline constexpr char kReadySeparator = '|';

/// The parts of a step that have no fixed size.
struct StepPayload {
  std::vector<std::string> arguments;    ///< the first is the path of the program
  std::vector<std::string> environment;  ///< NAME=value
  /// Path below the work folder ("build/main.cc") and content of files to write first.
  std::vector<std::pair<std::string, std::string>> files;
};

std::string encode_payload(const StepPayload& payload);
/// Errors: internal, for bytes that encode_payload() did not make.
Result<StepPayload> decode_payload(std::string_view bytes);

/// A request and its descriptors. False if the other side is gone.
bool send_request(int socket, const ExecRequest& request,
                  std::span<const int, kExecDescriptors> descriptors);
/// False at the end of the connection or if a descriptor is missing.
bool receive_request(int socket, ExecRequest& request,
                     std::array<UniqueFd, kExecDescriptors>& descriptors);

}  // namespace scribe::sandbox
