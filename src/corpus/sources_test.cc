// Tests sources of every kind, hostile ones too.
#include "corpus/sources.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/packed_file.h"
#include "base/testing/faulty_env.h"
#include "corpus/source/part_readers.h"
#include "corpus/testing/source_fixtures.h"

namespace scribe {
namespace {

class SourcesTest : public testing::Test {
 protected:
  std::string add(const std::string& name, std::string_view bytes) {
    const std::string path = folder_.file(name);
    EXPECT_TRUE(env_.create_directories(path.substr(0, path.rfind('/'))).ok());
    EXPECT_TRUE(write_file_atomic(env_, path, bytes).ok());
    return path;
  }

  /// "kind path" of each part, without the temporary folder.
  std::vector<std::string> planned(std::vector<std::string> sources) {
    options_.sources = std::move(sources);
    const auto parts = list_parts(env_, options_);
    EXPECT_TRUE(parts.ok()) << (parts.ok() ? "" : parts.error().message());
    std::vector<std::string> names;
    for (const SourcePart& part : parts.value())
      names.push_back(fmt::format("{} {}", name_of(part.kind), here(part.path)));
    return names;
  }

  /// All items of the only part of a source.
  std::vector<SourceItem> read(const std::string& source) {
    options_.sources = {source};
    const auto parts = list_parts(env_, options_);
    EXPECT_TRUE(parts.ok()) << (parts.ok() ? "" : parts.error().message());
    std::vector<SourceItem> items;
    damage_.clear();
    for (const SourcePart& part : parts.value()) {
      const auto report = read_part(env_, part, options_, [&](SourceItem&& item) {
        items.push_back(std::move(item));
        return Status();
      });
      EXPECT_TRUE(report.ok()) << (report.ok() ? "" : report.error().message());
      damage_ += report.value().damage;
    }
    return items;
  }

  /// "name|bytes" of each item; of a dropped one "name|(rule)".
  std::vector<std::string> texts(const std::string& source) {
    std::vector<std::string> all;
    for (const SourceItem& item : read(source))
      all.push_back(fmt::format(
          "{}|{}", here(item.name),
          item.dropped_by ? fmt::format("({})", name_of(*item.dropped_by)) : item.bytes));
    return all;
  }

  std::string here(const std::string& path) const {
    return path.starts_with(folder_.path()) ? path.substr(folder_.path().size() + 1) : path;
  }

  using Texts = std::vector<std::string>;
  FaultyEnv env_;
  TemporaryDirectory folder_;
  SourceOptions options_;
  std::string damage_;
};

// -------------------------------------------------------------------------------------- the plan

TEST_F(SourcesTest, ThePlanDoesNotDependOnTheOrderOfTheSources) {
  add("a/x.py", "x");
  add("a/b/y.py", "y");
  add("a/b/y.txt", "y");
  add("rows.jsonl", "");
  add("z.tar.gz", "");
  const Texts expected = {"file a/b/y.py", "file a/x.py", "json_lines rows.jsonl",
                          "archive z.tar.gz"};
  std::vector<std::string> sources = {folder_.file("a"), folder_.file("a/b/../b/"),
                                      folder_.file("rows.jsonl"), folder_.file("z.tar.gz"),
                                      folder_.file("a/x.py")};
  EXPECT_EQ(planned(sources), expected);
  std::ranges::reverse(sources);
  EXPECT_EQ(planned(sources), expected);
  for (const SourceItem& item : read(folder_.file("a/b"))) EXPECT_EQ(item.path, "y.py");
  options_.sources = sources;
  EXPECT_EQ(list_parts(env_, options_).value()[0].root, folder_.file("a"));
}

TEST_F(SourcesTest, LinksAndCyclesAreNotFollowed) {
  add("a/x.py", "x");
  std::filesystem::create_directory_symlink(folder_.path(), folder_.file("a/up"));
  std::filesystem::create_symlink(folder_.file("a/x.py"), folder_.file("a/link.py"));
  ASSERT_EQ(::mkfifo(folder_.file("a/pipe.py").c_str(), 0600), 0);
  EXPECT_EQ(planned({folder_.path()}), Texts{"file a/x.py"});
}

TEST_F(SourcesTest, WhatIsNotReadSaysSo) {
  options_.sources = {add("a.rar", "")};
  const auto plan = list_parts(env_, options_);
  EXPECT_EQ(plan.error().code(), ErrorCode::unsupported);
  for (const char* word : {"a.rar", "*.py", ".tar.gz", ".jsonl", "git"})
    EXPECT_NE(plan.error().message().find(word), std::string::npos) << word;
  options_.sources = {folder_.file("none")};
  EXPECT_EQ(list_parts(env_, options_).error().code(), ErrorCode::not_found);
  options_.sources = {folder_.path()};
  options_.extensions = {"py"};
  EXPECT_EQ(list_parts(env_, options_).error().code(), ErrorCode::invalid_argument);
}

TEST_F(SourcesTest, ArchivesAndRepositoriesInFoldersAreTakenWhenAskedFor) {
  add("s/a.py", "a");
  add("s/b.zip", make_archive({{"z.py", "z"}}, {.format = "zip"}));
  make_commit(folder_.file("s/m.git"), {{"g.py", "g"}});
  EXPECT_EQ(planned({folder_.file("s")}), Texts{"file s/a.py"});
  EXPECT_EQ(plan_sources(env_, options_).value().findings.passed_over, 2);
  options_.archives_in_folders = true;
  EXPECT_EQ(planned({folder_.file("s")}),
            (Texts{"file s/a.py", "archive s/b.zip", "repository s/m.git"}));
  EXPECT_EQ(read(folder_.file("s")).size(), 3);
}

// ---------------------------------------------------------------------------------- single files

TEST_F(SourcesTest, FilesAreReadToTheirLimit) {
  add("s/a.py", "0123456789");
  add("s/b.py", "012345678");
  add("s/c.py", "");
  options_.item_bytes_max = 10;
  EXPECT_EQ(texts(folder_.file("s")), (Texts{"s/a.py|(too_large)", "s/b.py|012345678", "s/c.py|"}));
}

TEST_F(SourcesTest, AFileThatGrewOrIsGoneIsNoDamage) {
  const std::string path = add("s/a.py", "1");
  options_.sources = {path};
  options_.item_bytes_max = 10;
  const SourcePart part = list_parts(env_, options_).value()[0];
  const auto drops = [&](std::string_view bytes) {
    EXPECT_TRUE(write_file_atomic(env_, path, bytes).ok());
    std::optional<Rule> rule;
    EXPECT_TRUE(read_part(env_, part, options_, [&](SourceItem&& item) {
                  rule = item.dropped_by;
                  return Status();
                }).ok());
    return rule;
  };
  EXPECT_EQ(drops("123456789"), std::nullopt);
  EXPECT_EQ(drops(std::string(10'000, 'x')), Rule::too_large);
  ASSERT_TRUE(env_.remove(path).ok());
  std::optional<Rule> rule;
  EXPECT_TRUE(read_part(env_, part, options_, [&](SourceItem&& item) {
                rule = item.dropped_by;
                return Status();
              }).ok());
  EXPECT_EQ(rule, Rule::unreadable);
}

TEST_F(SourcesTest, TheNearestLicenceFileCoversAFile) {
  add("s/LICENSE.md", "root");
  add("s/a/x.py", "1");
  add("s/b/COPYING", "b");
  add("s/b/c/y.py", "2");
  add("s/b/license.py", "3");
  std::map<std::string, std::string> found;
  std::vector<std::shared_ptr<const LicenseFile>> files;
  for (const SourceItem& item : read(folder_.file("s"))) {
    found[item.path] = item.license_file->path + "=" + item.license_file->text;
    files.push_back(item.license_file);
  }
  EXPECT_EQ(found, (std::map<std::string, std::string>{{"a/x.py", "LICENSE.md=root"},
                                                       {"b/c/y.py", "b/COPYING=b"},
                                                       {"b/license.py", "b/COPYING=b"}}));
  EXPECT_EQ(files[1], files[2]);  // One text for both.
  add("s/b/COPYING", std::string(100'000, 'x'));
  EXPECT_EQ(read(folder_.file("s"))[1].license_file->text.size(), kLicenseBytesMax);
  options_.license_files = false;
  EXPECT_EQ(read(folder_.file("s"))[1].license_file, nullptr);
}

// -------------------------------------------------------------------------------------- archives

const std::vector<MadeEntry> kTree = {{"p/a.py", "a = 1\n"}, {"p/b.txt", "b"}, {"p/c/d.py", ""}};

TEST_F(SourcesTest, EveryKindOfArchiveGivesTheSameItems) {
  const std::vector<std::pair<std::string, MadeForm>> forms = {
      {"t.tar", {}},
      {"t.tar.gz", {.filter = "gzip"}},
      {"t.tar.xz", {.format = "gnutar", .filter = "xz"}},
      {"t.tar.zst", {.format = "ustar", .filter = "zstd"}},
      {"t.tar.bz2", {.filter = "bzip2"}},
      {"t.zip", {.format = "zip"}},
      {"t.whl", {.format = "zip"}},
      {"t.cpio", {.format = "newc"}},
      {"t.cpio.gz", {.format = "cpio", .filter = "gzip"}}};
  for (const auto& [name, form] : forms) {
    EXPECT_EQ(texts(add(name, make_archive(kTree, form))),
              (Texts{name + "!p/a.py|a = 1\n", name + "!p/c/d.py|"}))
        << name;
    EXPECT_EQ(damage_, "") << name;
  }
  for (const char* filter : {"gzip", "xz", "zstd"})
    EXPECT_EQ(texts(add("t.deb", make_debian_package(kTree, filter))),
              (Texts{"t.deb!p/a.py|a = 1\n", "t.deb!p/c/d.py|"}))
        << filter;
}

TEST_F(SourcesTest, LinksDevicesSparseFilesAndArchivesInArchivesAreNoItems) {
  const std::string path = add("t.tar", make_archive({{"a.py", "a"},
                                                      {"l.py", "/etc/passwd", 'l'},
                                                      {"h.py", "a.py", 'h'},
                                                      {"d.py", "", 'd'},
                                                      {"s.py", "sparse", 's'},
                                                      {"f.py", "", '/'},
                                                      {"in.tar", make_archive({{"z.py", "z"}})},
                                                      {"b.py", "b"}},
                                                     {.format = "pax"}));
  EXPECT_EQ(texts(path), (Texts{"t.tar!a.py|a", "t.tar!b.py|b"}));
  EXPECT_EQ(damage_, "");
}

TEST_F(SourcesTest, NamesAreOnlyNames) {
  const std::string path = add("t.tar", make_archive({{"../../etc/p.py", "1"},
                                                      {"/abs.py", "2"},
                                                      {"./dot.py", "3"},
                                                      {"l\xe9tin.py", "4"},
                                                      {"\u00e9.py", "5"}},
                                                     {.format = "gnutar"}));
  EXPECT_EQ(texts(path), (Texts{"t.tar!../../etc/p.py|1", "t.tar!/abs.py|2", "t.tar!dot.py|3",
                                "t.tar!l\uFFFDtin.py|4", "t.tar!\u00e9.py|5"}));
  // 4,000 folders deep: beyond the length of a path, the name is cut.
  std::string deep;
  for (int level = 0; level < 4000; ++level) deep += "d/";
  const auto items = read(add("deep.tar", make_archive({{deep + "x.py", "x"}})));
  EXPECT_LE(items.empty() ? 0 : items[0].path.size(), 4096);
  EXPECT_EQ(damage_, "");
}

TEST_F(SourcesTest, NamesInUtf8AreUnderstoodInEveryFormat) {
  for (const char* format : {"pax", "ustar", "gnutar", "zip", "newc"}) {
    const std::string name = format == std::string_view("zip") ? "u.zip" : "u.tar";
    EXPECT_EQ(texts(add(name, make_archive({{"d\u00e9/\u4e2d.py", "1"}}, {.format = format}))),
              Texts{name + "!d\u00e9/\u4e2d.py|1"})
        << format;
  }
}

TEST_F(SourcesTest, EncryptedEntriesAreUnreadable) {
  const std::string path =
      add("e.zip", make_archive({{"a.py", "secret"}}, {.format = "zip", .password = "p"}));
  EXPECT_EQ(texts(path), Texts{"e.zip!a.py|(unreadable)"});
}

TEST_F(SourcesTest, ItemsBeforeTheDamageAreVisited) {
  // Unpackers lose the block in which the damage is: 64 KiB or more.
  std::vector<MadeEntry> entries;
  for (int file = 0; file < 12; ++file) {
    entries.push_back({fmt::format("{:02}.py", file), ""});
    for (int line = 0; line < 3000; ++line)
      entries.back().bytes += fmt::format("x{} = {}\n", line, (line + file) * 7919);
  }
  for (const auto& [name, form] : std::vector<std::pair<std::string, MadeForm>>{
           {"t.tar", {}}, {"t.tar.gz", {.filter = "gzip"}}, {"t.zip", {.format = "zip"}}}) {
    const std::string whole = make_archive(entries, form);
    const std::string path = add(name, whole.substr(0, whole.size() / 2));
    const std::vector<SourceItem> items = read(path);
    EXPECT_GE(items.size(), 3) << name;
    EXPECT_LT(items.size(), 12) << name;
    for (std::size_t index = 0; index < items.size(); ++index)
      EXPECT_EQ(items[index].bytes, entries[index].bytes) << name;
    EXPECT_TRUE(damage_.starts_with("'" + path + "' is damaged after ")) << damage_;
    EXPECT_EQ(damage_.find('\n'), std::string::npos);
  }
  for (const char* name : {"g.tar", "g.tar.gz", "g.zip", "g.deb", "g.rpm", "g.tar.zst"}) {
    EXPECT_TRUE(read(add(name, "no archive at all, but some text")).empty());
    EXPECT_NE(damage_, "") << name;
  }
}

TEST_F(SourcesTest, BombsEndAtTheirLimit) {
  options_.limits.always_bytes = 1 << 20;
  options_.limits.ratio_max = 20;
  const std::string zeros(64 << 20, '\0');
  for (const auto& [name, form] : std::vector<std::pair<std::string, MadeForm>>{
           {"t.tar.gz", {.filter = "gzip"}}, {"t.tar.zst", {.filter = "zstd"}}}) {
    const std::string path =
        add(name, make_archive({{"a.py", "a"}, {"z.bin", zeros}, {"b.py", "b"}}, form));
    EXPECT_EQ(texts(path), Texts{name + "!a.py|a"}) << name;
    EXPECT_NE(damage_.find("unpacks to more than"), std::string::npos) << damage_;
  }
  // What is not wanted in a zip is not unpacked at all.
  const std::string zip =
      add("t.zip", make_archive({{"z.bin", zeros}, {"b.py", "b"}}, {.format = "zip"}));
  EXPECT_EQ(texts(zip), Texts{"t.zip!b.py|b"});
  EXPECT_EQ(damage_, "");
  std::vector<MadeEntry> many;
  for (int index = 0; index < 8; ++index)
    many.push_back({fmt::format("{}.py", index), std::string(400'000, '\0')});
  EXPECT_LT(read(add("m.zip", make_archive(many, {.format = "zip"}))).size(), 8);
  EXPECT_NE(damage_.find("unpacks to more than"), std::string::npos) << damage_;
  options_.limits.entries_max = 2;
  EXPECT_EQ(read(add("n.tar", make_archive({{"1.py", ""}, {"2.py", ""}, {"3.py", ""}}))).size(), 2);
  EXPECT_NE(damage_.find("more than 2 entries"), std::string::npos) << damage_;
}

TEST_F(SourcesTest, ACompressionWithinACompressionIsRefused) {
  const std::string once = make_archive({{"a.py", "a"}}, {.filter = "gzip"});
  const std::string twice = make_archive({{"x", once}}, {.format = "raw", .filter = "gzip"});
  EXPECT_TRUE(read(add("t.tar.gz", twice)).empty());
  EXPECT_NE(damage_.find("more than once"), std::string::npos) << damage_;
}

TEST_F(SourcesTest, LargeEntriesAreToldNotTaken) {
  options_.item_bytes_max = 10;
  for (const char* name : {"t.tar", "t.zip"}) {
    const MadeForm form = {.format = name == std::string_view("t.zip") ? "zip" : "pax"};
    const auto items =
        read(add(name, make_archive({{"a.py", "0123456789"}, {"b.py", "012345678"}}, form)));
    ASSERT_EQ(items.size(), 2);
    EXPECT_EQ(items[0].dropped_by, Rule::too_large);
    EXPECT_EQ(items[0].size_bytes, 10);
    EXPECT_EQ(items[0].bytes, "");
    EXPECT_EQ(items[1].bytes, "012345678");
  }
}

TEST_F(SourcesTest, LicenceFilesOfArchivesCoverWhatComesBeforeThem) {
  const std::vector<MadeEntry> package = {{"./usr/lib/python3/x.py", "x"},
                                          {"./usr/share/doc/python3-x/copyright", "MIT text"}};
  auto items = read(add("x.deb", make_debian_package(package, "xz")));
  ASSERT_EQ(items.size(), 1);
  EXPECT_EQ(items[0].license_file->text, "MIT text");
  items = read(add("x-1.tar.gz",
                   make_archive({{"x-1/a.py", "a"}, {"x-1/LICENSE", "BSD"}}, {.filter = "gzip"})));
  EXPECT_EQ(items[0].license_file->path, "x-1/LICENSE");
  items = read(add(
      "x.whl", make_archive({{"x/a.py", "a"}, {"x-1.dist-info/LICENSE", "W"}}, {.format = "zip"})));
  EXPECT_EQ(items[0].license_file->text, "W");
  // Two packages: not known which.
  items = read(add("two.tar", make_archive({{"usr/lib/a.py", "a"},
                                            {"usr/share/doc/p/copyright", "1"},
                                            {"usr/share/doc/q/copyright", "2"}})));
  EXPECT_EQ(items[0].license_file, nullptr);
}

TEST_F(SourcesTest, AnArchiveThatIsTooLargeToHoldBackHasTheSameLicences) {
  std::vector<MadeEntry> entries;
  for (int index = 0; index < 40; ++index)
    entries.push_back({fmt::format("{}.py", index), std::string(999'999, 'x')});
  entries.push_back({"LICENSE", "late"});
  int first_with_license = 0;
  for (const SourceItem& item : read(add("big.tar", make_archive(entries))))
    if (item.license_file != nullptr && item.license_file->text == "late") ++first_with_license;
  EXPECT_EQ(first_with_license, 40);
}

TEST_F(SourcesTest, AnErrorOfTheVisitorEndsThePart) {
  const std::vector<std::string> sources = {add("t.tar", make_archive(kTree)),
                                            add("r.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n"),
                                            add("f.py", "f")};
  for (const std::string& source : sources) {
    options_.sources = {source};
    int visits = 0;
    const auto report = read_part(env_, list_parts(env_, options_).value()[0], options_,
                                  [&](SourceItem&&) -> Status {
                                    ++visits;
                                    return error(ErrorCode::interrupted, "stop");
                                  });
    EXPECT_EQ(report.error().code(), ErrorCode::interrupted) << source;
    EXPECT_EQ(visits, 1) << source;
  }
}

// ---------------------------------------------------------------------------------- repositories

TEST_F(SourcesTest, ARepositoryGivesTheFilesOfACommit) {
  const std::string path = folder_.file("r.git");
  const std::string first = make_commit(path, {{"a.py", "old"}});
  const std::string second = make_commit(path, {{"LICENSE", "L"},
                                                {"a.py", "new"},
                                                {"a/x.py", "x"},
                                                {"a.b/x.py", "y"},
                                                {"big.py", std::string(1'000'000, 'x')},
                                                {"link.py", "a.py", 'l'},
                                                {"n.txt", "n"}});
  const std::string at = "r.git@" + second.substr(0, 12) + ":";
  EXPECT_EQ(texts(path), (Texts{at + "a.b/x.py|y", at + "a.py|new", at + "a/x.py|x",
                                at + "big.py|(too_large)"}));
  const auto items = read(path);
  EXPECT_EQ(items[0].license_file->text, "L");
  EXPECT_EQ(items[0].repository, path);
  EXPECT_EQ(items[3].size_bytes, 1'000'000);
  for (const std::string& revision : {first, first.substr(0, 10), std::string("HEAD~1")})
    EXPECT_EQ(texts(path + "@" + revision), Texts{"r.git@" + first.substr(0, 12) + ":a.py|old"});
  options_.sources = {path + "@none"};
  EXPECT_EQ(list_parts(env_, options_).error().code(), ErrorCode::not_found);
}

TEST_F(SourcesTest, ADamagedRepositorySaysSo) {
  const std::string path = folder_.file("m/r.git");
  make_commit(path, {{"a.py", "a"}});
  std::filesystem::remove_all(path + "/objects");
  std::filesystem::create_directory(path + "/objects");
  options_.archives_in_folders = true;
  EXPECT_TRUE(texts(folder_.file("m")).empty());
  EXPECT_NE(damage_, "");
  options_.limits.entries_max = 2;
  make_commit(folder_.file("n.git"), {{"a.py", "a"}, {"b.py", "b"}, {"c.py", "c"}});
  (void)read(folder_.file("n.git"));
  EXPECT_NE(damage_.find("more than 2 entries"), std::string::npos) << damage_;
}

// ------------------------------------------------------------------------------------------ rows

TEST_F(SourcesTest, RowsOfJsonLines) {
  const std::string lines =
      "{\"content\":\"a\",\"path\":\"p/a.py\",\"repo_name\":\"o/r\",\"license\":\"mit\"}\n"
      "\n"
      "{\"text\":\"b\"}\n"
      "not json\n"
      "{\"content\":\"c\",\"path\":\"c.txt\"}\n"
      "{\"content\":7}\n"
      "{\"content\":\"d\\u00e9\",\"license\":[\"MIT\",\"A OR B\"]}";
  const auto items = read(add("r.jsonl", lines));
  ASSERT_EQ(items.size(), 5);
  EXPECT_EQ(items[0].path, "p/a.py");
  EXPECT_EQ(items[0].repository, "o/r");
  EXPECT_EQ(items[0].license, "mit");
  EXPECT_EQ(items[4].license, "MIT AND (A OR B)");
  const Texts expected = {"1|a", "3|b", "4|(unreadable)", "6|(unreadable)", "7|d\u00e9"};
  const auto numbered = [&](const std::string& name) {
    Texts all;
    for (const std::string& text : expected) all.push_back(name + ":" + text);
    return all;
  };
  EXPECT_EQ(texts(folder_.file("r.jsonl")), numbered("r.jsonl"));
  EXPECT_EQ(
      texts(add("r.json.gz", make_archive({{"x", lines}}, {.format = "raw", .filter = "gzip"}))),
      numbered("r.json.gz"));
  EXPECT_EQ(
      texts(add("r.jsonl.zst", make_archive({{"x", lines}}, {.format = "raw", .filter = "zstd"}))),
      numbered("r.jsonl.zst"));
  EXPECT_EQ(damage_, "");
}

TEST_F(SourcesTest, FieldsOfRowsHaveNamesOfOnesOwn) {
  options_.fields = {.text = "code.body", .path = "x.y.z", .repository = "r", .license = "l.m"};
  const auto items = read(add("r.jsonl",
                              "{\"code\":{\"body\":\"a\"},\"x\":{\"y\":{\"z\":\"a.py\"}},"
                              "\"l\":{\"m\":\"MIT\"}}\n{\"code.body\":\"b\"}\n"));
  ASSERT_EQ(items.size(), 2);
  EXPECT_EQ(items[0].bytes + items[1].bytes, "ab");
  EXPECT_EQ(items[0].path, "a.py");
  EXPECT_EQ(items[0].license, "MIT");
  options_.fields.text = "other";
  (void)read(add("n.jsonl", "{\"code\":\"a\"}\n"));
  EXPECT_NE(damage_.find("'other' or 'text'"), std::string::npos) << damage_;
}

TEST_F(SourcesTest, EndlessLinesArePassedOver) {
  options_.item_bytes_max = 1000;
  std::string lines = "{\"text\":\"a\"}\n{\"text\":\"" + std::string(4 << 20, 'x') +
                      "\"}\n{\"text\":\"b\"}\n{\"text\":\"" + std::string(5000, 'x') + "\"}\n";
  EXPECT_EQ(texts(add("r.jsonl", lines)), (Texts{"r.jsonl:1|a", "r.jsonl:2|(too_large)",
                                                 "r.jsonl:3|b", "r.jsonl:4|(too_large)"}));
  const std::string whole = make_archive({{"x", lines}}, {.format = "raw", .filter = "gzip"});
  EXPECT_EQ(texts(add("r.jsonl.gz", whole.substr(0, whole.size() - 40))).front(), "r.jsonl.gz:1|a");
  EXPECT_NE(damage_, "");
  EXPECT_EQ(texts(add("t.jsonl", "{\"text\":\"a\"}\n{\"te")), Texts{"t.jsonl:1|a"});
  EXPECT_NE(damage_.find("truncated"), std::string::npos) << damage_;
}

TEST_F(SourcesTest, WithoutArrowParquetSaysHowToHaveIt) {
  if (check_parquet_support().ok()) GTEST_SKIP() << "built with Arrow: see parquet_checks.cc";
  options_.sources = {add("r.parquet", "PAR1")};
  const auto plan = list_parts(env_, options_);
  EXPECT_EQ(plan.error().code(), ErrorCode::unsupported);
  EXPECT_NE(plan.error().message().find("SCRIBE_ARROW_ROOT"), std::string::npos);
}

TEST_F(SourcesTest, NotebooksOfEverySourceAreTheirCode) {
  const std::string notebook =
      R"({"cells":[{"cell_type":"code","source":["a = 1\n"]}],"nbformat":4})";
  add("s/n.ipynb", notebook);
  EXPECT_TRUE(texts(folder_.file("s")).empty());
  options_.notebooks = true;
  EXPECT_EQ(texts(folder_.file("s")), Texts{"s/n.ipynb|a = 1\n"});
  EXPECT_EQ(texts(add("t.tar", make_archive({{"n.ipynb", notebook}, {"m.ipynb", "{"}}))),
            (Texts{"t.tar!n.ipynb|a = 1\n", "t.tar!m.ipynb|(unreadable)"}));
}

}  // namespace
}  // namespace scribe
