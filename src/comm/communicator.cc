// What every communicator can do by its parts, and the one of a process that is alone.
#include "comm/communicator.h"

#include <algorithm>

namespace scribe {
namespace {

/// Longer messages of errors are cut.
constexpr std::size_t kTextMax = 64 << 10;

class NothingPending : public PendingSum {
 public:
  Result<bool> poll() override { return true; }
  Status wait() override { return {}; }
};

class SingleCommunicator : public Communicator {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  bool failed() const override { return false; }
  std::unique_ptr<PendingSum> start_reduce_scatter(std::span<float>, std::string) override {
    return std::make_unique<NothingPending>();
  }
  Status all_gather(std::span<float>, std::string_view) override { return {}; }
  Status all_gather_bytes(std::span<const std::byte> mine, std::span<std::byte> all,
                          std::string_view what) override {
    SCRIBE_CHECK(mine.size() == all.size(), "{}: {} bytes into {}", what, mine.size(), all.size());
    std::ranges::copy(mine, all.begin());
    return {};
  }
  Status broadcast(std::span<std::byte>, int, std::string_view) override { return {}; }
  Status send(std::span<const float>, int to, std::string_view what) override {
    SCRIBE_CHECK(false, "{}: nobody is rank {}", what, to);
  }
  Status receive(std::span<float>, int from, std::string_view what) override {
    SCRIBE_CHECK(false, "{}: nobody is rank {}", what, from);
  }
  Status leave() override { return {}; }
};

}  // namespace

Status Communicator::reduce_scatter(std::span<float> values, std::string_view what) {
  return start_reduce_scatter(values, std::string(what))->wait();
}

Status Communicator::all_reduce(std::span<float> values, std::string_view what) {
  SCRIBE_TRY(reduce_scatter(values, what));
  return all_gather(values, what);
}

Status Communicator::barrier(std::string_view what) {
  const Result<std::vector<char>> all = all_gather_values(char{1}, what);
  return all.ok() ? Status() : Status(all.error());
}

Result<std::vector<std::string>> Communicator::all_gather_texts(std::string_view mine,
                                                                std::string_view what) {
  mine = mine.substr(0, kTextMax);
  SCRIBE_TRY_ASSIGN(const std::vector<std::size_t> sizes, all_gather_values(mine.size(), what));
  const std::size_t longest = *std::ranges::max_element(sizes);
  std::vector<std::byte> padded(longest);
  std::ranges::copy(std::as_bytes(std::span(mine)), padded.begin());
  std::vector<std::byte> all(longest * sizes.size());
  SCRIBE_TRY(all_gather_bytes(padded, all, what));
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    texts.emplace_back(reinterpret_cast<const char*>(all.data()) + i * longest, sizes[i]);
  return texts;
}

Status Communicator::agree(const Status& mine, std::string_view what) {
  if (size() == 1) return mine;
  constexpr int kFine = -1;
  const int code = mine.ok() ? kFine : static_cast<int>(mine.error().code());
  SCRIBE_TRY_ASSIGN(const std::vector<int> codes, all_gather_values(code, what));
  const auto first = std::ranges::find_if(codes, [](int other) { return other != kFine; });
  if (first == codes.end()) return {};
  SCRIBE_TRY_ASSIGN(const std::vector<std::string> texts,
                    all_gather_texts(mine.ok() ? std::string() : mine.error().message(), what));
  agreed_to_fail_ = true;
  const auto failing = static_cast<std::size_t>(first - codes.begin());
  const bool all_the_same =
      std::ranges::all_of(texts, [&](const std::string& text) { return text == texts[failing]; });
  Error error(static_cast<ErrorCode>(*first), texts[failing]);
  if (all_the_same) return error;
  return std::move(error).in(fmt::format("rank {} of {}", failing, size()));
}

std::unique_ptr<Communicator> make_single_communicator() {
  return std::make_unique<SingleCommunicator>();
}

}  // namespace scribe
