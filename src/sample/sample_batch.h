// A batch that is always full: samples of many prompts, which come and go while it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/result.h"
#include "base/thread_pool.h"
#include "model/decoder.h"
#include "sample/prefix_store.h"
#include "sample/sample_record.h"
#include "sample/sampler.h"
#include "sample/stop_strings.h"
#include "sample/text_stream.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

struct SampleBatchOptions {
  std::int64_t rows_max = 96;     ///< sequences at a time
  std::int64_t suffix_max = 128;  ///< tokens of a completion, at most
  /// Keys and values of live prompts; a prompt that is larger comes in when no other is live.
  std::int64_t prefix_bytes_max = std::int64_t{1} << 30;
  /// ... and of prompts that are kept for the next one that begins alike; 0: none.
  std::int64_t kept_bytes_max = 0;
  int threads = 0;  ///< for drawing; 0: one per core
};

/// A sample that has got one more token.
struct SampleView {
  std::int64_t sample_index = 0;
  TextStream& text;
  std::span<const RecordedToken> logprobs;  ///< all so far, if they are asked for
  std::int64_t tokens = 0;                  ///< drawn so far
};

/// One prompt and the samples wanted of it, with everything that decides them.
struct SampleGroup {
  std::string task_id;                   ///< of the records
  std::uint64_t stream = 0;              ///< of random numbers
  std::vector<TokenId> prompt;           ///< 1 to context - max_tokens tokens, all of the model's
  std::vector<std::int64_t> indices;     ///< sample indices to draw, at least one
  std::vector<SamplerOptions> samplers;  ///< one for all, or one for each index
  std::int64_t max_tokens = 0;           ///< 1 to suffix_max
  std::shared_ptr<const StopStrings> stop;  // Shared with other groups that have the same.
  std::uint64_t seed = 0;
  bool logprobs = false;            ///< records have theirs
  bool ignore_end_of_text = false;  ///< it is a token like others, and without text

  /// After each token that does not end its sample; may be empty.
  std::function<void(const SampleView&)> drawn = {};
  /// A sample is finished; in the order in which they finish. An Error ends step().
  std::function<Status(const SampleRecord&)> finished;
};

/// Draws the samples of groups. A sample is a pure function of (parameters, tokenizer, backend, its
/// group but for the functions, its index): the same bytes whatever else is in the batch.
///
/// Each prompt is run through the model once; a finished row is replaced at once, by a sample of
/// the group that has the fewest rows. Not thread-safe; one owner calls it.
class SampleBatch {
 public:
  /// Requires: the tokenizer has no more tokens than the model. Weights and tokenizer must outlive
  /// it.
  SampleBatch(Backend& backend, const DecoderWeights& weights, const Tokenizer& tokenizer,
              const SampleBatchOptions& options);
  ~SampleBatch();
  SampleBatch(const SampleBatch&) = delete;
  SampleBatch& operator=(const SampleBatch&) = delete;

  using GroupId = std::uint64_t;

  /// Has a prompt of so many tokens room beside those that are live?
  bool has_room(std::int64_t prompt_tokens) const;
  /// The prompt is run when its first sample begins. Its options must be valid.
  GroupId add(SampleGroup group);
  /// Its samples end where they are, and nothing more is told of them. Unknown: nothing happens.
  void remove(GroupId group);
  /// Begins no more samples: those in hand are finished.
  void drain() { is_draining_ = true; }

  /// Rows that no sample has, less the samples that wait for one.
  std::int64_t free_rows() const;
  bool empty() const { return groups_.empty(); }
  std::int64_t group_count() const { return std::ssize(groups_); }
  std::int64_t live_rows() const;

  /// Begins samples, runs the model over all rows once, and draws a token for each.
  /// Errors: invalid_data (logits that are not finite, with the task's name), and what `finished`
  /// returns; the batch then is not to be used again.
  Status step();

  std::int64_t tokens() const { return tokens_; }  ///< drawn in all
  const PrefixStoreCounts& prefix_counts() const { return prefixes_.counts(); }

 private:
  struct Live;
  struct Slot;
  struct Drawing;

  Live* group_to_begin();
  void begin(Live& group);
  Status fill();
  void run_model();
  void add_row(std::size_t slot);
  std::uint64_t bits_of(const Slot& slot) const;
  void draw_on_device(ConstMatrix logits);
  Status draw_and_advance();
  Status advance(Drawing& drawing);
  Status finish(std::size_t slot, std::string reason);
  void free_slot(std::size_t slot);
  void drop_finished_groups();

  Backend& backend_;
  const ModelConfig config_;
  const Tokenizer& tokenizer_;
  SampleBatchOptions options_;
  Decoder decoder_;
  PrefixStore prefixes_;
  ThreadPool pool_;
  std::vector<Sampler> samplers_;  // one per thread
  std::list<Live> groups_;         // in the order in which they came
  std::uint64_t next_id_ = 1;
  std::int64_t prefix_bytes_ = 0;  // of live groups
  bool is_draining_ = false;
  std::vector<Slot> slots_;
  std::vector<std::size_t> free_;
  std::vector<Decoder::Row> rows_;
  std::vector<Drawing> drawings_;
  std::vector<DrawRow> device_rows_;
  std::vector<DrawnToken> device_draws_;
  std::vector<std::vector<float>> host_logits_;  // by row: copies, where the host cannot read
  std::int64_t tokens_ = 0;
};

}  // namespace scribe
