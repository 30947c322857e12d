// What the tokens of a text are spent on, and where two tokenizers differ.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace scribe {

/// What a stretch of Python is for. Other text is counted by the same rules.
enum class CodeKind : std::uint8_t {
  layout,  ///< white space outside of strings and comments
  name,    ///< identifiers and keywords
  number,
  string,  ///< with its quotes and prefix, docstrings too
  comment,
  sign,  ///< operators, brackets and whatever is left
};
inline constexpr std::size_t kCodeKinds = 6;
std::string_view name_of(CodeKind kind);

/// The kind of every byte. A string in single quotes ends with its line at the latest.
std::vector<CodeKind> code_kinds(std::string_view text);

struct TokenCounts {
  struct Count {
    std::int64_t bytes = 0;
    std::int64_t tokens = 0;
  };
  std::int64_t documents = 0;
  Count all;
  /// A token, with all its bytes, is of the kind that its last byte has.
  std::array<Count, kCodeKinds> kinds;
  std::int64_t white_space_tokens = 0;   ///< that are nothing but white space
  std::int64_t tokens_without_runs = 0;  ///< of the same texts, by Tokenizer::without_space_runs
};

/// Counts documents one by one.
class TokenCounter {
 public:
  explicit TokenCounter(Tokenizer tokenizer)
      : tokenizer_(std::move(tokenizer)), without_runs_(tokenizer_.without_space_runs()) {}

  void add(std::string_view document);
  const TokenCounts& counts() const { return counts_; }

 private:
  Tokenizer tokenizer_, without_runs_;
  TokenCounts counts_;
  std::vector<TokenId> ids_;
};

/// A stretch of text that two tokenizers cut differently; before and behind it both begin tokens.
struct TokenDifference {
  std::vector<TokenId> a, b;
  std::int64_t count = 0;  ///< how often this text was such a stretch
  std::string where;       ///< where first: "document:line"
};

/// Finds where two tokenizers differ, over documents that are added one by one.
class TokenizerComparison {
 public:
  /// Longer stretches are counted, but not told apart, and so are those of still more texts.
  static constexpr std::size_t kStretchBytesMax = 128;
  static constexpr std::size_t kTextsMax = 100'000;

  TokenizerComparison(Tokenizer a, Tokenizer b) : a_(std::move(a)), b_(std::move(b)) {}

  /// `where` names the document. Normalization is left out of account: a text that one of them
  /// changes is compared as far as both cover it.
  void add(std::string_view document, const std::string& where);

  std::int64_t documents() const { return documents_; }
  std::int64_t bytes() const { return bytes_; }
  std::int64_t tokens_a() const { return tokens_a_; }
  std::int64_t tokens_b() const { return tokens_b_; }
  std::int64_t stretches() const { return stretches_; }  ///< in which they differ
  /// The first `count` different ones, as they were found.
  std::vector<TokenDifference> first(std::size_t count) const;
  /// The `count` that were found most often; of those equally often the earlier ones.
  std::vector<TokenDifference> most_frequent(std::size_t count) const;

 private:
  void add_stretch(std::string_view text, std::span<const TokenId> a, std::span<const TokenId> b,
                   const std::string& where);

  Tokenizer a_, b_;
  std::int64_t documents_ = 0, bytes_ = 0, tokens_a_ = 0, tokens_b_ = 0, stretches_ = 0;
  std::unordered_map<std::string, std::size_t> by_text_;  // places in differences_
  std::vector<TokenDifference> differences_;              // as they were found
};

}  // namespace scribe
