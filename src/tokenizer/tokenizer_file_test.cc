// Tests reading and writing tokenizer files: round trips, and one clear error per kind of damage.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json.h"
#include "base/philox.h"
#include "base/testing/faulty_env.h"
#include "tokenizer/bpe_trainer.h"
#include "tokenizer/byte_alphabet.h"
#include "tokenizer/tokenizer_impl.h"

namespace scribe {
namespace {

constexpr std::string_view kText =
    "def add(a, b):\n    return a + b\n\ndef addition(a, b):\n    return add(a, b)\n";

Tokenizer small_tokenizer() {
  BpeTrainer trainer({.vocabulary_size = 280, .space_run_max = 8});
  trainer.add(kText);
  return trainer.train().value();
}

/// A valid tokenizer.json to damage.
Json small_json() {
  const TemporaryDirectory directory;
  const std::string path = directory.file("tokenizer.json");
  EXPECT_TRUE(small_tokenizer().save(Env::real(), path).ok());
  return parse_json(Env::real().read_file(path).value(), path).value();
}

std::string base64_of(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 3; ++j)
      bits = (bits << 8) | (i + j < bytes.size() ? static_cast<std::uint8_t>(bytes[i + j]) : 0U);
    for (std::size_t j = 0; j < 4; ++j)
      text += i + j > bytes.size() ? '=' : kDigits[(bits >> (18 - 6 * j)) & 63];
  }
  return text;
}

/// A .tiktoken file of the 256 bytes; lines for more tokens can follow.
std::string tiktoken_bytes() {
  std::string text;
  for (int byte = 0; byte < 256; ++byte)
    text += fmt::format("{} {}\n", base64_of(std::string(1, static_cast<char>(byte))), byte);
  return text;
}

void expect_error(const Result<Vocabulary>& result, ErrorCode code, std::string_view part) {
  ASSERT_FALSE(result.ok()) << part;
  EXPECT_EQ(result.error().code(), code) << result.error().message();
  EXPECT_NE(result.error().message().find(part), std::string::npos) << result.error().message();
}

void expect_json_error(const Json& file, ErrorCode code, std::string_view part) {
  expect_error(parse_tokenizer_json(to_json_line(file), "t.json"), code, part);
}

TEST(ByteAlphabetTest, EveryByteHasItsCharacter) {
  EXPECT_EQ(to_byte_alphabet(" x\n"), "ĠxĊ");
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(from_byte_alphabet(to_byte_alphabet(bytes)), bytes);
  EXPECT_EQ(from_byte_alphabet(" "), std::nullopt);
  EXPECT_EQ(from_byte_alphabet("日"), std::nullopt);
  EXPECT_EQ(from_byte_alphabet("\xC4"), std::nullopt);
}

TEST(TokenizerFileTest, WhatIsSavedLoadsAsTheSameTokenizer) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("tokenizer.json");
  const Tokenizer saved = small_tokenizer();
  ASSERT_TRUE(saved.save(Env::real(), path).ok());
  const Tokenizer loaded = Tokenizer::load(Env::real(), path).value();
  ASSERT_EQ(loaded.vocabulary_size(), saved.vocabulary_size());
  EXPECT_EQ(loaded.end_of_text(), saved.end_of_text());
  for (TokenId id = 0; id < saved.vocabulary_size(); ++id)
    EXPECT_EQ(loaded.bytes_of(id), saved.bytes_of(id));
  EXPECT_EQ(loaded.encode(kText), saved.encode(kText));
}

TEST(TokenizerFileTest, P50kSavedAsJsonGivesTheSameIds) {
  const std::string source = test_data_directory() + "/tokenizer/p50k_base.tiktoken";
  if (test_data_directory().empty() || !Env::real().exists(source))
    GTEST_SKIP() << "no data file tokenizer/p50k_base.tiktoken";
  const TemporaryDirectory directory;
  const Tokenizer tokenizer = Tokenizer::load(Env::real(), source).value();
  ASSERT_TRUE(tokenizer.save(Env::real(), directory.file("tokenizer.json")).ok());
  const Tokenizer loaded = Tokenizer::load(Env::real(), directory.file("tokenizer.json")).value();
  EXPECT_EQ(loaded.vocabulary_size(), 50281);
  EXPECT_EQ(loaded.end_of_text(), 50256);
  PhiloxStream random(6, 0);
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 100; ++i)
      text += tokenizer.bytes_of(static_cast<TokenId>(random.next_below(50281)));
    ASSERT_EQ(loaded.encode(text), tokenizer.encode(text));
  }
}

TEST(TokenizerFileTest, MergesMayBePairs) {
  Json file = small_json();
  for (Json& merge : file["model"]["merges"]) {
    const std::string text = merge.get<std::string>();
    merge = Json::array({text.substr(0, text.find(' ')), text.substr(text.find(' ') + 1)});
  }
  const Vocabulary vocabulary = parse_tokenizer_json(to_json_line(file), "t.json").value();
  EXPECT_EQ(to_tokenizer_json(vocabulary), to_json_pretty(small_json()));
}

TEST(TokenizerFileTest, AddedTokensThatAreNotSpecialComeBack) {
  Json file = small_json();
  Json run = file["added_tokens"][0];
  run["id"] = 280;
  run["content"] = std::string(12, ' ');
  run["special"] = false;
  file["added_tokens"].push_back(run);
  const Vocabulary vocabulary = parse_tokenizer_json(to_json_line(file), "t.json").value();
  EXPECT_TRUE(vocabulary.tokens[280].cut_from_text);
  EXPECT_FALSE(vocabulary.tokens[280].from_pieces);
  const std::string text = to_tokenizer_json(vocabulary);
  EXPECT_EQ(to_tokenizer_json(parse_tokenizer_json(text, "t.json").value()), text);
}

TEST(TokenizerFileTest, OtherKindsOfTokenizersAreUnsupportedAndTheFieldIsNamed) {
  const auto with = [](const char* pointer, const Json& value) {
    Json file = small_json();
    file[Json::json_pointer(pointer)] = value;
    return file;
  };
  const ErrorCode code = ErrorCode::unsupported;
  expect_json_error(with("/model/type", "Unigram"), code, "model.type is \"Unigram\"");
  expect_json_error(with("/model/dropout", 0.1), code, "model.dropout");
  expect_json_error(with("/model/byte_fallback", true), code, "decoder.type");
  expect_json_error(with("/model/end_of_word_suffix", "</w>"), code, "model.end_of_word_suffix");
  expect_json_error(with("/model/continuing_subword_prefix", "##"), code, "model.continuing_sub");
  expect_json_error(with("/normalizer", {{"type", "NFKC"}}), code, "normalizer.type");
  expect_json_error(with("/pre_tokenizer/type", "Sequence"), code, "pre_tokenizer.pretokenizers");
  expect_json_error(with("/pre_tokenizer/add_prefix_space", true), code, "add_prefix_space");
  expect_json_error(with("/pre_tokenizer/use_regex", false), code, "use_regex");
  expect_json_error(with("/decoder/type", "WordPiece"), code, "decoder.type");
  expect_json_error(with("/post_processor", {{"type", "BertProcessing"}}), code,
                    "post_processor.type");
  expect_json_error(with("/added_tokens", Json::array()), code, "<|endoftext|>");
  expect_json_error(with("/model/vocab/日", 280), code, "alphabet");
}

/// A valid file with Qwen 2's steps around its model, and a template, to damage.
Json file_with_steps() {
  Json file = small_json();
  file["normalizer"] = {{"type", "NFC"}};
  file["pre_tokenizer"] = parse_json(R"({"type": "Sequence", "pretokenizers": [
      {"type": "Split", "behavior": "Isolated", "invert": false, "pattern": {"Regex":
       "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"}},
      {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})",
                                     "steps")
                              .value();
  file["post_processor"] = parse_json(R"({"type": "Sequence", "processors": [
      {"type": "ByteLevel"},
      {"type": "TemplateProcessing",
       "single": [{"SpecialToken": {"id": "end", "type_id": 0}}, {"Sequence": {"id": "A"}}],
       "special_tokens": {"end": {"id": "end", "ids": [279]}}}]})",
                                      "template")
                               .value();
  return file;
}

TEST(TokenizerFileTest, StepsAndTemplatesComeBack) {
  const Vocabulary read = parse_tokenizer_json(to_json_line(file_with_steps()), "t.json").value();
  EXPECT_TRUE(read.pipeline.nfc);
  EXPECT_EQ(read.pipeline.pattern, Pattern::gpt2);
  EXPECT_EQ(read.pipeline.prefix, std::vector<TokenId>{279});
  const std::string text = to_tokenizer_json(read);
  const Vocabulary again = parse_tokenizer_json(text, "t.json").value();
  EXPECT_EQ(to_tokenizer_json(again), text);
  EXPECT_EQ(again.pipeline.prefix, read.pipeline.prefix);
}

// Written out, for other programs read it: tools/check_tokenizer.py compares what they make of it.
TEST(TokenizerFileTest, ThePatternOfCodeIsARegularExpressionThatIsReadBack) {
  const std::string regex =
      R"([^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+(?:[\r\n]+)"
      R"((?:[ \t]*(?= \S)|[ \t]*))?|\s*[\r\n]+(?:[ \t]*(?= \S)|[ \t]*)|\s+(?!\S)|\s+)";
  Json file = file_with_steps();
  const Json::json_pointer place("/pre_tokenizer/pretokenizers/0/pattern/Regex");
  file[place] = regex;
  const Vocabulary read = parse_tokenizer_json(to_json_line(file), "t.json").value();
  EXPECT_EQ(read.pipeline.pattern, Pattern::code_lines);
  const Json written = parse_json(to_tokenizer_json(read), "written").value();
  EXPECT_EQ(written[place], regex);
  EXPECT_EQ(written["pre_tokenizer"]["pretokenizers"][0]["behavior"], "Isolated");
  EXPECT_EQ(written["pre_tokenizer"]["pretokenizers"][0]["invert"], false);
  EXPECT_EQ(written["pre_tokenizer"]["pretokenizers"][1]["use_regex"], false);
  file[place] = regex + "+";
  expect_json_error(file, ErrorCode::unsupported, "code_lines");
}

/// A valid file with the steps of DeepSeek Coder, and its name for the end of a text.
Json deepseek_json() {
  Json file = small_json();
  file["normalizer"] = {{"type", "Sequence"}, {"normalizers", Json::array()}};
  file["model"]["vocab"].erase(std::string(kEndOfText));
  file["added_tokens"][0]["content"] = "<\uFF5Cend\u2581of\u2581sentence\uFF5C>";
  file["pre_tokenizer"] = parse_json(R"({"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex": "[\r\n]"}, "behavior": "Isolated", "invert": false},
      {"type": "Split", "pattern": {"Regex": "\\s?\\p{L}+"}, "behavior": "Isolated"},
      {"type": "Split", "pattern": {"Regex": "\\s?\\p{P}+"}, "behavior": "Isolated"},
      {"type": "Split", "pattern": {"Regex": "[一-龥ࠀ-一가-\ud7ff]+"}, "behavior": "Isolated"},
      {"type": "Digits", "individual_digits": true},
      {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})",
                                     "steps")
                              .value();
  return file;
}

TEST(TokenizerFileTest, TheStepsOfDeepSeekCoderComeBack) {
  const Vocabulary read = parse_tokenizer_json(to_json_line(deepseek_json()), "t.json").value();
  EXPECT_EQ(read.pipeline.pattern, Pattern::deepseek_coder);
  EXPECT_FALSE(read.pipeline.nfc);
  EXPECT_EQ(read.tokens[static_cast<std::size_t>(read.end_of_text)].bytes,
            "<\uFF5Cend\u2581of\u2581sentence\uFF5C>");
  const std::string text = to_tokenizer_json(read);
  const Json written = parse_json(text, "written").value();
  const Json given = deepseek_json();
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_EQ(written["pre_tokenizer"]["pretokenizers"][i]["pattern"],
              given["pre_tokenizer"]["pretokenizers"][i]["pattern"]);
  const Vocabulary again = parse_tokenizer_json(text, "t.json").value();
  EXPECT_EQ(to_tokenizer_json(again), text);
  EXPECT_EQ(again.pipeline.pattern, Pattern::deepseek_coder);
  EXPECT_EQ(again.end_of_text, read.end_of_text);
}

TEST(TokenizerFileTest, OtherRulesThanDeepSeekCodersAreErrors) {
  const auto expect = [](const char* pointer, const Json& value, std::string_view part) {
    Json file = deepseek_json();
    file[Json::json_pointer(pointer)] = value;
    expect_json_error(file, ErrorCode::unsupported, part);
  };
  const std::string steps = "/pre_tokenizer/pretokenizers/";
  expect((steps + "1/pattern/Regex").c_str(), "\\s?\\p{P}+", "[1].pattern.Regex");
  expect((steps + "2/behavior").c_str(), "Removed", "[2].behavior");
  expect((steps + "3/type").c_str(), "Digits", "[3].type");
  expect((steps + "4/individual_digits").c_str(), false, "[4].individual_digits");
  expect((steps + "5/use_regex").c_str(), true, "[5].use_regex");
  expect("/normalizer/normalizers/0", {{"type", "NFC"}}, "normalizer.type");
}

// As in Hugging Face `tokenizers` and llama.cpp: StarCoder's vocabulary has no token for 0xF1.
TEST(TokenizerFileTest, BytesWithoutATokenAreLeftOut) {
  Json file = small_json();
  const std::string gone = to_byte_alphabet("\xF1");
  const Json id = file["model"]["vocab"][gone];
  file["model"]["vocab"].erase(gone);
  file["model"]["vocab"]["new"] = id;
  const Vocabulary read = parse_tokenizer_json(to_json_line(file), "t.json").value();
  EXPECT_EQ(to_tokenizer_json(parse_tokenizer_json(to_tokenizer_json(read), "t.json").value()),
            to_tokenizer_json(read));
  const Tokenizer tokenizer = make_tokenizer(read);
  for (int round = 0; round < 2; ++round) {  // The second time from the caches.
    EXPECT_EQ(tokenizer.decode(tokenizer.encode("a\xF1 b\xF1\xF1\n")), "a b\n");
    EXPECT_TRUE(tokenizer.encode("\xF1").empty());
    EXPECT_TRUE(tokenizer.encode(std::string(700, '\xF1')).empty());
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(std::string(700, '\xF1') + "z")), "z");
  }
  EXPECT_EQ(tokenizer.count("a\xF1"), tokenizer.count("a"));
  file["model"]["unk_token"] = "a";
  expect_json_error(file, ErrorCode::unsupported, "model.unk_token");
}

TEST(TokenizerFileTest, OtherStepsAreErrorsAndTheFieldIsNamed) {
  const auto expect = [](const char* pointer, const Json& value, ErrorCode code,
                         std::string_view part) {
    Json file = file_with_steps();
    file[Json::json_pointer(pointer)] = value;
    expect_json_error(file, code, part);
  };
  const auto unsupported = ErrorCode::unsupported;
  const auto invalid = ErrorCode::invalid_data;
  const std::string split = "/pre_tokenizer/pretokenizers/0";
  expect((split + "/pattern/Regex").c_str(), "\\w+", unsupported, "[0].pattern.Regex");
  expect((split + "/pattern").c_str(), "x", invalid, "pretokenizers[0].pattern");
  expect((split + "/behavior").c_str(), "Removed", unsupported, "pretokenizers[0].behavior");
  expect((split + "/invert").c_str(), true, unsupported, "pretokenizers[0].invert");
  expect((split + "/type").c_str(), "Digits", unsupported, "individual_digits");
  expect((split + "/type").c_str(), "Metaspace", unsupported, "pretokenizers[0].type");
  expect(split.c_str(), 7, invalid, "pre_tokenizer.pretokenizers[0]");
  expect("/pre_tokenizer/pretokenizers/1/use_regex", true, unsupported, "[1].use_regex");
  const std::string step = "/post_processor/processors/1";
  expect((step + "/single").c_str(), "$A", invalid, "processors[1].single");
  expect((step + "/single").c_str(), Json::array(), unsupported, "the text once");
  expect((step + "/single/0").c_str(), file_with_steps()[Json::json_pointer(step + "/single/1")],
         unsupported, "the text once");
  expect((step + "/single/0").c_str(), 7, invalid, "single[0]");
  expect((step + "/single/0/SpecialToken/id").c_str(), "x", invalid, "special_tokens");
  expect((step + "/special_tokens/end").c_str(), 7, invalid, "special_tokens");
  expect((step + "/special_tokens/end/ids/0").c_str(), -1, invalid, "special_tokens");
  expect((step + "/special_tokens/end/ids/0").c_str(), 5, invalid, "id 5 of the template");
  expect((step + "/special_tokens/end/ids/0").c_str(), 280, invalid, "id 280 of the template");
  expect((step + "/special_tokens/end/ids").c_str(), std::vector<int>(17, 279),
         ErrorCode::limit_exceeded, "more than 16");
  expect("/post_processor/processors", 7, invalid, "post_processor.processors");
  expect("/post_processor/processors/0", file_with_steps()[Json::json_pointer(step)], unsupported,
         "one template");
}

TEST(TokenizerFileTest, TextIsNormalisedBetweenTheTwoKindsOfAddedTokens) {
  Json file = file_with_steps();
  const auto add = [&](const std::string& content, bool normalized) {
    Json token = file["added_tokens"][0];
    token["id"] = 280 + file["added_tokens"].size() - 1;
    token["content"] = content;
    token["special"] = false;
    token["normalized"] = normalized;
    file["added_tokens"].push_back(token);
  };
  add("<\u212B>", false);
  add("[\u212B]", true);
  const Tokenizer tokenizer =
      make_tokenizer(parse_tokenizer_json(to_json_line(file), "t.json").value());
  EXPECT_EQ(tokenizer.encode("<\u212B>[\u212B]"), (std::vector<TokenId>{280, 281}));
  EXPECT_EQ(tokenizer.encode("[\u00C5]"), std::vector<TokenId>{281});
  EXPECT_EQ(tokenizer.decode(tokenizer.encode("<\u00C5>A\u030A")), "<\u00C5>\u00C5");
}

// Hugging Face `tokenizers` looks on behind a special token that it leaves in the text.
TEST(TokenizerFileTest, AddedTokensInsideASpecialTokenStayText) {
  Json file = small_json();
  Json token = file["added_tokens"][0];
  token["id"] = 280;
  token["content"] = "of";
  token["special"] = false;
  file["added_tokens"].push_back(token);
  const Tokenizer tokenizer =
      make_tokenizer(parse_tokenizer_json(to_json_line(file), "t.json").value());
  EXPECT_EQ(std::ranges::count(tokenizer.encode("of <|endoftext|> of"), 280), 2);
}

TEST(TokenizerFileTest, DamagedJsonIsInvalidDataAndThePlaceIsNamed) {
  const ErrorCode code = ErrorCode::invalid_data;
  expect_error(parse_tokenizer_json("{\"model\": ", "t.json"), code, "t.json: not valid JSON");
  expect_error(parse_tokenizer_json("{}", "t.json"), code, "model is missing");
  const auto with = [](const char* pointer, const Json& value) {
    Json file = small_json();
    file[Json::json_pointer(pointer)] = value;
    return file;
  };
  expect_json_error(with("/model/vocab", 1), code, "model.vocab is 1, expected an object");
  expect_json_error(with("/model/vocab/!", "x"), code, "model.vocab[\"!\"]");
  expect_json_error(with("/model/vocab/!", -1), code, "whole number");
  expect_json_error(with("/model/vocab/!", 1), code, "for the second time");
  expect_json_error(with("/model/vocab/!", 280), code, "no token has id 0");
  expect_json_error(with("/model/vocab/", 280), code, "without bytes");
  expect_json_error(with("/model/merges/0", "Ġ"), code, "model.merges[0]");
  expect_json_error(with("/model/merges/1", "zz qq"), code, "model.merges[1]");
  expect_json_error(with("/model/merges", nullptr), code, "model.merges");
  expect_json_error(with("/added_tokens/0/id", 0), code, "added token");
  expect_json_error(with("/added_tokens/0/content", ""), code, "content");
  expect_json_error(with("/added_tokens/0", 7), code, "added_tokens[0]");
  Json no_byte = small_json();
  no_byte["model"]["vocab"].erase("!");
  no_byte["model"]["vocab"]["!!!"] = 0;
  expect_json_error(no_byte, code, "byte 0x21 has no token");
}

TEST(TokenizerFileTest, TooLargeVocabulariesAreRefused) {
  Json file = small_json();
  file["model"]["vocab"]["!"] = kVocabularySizeMax;
  expect_json_error(file, ErrorCode::limit_exceeded, "too large");
  file = small_json();
  file["model"]["vocab"][std::string(2 * kTokenBytesMax + 1, 'x')] = 280;
  expect_json_error(file, ErrorCode::limit_exceeded, "1024 bytes");
  expect_error(parse_tiktoken("IQ== 99999999\n", "t"), ErrorCode::limit_exceeded, "rank 99999999");
  const std::string long_token = base64_of(std::string(kTokenBytesMax + 1, 'x'));
  expect_error(parse_tiktoken(long_token + " 0\n", "t"), ErrorCode::limit_exceeded, "1025 bytes");
}

TEST(TokenizerFileTest, EndOfTextTakesTheFreeRankOrTheNextOne) {
  const std::string bytes = tiktoken_bytes();
  EXPECT_EQ(parse_tiktoken(bytes, "t").value().end_of_text, 256);
  const Vocabulary gap = parse_tiktoken(bytes + base64_of("ab") + " 257\n", "t").value();
  EXPECT_EQ(gap.end_of_text, 256);
  EXPECT_EQ(gap.tokens.size(), 258U);
}

TEST(TokenizerFileTest, EndOfTextListedAsATokenIsSpecialAllTheSame) {
  const Vocabulary vocabulary =
      parse_tiktoken(tiktoken_bytes() + base64_of(kEndOfText) + " 256\n", "t").value();
  EXPECT_EQ(vocabulary.end_of_text, 256);
  EXPECT_FALSE(vocabulary.tokens[256].from_pieces);
}

TEST(TokenizerFileTest, DamagedTiktokenIsInvalidDataAndTheLineIsNamed) {
  const ErrorCode code = ErrorCode::invalid_data;
  const std::string bytes = tiktoken_bytes();
  expect_error(parse_tiktoken(bytes + "YWI=\n", "t"), code, "t:257: expected 'base64 rank'");
  expect_error(parse_tiktoken(bytes + "YW! 256\n", "t"), code, "t:257: not valid base64");
  expect_error(parse_tiktoken(bytes + "YWJ= 256\n", "t"), code, "t:257: not valid base64");
  expect_error(parse_tiktoken(bytes + " 256\n", "t"), code, "t:257: not valid base64");
  expect_error(parse_tiktoken(bytes + "YWI= x\n", "t"), code, "whole number");
  expect_error(parse_tiktoken(bytes + "YWI= -1\n", "t"), code, "whole number");
  expect_error(parse_tiktoken(bytes + "YWI= 3\n", "t"), code, "rank 3 for the second time");
  expect_error(parse_tiktoken(bytes + "YWI= 259\n", "t"), code, "ranks 256 and 257");
  expect_error(parse_tiktoken(bytes + "YQ== 256\n", "t"), code, "only 256 different tokens");
  expect_error(parse_tiktoken("YQ== 0\n", "t"), code, "byte 0x00 has no token");
}

TEST(TokenizerFileTest, MissingEmptyAndCutOffFilesAreErrors) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("tokenizer.json");
  EXPECT_EQ(Tokenizer::load(Env::real(), path).error().code(), ErrorCode::not_found);
  ASSERT_TRUE(write_file_atomic(Env::real(), path, "\n").ok());
  EXPECT_EQ(Tokenizer::load(Env::real(), path).error().code(), ErrorCode::invalid_data);
  ASSERT_TRUE(small_tokenizer().save(Env::real(), path).ok());
  FaultyEnv env;
  env.truncate_reads_to(1000);
  EXPECT_EQ(Tokenizer::load(env, path).error().code(), ErrorCode::invalid_data);
}

TEST(TokenizerFileTest, AFullDiskLeavesTheOldFile) {
  const TemporaryDirectory directory;
  const std::string path = directory.file("tokenizer.json");
  ASSERT_TRUE(write_file_atomic(Env::real(), path, "old").ok());
  FaultyEnv env;
  env.fill_disk_after(100);
  EXPECT_EQ(small_tokenizer().save(env, path).error().code(), ErrorCode::io);
  EXPECT_EQ(Env::real().read_file(path).value(), "old");
}

}  // namespace
}  // namespace scribe
