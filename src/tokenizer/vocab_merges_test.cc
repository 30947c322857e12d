// Tests GPT-2's pair of files, vocab.json and merges.txt: its ids, its place, its errors.
#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"
#include "tokenizer/bpe_trainer.h"
#include "tokenizer/tokenizer_impl.h"
#include "tokenizer/vocab_merges.h"

namespace scribe {
namespace {

constexpr std::string_view kText =
    "def add(a, b):\n    return a + b\n\n# it's #\ndef addition(a, b):\n    return add(a, b)\n";

const Tokenizer& trained() {
  static const Tokenizer kTokenizer = [] {
    BpeTrainer trainer({.vocabulary_size = 280, .space_run_max = 8});
    trainer.add(kText);
    return trainer.train().value();
  }();
  return kTokenizer;
}

/// The pair that stands for the trained tokenizer.
struct Pair {
  Json vocab;
  std::string merges = "#version: 0.2\n";

  Pair() {
    const TemporaryDirectory directory;
    const std::string path = directory.file("tokenizer.json");
    EXPECT_TRUE(trained().save(Env::real(), path).ok());
    const Json file = parse_json(Env::real().read_file(path).value(), path).value();
    vocab = file["model"]["vocab"];
    for (const Json& merge : file["model"]["merges"]) merges += merge.get<std::string>() + "\n";
  }

  Result<Vocabulary> parse() const {
    return parse_vocab_and_merges(to_json_line(vocab), "vocab.json", merges, "merges.txt");
  }
};

void write(const std::string& path, std::string_view bytes) {
  ASSERT_TRUE(write_file_atomic(Env::real(), path, bytes).ok());
}

void write_pair(const TemporaryDirectory& directory, const std::string& prefix) {
  const Pair pair;
  write(directory.file(prefix + "vocab.json"), to_json_line(pair.vocab));
  write(directory.file(prefix + "merges.txt"), pair.merges);
}

void expect_error(const Pair& pair, ErrorCode code, std::string_view part) {
  const Result<Vocabulary> vocabulary = pair.parse();
  ASSERT_FALSE(vocabulary.ok()) << part;
  EXPECT_EQ(vocabulary.error().code(), code) << vocabulary.error().message();
  EXPECT_NE(vocabulary.error().message().find(part), std::string::npos)
      << vocabulary.error().message();
}

TEST(VocabMergesTest, ThePairGivesTheIdsOfTheTokenizerJson) {
  const TemporaryDirectory directory;
  write_pair(directory, "");
  write_pair(directory, "gpt2-");
  for (const std::string& path :
       {directory.path(), directory.file("vocab.json"), directory.file("gpt2-vocab.json")}) {
    const Tokenizer tokenizer = Tokenizer::load(Env::real(), path).value();
    EXPECT_EQ(tokenizer.encode(kText), trained().encode(kText));
    EXPECT_EQ(tokenizer.vocabulary_size(), trained().vocabulary_size());
    EXPECT_EQ(tokenizer.end_of_text(), trained().end_of_text());
    EXPECT_EQ(tokenizer.layout(), "gpt2");
  }
}

TEST(VocabMergesTest, ATokenizerJsonGoesFirst) {
  const TemporaryDirectory directory;
  write_pair(directory, "");
  write(directory.file("tokenizer.json"), "{}");
  EXPECT_EQ(Tokenizer::load(Env::real(), directory.path()).error().code(), ErrorCode::invalid_data);
}

TEST(VocabMergesTest, VersionAndCarriageReturnsAreNoMerges) {
  Pair pair;
  const Vocabulary expected = pair.parse().value();
  pair.merges.erase(0, pair.merges.find('\n') + 1);
  EXPECT_EQ(pair.parse().value().merges.size(), expected.merges.size());
  for (std::size_t i = 0; (i = pair.merges.find('\n', i)) != std::string::npos; i += 2)
    pair.merges.insert(i, "\r");
  EXPECT_EQ(pair.parse().value().merges.size(), expected.merges.size());
}

TEST(VocabMergesTest, AMergeOfNumberSignsIsNoComment) {
  Pair pair;
  pair.vocab["##"] = 280;
  pair.merges += "# #\n";
  const Tokenizer tokenizer = make_tokenizer(pair.parse().value());
  EXPECT_EQ(tokenizer.encode("##"), std::vector<TokenId>{280});
}

TEST(VocabMergesTest, DamagedFilesAreErrorsAndThePlaceIsNamed) {
  using enum ErrorCode;
  const auto with = [](const char* key, const Json& value) {
    Pair pair;
    pair.vocab[key] = value;
    return pair;
  };
  expect_error(with("!", "x"), invalid_data, "vocab.json: [\"!\"]: the id");
  expect_error(with("!", 1 << 20), limit_exceeded, "too large");
  expect_error(with("!", 1), invalid_data, "id 1 for the second time");
  expect_error(with("x", 900), invalid_data, "no token has id");
  expect_error(with("日", 280), unsupported, "alphabet");
  Pair pair;
  pair.vocab = Json::array();
  expect_error(pair, invalid_data, "vocab.json: expected a JSON object");
  pair = Pair();
  pair.vocab.erase(std::string(kEndOfText));
  pair.vocab["</s>"] = 279;
  expect_error(pair, unsupported, "no token <|endoftext|>");
  pair = Pair();
  pair.merges = "#version: 0.2\nab\n";
  expect_error(pair, invalid_data, "merges.txt:2: expected 'a b'");
  pair.merges = "a b\nzz qq\n";
  expect_error(pair, invalid_data, "merges.txt:1: \"a\", \"b\"");
  pair.merges = "< |endoftext|>\n";
  pair.vocab["|endoftext|>"] = 280;
  expect_error(pair, invalid_data, "is an added token");
}

TEST(VocabMergesTest, MoreMergesThanIdsCanBeAreRefused) {
  Pair pair;
  const std::size_t line = pair.merges.find('\n') + 1;
  const std::string merge = pair.merges.substr(line, pair.merges.find('\n', line) + 1 - line);
  pair.merges.clear();
  for (std::int64_t i = 0; i <= kVocabularySizeMax; ++i) pair.merges += merge;
  expect_error(pair, ErrorCode::limit_exceeded, "merges.txt:1048577: more than 1048576 merges");
}

TEST(VocabMergesTest, WhatIsNotGpt2sLayoutOrNotWholeIsAnError) {
  const TemporaryDirectory directory;
  const auto error_of = [&] { return Tokenizer::load(Env::real(), directory.path()).error(); };
  EXPECT_EQ(error_of().code(), ErrorCode::not_found);
  EXPECT_NE(error_of().message().find("no tokenizer.json"), std::string::npos);
  write(directory.file("vocab.json"), to_json_line(Pair().vocab));
  EXPECT_EQ(error_of().code(), ErrorCode::not_found);
  EXPECT_NE(error_of().message().find("merges.txt"), std::string::npos);
  write_pair(directory, "");
  write(directory.file("tokenizer_config.json"), R"({"tokenizer_class": "Qwen2Tokenizer"})");
  EXPECT_EQ(error_of().code(), ErrorCode::unsupported);
  write(directory.file("tokenizer_config.json"), R"({"tokenizer_class": "GPT2Tokenizer"})");
  EXPECT_TRUE(Tokenizer::load(Env::real(), directory.path()).ok());
  write(directory.file("added_tokens.json"), "{}");
  EXPECT_EQ(error_of().code(), ErrorCode::unsupported);
}

TEST(VocabMergesTest, WhatIsWrittenIsReadBackWithTheSameIds) {
  const TemporaryDirectory directory;
  const std::string from = directory.file("tokenizer.json");
  ASSERT_TRUE(trained().save(Env::real(), from).ok());
  const std::string to = directory.file("x-vocab.json");
  EXPECT_EQ(convert_to_vocab_and_merges(Env::real(), from, to).value(),
            trained().vocabulary_size());
  const Tokenizer again = Tokenizer::load(Env::real(), to).value();
  EXPECT_EQ(again.encode(kText), trained().encode(kText));
  for (TokenId id = 0; id < trained().vocabulary_size(); ++id)
    EXPECT_EQ(again.bytes_of(id), trained().bytes_of(id));
  EXPECT_EQ(again.end_of_text(), trained().end_of_text());
  EXPECT_EQ(Env::real().read_file(directory.file("x-merges.txt")).value(), Pair().merges);
}

TEST(VocabMergesTest, WhatThePairCannotSayIsNotWritten) {
  const Vocabulary good = Pair().parse().value();
  EXPECT_TRUE(to_vocab_and_merges(good).ok());
  const auto expect_refused = [&](std::string_view part, auto&& change) {
    Vocabulary vocabulary = good;
    change(vocabulary);
    const auto pair = to_vocab_and_merges(vocabulary);
    ASSERT_FALSE(pair.ok()) << part;
    EXPECT_EQ(pair.error().code(), ErrorCode::unsupported);
    EXPECT_NE(pair.error().message().find(part), std::string::npos) << pair.error().message();
  };
  expect_refused("pattern", [](Vocabulary& v) { v.pipeline.pattern = Pattern::code_lines; });
  expect_refused("Form C", [](Vocabulary& v) { v.pipeline.nfc = true; });
  expect_refused("around", [](Vocabulary& v) { v.pipeline.prefix = {v.end_of_text}; });
  expect_refused(".tiktoken", [](Vocabulary& v) { v.whole_pieces = true; });
  expect_refused("'!'", [](Vocabulary& v) { v.tokens[0].cut_from_text = true; });
  expect_refused("'<|x|>'", [](Vocabulary& v) {
    v.tokens.push_back({.bytes = "<|x|>", .from_pieces = false});
  });
  expect_refused("rank 0", [](Vocabulary& v) { v.merges[1].rank = v.merges[0].rank; });
}

}  // namespace
}  // namespace scribe
