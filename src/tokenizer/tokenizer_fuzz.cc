// Fuzzes both file formats, and encoding with whatever they give.
#include <cstddef>
#include <cstdint>
#include <string>

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

/// Encodes the text with the vocabulary, and with the vocabulary written and read again.
void check_vocabulary(const scribe::Vocabulary& vocabulary, std::string_view text) {
  const scribe::Tokenizer tokenizer = scribe::make_tokenizer(vocabulary);
  SCRIBE_CHECK(tokenizer.decode(tokenizer.encode(text)) == text, "decode(encode(x)) is not x");
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
  const auto vocabulary = scribe::parse_tokenizer_json(text, "fuzz.json");
  if (vocabulary.ok()) check_vocabulary(vocabulary.value(), text);
  return 0;
}
