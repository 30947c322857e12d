// Texts and tokenizers from files and standard input, for the commands of `scribe tokenizer`.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "tokenizer/tokenizer.h"

namespace scribe::cli {

/// Tokenizer::load, whose error says what is expected if there is no such file.
Result<Tokenizer> load_tokenizer(Env& env, const std::string& path);

/// A text file, or all of standard input for "-". Errors: not_found, io, limit_exceeded.
Result<std::string> read_input(Env& env, const std::string& path);

/// Errors: io.
Status write_standard_output(std::string_view bytes);

/// `where` is the path, with the line behind it if the document is one of a .jsonl file.
using DocumentVisitor = std::function<void(std::string_view text, const std::string& where)>;

/// Calls visit for every document: the "text" of each line of a .jsonl file, else the file.
/// Errors: those of reading; invalid_data with path and line; interrupted.
Status for_each_document(Env& env, const StopToken& stop, const std::vector<std::string>& paths,
                         const DocumentVisitor& visit);

}  // namespace scribe::cli
