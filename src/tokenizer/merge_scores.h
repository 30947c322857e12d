// SentencePiece's way to say what merges: a score for each token, no list of pairs.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tokenizer/vocabulary.h"

namespace scribe {

/// Two neighbours merge whenever together they are a token, the one of the highest score first; of
/// equal scores that of the lowest id. Requires a score for each token.
std::vector<Merge> merges_by_score(const std::vector<Token>& tokens,
                                   std::span<const double> scores);

/// Scores that lead to the vocabulary's merges: 0 for the token that goes first, and so on down.
/// Nothing if there are none, since a token is made from some of its parts and not from others, or
/// from some of them earlier than another token, and from others later.
std::optional<std::vector<float>> scores_of(const Vocabulary& vocabulary);

}  // namespace scribe
