// A small vocabulary of SentencePiece's kind, for tests.
#pragma once

#include <string>
#include <vector>

#include "tokenizer/merge_scores.h"

namespace scribe {

/// Special tokens, CodeLlama's marks among them, a token for each byte, then these pieces: what
/// merges first stands first. `<s>` comes before a text.
inline Vocabulary small_sentencepiece(LeadingSpace leading_space) {
  Vocabulary vocabulary;
  for (const char* const text :
       {"<unk>", "<s>", "</s>", "\u2581<PRE>", "\u2581<MID>", "\u2581<SUF>", "\u2581<EOT>"})
    vocabulary.tokens.push_back({.bytes = text, .from_pieces = false});
  for (int byte = 0; byte < 256; ++byte)
    vocabulary.tokens.push_back(
        {.bytes = std::string(1, static_cast<char>(byte)), .is_byte = true});
  for (const char* const text : {"  ", "    ", " r", "et", " ret", "ur",  "urn", " return", ", ",
                                 "a",  "aa",   "x",  "xx", "xxxx", "xxx", "é",   "日",      "é日",
                                 " ",  "r",    "e",  "t",  "u",    "n",   ",",   "d",       "1"})
    vocabulary.tokens.push_back({.bytes = text});
  vocabulary.end_of_text = 2;
  vocabulary.pipeline.alphabet = Alphabet::characters;
  vocabulary.pipeline.leading_space = leading_space;
  vocabulary.pipeline.prefix = {1};
  std::vector<double> scores;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id)
    scores.push_back(-static_cast<double>(id));
  vocabulary.merges = merges_by_score(vocabulary.tokens, scores);
  return vocabulary;
}

}  // namespace scribe
