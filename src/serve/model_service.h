// One model for many clients: a queue, and one thread that owns the batch.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "base/stop.h"
#include "checkpoint/checkpoint.h"
#include "sample/sample_batch.h"
#include "sample/text_logprobs.h"
#include "serve/completion_request.h"
#include "tokenizer/fill_in_middle_tokens.h"

namespace scribe {

struct ModelServiceOptions {
  std::string name;                          ///< of the model, in replies
  WeightFormat weights = WeightFormat::f32;  ///< how they are laid out
  std::int64_t rows_max = 96;
  /// New tokens of a sample, for which each row has memory; 0: all that the context has room for.
  std::int64_t completion_max = 0;
  std::int64_t prefix_bytes_max = std::int64_t{1} << 30;  ///< of prompts that are being completed
  std::int64_t kept_bytes_max = std::int64_t{256} << 20;  ///< of prompts, for the next alike
  std::int64_t requests_max = 256;                        ///< waiting and in hand; more are refused
  /// Of one request: prompts x samples.
  std::int64_t request_samples_max = 16'384;
  std::int64_t reply_logprobs_max = std::int64_t{1} << 22;  ///< of one request; 100 bytes each
  std::uint64_t seed = 0;  ///< of requests without one, together with their ticket
  int threads = 0;
};

/// What was made of one prompt of a request.
struct PromptResult {
  std::vector<TokenId> prompt;  ///< as the model was given it
  TextLogprobs echo = {};       ///< of prompt[1 ...], if echo and logprobs were asked for
  /// The n that are given back: in the order of their indices, or of their rank if more were drawn.
  std::vector<SampleRecord> samples = {};
  std::int64_t drawn_tokens = 0;  ///< of all samples, given back or not
};

/// Who waits for a request. Called on the service's thread: it must not wait, nor call the service.
class CompletionListener {
 public:
  virtual ~CompletionListener() = default;
  /// A sample's next text, whole UTF-8 that stands, and the tokens since the last call. The last
  /// call for a sample has its record, and only what of the text was not told yet.
  virtual void piece(std::size_t prompt, std::int64_t sample_index, std::string_view text,
                     std::span<const RecordedToken> tokens, const SampleRecord* finished) = 0;
  /// The prompt was read: with echo, its log-probabilities are known. Told before its samples.
  virtual void prompt_read(std::size_t prompt, const PromptResult& result) = 0;
  virtual void done(std::vector<PromptResult> results) = 0;
  virtual void failed(const ApiError& failure) = 0;
};

/// Figures since the start.
struct ModelServiceCounts {
  std::int64_t waiting = 0;    ///< requests none of whose samples is begun
  std::int64_t running = 0;    ///< requests in hand
  std::int64_t live_rows = 0;  ///< samples being drawn
  std::int64_t finished = 0;
  std::int64_t cancelled = 0;
  std::int64_t refused = 0;  ///< because the queue was full
  std::int64_t prompt_tokens = 0;
  std::int64_t drawn_tokens = 0;
  std::int64_t steps = 0;
  PrefixStoreCounts prefixes;
};

/// Completes requests, all at the same time: a sample is drawn in whatever row is free, and is the
/// same bytes as that of generate() with the same options, seed and task_id.
///
/// A request that has nothing in the batch and whose prompt finds no room waits for samples in hand
/// to end: none that came later gets room before it, however short. Requests with samples in hand
/// keep nobody waiting: their next prompt takes room when there is some.
class ModelService {
 public:
  using Ticket = std::uint64_t;

  /// The backend must outlive it. Errors: invalid_argument.
  static Result<std::unique_ptr<ModelService>> start(Backend& backend, Checkpoint checkpoint,
                                                     const ModelServiceOptions& options);
  /// What start() makes, of options that it has checked.
  ModelService(Backend& backend, Checkpoint checkpoint, const ModelServiceOptions& options);
  ~ModelService();
  ModelService(const ModelService&) = delete;
  ModelService& operator=(const ModelService&) = delete;

  /// From any thread. Refused at once: what the model cannot do (400), a full queue (429), a
  /// service that ends (503).
  std::variant<Ticket, ApiError> submit(CompletionRequest request,
                                        std::shared_ptr<CompletionListener> listener);
  /// From any thread: the request's samples end before the next step, and the listener hears
  /// nothing more. Unknown or finished: nothing happens.
  void cancel(Ticket ticket);
  /// Refuses new requests from now on.
  void refuse_new();
  /// Refuses new requests; returns when those in hand are finished, or after `seconds`.
  void drain(double seconds);
  /// Fails the requests in hand. Nobody is told anything afterwards.
  void stop();

  const std::string& name() const { return options_.name; }
  const Checkpoint& checkpoint() const { return checkpoint_; }
  bool fills_in_middle() const { return marks_.has_value(); }
  TokenLimits token_limits() const;
  ModelServiceCounts counts() const;

 private:
  struct Work;
  using Works = std::list<Work>;

  std::optional<ApiError> take_prompts(Work& work) const;
  std::optional<ApiError> check_fit(const Work& work) const;
  std::vector<TokenId> tokens_of(const PromptContent& content, const CompletionRequest& request,
                                 std::optional<ApiError>& failure) const;

  void run();
  bool wait();
  void take_incoming();
  void score();
  void admit();
  bool admit_next(Work& work, bool& is_room_kept);
  void begin(Work& work, std::size_t prompt);
  void told(Work& work, std::size_t prompt, const SampleView& view);
  void finished(Work& work, std::size_t prompt, const SampleRecord& record);
  void finish_works();
  void fail_all(const std::string& message);
  void make_batch();
  void publish_counts();

  Backend& backend_;
  Checkpoint checkpoint_;
  ModelServiceOptions options_;
  std::optional<FillInMiddleTokens> marks_;
  std::int64_t bytes_per_token_max_ = 0;  // No text has more of them for each of its tokens.
  DecoderWeights weights_;

  // Of the service's thread alone.
  std::unique_ptr<SampleBatch> batch_;
  Works works_;
  std::int64_t steps_ = 0;
  std::int64_t drawn_before_ = 0;  // By batches that were given up.

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  Works incoming_;
  std::vector<Ticket> cancelled_;
  Ticket next_ticket_ = 1;
  std::int64_t requests_ = 0;  // Waiting and in hand.
  bool is_draining_ = false;
  bool is_stopping_ = false;
  ModelServiceCounts counts_;

  std::thread thread_;
};

}  // namespace scribe
