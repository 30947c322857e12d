// Token-by-token decoding with cached keys and values; many sequences share one prompt.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backend/backend.h"
#include "model/parameters.h"

namespace scribe {

/// Keys and values of one prompt, computed once and never changed: n samples share it.
class PrefixCache;

/// Tokens whose keys and values it holds.
std::int64_t length_of(const PrefixCache& prefix);
/// Bytes of memory that the keys and values of `tokens` tokens take.
std::int64_t prefix_bytes(Backend& backend, const ModelConfig& config, std::int64_t tokens);
/// A model's matrices but the embeddings, laid out once for decoding. The parameters must outlive
/// it, and not change.
class DecoderWeights {
 public:
  DecoderWeights(Backend& backend, const Parameters& parameters, WeightFormat format);
  ~DecoderWeights();
  DecoderWeights(DecoderWeights&&) noexcept;
  DecoderWeights& operator=(DecoderWeights&&) = delete;

  const Parameters& parameters() const { return *parameters_; }
  WeightFormat format() const { return format_; }
  std::int64_t bytes() const;

  struct Block {
    std::unique_ptr<PreparedWeight> qkv, projection, fc, fc_projection;
  };
  const std::vector<Block>& blocks() const { return blocks_; }
  const PreparedWeight& head() const { return *head_; }

 private:
  const Parameters* parameters_;
  WeightFormat format_;
  std::vector<Block> blocks_;
  std::unique_ptr<PreparedWeight> head_;
};

struct DecoderOptions {
  std::int64_t rows_max = 1;    ///< tokens of one step
  std::int64_t suffix_max = 1;  ///< tokens of a sequence after its prompt
  std::int64_t slots = 0;       ///< sequences at a time; 0: as many as rows
  /// With fewer bits than f32, the keys and values of suffixes have
  /// 16 as well: reading them is what a step of many sequences waits for.
  WeightFormat weights = WeightFormat::f32;
};
/// Bytes of memory that a slot's own keys and values take.
std::int64_t suffix_bytes(Backend& backend, const ModelConfig& config,
                          const DecoderOptions& options);

/// Decodes many sequences at a time. Not thread-safe; one owner calls it.
class Decoder {
 public:
  /// options.weights must be the weights' format.
  Decoder(Backend& backend, const DecoderWeights& weights, const DecoderOptions& options);
  /// Lays out weights of its own.
  Decoder(Backend& backend, const Parameters& parameters, const DecoderOptions& options);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Runs the prompt (1 <= length <= context) and gives the logits (V) after its last token, on the
  /// host. With a `base`, of which the prompt's first `shared` tokens (0 <= shared < length, at
  /// most base's) are the first too, those are not run again; the result is the same bits.
  std::shared_ptr<const PrefixCache> prefill(std::span<const std::int32_t> prompt,
                                             std::span<float> logits,
                                             const PrefixCache* base = nullptr,
                                             std::int64_t shared = 0);

  /// One token of a step. `slot` (0 <= slot < slots) owns the suffix cache; a slot that starts a
  /// new sequence has suffix_length 0. A smaller suffix_length than before takes tokens back.
  ///
  /// Several rows may be of one slot, with one prefix and with suffix lengths that rise by one from
  /// row to row: a row sees the tokens of those before it, and its logits are the bits that one
  /// step after the other would give.
  struct Row {
    const PrefixCache* prefix = nullptr;
    std::int64_t slot = 0;
    std::int64_t suffix_length = 0;  ///< tokens in the slot before this one
    std::int32_t token = 0;          ///< to append
  };
  /// Appends each row's token and gives the next logits, rows.size() x V, on the host; at most
  /// rows_max rows. A row's logits are the same bits whatever the other rows are.
  void step(std::span<const Row> rows, std::span<float> logits);
  /// As above, where the logits are; until the next call of the decoder.
  std::span<const float> step(std::span<const Row> rows);
  /// As above, as (R, V) in the backend's memory, where the next call of the decoder overwrites it.
  ConstMatrix step_on_device(std::span<const Row> rows);

 private:
  struct State;
  std::unique_ptr<DecoderWeights> own_weights_;  // Or none.
  std::unique_ptr<State> state_;
};

}  // namespace scribe
