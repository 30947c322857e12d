// Look-ups that both file formats share.
#include "tokenizer/vocabulary.h"

#include <algorithm>

namespace scribe {

TokenIndex index_of(const std::vector<Token>& tokens) {
  TokenIndex index;
  index.reserve(tokens.size());
  for (std::size_t id = 0; id < tokens.size(); ++id)
    if (tokens[id].from_pieces) index.emplace(tokens[id].bytes, static_cast<TokenId>(id));
  return index;
}

std::array<TokenId, 256> byte_ids(const TokenIndex& index) {
  std::array<TokenId, 256> ids{};
  for (std::size_t value = 0; value < ids.size(); ++value) {
    const char byte = static_cast<char>(value);
    const auto found = index.find(std::string_view(&byte, 1));
    ids[value] = found == index.end() ? kNoToken : found->second;
  }
  return ids;
}

Status require_all_bytes(const std::array<TokenId, 256>& ids, std::string_view where) {
  const auto* const missing = std::ranges::find(ids, kNoToken);
  if (missing == ids.end()) return {};
  return error(ErrorCode::invalid_data,
               "{}: byte 0x{:02X} has no token, expected one for each of the 256 bytes", where,
               missing - ids.begin());
}

}  // namespace scribe
