// A BPE tokenizer, on bytes or SentencePiece's on characters: text to token ids and back.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/result.h"

namespace scribe {

using TokenId = std::int32_t;

/// What stands before a text. Tokenizers of SentencePiece's kind put a space before one that
/// begins, and most of them before one that follows a special token.
enum class TextPlace : std::uint8_t { begins, after_token, continues };

/// The text of the special token that ends documents and completions; Llama 3 names it otherwise.
inline constexpr std::string_view kEndOfText = "<|endoftext|>";
inline constexpr std::string_view kEndOfTextOfLlama3 = "<|end_of_text|>";

/// The special tokens around the parts of a document whose middle is to be filled in, of the
/// tokenizers that are learned with them.
inline constexpr std::string_view kFimPrefix = "<|fim_prefix|>";
inline constexpr std::string_view kFimMiddle = "<|fim_middle|>";
inline constexpr std::string_view kFimSuffix = "<|fim_suffix|>";

/// Immutable after construction; every method may be called from any thread.
///
/// Text is cut into pieces by the pattern of the file (GPT-2's for .tiktoken), each piece is one
/// token if it is in the vocabulary, else its bytes are merged by rank, left-most first on ties.
/// Any byte string encodes, and decode(encode(x)) == x; but files may ask for Normalization Form C,
/// and lack tokens for bytes that hardly occur (StarCoder's for 14), which are then left out.
///
/// With an alphabet of characters (Llama 2, CodeLlama, Mistral) there is no pattern, and U+2581 is
/// a space.
class Tokenizer {
 public:
  /// Reads `tokenizer.json` (Hugging Face, BPE on bytes), a `.tiktoken` file (`base64 rank` lines;
  /// `<|endoftext|>` takes the one rank that the file leaves free, or the next one), or GPT-2's
  /// older pair of a file whose name ends with `vocab.json` and one with `merges.txt` instead, or
  /// SentencePiece's, whose name ends with `.model`. A directory stands for the tokenizer.json in
  /// it, or else for such a pair or a tokenizer.model.
  /// Errors: not_found, io, invalid_data (path, line or field), limit_exceeded, unsupported
  /// (another kind of model).
  static Result<Tokenizer> load(Env& env, const std::string& path);

  /// Writes a tokenizer.json with which Hugging Face `tokenizers` gives the same ids.
  Status save(Env& env, const std::string& path) const;

  /// Ids of the text. `<|endoftext|>` in the text is plain text, never the special token, and no
  /// special token is added.
  std::vector<TokenId> encode(std::string_view text, TextPlace place = TextPlace::begins) const;
  /// The same, appended to `ids`.
  void encode_into(std::string_view text, std::vector<TokenId>& ids,
                   TextPlace place = TextPlace::begins) const;
  /// How many ids encode() gives.
  std::size_t count(std::string_view text) const;
  /// What a model is given to continue: prefix(), then encode(text); the end of text if both are
  /// empty.
  std::vector<TokenId> encode_prompt(std::string_view text) const;
  /// The bytes of the ids, which may be incomplete UTF-8, without the space that encode() puts
  /// before a text that begins. Requires valid ids.
  std::string decode(std::span<const TokenId> ids) const;

  /// The bytes of one token; the special token's are its text.
  std::string_view bytes_of(TokenId id) const;
  TokenId end_of_text() const;
  /// Does this token end a text: that of end_of_text(), or one of with_ends()?
  bool ends_text(TokenId id) const;
  /// Those of with_ends() that are not end_of_text().
  std::span<const TokenId> more_ends() const { return more_ends_; }
  /// The same, of a model that ends its texts with these tokens, too.
  Tokenizer with_ends(std::span<const TokenId> ends) const;
  /// Tokens that are never made from text; and those that are cut out of it whole.
  std::vector<TokenId> special_tokens() const;
  std::vector<TokenId> added_tokens() const;
  /// The id of the added token (special or not) with this text, if there is one.
  std::optional<TokenId> added_token(std::string_view text) const;
  /// The special tokens that the file's template puts before a text: `<|begin_of_text|>` for
  /// Llama 3, for most files none.
  std::span<const TokenId> prefix() const;
  /// How text is cut, in a word: "gpt2", "starcoder", "deepseek_coder" ..., with "+nfc" if
  /// normalised; "sentencepiece" for an alphabet of characters.
  std::string layout() const;
  /// Number of ids: 0 <= id < vocabulary_size().
  std::int32_t vocabulary_size() const;

  /// The same without the tokens that are two or more spaces and nothing else: what such runs save
  /// is measured against it.
  Tokenizer without_space_runs() const;

  struct Impl;
  explicit Tokenizer(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;  // Shared by copies of this object; the tables never change.
  std::vector<TokenId> more_ends_;
};

}  // namespace scribe
