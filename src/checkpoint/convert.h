// A model from one file format to another, one tensor in memory at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "checkpoint/model_tensors.h"

namespace scribe {

struct ConvertSummary {
  Family family = Family::gpt2;
  std::int64_t tensors = 0;
  std::int64_t bytes = 0;          ///< of all tensors as written
  std::vector<std::string> notes;  ///< what the reader of the new file should know, a line each
};

/// Writes the checkpoint `directory` as the GGUF file `path`, atomically. Matrices are written in
/// `format`; vectors and learned positions always as f32, and with q8_0 a matrix whose rows are not
/// whole blocks of 32 as f16 (a note counts them). Format: docs/formats/gguf.md.
///
/// Errors: those of load_checkpoint(); unsupported for a model that llama.cpp does not run, before
/// anything is written; limit_exceeded if a value is too large for the format.
Result<ConvertSummary> export_gguf(Env& env, const StopToken& stop, const std::string& directory,
                                   const std::string& path, NumberFormat format);

/// Writes the checkpoint `directory` again as the Hugging Face directory `out`: the configuration
/// with the fields that are read, the weights under the names of the family's whole model, the
/// tokenizer byte for byte. The weights come last: what is stopped leaves no model.
///
/// Errors: those of load_checkpoint(); invalid_argument if `out` holds a model already or the
/// format is q8_0; limit_exceeded if a value is too large for the format.
Result<ConvertSummary> export_directory(Env& env, const StopToken& stop,
                                        const std::string& directory, const std::string& out,
                                        const WeightOptions& options);

/// Writes the GGUF file `path` as the Hugging Face directory `out`. Errors: those of
/// export_directory() and GgufFile; unsupported, before anything is written, for another
/// architecture, tokenizer or type of tensor than are read.
Result<ConvertSummary> import_gguf(Env& env, const StopToken& stop, const std::string& path,
                                   const std::string& out, const WeightOptions& options);

}  // namespace scribe
