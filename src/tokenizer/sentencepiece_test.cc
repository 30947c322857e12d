// Tests of SentencePiece tokenizers: characters, bytes for the rest, a space at the front.
// front.
#include <gtest/gtest.h>

#include <functional>

#include "base/json.h"
#include "base/philox.h"
#include "base/utf8.h"
#include "tokenizer/character_pieces.h"
#include "tokenizer/merge_scores.h"
#include "tokenizer/testing/small_sentencepiece.h"
#include "tokenizer/tokenizer_impl.h"
#include "tokenizer/vocab_merges.h"

namespace scribe {
namespace {

using Ids = std::vector<TokenId>;
using Texts = std::vector<std::string>;

Texts texts_of_ids(const Tokenizer& tokenizer, const Ids& ids) {
  Texts texts;
  for (const TokenId id : ids) texts.emplace_back(tokenizer.bytes_of(id));
  return texts;
}

/// Of a text that continues another.
Texts tokens_of(const Vocabulary& vocabulary, std::string_view text,
                TextPlace place = TextPlace::continues) {
  const Tokenizer tokenizer = make_tokenizer(vocabulary);
  return texts_of_ids(tokenizer, tokenizer.encode(text, place));
}

TEST(SentencePieceTest, CharactersMergeAndOthersAreBytes) {
  const Vocabulary vocabulary = small_sentencepiece(LeadingSpace::none);
  EXPECT_EQ(tokens_of(vocabulary, " return"), (Texts{" return"}));
  EXPECT_EQ(tokens_of(vocabulary, "return"), (Texts{"r", "et", "urn"}));
  EXPECT_EQ(tokens_of(vocabulary, "é日日"), (Texts{"é日", "日"}));
  EXPECT_EQ(tokens_of(vocabulary, "\n\xFFz"), (Texts{"\n", "\xFF", "z"}));
  EXPECT_EQ(tokens_of(vocabulary, "€"), (Texts{"\xE2", "\x82", "\xAC"}));
  EXPECT_EQ(tokens_of(vocabulary, ""), Texts());
}

TEST(SentencePieceTest, ABytesTokenIsNotMadeFromItsText) {
  const Vocabulary vocabulary = small_sentencepiece(LeadingSpace::none);
  const Ids ids = make_tokenizer(vocabulary).encode("a </s><0x41>A");
  EXPECT_EQ(make_tokenizer(vocabulary).decode(ids), "a </s><0x41>A");
  EXPECT_EQ(ids.front(), 7 + 256 + 9);       // The character "a", not its byte.
  EXPECT_EQ(ids.back(), 7 + 'A');            // No character "A": its byte.
  EXPECT_EQ(std::ranges::count(ids, 2), 0);  // No special token.
}

/// What each way puts before a text, behind an added token, and before a text that begins with a
/// space.
TEST(SentencePieceTest, WhereASpaceIsPutBeforeAText) {
  struct Case {
    LeadingSpace leading_space;
    Texts begins, after_token, begins_with_space;
  };
  const Texts with = {" r"};
  const Texts without = {"r"};
  for (const Case& one : {Case{LeadingSpace::none, without, without, with},
                          {LeadingSpace::always, with, with, {"  ", "r"}},
                          {LeadingSpace::where_missing, with, with, with},
                          {LeadingSpace::first_where_missing, with, without, with}}) {
    const Vocabulary vocabulary = small_sentencepiece(one.leading_space);
    EXPECT_EQ(tokens_of(vocabulary, "r", TextPlace::begins), one.begins);
    EXPECT_EQ(tokens_of(vocabulary, "r", TextPlace::after_token), one.after_token);
    EXPECT_EQ(tokens_of(vocabulary, " r", TextPlace::begins), one.begins_with_space);
    EXPECT_EQ(tokens_of(vocabulary, "r", TextPlace::continues), without);
    EXPECT_EQ(tokens_of(vocabulary, "", TextPlace::begins), Texts());
    const Tokenizer tokenizer = make_tokenizer(vocabulary);
    EXPECT_EQ(tokenizer.decode(tokenizer.encode("r")), "r");
    EXPECT_EQ(tokenizer.layout(), "sentencepiece");
  }
}

TEST(SentencePieceTest, AnAddedTokenIsCutOutAndASpaceMayFollow) {
  Vocabulary vocabulary = small_sentencepiece(LeadingSpace::always);
  vocabulary.tokens.push_back({.bytes = "<|x|>", .from_pieces = false, .cut_from_text = true});
  EXPECT_EQ(tokens_of(vocabulary, "r<|x|>r", TextPlace::begins), (Texts{" r", "<|x|>", " r"}));
  vocabulary.pipeline.leading_space = LeadingSpace::first_where_missing;
  EXPECT_EQ(tokens_of(vocabulary, "r<|x|>r", TextPlace::begins), (Texts{" r", "<|x|>", "r"}));
}

TEST(SentencePieceTest, TheMarkOfASpaceIsASpace) {
  const Vocabulary vocabulary = small_sentencepiece(LeadingSpace::none);
  EXPECT_EQ(tokens_of(vocabulary, "a\u2581return\u2581"), (Texts{"a", " return", " "}));
  EXPECT_EQ(with_spaces("\u2581\u2581a \u2581"), "  a  ");
  EXPECT_EQ(with_spaces("a"), "a");
}

/// The whole text as one piece.
Ids encode_without_cuts(const Vocabulary& vocabulary, std::string_view text) {
  const TokenIndex index = index_of(vocabulary.tokens);
  const std::array<TokenId, 256> bytes = byte_ids(vocabulary);
  Ids symbols;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view character = text.substr(at, code_point_at(text, at).length_bytes);
    at += character.size();
    if (const auto found = index.find(character); found != index.end())
      symbols.push_back(found->second);
    else
      for (const char byte : character) symbols.push_back(bytes[static_cast<std::uint8_t>(byte)]);
  }
  Ids ids;
  append_merged(merge_table_of(vocabulary.merges), symbols, ids);
  return ids;
}

TEST(SentencePieceTest, CutsChangeNoId) {
  const Vocabulary vocabulary = small_sentencepiece(LeadingSpace::none);
  const Tokenizer tokenizer = make_tokenizer(vocabulary);
  const Texts parts = {" ",  " ",  "r", "et", "urn", "a",    "aa", "x",
                       "xx", ", ", "é", "日", "\n",  "\xFF", "q",  "1"};
  PhiloxStream random(5, 0);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (std::uint64_t i = random.next_below(40); i > 0; --i)
      text += parts[random.next_below(parts.size())];
    const Ids ids = tokenizer.encode(text);
    ASSERT_EQ(ids, encode_without_cuts(vocabulary, text)) << text;
    ASSERT_EQ(tokenizer.decode(ids), text);
    ASSERT_EQ(tokenizer.count(text), ids.size());
  }
}

TEST(SentencePieceTest, MoreThanABatchOfPiecesAndLongOnes) {
  const Tokenizer tokenizer = make_tokenizer(small_sentencepiece(LeadingSpace::none));
  std::string text;
  for (int i = 0; i < 3000; ++i) text += i % 7 == 0 ? "\n" : "1";
  text += std::string(100'001, ' ') + std::string(5000, 'x');
  const Ids ids = tokenizer.encode(text);
  EXPECT_EQ(tokenizer.decode(ids), text);
  EXPECT_EQ(ids.size(), 3000U + 25'001 + 1250);
}

TEST(SentencePieceTest, WhatIsWrittenIsReadBack) {
  for (const LeadingSpace leading_space :
       {LeadingSpace::none, LeadingSpace::always, LeadingSpace::where_missing,
        LeadingSpace::first_where_missing}) {
    const Vocabulary vocabulary = small_sentencepiece(leading_space);
    const std::string json = to_tokenizer_json(vocabulary);
    const auto again = parse_tokenizer_json(json, "saved");
    ASSERT_TRUE(again.ok()) << again.error().message();
    EXPECT_EQ(to_tokenizer_json(again.value()), json);
    EXPECT_EQ(again.value().pipeline.leading_space, leading_space);
    EXPECT_EQ(again.value().pipeline.prefix, Ids{1});
    const Tokenizer tokenizer = make_tokenizer(again.value());
    EXPECT_EQ(tokenizer.encode("return x, é\n"),
              make_tokenizer(vocabulary).encode("return x, é\n"));
  }
}

void expect_refused(const std::function<void(Json&)>& change, ErrorCode code,
                    std::string_view what) {
  Json file = parse_json(to_tokenizer_json(small_sentencepiece(LeadingSpace::always)), "").value();
  change(file);
  const auto vocabulary = parse_tokenizer_json(to_json_line(file), "t.json");
  ASSERT_FALSE(vocabulary.ok()) << what;
  EXPECT_EQ(vocabulary.error().code(), code) << vocabulary.error().message();
  EXPECT_NE(vocabulary.error().message().find(what), std::string::npos)
      << vocabulary.error().message();
}

TEST(SentencePieceTest, OtherStepsAreUnsupportedAndTheFieldIsNamed) {
  const ErrorCode code = ErrorCode::unsupported;
  const auto set = [](const char* pointer, const Json& value) {
    return [=](Json& file) { file[Json::json_pointer(pointer)] = value; };
  };
  expect_refused(set("/model/ignore_merges", true), code, "model.ignore_merges");
  expect_refused(set("/normalizer/normalizers/0/prepend", "x"), code, "normalizers[0].prepend");
  expect_refused(set("/normalizer/normalizers/1/content", "_"), code, "normalizers[1].content");
  expect_refused(set("/normalizer/normalizers/1/pattern", {{"Regex", " "}}), code, "String");
  expect_refused(set("/normalizer", {{"type", "NFKC"}}), code, "normalizer.type");
  expect_refused(set("/normalizer/normalizers", Json::array()), code, "normalizers");
  expect_refused(set("/pre_tokenizer", {{"type", "Whitespace"}}), code, "pre_tokenizer");
  expect_refused(set("/decoder", {{"type", "ByteLevel"}}), code, "decoder.type");
  expect_refused(set("/decoder/decoders/0/type", "CTC"), code, "decoders[0].type");
  expect_refused(set("/normalizer", nullptr), ErrorCode::invalid_data, "pre_tokenizer");
  const auto with_metaspace = [&](const Json& metaspace) {
    return [=](Json& file) {
      file["normalizer"] = nullptr;
      file["pre_tokenizer"] = metaspace;
    };
  };
  Json metaspace = {{"type", "Metaspace"}, {"replacement", "\u2581"}, {"prepend_scheme", "first"}};
  expect_refused(with_metaspace(metaspace), code, "pre_tokenizer.split");
  metaspace["split"] = false;
  metaspace["replacement"] = "_";
  expect_refused(with_metaspace(metaspace), code, "pre_tokenizer.replacement");
  metaspace["replacement"] = "\u2581";
  metaspace["prepend_scheme"] = "sometimes";
  expect_refused(with_metaspace(metaspace), code, "pre_tokenizer.prepend_scheme");
}

TEST(SentencePieceTest, WrongTokensAreNamed) {
  expect_refused([](Json& file) { file["model"]["vocab"]["a b"] = 290; }, ErrorCode::unsupported,
                 "\"a b\" is not written in SentencePiece's way");
  expect_refused(
      [](Json& file) {
        Json::object_t vocab;
        for (const auto& [text, id] : file["model"]["vocab"].items())
          vocab.emplace_back(text == "<0x0A>" ? "newline" : text, id);
        file["model"]["vocab"] = vocab;
        file["model"]["unk_token"] = nullptr;
      },
      ErrorCode::invalid_data, "byte 0x0A has no token");
  expect_refused(
      [](Json& file) {
        file["model"]["vocab"]["<0x0A>a"] = 290;
        file["model"]["merges"].push_back("<0x0A> a");
      },
      ErrorCode::invalid_data, "stands for a byte");
  expect_refused(
      [](Json& file) {
        file["added_tokens"].push_back(
            {{"id", 290}, {"content", "<|x|>"}, {"special", false}, {"normalized", true}});
      },
      ErrorCode::unsupported, "<|x|>");
}

TEST(MergeScoresTest, ScoresLeadToTheMergesAgain) {
  const Vocabulary vocabulary = small_sentencepiece(LeadingSpace::none);
  const auto scores = scores_of(vocabulary);
  ASSERT_TRUE(scores.has_value());
  const std::vector<double> exact(scores->begin(), scores->end());
  const std::vector<Merge> again = merges_by_score(vocabulary.tokens, exact);
  ASSERT_EQ(again.size(), vocabulary.merges.size());
  for (std::size_t i = 0; i < again.size(); ++i) {
    EXPECT_EQ(again[i].left, vocabulary.merges[i].left);
    EXPECT_EQ(again[i].right, vocabulary.merges[i].right);
  }
}

TEST(MergeScoresTest, MergesThatNoScoreLeadsToHaveNone) {
  const Vocabulary vocabulary = small_sentencepiece(LeadingSpace::none);
  Vocabulary one_way_less = vocabulary;
  const auto several = std::ranges::adjacent_find(one_way_less.merges, {}, &Merge::merged);
  ASSERT_NE(several, one_way_less.merges.end());
  one_way_less.merges.erase(several);
  EXPECT_FALSE(scores_of(one_way_less).has_value());
  Vocabulary apart = vocabulary;
  const auto place = std::ranges::adjacent_find(apart.merges, {}, &Merge::merged);
  std::rotate(place, place + 1, apart.merges.end());
  EXPECT_FALSE(scores_of(apart).has_value());
}

TEST(SentencePieceTest, ThePairOfOlderFilesHasNoWordsForIt) {
  const auto pair = to_vocab_and_merges(small_sentencepiece(LeadingSpace::none));
  ASSERT_FALSE(pair.ok());
  EXPECT_EQ(pair.error().code(), ErrorCode::unsupported);
}

}  // namespace
}  // namespace scribe
