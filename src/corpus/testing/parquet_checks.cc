// Tests of Parquet, part of corpus_test where the program is built with Apache Arrow.
#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include "base/testing/faulty_env.h"
#include "corpus/sources.h"
#include "corpus/testing/source_fixtures.h"

namespace scribe {
namespace {

std::shared_ptr<arrow::Array> strings(const std::vector<std::string>& values) {
  arrow::StringBuilder builder;
  EXPECT_TRUE(builder.AppendValues(values).ok());
  return builder.Finish().ValueOrDie();
}

/// Each value is a list of its words.
std::shared_ptr<arrow::Array> lists(const std::vector<std::vector<std::string>>& values) {
  const auto words = std::make_shared<arrow::StringBuilder>();
  arrow::ListBuilder builder(arrow::default_memory_pool(), words);
  for (const std::vector<std::string>& value : values) {
    EXPECT_TRUE(builder.Append().ok());
    EXPECT_TRUE(words->AppendValues(value).ok());
  }
  return builder.Finish().ValueOrDie();
}

class ParquetTest : public testing::Test {
 protected:
  std::string add(const std::vector<std::string>& names, const arrow::ArrayVector& columns) {
    arrow::FieldVector fields;
    for (std::size_t index = 0; index < names.size(); ++index)
      fields.push_back(arrow::field(names[index], columns[index]->type()));
    const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
    EXPECT_TRUE(parquet::arrow::WriteTable(*arrow::Table::Make(arrow::schema(fields), columns),
                                           arrow::default_memory_pool(), out, 100)
                    .ok());
    bytes_ = out->Finish().ValueOrDie()->ToString();
    return write(bytes_);
  }
  std::string write(std::string_view bytes) {
    const std::string path = folder_.file("r.parquet");
    EXPECT_TRUE(write_file_atomic(env_, path, bytes).ok());
    return path;
  }

  std::vector<SourceItem> read(const std::string& path) {
    options_.sources = {path};
    std::vector<SourceItem> items;
    const auto parts = list_parts(env_, options_);
    EXPECT_TRUE(parts.ok());
    damage_ = read_part(env_, parts.value()[0], options_,
                        [&](SourceItem&& item) {
                          items.push_back(std::move(item));
                          return Status();
                        })
                  .value()
                  .damage;
    return items;
  }

  FaultyEnv env_;
  TemporaryDirectory folder_;
  SourceOptions options_;
  std::string bytes_;
  std::string damage_;
};

TEST_F(ParquetTest, RowsOfAllGroupsInOrder) {
  std::vector<std::string> texts;
  std::vector<std::string> paths;
  for (int row = 0; row < 1000; ++row) {
    texts.push_back(fmt::format("x = {}", row));
    paths.push_back(row % 10 == 3 ? "a.txt" : "a.py");
  }
  const auto items =
      read(add({"other", "content", "path"}, {strings(texts), strings(texts), strings(paths)}));
  EXPECT_EQ(damage_, "");
  ASSERT_EQ(items.size(), 900);
  EXPECT_EQ(items[3].bytes, "x = 4");
  EXPECT_TRUE(items[899].name.ends_with("r.parquet:1000")) << items[899].name;
}

TEST_F(ParquetTest, NestedFieldsAndListsAreFound) {
  const auto repository =
      arrow::StructArray::Make({strings({"o/r", "o/s"})}, {std::string("name")}).ValueOrDie();
  options_.fields = {.text = "text", .path = "p", .repository = "repo.name", .license = "l"};
  const auto items = read(
      add({"text", "repo", "l"}, {strings({"a", "b"}), repository, lists({{"MIT", "Zlib"}, {}})}));
  ASSERT_EQ(items.size(), 2);
  EXPECT_EQ(items[0].license, "MIT AND Zlib");
  EXPECT_EQ(items[1].license, "");
  EXPECT_EQ(items[1].repository, "o/s");
}

TEST_F(ParquetTest, WhatIsDamagedSaysSo) {
  const std::string path = add({"content"}, {strings({"a", "b"})});
  const std::string whole = bytes_;
  for (std::size_t size = 0; size < whole.size(); size += 7) {
    (void)read(write(whole.substr(0, size)));
    EXPECT_NE(damage_, "") << size;
  }
  // Any byte may be wrong: an error or other rows, never a crash.
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    std::string wrong = whole;
    wrong[at] = static_cast<char>(wrong[at] ^ 0x5a);
    EXPECT_LE(read(write(wrong)).size(), 2) << at;
  }
  (void)read(add({"c"}, {strings({"a"})}));
  EXPECT_NE(damage_.find("'content' or 'text'"), std::string::npos) << damage_;
}

}  // namespace
}  // namespace scribe
