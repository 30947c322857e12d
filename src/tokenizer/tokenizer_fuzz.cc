// Fuzzes the file formats, and encoding with whatever they give.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/json.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/character_pieces.h"
#include "tokenizer/nfc.h"
#include "tokenizer/tokenizer_impl.h"

namespace {

/// Both formats need a token per byte, which a fuzzer does not find: these lines give it that
/// start.
std::string with_byte_tokens(std::string_view more_lines) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    text += {kDigits[byte >> 2], kDigits[(byte & 3) << 4], '=', '=', ' '};
    text += std::to_string(byte) + "\n";
  }
  return text.append(more_lines);
}

/// A tokenizer.json of a token per byte, with steps around its model that the input chooses.
std::string with_steps(std::string_view input) {
  scribe::Vocabulary vocabulary =
      scribe::parse_tiktoken(with_byte_tokens(""), "fuzz.tiktoken").value();
  const auto choice = input.empty() ? 0U : static_cast<std::uint8_t>(input[0]);
  const auto pattern = input.size() < 2 ? 0U : static_cast<std::uint8_t>(input[1]) % 9U;
  vocabulary.pipeline.pattern = static_cast<scribe::Pattern>(pattern);
  vocabulary.pipeline.nfc = (choice & 4) != 0;
  if ((choice & 8) != 0) vocabulary.pipeline.prefix = {vocabulary.end_of_text};
  if ((choice & 16) != 0) vocabulary.pipeline.suffix = {vocabulary.end_of_text};
  const std::string added(input.substr(0, 1 + (choice >> 6)));
  if (!added.empty())
    vocabulary.tokens.push_back({.bytes = added,
                                 .from_pieces = false,
                                 .cut_from_text = true,
                                 .is_normalized = (choice & 32) != 0});
  return scribe::to_tokenizer_json(vocabulary);
}

/// A tokenizer.model of BPE with "</s>" and a piece per byte, and of what `more` says.
std::string with_byte_pieces(std::string_view more) {
  const auto piece = [](std::string_view text, char type) {
    const auto size = static_cast<char>(text.size());
    return fmt::format("\x0A{}\x0A{}{}\x18{}", static_cast<char>(text.size() + 4), size, text,
                       type);
  };
  std::string file = piece("</s>", 3);
  for (int byte = 0; byte < 256; ++byte) file += piece(fmt::format("<0x{:02X}>", byte), 6);
  file += std::string_view("\x12\x05\x18\x02\x98\x02\x01\x1A\x02\x20\x00", 11);
  return file.append(more);
}

/// A vocab.json of a token per byte and <|endoftext|>, and of what `more` says.
std::string vocab_json(std::string_view more) {
  const scribe::Vocabulary bytes =
      scribe::parse_tiktoken(with_byte_tokens(""), "fuzz.tiktoken").value();
  std::string text = "{";
  for (std::size_t id = 0; id + 1 < bytes.tokens.size(); ++id)
    text += fmt::format("{}:{},",
                        scribe::to_json_line(scribe::to_byte_alphabet(bytes.tokens[id].bytes)), id);
  return fmt::format("{}\"{}\":256{}}}", text, scribe::kEndOfText, more);
}

/// Both files from the input, up to and behind its first zero byte, then each beside a valid other.
void check_pair(std::string_view text) {
  const std::size_t middle = std::min(text.find('\0'), text.size());
  const std::string_view first = text.substr(0, middle);
  const std::string_view second = text.substr(std::min(middle + 1, text.size()));
  const std::string valid = vocab_json(R"(,"aa":257,"aaa":258)");
  for (const auto& [vocab, merges] : {std::pair<std::string, std::string_view>(first, second),
                                      {vocab_json(first), second},
                                      {valid, text}}) {
    const auto vocabulary =
        scribe::parse_vocab_and_merges(vocab, "vocab.json", merges, "merges.txt");
    if (!vocabulary.ok()) continue;
    const scribe::Tokenizer tokenizer = scribe::make_tokenizer(vocabulary.value());
    SCRIBE_CHECK(tokenizer.decode(tokenizer.encode(text)) == text, "decode(encode(x)) is not x");
  }
}

/// The file with some of its text replaced, at a place and by bytes that the input chooses.
std::string damaged(std::string file, std::string_view input) {
  if (input.size() < 4) return file;
  const auto byte = [&](std::size_t i) -> std::size_t {
    return static_cast<std::uint8_t>(input[i]);
  };
  const std::size_t at = ((byte(1) << 8) | byte(2)) % file.size();
  return file.replace(at, byte(3) & 15, input.substr(4, byte(3) >> 4));
}

/// Encodes the text with the vocabulary, and with the vocabulary written and read again.
void check_vocabulary(const scribe::Vocabulary& vocabulary, std::string_view text) {
  const scribe::Tokenizer tokenizer = scribe::make_tokenizer(vocabulary);
  const bool is_of_bytes = vocabulary.pipeline.alphabet == scribe::Alphabet::bytes;
  std::string expected = is_of_bytes ? std::string(text) : scribe::with_spaces(text);
  if (vocabulary.pipeline.nfc) expected = scribe::nfc(text);
  const bool is_cut = std::ranges::any_of(vocabulary.tokens, &scribe::Token::cut_from_text);
  const bool keeps_space = vocabulary.pipeline.leading_space == scribe::LeadingSpace::none ||
                           vocabulary.pipeline.leading_space == scribe::LeadingSpace::always;
  if (!keeps_space && expected.starts_with(' ')) expected.erase(0, 1);
  // An added token stays as it is, and a space may follow it.
  const bool keeps_text = is_of_bytes ? !vocabulary.pipeline.nfc : !is_cut;
  if (keeps_text || vocabulary.tokens.size() == 257)
    SCRIBE_CHECK(tokenizer.decode(tokenizer.encode(text)) == expected,
                 "decode(encode(x)) is not x");
  const std::string json = scribe::to_tokenizer_json(vocabulary);
  const auto again = scribe::parse_tokenizer_json(json, "saved");
  if (again.ok())
    SCRIBE_CHECK(scribe::to_tokenizer_json(again.value()) == json, "saved twice, two files");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string& lines : {std::string(text), with_byte_tokens(text)}) {
    const auto vocabulary = scribe::parse_tiktoken(lines, "fuzz.tiktoken");
    if (vocabulary.ok()) check_vocabulary(vocabulary.value(), text);
  }
  const std::string file = with_steps(text);
  for (const std::string& json : {std::string(text), file, damaged(file, text)}) {
    const auto vocabulary = scribe::parse_tokenizer_json(json, "fuzz.json");
    if (vocabulary.ok()) check_vocabulary(vocabulary.value(), text);
  }
  const auto pieces = scribe::parse_sentencepiece(with_byte_pieces(text), "fuzz.model", true);
  if (pieces.ok()) check_vocabulary(pieces.value(), text);
  check_pair(text);
  return 0;
}
