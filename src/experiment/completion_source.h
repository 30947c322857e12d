// Where the completions of an experiment come from: a checkpoint here, or a server.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "experiment/served_samples.h"
#include "model/config.h"
#include "sample/prompt.h"

namespace scribe {

/// What is known of a model beside its name; of a server's next to nothing.
struct ModelFacts {
  std::string name;   ///< unique among those of a run, fit for a file's name
  std::string where;  ///< the directory, or the address
  std::optional<std::int64_t> parameters = {};
  std::optional<std::int64_t> non_embedding_parameters = {};  ///< without tokens, positions, head
  std::optional<double> validation_loss = {};  ///< nats per token, the last of its training log
};

struct DrawOptions {
  std::vector<double> temperatures;
  double top_p = 0.95;
  std::int64_t samples = 20;  ///< of each prompt, at each temperature
  std::int64_t max_tokens = 128;
  std::vector<std::string> stop = {};
  std::uint64_t seed = 1;
};

/// What drawing came to.
struct DrawnSamples {
  std::vector<std::string> paths;  ///< of sample files, one per temperature
  /// Prompts that lost their beginning because the model's context is shorter; of a server: 0,
  /// which answers with an error where it does not fit.
  std::int64_t truncated_prompts = 0;
};

class CompletionSource {
 public:
  virtual ~CompletionSource() = default;

  virtual const ModelFacts& facts() const = 0;

  /// Draws into sample_path(path, "tT") for each temperature T. The same call continues after a
  /// kill. Errors: those of sample_problems() or sample_from_server().
  virtual Result<DrawnSamples> draw(std::span<const Prompt> prompts, const DrawOptions& options,
                                    const std::string& path) = 0;
};

struct CompletionSourceOptions {
  DeviceChoice device;
  int threads = 0;  ///< 0: one per core
  bool quiet = false;
  /// For servers: everything but what DrawOptions says, the address and the model.
  ServedRunOptions served = {};
};

/// "http://..." or "https://...", with "#MODEL" behind it where a server has several models, is a
/// server; all else is a checkpoint directory. Loads nothing yet but config.json. Names that are
/// the same are made different.
///
/// Errors: those of load_model_config(), CompletionServer::create() and model(); invalid_data for a
/// training log that cannot be read.
Result<std::vector<std::unique_ptr<CompletionSource>>> open_sources(
    Env& env, StopToken& stop, std::span<const std::string> models,
    const CompletionSourceOptions& options);

/// Parameters without the tables of tokens and positions and the head.
std::int64_t non_embedding_parameters(const ModelConfig& config);

}  // namespace scribe
