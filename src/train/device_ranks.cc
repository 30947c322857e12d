// Copies to and from a device around messages; nothing for memory of the host.
#include "train/device_ranks.h"

#include <utility>

namespace scribe {
namespace {

/// Of a device: its values before, and this rank's piece of the sum after.
class StagedSum : public PendingSum {
 public:
  StagedSum(Backend& backend, Communicator& ranks, std::span<float> values, std::string what)
      : backend_(backend),
        values_(values),
        mine_(piece_of(std::ssize(values), ranks.rank(), ranks.size())),
        copy_(values.size()) {
    backend_.download(values_, copy_);
    sum_ = ranks.start_reduce_scatter(copy_, std::move(what));
  }

  Result<bool> poll() override {
    if (finished_) return true;
    SCRIBE_TRY_ASSIGN(const bool done, sum_->poll());
    if (done) finish();
    return done;
  }

  Status wait() override {
    if (finished_) return {};
    SCRIBE_TRY(sum_->wait());
    finish();
    return {};
  }

 private:
  void finish() {
    backend_.upload(part(std::span(copy_), mine_), part(values_, mine_));
    finished_ = true;
  }

  Backend& backend_;
  std::span<float> values_;
  Piece mine_;
  std::vector<float> copy_;
  std::unique_ptr<PendingSum> sum_;
  bool finished_ = false;
};

bool is_on_host(Backend& backend) {
  const std::unique_ptr<Buffer> some = backend.allocate(1);
  std::vector<float> copy;
  return backend.in_host_memory(some->span(), copy).data() == some->data();
}

}  // namespace

DeviceRanks::DeviceRanks(Backend& backend, Communicator& ranks)
    : backend_(backend), ranks_(ranks), on_host_(is_on_host(backend)) {}

std::span<float> DeviceRanks::staged(std::span<float> values) {
  if (on_host_) return values;
  copy_.resize(values.size());
  return copy_;
}

void DeviceRanks::unstage(std::span<const float> staged, std::span<float> values) {
  if (!on_host_) backend_.upload(staged, values);
}

std::unique_ptr<PendingSum> DeviceRanks::start_reduce_scatter(std::span<float> values,
                                                              std::string what) {
  if (on_host_) return ranks_.start_reduce_scatter(values, std::move(what));
  return std::make_unique<StagedSum>(backend_, ranks_, values, std::move(what));
}

Status DeviceRanks::all_gather(std::span<float> values, std::string_view what) {
  const std::span<float> host = staged(values);
  const Piece mine = piece_of(std::ssize(values), rank(), size());
  if (!on_host_) backend_.download(part(values, mine), part(host, mine));
  SCRIBE_TRY(ranks_.all_gather(host, what));
  unstage(host, values);
  return {};
}

Status DeviceRanks::broadcast(std::span<float> values, int root, std::string_view what) {
  const std::span<float> host = staged(values);
  if (!on_host_ && rank() == root) backend_.download(values, host);
  SCRIBE_TRY(ranks_.broadcast(std::as_writable_bytes(host), root, what));
  if (rank() != root) unstage(host, values);
  return {};
}

Status DeviceRanks::send(std::span<const float> values, int to, std::string_view what) {
  return ranks_.send(backend_.in_host_memory(values, copy_), to, what);
}

Status DeviceRanks::receive(std::span<float> values, int from, std::string_view what) {
  const std::span<float> host = staged(values);
  SCRIBE_TRY(ranks_.receive(host, from, what));
  unstage(host, values);
  return {};
}

void DeviceRanks::add(std::span<const float> from, std::span<float> to) {
  std::vector<float> more;
  const std::span<const float> terms = backend_.in_host_memory(from, more);
  const std::span<float> sums = staged(to);
  if (!on_host_) backend_.download(to, sums);
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += terms[i];
  unstage(sums, to);
}

}  // namespace scribe
