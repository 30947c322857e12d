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

/// Decodes up to `rows_max` tokens at a time, of up to `slots` sequences (0: as many as rows), each
/// of up to `suffix_max` tokens after its prompt. Not thread-safe; one owner calls it.
class Decoder {
 public:
  Decoder(Backend& backend, const Parameters& parameters, std::int64_t rows_max,
          std::int64_t suffix_max, std::int64_t slots = 0);
  ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  /// Runs the prompt (1 <= length <= context) and gives the logits (V) after its last token, on the
  /// host.
  std::shared_ptr<const PrefixCache> prefill(std::span<const std::int32_t> prompt,
                                             std::span<float> logits);

  /// One token of a step. `slot` (0 <= slot < slots) owns the suffix cache; a slot that starts a
  /// new sequence has suffix_length 0. A smaller suffix_length than before takes tokens back.
  struct Row {
    const PrefixCache* prefix = nullptr;
    std::int64_t slot = 0;
    std::int64_t suffix_length = 0;  ///< tokens already in the slot before this one
    std::int32_t token = 0;          ///< to append
  };
  /// Appends each row's token and gives the next logits, rows.size() x V, on the host. A row's
  /// logits are the same bits whatever the other rows are.
  ///
  /// Several rows may be of one slot, with one prefix and with suffix lengths that rise by one from
  /// row to row: a row sees the tokens of those before it, and its logits are the bits that one
  /// step after the other would give.
  void step(std::span<const Row> rows, std::span<float> logits);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace scribe
