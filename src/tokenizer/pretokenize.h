// Cuts text into the pieces within which bytes may be merged.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "tokenizer/unicode_tables.h"

namespace scribe {

/// One character of a text: its class and its length in bytes.
struct Character {
  CharacterClass kind;
  std::uint8_t length_bytes;
};

/// The character at text[position]. A byte that does not start a valid UTF-8 sequence is a
/// character of its own, of class `other`. Requires: position < text.size().
Character character_at(std::string_view text, std::size_t position);

/// The ways to cut that published code models use, and one more. Every byte belongs to exactly one
/// piece.
enum class Pattern : std::uint8_t {
  gpt2,            ///< piece_end
  starcoder,       ///< every number (of Unicode 17) alone, then `gpt2` on what lies between
  qwen2,           ///< lines_piece_end with one number a piece
  llama3,          ///< lines_piece_end with up to three numbers a piece; that of cl100k too
  code_lines,      ///< code_lines_piece_end
  deepseek_coder,  ///< split_rules(), each on the pieces that those before it left
  deepseek_llm,    ///< the same, by other rules
  tekken,          ///< cased_piece_end with one number a piece (Mistral Nemo, Devstral)
  o200k,           ///< the same with up to three numbers and contractions (GPT-4o)
};

/// "gpt2", "starcoder", "qwen2", "llama3", "code_lines", "deepseek_coder", "deepseek_llm", "tekken"
/// or "o200k".
std::string_view name_of(Pattern pattern);

/// Where the piece that begins at text[begin] ends, begin < end <= text.size(), by GPT-2's pattern
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// (Radford et al., "Language Models are Unsupervised Multitask Learners", 2019, its encoder.py).
/// Requires: begin < text.size(), and begin is 0 or where the piece before ends.
std::size_t piece_end(std::string_view text, std::size_t begin);

/// The same by the pattern of Llama 3 and, with `numbers_max` 1 instead of 3, of Qwen 2:
///
///     (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
///         | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t lines_piece_end(std::string_view text, std::size_t begin, int numbers_max);

/// The same by a pattern for code, which cuts at the same places but for two: the end of a line and
/// the indentation of the next are a piece together, with the signs before them, and no 's or 't is
/// cut off a quoted word.
///
///     [^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
///         | ?[^\s\p{L}\p{N}]+(?:[\r\n]+(?:[ \t]*(?= \S)|[ \t]*))?
///         |\s*[\r\n]+(?:[ \t]*(?= \S)|[ \t]*)|\s+(?!\S)|\s+
std::size_t code_lines_piece_end(std::string_view text, std::size_t begin);

/// The same by a pattern that cuts before capital letters within words. With U for
/// [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], L for [\p{Ll}\p{Lm}\p{Lo}\p{M}], and C for a contraction if
/// `o200k`, else for nothing; `tekken` has \p{N} for \p{N}{1,3}:
///
///     [^\r\n\p{L}\p{N}]?U*L+C|[^\r\n\p{L}\p{N}]?U+L*C|\p{N}{1,3}
///         | ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
std::size_t cased_piece_end(std::string_view text, std::size_t begin, Pattern pattern);

/// \p{N} of Unicode 17, which has thirteen more than the tables: Hugging Face `tokenizers` 0.23
/// takes its digits from there.
bool is_number_of_unicode_17(std::uint32_t code_point);

struct SplitRule;
inline constexpr std::size_t kSplitRulesMax = 6;

/// Where pieces end, by any of the patterns. Views the text.
class PieceEnds {
 public:
  PieceEnds(Pattern pattern, std::string_view text);

  /// Requires: begin is 0 or the last result, and less than text.size().
  std::size_t after(std::size_t begin) {
    return pattern_ == Pattern::gpt2 ? piece_end(text_, begin) : after_by_other_pattern(begin);
  }

 private:
  std::size_t after_by_other_pattern(std::size_t begin);
  std::size_t after_by_rules(std::size_t begin);

  Pattern pattern_;
  std::string_view text_;
  // The next number, for `starcoder`: nothing before it sees what follows.
  std::size_t number_begin_ = 0;
  std::size_t number_end_ = 0;
  // With split_rules(): where the piece of each ends that holds what was cut last.
  std::span<const SplitRule> rules_;
  std::array<std::size_t, kSplitRulesMax> rule_ends_{};
};

/// Calls visit(piece) for every piece of `text` by GPT-2's pattern, in order.
template <typename Visit>
void for_each_piece(std::string_view text, Visit&& visit) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = piece_end(text, begin);
    visit(text.substr(begin, end - begin));
    begin = end;
  }
}

/// Calls visit(piece) for every piece of `text`, in order.
template <typename Visit>
void for_each_piece(Pattern pattern, std::string_view text, Visit&& visit) {
  PieceEnds ends(pattern, text);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = ends.after(begin);
    visit(text.substr(begin, end - begin));
    begin = end;
  }
}

}  // namespace scribe
