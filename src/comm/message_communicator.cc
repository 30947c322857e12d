// Collectives as exchanges of messages, each waited for with a deadline.
#include "comm/message_communicator.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace scribe {
namespace {

/// MPI counts in int; and a message's arrival is the sign of life that is waited for.
constexpr std::size_t kMessageBytes = std::size_t{64} << 20;
/// So often a rank looks for messages before it sleeps between looks: others may need its core.
constexpr int kSpins = 200;
constexpr std::chrono::microseconds kSleep(50);

struct Message {
  Transport::Request request;
  int peer;
  bool incoming;
};

/// The messages of one call, and how long nothing has moved.
class Exchange {
 public:
  Exchange(Env& env, Transport& transport, double wait_seconds, std::string what)
      : env_(env), transport_(transport), wait_seconds_(wait_seconds), what_(std::move(what)) {}

  void send(std::span<const std::byte> bytes, int to) {
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), kMessageBytes)))
      messages_.push_back(
          {transport_.send(bytes.data(), std::min(bytes.size(), kMessageBytes), to), to, false});
  }
  void receive(std::span<std::byte> bytes, int from) {
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), kMessageBytes)))
      messages_.push_back(
          {transport_.receive(bytes.data(), std::min(bytes.size(), kMessageBytes), from), from,
           true});
  }

  /// True when all have arrived.
  Result<bool> poll() {
    std::vector<Message> pending;
    for (const Message& message : messages_) {
      const Transport::Progress progress = message.request == nullptr
                                               ? Transport::Progress::failed
                                               : transport_.poll(message.request);
      if (progress == Transport::Progress::failed) return lost(message, "lost the connection to");
      if (progress == Transport::Progress::pending) pending.push_back(message);
    }
    messages_ = std::move(pending);
    return messages_.empty();
  }

  Status wait() {
    double since = env_.monotonic_seconds();
    for (int looks = 0;; ++looks) {
      const std::size_t before = messages_.size();
      SCRIBE_TRY_ASSIGN(const bool done, poll());
      if (done) return {};
      const double now = env_.monotonic_seconds();
      if (messages_.size() < before) since = now;
      if (now - since > wait_seconds_)
        return lost(messages_.front(), fmt::format("waited {:g} s for", wait_seconds_));
      if (looks > kSpins) std::this_thread::sleep_for(kSleep);
    }
  }

 private:
  Error lost(const Message& message, std::string_view how) const {
    return error(ErrorCode::io,
                 "rank {} of {} {} rank {} ({} {}): is that rank still running, and the network "
                 "up? What was saved is kept: the same command continues",
                 transport_.rank(), transport_.size(), how, message.peer,
                 message.incoming ? "to receive" : "to send", what_);
  }

  Env& env_;
  Transport& transport_;
  double wait_seconds_;
  std::string what_;
  std::vector<Message> messages_;
};

class MessageCommunicator : public Communicator {
 public:
  MessageCommunicator(Env& env, std::unique_ptr<Transport> transport, double wait_seconds)
      : env_(env), transport_(std::move(transport)), wait_seconds_(wait_seconds) {}

  int rank() const override { return transport_->rank(); }
  int size() const override { return transport_->size(); }
  bool failed() const override { return failed_; }

  std::unique_ptr<PendingSum> start_reduce_scatter(std::span<float> values,
                                                   std::string what) override;

  Status all_gather(std::span<float> values, std::string_view what) override {
    Exchange exchange = start(what);
    const auto piece = [&](int of) {
      return part(values, piece_of(std::ssize(values), of, size()));
    };
    for_others([&](int other) {
      exchange.send(std::as_bytes(piece(rank())), other);
      exchange.receive(std::as_writable_bytes(piece(other)), other);
    });
    return finish(exchange);
  }

  Status all_gather_bytes(std::span<const std::byte> mine, std::span<std::byte> all,
                          std::string_view what) override {
    SCRIBE_CHECK(mine.size() * static_cast<std::size_t>(size()) == all.size(),
                 "{}: {} bytes of each of {} ranks into {}", what, mine.size(), size(), all.size());
    const auto place = [&](int of) {
      return all.subspan(mine.size() * static_cast<std::size_t>(of), mine.size());
    };
    Exchange exchange = start(what);
    for_others([&](int other) {
      exchange.send(mine, other);
      exchange.receive(place(other), other);
    });
    std::ranges::copy(mine, place(rank()).begin());
    return finish(exchange);
  }

  Status broadcast(std::span<std::byte> bytes, int root, std::string_view what) override {
    Exchange exchange = start(what);
    if (rank() == root)
      for_others([&](int other) { exchange.send(bytes, other); });
    else
      exchange.receive(bytes, root);
    return finish(exchange);
  }

  Status send(std::span<const float> values, int to, std::string_view what) override {
    Exchange exchange = start(what);
    exchange.send(std::as_bytes(values), to);
    return finish(exchange);
  }
  Status receive(std::span<float> values, int from, std::string_view what) override {
    Exchange exchange = start(what);
    exchange.receive(std::as_writable_bytes(values), from);
    return finish(exchange);
  }

  Status leave() override {
    SCRIBE_TRY(barrier("the end of the run"));
    transport_->leave();
    return {};
  }

  Exchange start(std::string_view what) {
    SCRIBE_CHECK(!failed_, "{}: a communicator is used after it failed", what);
    return {env_, *transport_, wait_seconds_, std::string(what)};
  }
  Status finish(Exchange& exchange) { return noted(exchange.wait()); }
  /// What failed once stays so.
  template <typename T>
  Result<T> noted(Result<T> result) {
    failed_ = failed_ || !result.ok();
    return result;
  }
  template <typename Function>
  void for_others(const Function& function) const {
    // Each begins with the next rank, so that not all send to the same one at first.
    for (int i = 1; i < size(); ++i) function((rank() + i) % size());
  }

 private:
  Env& env_;
  std::unique_ptr<Transport> transport_;
  double wait_seconds_;
  bool failed_ = false;
};

/// Everybody sends the others their pieces; then each adds up its own.
class MessageSum : public PendingSum {
 public:
  MessageSum(MessageCommunicator& ranks, std::span<float> values, std::string what)
      : ranks_(ranks), exchange_(ranks.start(what)) {
    const auto piece = [&](int of) {
      return part(values, piece_of(std::ssize(values), of, ranks.size()));
    };
    mine_ = piece(ranks.rank());
    others_.resize(static_cast<std::size_t>(ranks.size()));
    ranks.for_others([&](int other) {
      std::vector<float>& theirs = others_[static_cast<std::size_t>(other)];
      theirs.resize(mine_.size());
      exchange_.send(std::as_bytes(piece(other)), other);
      exchange_.receive(std::as_writable_bytes(std::span(theirs)), other);
    });
  }

  Result<bool> poll() override {
    if (added_) return true;
    SCRIBE_TRY_ASSIGN(const bool done, ranks_.noted(exchange_.poll()));
    if (done) add();
    return done;
  }
  Status wait() override {
    if (added_) return {};
    SCRIBE_TRY(ranks_.finish(exchange_));
    add();
    return {};
  }

 private:
  void add() {
    std::vector<const float*> terms;
    for (const std::vector<float>& theirs : others_) terms.push_back(theirs.data());
    terms[static_cast<std::size_t>(ranks_.rank())] = mine_.data();
    for (std::size_t i = 0; i < mine_.size(); ++i) {
      double sum = 0;
      for (const float* const term : terms) sum += term[i];
      mine_[i] = static_cast<float>(sum);
    }
    others_.clear();
    added_ = true;
  }

  MessageCommunicator& ranks_;
  Exchange exchange_;
  std::span<float> mine_;  ///< of the caller's values
  std::vector<std::vector<float>> others_;
  bool added_ = false;
};

std::unique_ptr<PendingSum> MessageCommunicator::start_reduce_scatter(std::span<float> values,
                                                                      std::string what) {
  return std::make_unique<MessageSum>(*this, values, std::move(what));
}

}  // namespace

std::unique_ptr<Communicator> make_message_communicator(Env& env,
                                                        std::unique_ptr<Transport> transport,
                                                        double wait_seconds) {
  return std::make_unique<MessageCommunicator>(env, std::move(transport), wait_seconds);
}

}  // namespace scribe
