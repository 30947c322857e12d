// Writes token files in the formats of other trainers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"
#include "base/stop.h"
#include "corpus/token_set.h"

namespace scribe {

/// docs/formats/token_file.md says which bytes each has.
enum class TokenFormat : std::uint8_t {
  npy,       ///< PREFIX.npy, one array
  megatron,  ///< PREFIX.bin and PREFIX.idx (MMIDIDX, version 1), a sequence for each document
  llm_c      ///< PREFIX_000000.bin and so on, one for each shard
};

/// "npy", "megatron", "llm.c".
std::string_view name_of(TokenFormat format);

/// Writes all tokens of a split to files of the prefix `out`, each whole or not at all, and gives
/// their paths. Memory holds a megabyte of them. Errors: io; interrupted; invalid_data (a damaged
/// shard); unsupported (token files of version 1 as megatron; more than the format can count).
Result<std::vector<std::string>> export_tokens(Env& env, const StopToken& stop,
                                               const TokenSet& tokens, TokenFormat format,
                                               const std::string& out);

}  // namespace scribe
