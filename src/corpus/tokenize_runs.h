// The first pass of `corpus tokenize`: files of documents to runs of encoded ones.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/progress.h"
#include "base/result.h"
#include "base/stop.h"
#include "base/thread_pool.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// A file of documents that is to be encoded.
struct TokenizeTask {
  std::string documents;  ///< path
  /// Its runs are WORK-00000.run and so on; WORK.done, the last, says how many there are and what
  /// they hold.
  std::string work;
};

struct TokenizedFile {
  std::int64_t runs = 0;
  std::int64_t documents = 0;
  std::int64_t text_bytes = 0;
  std::int64_t ids_bytes = 0;
};

struct RunOptions {
  std::uint64_t seed = 0;           ///< of the order of the documents
  std::int64_t run_text_bytes = 0;  ///< a run ends with the document that reaches it
};

std::string token_run_path(const std::string& work, std::int64_t run);
std::string done_path(const std::string& work);

/// What WORK.done says. Errors: not_found, io, invalid_data.
Result<TokenizedFile> read_tokenized_file(Env& env, const std::string& work);

/// Encodes the documents of all tasks on all threads of the pool: each thread a file of its own as
/// long as there are enough, else several threads the batches of one. Each document begins with
/// the tokenizer's prefix and ends with <|endoftext|>. What stands where is a function of files,
/// tokenizer and options. Tasks that are done and runs that are whole are not made again.
///
/// Errors: those of reading documents; io; interrupted. What is finished is kept.
Status make_token_runs(Env& env, const StopToken& stop, ThreadPool& pool,
                       const Tokenizer& tokenizer, const RunOptions& options,
                       std::span<const TokenizeTask> tasks, Progress& progress);

}  // namespace scribe
