// Completes one prompt, one sample after the other, and tells the text while it is drawn.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "backend/backend.h"
#include "base/result.h"
#include "base/stop.h"
#include "model/decoder.h"
#include "sample/engine.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

struct CompletionOptions {
  GenerateOptions generate;  ///< rows_max and prefix_bytes_max do not count
  /// Tokens that are guessed from the text so far (prompt_lookup.h) and checked in one step of the
  /// model, at most; 0: none. Changes speed only.
  std::int64_t guesses_max = 8;
};

/// What complete() tells while it runs, on its caller's thread. An Error ends the run.
struct CompletionEvents {
  /// A sample is begun.
  std::function<Status(std::int64_t sample_index)> begun;
  /// More of its text, as TextStream gives it out: all pieces together are its completion.
  std::function<Status(std::string_view piece)> text;
  std::function<Status(const SampleRecord&)> finished;
};

struct CompletionTotals {
  std::int64_t prompt_tokens = 0;  ///< as the model was given them
  std::int64_t tokens = 0;         ///< drawn in all
  std::int64_t steps = 0;          ///< of the model, without those of the prompt
  std::int64_t guessed = 0;        ///< tokens that were guessed
  std::int64_t accepted = 0;       ///< ... and drawn
};

/// Draws the samples of a task in the order of its indices. Each is the same bytes as that of
/// generate() with the same options, whatever was guessed: a guess only saves a step if the token
/// that is drawn, with the random bits of its place, is the one that was guessed.
/// options.generate.weights must be the weights' format.
///
/// Errors: those of generate(); invalid_argument (guesses_max outside 0 to 64); unsupported
/// (generate.logprobs); interrupted at
/// once if the user asks to stop, after the text drawn so far is told.
Result<CompletionTotals> complete(Backend& backend, const DecoderWeights& weights,
                                  const Tokenizer& tokenizer, const SampleTask& task,
                                  const CompletionOptions& options, const CompletionEvents& events,
                                  const StopToken& stop);

}  // namespace scribe
