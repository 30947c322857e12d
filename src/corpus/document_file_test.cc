// Tests files of documents.
#include "corpus/document_file.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

class DocumentFileTest : public testing::Test {
 protected:
  FaultyEnv env_;
  TemporaryDirectory folder_;

  /// "id|source|license|text" of each.
  Result<std::vector<std::string>> read(std::string_view bytes) {
    const std::string path = folder_.file("documents.jsonl");
    SCRIBE_TRY(write_file_atomic(env_, path, bytes));
    SCRIBE_TRY_ASSIGN(DocumentReader reader, DocumentReader::open(env_, path));
    std::vector<std::string> all;
    for (;;) {
      SCRIBE_TRY_ASSIGN(const std::optional<DocumentView> document, reader.next());
      if (!document) return all;
      all.push_back(fmt::format("{}|{}|{}|{}", document->id, document->source, document->license,
                                document->text));
    }
  }
};

TEST_F(DocumentFileTest, EveryTextComesBack) {
  std::string text;
  for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
  text += "\u00e9\u2028\U0001F600";
  std::string lines;
  append_document_line({.id = "1", .source = "a\"b", .license = "MIT", .text = text}, lines);
  append_document_line({.id = "2", .source = "c", .license = {}, .text = ""}, lines);
  EXPECT_EQ(read(lines).value(), (std::vector<std::string>{"1|a\"b|MIT|" + text, "2|c||"}));
}

// nlohmann-json is the other writer of the project.
TEST_F(DocumentFileTest, LinesAreThoseOfTheJsonWriter) {
  std::string line;
  append_document_line({.id = "x", .source = "s", .license = "MIT", .text = "a\tb\x01\u00e9\n"},
                       line);
  EXPECT_EQ(line,
            to_json_line(
                {{"id", "x"}, {"source", "s"}, {"license", "MIT"}, {"text", "a\tb\x01\u00e9\n"}}) +
                "\n");
}

TEST_F(DocumentFileTest, OnlyTextMustBeThere) {
  EXPECT_EQ(read("\n{\"text\":\"t\"}\n").value(),
            std::vector{"|" + folder_.file("documents.jsonl") + ":2||t"});
  EXPECT_EQ(read("{\"id\":\"t\"}\n").error().code(), ErrorCode::invalid_data);
  EXPECT_EQ(read("{\"text\":1}\n").error().code(), ErrorCode::invalid_data);
}

TEST_F(DocumentFileTest, ATornLineIsSaidToBeOne) {
  const Error error = read("{\"text\":\"t\"}\n{\"text\":\"").error();
  EXPECT_EQ(error.code(), ErrorCode::invalid_data);
  EXPECT_NE(error.message().find(":2: the last line is truncated"), std::string::npos)
      << error.message();
}

TEST_F(DocumentFileTest, ASplitIsAFileOrShards) {
  EXPECT_EQ(document_files(env_, folder_.path(), "train").error().code(), ErrorCode::not_found);
  const std::string first = folder_.file("train-00000.jsonl.zst");
  const std::string second = folder_.file("train-00001.jsonl.zst");
  for (const std::string& path : {second, first, folder_.file("train-00001.jsonl.zst.tmp")})
    ASSERT_TRUE(write_file_atomic(env_, path, "").ok());
  EXPECT_EQ(document_files(env_, folder_.path(), "train").value(), (std::vector{first, second}));
  ASSERT_TRUE(write_file_atomic(env_, folder_.file("train.jsonl"), "").ok());
  EXPECT_EQ(document_files(env_, folder_.path(), "train").value(),
            std::vector{folder_.file("train.jsonl")});
}

}  // namespace
}  // namespace scribe
