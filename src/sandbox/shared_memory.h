// The memory that the sandbox's processes share, and how they wait on it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.h"
#include "sandbox/unique_fd.h"

namespace scribe::sandbox {

inline constexpr std::size_t kMessageBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kSourceBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kTestsBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kEntryPointBytesMax = 255;
inline constexpr std::size_t kTestsKeyBytes = 32;
inline constexpr std::size_t kReportBytesMax = std::size_t{16} << 20;
inline constexpr std::size_t kPartBytesMax = 31;

/// Stands in CallArea::reply_sequence when nobody will answer any more.
inline constexpr std::uint32_t kNoMoreReplies = ~std::uint32_t{0};

/// Requests of the tester and replies of the candidate. The candidate can write all of it at any
/// time, so nothing here is believed: a length is checked and the bytes are copied once, before
/// they are looked at. Nothing that steers a process (job numbers, pids, verdicts) may ever stand
/// here.
struct CallArea {
  std::atomic<std::uint32_t> request_sequence;  ///< futex; 0 before the first request of a job
  std::atomic<std::uint32_t> reply_sequence;    ///< futex; equals the request's when answered
  std::atomic<std::uint32_t> request_bytes;
  std::atomic<std::uint32_t> reply_bytes;
  std::atomic<std::uint32_t> source_bytes;
  char source[kSourceBytesMax];
  char request[kMessageBytesMax];
  char reply[kMessageBytesMax];
};

/// A private copy of a message. Its pages come into being as they are written: a buffer of zeros
/// would be 256 pages that every fork and every reset has to look at.
class MessageBuffer {
 public:
  MessageBuffer() : bytes_(std::make_unique_for_overwrite<char[]>(kMessageBytesMax)) {}
  char* data() { return bytes_.get(); }
  operator std::span<char>() { return {bytes_.get(), kMessageBytesMax}; }  // NOLINT: as vectors do.

 private:
  std::unique_ptr<char[]> bytes_;
};

/// What the tester is doing, for the supervisor to know whom to blame when time runs out.
enum class TesterPhase : std::uint32_t {
  idle,
  testing,   ///< running the tests' own code
  waiting,   ///< for the candidate's reply
  decoding,  ///< reading a reply: if this does not end, the reply is at fault
};

/// Shared by the supervisor and the tester only; never mapped where a candidate runs.
struct TesterArea {
  std::atomic<TesterPhase> phase;
  std::atomic<std::uint32_t> ended_job;  ///< the job whose candidate is known to be dead
  std::uint32_t tests_bytes;
  std::uint32_t entry_point_bytes;
  char tests_key[kTestsKeyBytes];  ///< hash of the tests: equal keys, equal tests
  char entry_point[kEntryPointBytesMax + 1];
  char part[kPartBytesMax + 1];             ///< of the tests that runs now; "" if they name none
  std::atomic<std::uint32_t> has_answers;   ///< 1 once a call was answered in this job
  std::atomic<std::uint32_t> report_bytes;  ///< of what the tests hand to the supervisor
  char report[kReportBytesMax];
  char tests[kTestsBytesMax];
};

/// Memory behind a descriptor that cannot change its size, mapped for as long as the object lives.
template <typename Area>
class SharedArea;

/// Creates a sealed anonymous file of `size_bytes` zeros. Errors: io.
Result<UniqueFd> create_shared_file(const char* name, std::size_t size_bytes);
/// Maps it for reading and writing. Errors: io.
Result<void*> map_shared_file(int fd, std::size_t size_bytes);
/// Makes all of a mapped file zeros again. False if the kernel refuses.
bool wipe_shared_file(int fd, void* address, std::size_t size_bytes);
void unmap_shared(void* address, std::size_t size_bytes);

template <typename Area>
class SharedArea {
 public:
  static Result<SharedArea> map(int fd) {
    SCRIBE_TRY_ASSIGN(void* const address, map_shared_file(fd, sizeof(Area)));
    return SharedArea(static_cast<Area*>(address));
  }
  ~SharedArea() {
    if (area_ != nullptr) unmap_shared(area_, sizeof(Area));
  }
  SharedArea(SharedArea&& other) noexcept : area_(std::exchange(other.area_, nullptr)) {}
  SharedArea& operator=(SharedArea&& other) noexcept {
    std::swap(area_, other.area_);
    return *this;
  }
  SharedArea(const SharedArea&) = delete;
  SharedArea& operator=(const SharedArea&) = delete;
  Area& operator*() const { return *area_; }
  Area* operator->() const { return area_; }

 private:
  explicit SharedArea(Area* area) : area_(area) {}
  Area* area_;
};

/// Sleeps while `word` is `expected`, at most `milliseconds`; may wake early.
void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected, int milliseconds);
/// Wakes everyone, in every process, who sleeps on `word`.
void futex_wake(std::atomic<std::uint32_t>& word);

}  // namespace scribe::sandbox
