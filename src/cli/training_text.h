// Counts the documents of files for a vocabulary, on all threads and in bounded memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/progress.h"
#include "base/result.h"
#include "base/stop.h"
#include "base/thread_pool.h"
#include "tokenizer/bpe_trainer.h"

namespace scribe::cli {

/// The files that `inputs` stand for, in order: a folder for its train*.jsonl, or else all *.jsonl
/// in it, also packed (.gz, .zst) and sorted by name. Errors: not_found (a folder without any), io.
Result<std::vector<std::string>> training_files(Env& env, const std::vector<std::string>& inputs);

struct TrainingTextCounts {
  std::int64_t documents = 0;
  std::int64_t bytes = 0;  ///< of their text
};

/// Gives all documents of the files to the trainer, whole: the "text" of each line of a .jsonl
/// file, else the file ("-": standard input) as a whole. A batch of a few megabytes is counted
/// while the next is read; which thread counts what changes no result. Requires: the trainer has as
/// many threads as the pool. Errors: those of reading; invalid_data with path and line;
/// BpeTrainer::check_size(); interrupted. Of several the first in the order of the files.
Result<TrainingTextCounts> count_training_text(Env& env, const std::vector<std::string>& files,
                                               ThreadPool& pool, const StopToken& stop,
                                               Progress& progress, BpeTrainer& trainer);

}  // namespace scribe::cli
