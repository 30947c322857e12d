// Starts the launcher and exchanges one request and one reply per step.
#include "sandbox/exec_session.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "sandbox/step_files.h"

namespace scribe::sandbox {
namespace {

constexpr double kStartSecondsMax = 60;  // Creating namespaces takes seconds on a busy machine.
constexpr double kEndSecondsMax = 60;    // For killed processes to be reaped and folders emptied.

double now_seconds() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

/// True if `socket` has a message, or its end, within `seconds`.
bool is_readable_within(int socket, double seconds) {
  const double deadline = now_seconds() + seconds;
  for (double left = seconds; left > 0; left = deadline - now_seconds()) {
    pollfd waiting{socket, POLLIN, 0};
    const int milliseconds = static_cast<int>(std::min(std::ceil(left * 1000), 60'000.0));
    if (::poll(&waiting, 1, milliseconds) > 0) return true;
  }
  return false;
}

}  // namespace

Result<ExecSession> ExecSession::start(const SandboxCapabilities& capabilities,
                                       const std::vector<std::string>& visible) {
  std::string folders;
  for (const std::string& folder : visible) folders += folder + "\n";
  if (folders.size() >= kVisibleBytes)
    return error(ErrorCode::limit_exceeded,
                 "the jail would show {} more folders, whose names are longer than {} bytes; name "
                 "folders above them",
                 visible.size(), kVisibleBytes);
  if (!capabilities.user_namespace) return start_on(false, capabilities.landlock, folders);
  Result<ExecSession> session = start_on(true, capabilities.landlock, folders);
  // Namespaces without a /proc of their own (as in some containers) are of no use to compilers.
  const bool refused = !session.ok() && session.error().code() == ErrorCode::unsupported;
  if (refused && capabilities.landlock) return start_on(false, true, folders);
  return session;
}

Result<ExecSession> ExecSession::start_on(bool namespaces, bool landlock,
                                          std::string_view visible) {
  SCRIBE_TRY_ASSIGN(HelperProcess helper, HelperProcess::start("exec", -1, -1));
  LauncherSetup setup{.namespaces = namespaces, .landlock = landlock};
  copy_text(setup.visible, visible);
  if (!send_message(helper.control(), setup) ||
      !is_readable_within(helper.control(), kStartSecondsMax))
    return error(ErrorCode::internal, "the exec launcher does not start");
  const auto reply = receive_message<ExecReply>(helper.control());
  if (!reply) return error(ErrorCode::internal, "the exec launcher died as it started");
  if (reply->event != LauncherEvent::ready)
    return error(ErrorCode::unsupported, "cannot build the jail for programs: {}", reply->text);
  const std::string_view text = reply->text;
  return ExecSession(std::move(helper), std::string(text.substr(0, text.find(kReadySeparator))));
}

Result<StepResult> ExecSession::run(ExecRequest request, const StepPayload& payload,
                                    std::string_view input) {
  request.step = ++step_;
  SCRIBE_TRY_ASSIGN(const UniqueFd payload_file, create_input_file(encode_payload(payload)));
  SCRIBE_TRY_ASSIGN(const UniqueFd input_file, create_input_file(input));
  SCRIBE_TRY_ASSIGN(const OutputFile output, create_output_file());
  SCRIBE_TRY_ASSIGN(const OutputFile messages, create_output_file());
  const std::array<int, kExecDescriptors> descriptors = {
      payload_file.get(), input_file.get(), output.writer.get(), messages.writer.get()};
  if (!send_request(helper_.control(), request, descriptors))
    return error(ErrorCode::internal, "the exec launcher is gone");
  if (!is_readable_within(helper_.control(), request.wall_seconds + kEndSecondsMax)) {
    helper_.kill();
    return error(ErrorCode::internal, "the exec launcher does not answer");
  }
  const auto reply = receive_message<ExecReply>(helper_.control());
  if (!reply || reply->step != request.step)
    return error(ErrorCode::internal, "the exec launcher died");
  if (reply->event != LauncherEvent::ended)
    return error(ErrorCode::internal, "the exec launcher failed: {}", reply->text);
  StepResult result{.reply = *reply, .output = "", .messages = "", .request = request};
  SCRIBE_TRY_ASSIGN(result.output, read_output(output, request.output_bytes));
  SCRIBE_TRY_ASSIGN(result.messages, read_output(messages, request.output_bytes));
  return result;
}

}  // namespace scribe::sandbox
