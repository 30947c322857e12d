// Which tokens end a text, where a checkpoint names more than its tokenizer.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace scribe {

/// The special tokens that `eos_token_id` of config.json and generation_config.json names, a number
/// or a list: instruct models end an answer with another token than a document. Other ids are left
/// out: CodeGen's files name 2, which is "#". CodeLlama's `▁<EOT>` is one, too. Errors: io;
/// invalid_data for a file that is no JSON object, or an id that is no number.
Result<std::vector<TokenId>> end_tokens(Env& env, const std::string& directory,
                                        const Tokenizer& tokenizer);

}  // namespace scribe
