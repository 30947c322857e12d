// Pre-training: a model from token files.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/env.h"
#include "base/stop.h"
#include "model/config.h"
#include "train/batch_ramp.h"
#include "train/fill_in_middle.h"
#include "train/loop.h"

namespace scribe {

struct TrainOptions {
  /// Folders of the token files of the splits train and (optional) validation, each once.
  std::vector<std::string> data;
  /// Shares of the folders, in proportion; empty: of their sizes, so that each token is seen as
  /// often as any other.
  std::vector<double> weights;
  std::string tokenizer;   ///< the one that the tokens were made with; "": init_from's
  std::string out;         ///< the run's directory, made if it is missing
  std::string init_from;   ///< checkpoint to continue from; "": a new model of shape `model`
  ModelConfig model = {};  ///< vocabulary_size is set from the token file; unused with init_from
  BatchSize batch = {};    ///< in windows of `context` tokens
  BatchRamp ramp = {};
  FillInMiddleOptions fim = {};  ///< of training, not of validation
  DocumentAttention document_attention = DocumentAttention::all;
  std::int64_t steps = 0;   ///< exactly one of steps and tokens must be positive
  std::int64_t tokens = 0;  ///< rounded up to whole steps
  OptimizerOptions optimizer = {};
  std::int64_t validation_batches = 8;  ///< micro-batches of each folder's validation; 0: none
  Recompute recompute = Recompute::none;
  CadenceOptions cadence = {};
  std::uint64_t seed = 0;
  DataParallel parallel = {};
};

/// Trains and leaves in options.out: config.json, model.safetensors, tokenizer.json,
/// tokenizer_config.json, scribe_state.safetensors, run.toml, train_log.jsonl.
///
/// The same call again continues where the run stopped, to the same bytes, and returns at once when
/// it is done. Errors: not_found (data, tokenizer, checkpoint), invalid_data (corrupt files; tokens
/// of another tokenizer or vocabulary), invalid_argument (options; `out` holds another run; a loss
/// that is not finite), io, interrupted (saved first).
Result<TrainSummary> train(Env& env, StopToken& stop, Backend& backend,
                           const TrainOptions& options);

}  // namespace scribe
