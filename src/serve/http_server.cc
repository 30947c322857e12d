// Boost.Asio moves the bytes, Boost.Beast reads the requests; replies are written by hand.
#include "serve/http_server.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

#include "base/json.h"
#include "serve/request_host.h"
#include "serve/url_query.h"

namespace scribe {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using Tcp = asio::ip::tcp;
using Failure = boost::system::error_code;

constexpr int kBacklog = 1024;

std::chrono::milliseconds duration(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

std::string_view reason_of(int status) {
  const http::status known = http::int_to_status(static_cast<unsigned>(status));
  const beast::string_view reason = http::obsolete_reason(known);
  return {reason.data(), reason.size()};
}

/// Without keys a request proves by its Host alone that no page of another site sends it. Where all
/// the network may ask, that is not what protects the server, unless its names are given.
bool may_be_asked_by(std::string_view host, const HttpServerOptions& options) {
  const bool is_checked =
      !options.sites.empty() || (is_loopback(options.host) && !options.has_keys);
  return !is_checked || is_own_host(host, options.host, options.sites);
}

/// What all connections share; lives as long as one of them.
struct Shared {
  HttpServerOptions options;
  HttpHandler handler;
  std::atomic<std::int64_t> connections{0};
  std::atomic<std::int64_t> requests{0};
  std::atomic<std::int64_t> refused{0};
  std::atomic<std::int64_t> replying{0};  ///< requests that were read and not answered to the end
  std::atomic<bool> is_closing{false};
  std::weak_ptr<asio::io_context> context;
};

class Connection;

/// The reply's half that other threads hold; the connection does the work on its own.
class Reply final : public HttpReply {
 public:
  Reply(std::shared_ptr<asio::io_context> context, std::shared_ptr<Connection> connection)
      : context_(std::move(context)), connection_(std::move(connection)) {}
  ~Reply() override;
  Reply(const Reply&) = delete;
  Reply& operator=(const Reply&) = delete;

  void send(int status, std::string_view content_type, std::string body,
            std::vector<HttpHeader> headers) override;
  void begin(int status, std::string_view content_type, std::vector<HttpHeader> headers) override;
  void write(std::string piece) override;
  void end() override;
  bool is_abandoned() const override { return is_abandoned_.load(); }
  void on_abandoned(std::function<void()> callback) override;

  /// By the connection, when the client has left.
  void abandon();

 private:
  void post_piece(std::string bytes, bool is_last);

  // Shared with the server, which may end first; before the connection, which needs it.
  const std::shared_ptr<asio::io_context> context_;
  const std::shared_ptr<Connection> connection_;  // Shared with what it waits for.
  bool is_chunked_ = true;                        // Of the caller's thread, as all that follows.
  bool is_finished_ = false;
  std::atomic<bool> is_abandoned_{false};
  std::mutex mutex_;
  std::function<void()> callback_;  // Guarded by mutex_.
};

/// One client. All of it runs on the server's thread.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Tcp::socket socket, std::shared_ptr<Shared> shared)
      : stream_(std::move(socket)), shared_(std::move(shared)) {
    ++shared_->connections;
  }
  ~Connection() {
    end_reply();
    --shared_->connections;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start() { read(); }
  /// One too many: it is told so.
  void refuse_at_once() { refuse(503, "too many connections", "server_error"); }

  /// The reply's end is told by closing: HTTP/1.0 knows no chunks.
  void close_after_reply() { keep_alive_ = false; }
  bool keeps_alive() const { return keep_alive_ && !shared_->is_closing; }
  bool is_http_1_0() const { return is_http_1_0_; }
  /// Only the head of the reply is wanted.
  bool is_head() const { return is_head_; }

  /// From any thread.
  template <typename Function>
  void post(Function function) {
    asio::post(
        stream_.get_executor(),
        [self = shared_from_this(), function = std::move(function)]() mutable { function(*self); });
  }

  /// Sends bytes after those that wait. After the last piece the connection reads the next request,
  /// or closes.
  void send_piece(std::string bytes, bool is_last) {
    if (is_closed_) return;
    unsent_bytes_ += static_cast<std::int64_t>(bytes.size());
    if (unsent_bytes_ > shared_->options.unsent_bytes_max && !is_last) {
      close();
      return;
    }
    unsent_.push_back({std::move(bytes), is_last});
    if (unsent_.size() == 1) send_next();
  }

  /// The reply was dropped by whoever held it.
  void drop_reply() { close(); }

 private:
  struct Piece {
    std::string bytes;
    bool is_last = false;
  };

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_->options.header_bytes_max));
    parser_->body_limit(static_cast<std::uint64_t>(shared_->options.body_bytes_max));
    if (buffer_.size() > 0) {  // More than one request came at once.
      read_header();
      return;
    }
    stream_.expires_after(duration(shared_->options.idle_seconds));
    // The clock of a request begins with its first byte.
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this()](const Failure& failure, std::size_t bytes) {
                              self->buffer_.commit(bytes);
                              if (failure)
                                self->close();
                              else
                                self->read_header();
                            });
  }

  void read_header() {
    stream_.expires_after(duration(shared_->options.receive_seconds));
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](const Failure& failure, std::size_t) {
                              self->on_header(failure);
                            });
  }

  void on_header(const Failure& failure) {
    if (failure) {
      on_bad_request(failure);
      return;
    }
    if (const std::string host(parser_->get()[http::field::host]);
        !may_be_asked_by(host, shared_->options)) {
      refuse(403,
             fmt::format("Host '{0}' is no name of this server; if it is to be one, start the "
                         "server with --site {0}",
                         name_of_host(host)),
             "invalid_request_error");
      return;
    }
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      asio::async_write(stream_, asio::buffer(kContinue),
                        [self = shared_from_this()](const Failure& unsent, std::size_t) {
                          if (unsent)
                            self->close();
                          else
                            self->read_body();
                        });
      return;
    }
    read_body();
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](const Failure& failure, std::size_t) {
                       if (failure)
                         self->on_bad_request(failure);
                       else
                         self->on_request();
                     });
  }

  void on_bad_request(const Failure& failure) {
    if (failure == http::error::end_of_stream || failure == asio::error::eof ||
        failure == asio::error::connection_reset || failure == http::error::partial_message) {
      close();
    } else if (failure == beast::error::timeout) {
      // The stream closes its socket when time is up: there is no one to tell.
      ++shared_->refused;
      close();
    } else if (failure == http::error::body_limit) {
      refuse(413, fmt::format("the body has more than {} bytes", shared_->options.body_bytes_max),
             "invalid_request_error");
    } else if (failure == http::error::header_limit || failure == http::error::buffer_overflow) {
      refuse(431,
             fmt::format("the headers have more than {} bytes", shared_->options.header_bytes_max),
             "invalid_request_error");
    } else {
      refuse(400, fmt::format("malformed HTTP: {}", failure.message()), "invalid_request_error");
    }
  }

  void refuse(int status, std::string_view message, std::string_view type) {
    ++shared_->refused;
    keep_alive_ = false;
    std::string body = error_body(message, type);
    send_piece(fmt::format("HTTP/1.1 {} {}\r\nContent-Type: application/json\r\n"
                           "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                           status, reason_of(status), body.size(), body),
               true);
  }

  void on_request() {
    ++shared_->requests;
    ++shared_->replying;
    is_replying_ = true;
    auto message = parser_->release();
    keep_alive_ = message.keep_alive();
    is_http_1_0_ = message.version() < 11;
    is_head_ = message.method() == http::verb::head;
    HttpRequest request;
    request.method = std::string(message.method_string());
    const std::string_view target(message.target().data(), message.target().size());
    const std::size_t question = target.find('?');
    request.path = percent_decoded(target.substr(0, question));
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    for (const auto& field : message)
      request.headers.push_back({std::string(field.name_string()), std::string(field.value())});
    request.body = std::move(message.body());
    stream_.expires_never();
    auto reply = std::make_shared<Reply>(shared_->context.lock(), shared_from_this());
    reply_ = reply;
    watch();
    shared_->handler(std::move(request), std::move(reply));
  }

  /// Finds out while the reply is made that the client has left.
  void watch() {
    stream_.socket().async_wait(
        Tcp::socket::wait_read, [self = shared_from_this()](const Failure& failure) {
          if (failure || self->is_closed_ || self->reply_.expired()) return;
          char byte = 0;
          Failure peeked;
          self->stream_.socket().receive(asio::buffer(&byte, 1), Tcp::socket::message_peek, peeked);
          // Bytes are the next request, sent ahead: it waits, and nothing is known any more.
          if (peeked) self->close();
        });
  }

  /// The clock begins anew with whatever the client takes.
  void send_next() {
    stream_.expires_after(duration(shared_->options.send_seconds));
    stream_.async_write_some(
        asio::buffer(unsent_.front().bytes) + sent_,
        [self = shared_from_this()](const Failure& failure, std::size_t bytes) {
          self->sent_ += bytes;
          if (!failure && !self->is_closed_ && self->sent_ < self->unsent_.front().bytes.size()) {
            self->send_next();
            return;
          }
          self->sent_ = 0;
          self->on_sent(failure);
        });
  }

  void on_sent(const Failure& failure) {
    if (failure || is_closed_) {
      close();
      return;
    }
    const bool was_last = unsent_.front().is_last;
    unsent_bytes_ -= static_cast<std::int64_t>(unsent_.front().bytes.size());
    unsent_.pop_front();
    if (!unsent_.empty()) {
      send_next();
      return;
    }
    stream_.expires_never();
    if (!was_last) return;
    end_reply();
    reply_.reset();
    Failure ignored;
    stream_.socket().cancel(ignored);  // The watch.
    if (keeps_alive())
      read();
    else
      finish();
  }

  /// Closes so that a client that is still sending can read the reply.
  void finish() {
    Failure ignored;
    stream_.socket().shutdown(Tcp::socket::shutdown_send, ignored);
    stream_.expires_after(duration(1));
    drain();
  }

  void drain() {
    stream_.async_read_some(asio::buffer(drained_),
                            [self = shared_from_this()](const Failure& failure, std::size_t bytes) {
                              self->drained_bytes_ += bytes;
                              if (failure || self->drained_bytes_ > kDrainedBytesMax)
                                self->close();
                              else
                                self->drain();
                            });
  }

  void close() {
    if (is_closed_) return;
    is_closed_ = true;
    end_reply();
    Failure ignored;
    stream_.socket().close(ignored);
    if (const auto reply = reply_.lock()) reply->abandon();
  }

  void end_reply() {
    if (std::exchange(is_replying_, false)) --shared_->replying;
  }

  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  static constexpr std::size_t kDrainedBytesMax = 256 << 20;

  beast::tcp_stream stream_;
  std::shared_ptr<Shared> shared_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::deque<Piece> unsent_;
  std::size_t sent_ = 0;  // Of the first of them.
  std::int64_t unsent_bytes_ = 0;
  std::weak_ptr<Reply> reply_;  // Of the request in hand; those who make it own it.
  bool keep_alive_ = false;
  bool is_http_1_0_ = false;
  bool is_head_ = false;
  bool is_closed_ = false;
  bool is_replying_ = false;
  std::array<char, 4096> drained_{};
  std::size_t drained_bytes_ = 0;
};

Reply::~Reply() {
  if (!is_finished_) connection_->post([](Connection& connection) { connection.drop_reply(); });
}

void Reply::post_piece(std::string bytes, bool is_last) {
  connection_->post([bytes = std::move(bytes), is_last](Connection& connection) mutable {
    connection.send_piece(std::move(bytes), is_last);
  });
}

std::string head_of(int status, std::string_view content_type,
                    const std::vector<HttpHeader>& headers) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n", status,
                                 reason_of(status), content_type);
  for (const HttpHeader& header : headers)
    head += fmt::format("{}: {}\r\n", header.name, header.value);
  return head;
}

void Reply::send(int status, std::string_view content_type, std::string body,
                 std::vector<HttpHeader> headers) {
  if (std::exchange(is_finished_, true)) return;
  std::string head = head_of(status, content_type, headers);
  head += fmt::format("Content-Length: {}\r\n", body.size());
  // Whether the connection lives on is known to its own thread.
  connection_->post([head = std::move(head), body = std::move(body)](Connection& connection) {
    connection.send_piece(
        fmt::format("{}Connection: {}\r\n\r\n{}", head,
                    connection.keeps_alive() ? "keep-alive" : "close",
                    connection.is_head() ? std::string_view() : std::string_view(body)),
        true);
  });
}

void Reply::begin(int status, std::string_view content_type, std::vector<HttpHeader> headers) {
  if (is_finished_) return;
  is_chunked_ = !connection_->is_http_1_0();
  std::string head = head_of(status, content_type, headers);
  connection_->post([head = std::move(head), is_chunked = is_chunked_](Connection& connection) {
    if (!is_chunked) connection.close_after_reply();
    connection.send_piece(fmt::format("{}{}Connection: {}\r\n\r\n", head,
                                      is_chunked ? "Transfer-Encoding: chunked\r\n" : "",
                                      connection.keeps_alive() ? "keep-alive" : "close"),
                          false);
  });
}

void Reply::write(std::string piece) {
  if (is_finished_ || piece.empty()) return;
  post_piece(is_chunked_ ? fmt::format("{:x}\r\n{}\r\n", piece.size(), piece) : std::move(piece),
             false);
}

void Reply::end() {
  if (std::exchange(is_finished_, true)) return;
  post_piece(is_chunked_ ? "0\r\n\r\n" : "", true);
}

void Reply::on_abandoned(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_abandoned_) {
      callback_ = std::move(callback);
      return;
    }
  }
  callback();
}

void Reply::abandon() {
  std::function<void()> callback;
  {
    const std::lock_guard lock(mutex_);
    is_abandoned_ = true;
    callback = std::move(callback_);
  }
  if (callback) callback();
}

class AsioServer final : public HttpServer {
 public:
  AsioServer(const HttpServerOptions& options, HttpHandler handler)
      : shared_(std::make_shared<Shared>()),
        context_(std::make_shared<asio::io_context>(1)),
        acceptor_(*context_),
        retry_(*context_) {
    shared_->context = context_;
    shared_->options = options;
    shared_->handler = std::move(handler);
  }

  ~AsioServer() override {
    context_->stop();
    if (thread_.joinable()) thread_.join();
  }

  Status listen() {
    const HttpServerOptions& options = shared_->options;
    Failure failure;
    const asio::ip::address address = asio::ip::make_address(options.host, failure);
    if (failure)
      return error(ErrorCode::invalid_argument,
                   "host '{}' is no address; give one as 127.0.0.1 or ::1", options.host);
    const Tcp::endpoint endpoint(address, static_cast<std::uint16_t>(options.port));
    acceptor_.open(endpoint.protocol(), failure);
    if (!failure) acceptor_.set_option(asio::socket_base::reuse_address(true), failure);
    if (!failure) acceptor_.bind(endpoint, failure);
    if (!failure) acceptor_.listen(kBacklog, failure);
    if (failure)
      return error(ErrorCode::io, "cannot listen on {} port {}: {}", options.host, options.port,
                   failure.message());
    accept();
    thread_ = std::thread([this] { context_->run(); });
    return {};
  }

  int port() const override {
    Failure ignored;
    return acceptor_.local_endpoint(ignored).port();
  }

  HttpServerCounts counts() const override {
    return {.connections = shared_->connections,
            .requests = shared_->requests,
            .refused = shared_->refused};
  }

  void stop_accepting() override {
    shared_->is_closing = true;
    asio::post(*context_, [this] {
      Failure ignored;
      acceptor_.close(ignored);
    });
  }

  void wait_until_sent(double seconds) override {
    const auto end = std::chrono::steady_clock::now() + duration(seconds);
    while (shared_->replying > 0 && std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }

 private:
  void accept() {
    acceptor_.async_accept([this](const Failure& failure, Tcp::socket socket) {
      if (failure == asio::error::operation_aborted) return;
      if (failure) {
        // Out of descriptors, for example: a moment later there may be some.
        retry_.expires_after(std::chrono::milliseconds(20));
        retry_.async_wait([this](const Failure& stopped) {
          if (!stopped) accept();
        });
        return;
      }
      Failure ignored;
      socket.set_option(Tcp::no_delay(true), ignored);
      const auto connection = std::make_shared<Connection>(std::move(socket), shared_);
      if (shared_->connections > shared_->options.connections_max)
        connection->refuse_at_once();
      else
        connection->start();
      accept();
    });
  }

  std::shared_ptr<Shared> shared_;
  std::shared_ptr<asio::io_context> context_;  // Shared with replies that outlive the server.
  Tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  std::thread thread_;
};

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  const auto found = std::ranges::find_if(headers, [&](const HttpHeader& header) {
    return std::ranges::equal(header.name, name, {}, ::tolower, ::tolower);
  });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpServerOptions& options,
                                                      HttpHandler handler) {
  auto server = std::make_unique<AsioServer>(options, std::move(handler));
  SCRIBE_TRY(server->listen());
  return std::unique_ptr<HttpServer>(std::move(server));
}

std::string error_body(std::string_view message, std::string_view type, std::string_view param,
                       std::string_view code) {
  Json body{{"message", message}, {"type", type}, {"param", nullptr}, {"code", nullptr}};
  if (!param.empty()) body["param"] = param;
  if (!code.empty()) body["code"] = code;
  return to_json_line({{"error", std::move(body)}});
}

}  // namespace scribe
