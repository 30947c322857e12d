// Reads the scheduler's accounts of a process that lives in another pid namespace.
#include "sandbox/schedule.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstring>

namespace scribe::sandbox {
namespace {

/// The process behind a pidfd, as this process numbers it, or -1.
pid_t pid_of_handle(int handle) {
  std::FILE* const file = std::fopen(fmt::format("/proc/self/fdinfo/{}", handle).c_str(), "re");
  if (file == nullptr) return -1;
  char line[128];
  int pid = -1;
  while (pid < 0 && std::fgets(line, sizeof(line), file) != nullptr)
    if (std::sscanf(line, "Pid: %d", &pid) != 1) pid = -1;
  std::fclose(file);
  return pid;
}

}  // namespace

UniqueFd receive_with_descriptor(int socket, LauncherReply& reply) {
  iovec part{&reply, sizeof(reply)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof(space);
  if (::recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != static_cast<ssize_t>(sizeof(reply))) {
    reply = {};
    return UniqueFd();
  }
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS) return UniqueFd();
  int descriptor = -1;
  std::memcpy(&descriptor, CMSG_DATA(header), sizeof(int));
  return UniqueFd(descriptor);
}

Schedule schedule_of(const UniqueFd& handle) {
  const pid_t pid = pid_of_handle(handle.get());
  std::FILE* const file = std::fopen(fmt::format("/proc/{}/schedstat", pid).c_str(), "re");
  if (file == nullptr) return {};
  Schedule schedule;
  if (std::fscanf(file, "%lf %lf", &schedule.ran, &schedule.delayed) != 2) schedule = {};
  std::fclose(file);
  return {schedule.ran * 1e-9, schedule.delayed * 1e-9};
}

}  // namespace scribe::sandbox
