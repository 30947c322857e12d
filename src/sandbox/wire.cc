// Whole-message sends and receives that survive signals.
#include "sandbox/wire.h"

#include <sys/socket.h>
#include <sys/types.h>

#include <cerrno>

namespace scribe::sandbox {

bool send_bytes(int socket, const void* data, std::size_t size_bytes) {
  ssize_t sent = 0;
  do {
    sent = ::send(socket, data, size_bytes, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(size_bytes);
}

long receive_bytes(int socket, void* data, std::size_t size_bytes) {
  ssize_t received = 0;
  do {
    received = ::recv(socket, data, size_bytes, 0);
  } while (received < 0 && errno == EINTR);
  return received;
}

}  // namespace scribe::sandbox
