// Length-prefixed strings, and descriptors beside a message.
#include "sandbox/exec_wire.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace scribe::sandbox {
namespace {

void put(std::string& out, std::string_view text) {
  const std::uint64_t size_bytes = text.size();
  out.append(reinterpret_cast<const char*>(&size_bytes), sizeof(size_bytes));
  out += text;
}

/// Takes strings off the front of what put() wrote.
class PayloadReader {
 public:
  explicit PayloadReader(std::string_view bytes) : left_(bytes) {}

  std::string text() {
    const std::uint64_t size_bytes = number();
    if (size_bytes > left_.size()) broken_ = true;
    if (broken_) return "";
    std::string taken(left_.substr(0, size_bytes));
    left_.remove_prefix(size_bytes);
    return taken;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    if (left_.size() < sizeof(value)) broken_ = true;
    if (broken_) return 0;
    std::memcpy(&value, left_.data(), sizeof(value));
    left_.remove_prefix(sizeof(value));
    return value;
  }
  bool at_end() const { return !broken_ && left_.empty(); }
  bool broken() const { return broken_; }

 private:
  std::string_view left_;
  bool broken_ = false;
};

}  // namespace

std::string encode_payload(const StepPayload& payload) {
  std::string out;
  const std::array<std::uint64_t, 3> counts = {payload.arguments.size(), payload.environment.size(),
                                               payload.files.size()};
  out.append(reinterpret_cast<const char*>(counts.data()), sizeof(counts));
  for (const std::string& argument : payload.arguments) put(out, argument);
  for (const std::string& variable : payload.environment) put(out, variable);
  for (const auto& [path, content] : payload.files) {
    put(out, path);
    put(out, content);
  }
  return out;
}

Result<StepPayload> decode_payload(std::string_view bytes) {
  PayloadReader reader(bytes);
  StepPayload payload;
  const std::uint64_t arguments = reader.number();
  const std::uint64_t variables = reader.number();
  const std::uint64_t files = reader.number();
  for (std::uint64_t i = 0; i < arguments && !reader.broken(); ++i)
    payload.arguments.push_back(reader.text());
  for (std::uint64_t i = 0; i < variables && !reader.broken(); ++i)
    payload.environment.push_back(reader.text());
  for (std::uint64_t i = 0; i < files && !reader.broken(); ++i) {
    std::string path = reader.text();
    payload.files.emplace_back(std::move(path), reader.text());
  }
  if (!reader.at_end() || payload.arguments.empty())
    return error(ErrorCode::internal, "a request to the exec launcher cannot be read");
  return payload;
}

bool send_request(int socket, const ExecRequest& request,
                  std::span<const int, kExecDescriptors> descriptors) {
  ExecRequest copy = request;
  iovec part{&copy, sizeof(copy)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int) * kExecDescriptors)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof(space);
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int) * kExecDescriptors);
  std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof(int) * kExecDescriptors);
  ssize_t sent = 0;
  do {
    sent = ::sendmsg(socket, &message, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof(copy));
}

bool receive_request(int socket, ExecRequest& request,
                     std::array<UniqueFd, kExecDescriptors>& descriptors) {
  iovec part{&request, sizeof(request)};
  alignas(cmsghdr) char space[CMSG_SPACE(sizeof(int) * kExecDescriptors)] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = space;
  message.msg_controllen = sizeof(space);
  ssize_t received = 0;
  do {
    received = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received != static_cast<ssize_t>(sizeof(request))) return false;
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header == nullptr || header->cmsg_type != SCM_RIGHTS ||
      header->cmsg_len != CMSG_LEN(sizeof(int) * kExecDescriptors))
    return false;
  std::array<int, kExecDescriptors> numbers{};
  std::memcpy(numbers.data(), CMSG_DATA(header), sizeof(numbers));
  for (std::size_t i = 0; i < kExecDescriptors; ++i) descriptors[i] = UniqueFd(numbers[i]);
  return true;
}

}  // namespace scribe::sandbox
