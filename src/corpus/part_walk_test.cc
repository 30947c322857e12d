// Tests that walks list what a plain search finds, in order and each once, from any place on.
#include "corpus/part_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "base/philox.h"
#include "base/testing/faulty_env.h"
#include "corpus/testing/source_fixtures.h"

namespace scribe {
namespace {

namespace fs = std::filesystem;

class PartWalkTest : public testing::Test {
 protected:
  void add(const std::string& name) {
    const fs::path path = folder_.file(name);
    fs::create_directories(path.parent_path());
    ASSERT_TRUE(write_file_atomic(env_, path.string(), name).ok());
  }

  /// "path" of each part from a place on, without the temporary folder.
  std::vector<std::string> names(const PartPlace& from = {}) {
    const auto parts = list_parts(env_, options_, from);
    EXPECT_TRUE(parts.ok()) << (parts.ok() ? "" : parts.error().message());
    std::vector<std::string> names;
    for (const SourcePart& part : parts.value())
      names.push_back(part.path.substr(folder_.path().size() + 1));
    return names;
  }

  FaultyEnv env_;
  TemporaryDirectory folder_;
  SourceOptions options_;
};

TEST_F(PartWalkTest, FoldersStandWhereTheirPathsDo) {
  for (const char* name : {"a/z.py", "a-b.py", "a.py", "a/b/c.py", "a/b.py", "a0.py", "a/b-/d.py"})
    add(name);
  options_.sources = {folder_.path()};
  EXPECT_EQ(names(), (std::vector<std::string>{"a-b.py", "a.py", "a/b-/d.py", "a/b.py", "a/b/c.py",
                                               "a/z.py", "a0.py"}));
}

TEST_F(PartWalkTest, RevisionsOfARepositoryStandByTheirCommits) {
  const std::string path = folder_.file("r.git");
  const std::string first = make_commit(path, {{"a.py", "old"}});
  const std::string second = make_commit(path, {{"a.py", "new"}});
  options_.sources = {path, path + "@" + first, path + "@" + second};
  const auto parts = list_parts(env_, options_).value();
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].revision, std::min(first, second));
  EXPECT_EQ(parts[1].revision, std::max(first, second));
  EXPECT_EQ(list_parts(env_, options_, place_of(parts[1])).value().size(), 1U);
}

TEST_F(PartWalkTest, AFolderThatCannotBeListedIsAFinding) {
  class NoListEnv : public FaultyEnv {
   public:
    Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) override {
      if (path.ends_with("/b")) return error(ErrorCode::io, "refused");
      return FaultyEnv::list_directory(path);
    }
  } refusing;
  add("a/x.py");
  add("b/y.py");
  options_.sources = {folder_.path()};
  const SourcePlan plan = plan_sources(refusing, options_).value();
  EXPECT_EQ(plan.findings.unreadable_folders, std::vector<std::string>{folder_.file("b")});
  EXPECT_EQ(plan.runs.size(), 1U);
  options_.sources = {folder_.file("b")};
  EXPECT_EQ(plan_sources(refusing, options_).error().code(), ErrorCode::io);
}

TEST_F(PartWalkTest, PlansAreCutWhereThereIsEnough) {
  const std::string large(6'000'000, 'x');
  for (const char* name : {"a.py", "b.py", "c.py", "d.py", "e.py"}) {
    add(name);
    ASSERT_TRUE(write_file_atomic(env_, folder_.file(name), large).ok());
  }
  options_.sources = {folder_.path()};
  const SourcePlan plan = plan_sources(env_, options_).value();
  ASSERT_EQ(plan.runs.size(), 2U);
  EXPECT_EQ(plan.runs[0].begin.path, folder_.file("a.py"));
  EXPECT_EQ(plan.runs[0].bytes, 18'000'000);
  EXPECT_EQ(plan.runs[1].begin.path, folder_.file("d.py"));
  EXPECT_EQ(plan.bytes, 30'000'000);
  ASSERT_TRUE(write_file_atomic(env_, folder_.file("e.py"), "x").ok());
  EXPECT_NE(plan_sources(env_, options_).value().hash, plan.hash);
}

// Folders of few names, so that they are one another's beginnings; sources within sources.
class RandomTree : public PartWalkTest {
 protected:
  using Key = std::tuple<std::string, std::size_t, std::string>;

  std::string word() {
    constexpr auto kWords = std::to_array<const char*>(
        {"a", "b", "ab", "a-", "a.", "a0", "usr", "share", "doc", "debian"});
    return kWords[random_.next_below(kWords.size())];
  }

  void make_tree() {
    for (int i = 0; i < 60; ++i) {
      std::string path;
      for (std::uint64_t folders = random_.next_below(5); folders > 0; --folders)
        path += word() + "/";
      if (random_.next_below(6) == 0) path += "usr/share/doc/" + word() + "/";
      constexpr auto kFiles =
          std::to_array<const char*>({"a.py", "b.py", "LICENSE", "copyright", "COPYING"});
      path += kFiles[random_.next_below(kFiles.size())];
      std::error_code ignored;  // A file of that name may be where a folder would be.
      fs::create_directories(fs::path(folder_.file(path)).parent_path(), ignored);
      if (!ignored) files_.insert(path);
    }
    for (const std::string& file : files_)
      ASSERT_TRUE(write_file_atomic(env_, folder_.file(file), "x").ok());
  }

  void choose_sources() {
    options_.sources.clear();
    for (const std::string& file : files_) {
      if (random_.next_below(20) != 0) continue;
      fs::path path = folder_.file(file);
      for (std::uint64_t up = random_.next_below(4); up > 0 && path.string() > folder_.path(); --up)
        path = path.parent_path();
      if (fs::is_directory(path) || path.extension() == ".py")
        options_.sources.push_back(path.string());
    }
    if (options_.sources.empty()) options_.sources.push_back(folder_.path());
  }

  /// Path, root and licence file of every part, from a search of everything.
  std::vector<std::tuple<std::string, std::string, std::string>> expected() {
    std::map<Key, std::string> found;
    for (const std::string& source : options_.sources) {
      const bool is_folder = fs::is_directory(source);
      const std::string root = is_folder ? source : fs::path(source).parent_path().string();
      LicenseIndex licenses([](const std::string& path) { return path; });
      const auto files = below(source);
      for (const std::string& path : files)
        if (is_folder && is_license_path(path)) licenses.add(path.substr(root.size() + 1));
      for (const std::string& path : files) {
        if (!path.ends_with(".py")) continue;
        const auto license = is_folder ? licenses.find(path.substr(root.size() + 1)) : nullptr;
        std::string& kept = found[{path, root.size(), root}];
        if (is_folder) kept = license ? license->path : "";
      }
    }
    std::vector<std::tuple<std::string, std::string, std::string>> parts;
    for (const auto& [key, license] : found)
      if (parts.empty() || std::get<0>(parts.back()) != std::get<0>(key))
        parts.emplace_back(std::get<0>(key), std::get<2>(key), license);
    return parts;
  }

  std::vector<std::string> below(const std::string& source) {
    if (!fs::is_directory(source)) return {source};
    std::vector<std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(source))
      if (entry.is_regular_file()) files.push_back(entry.path().string());
    return files;
  }

  void expect_walk(const PartPlace& from) {
    auto all = expected();
    std::erase_if(all, [&](const auto& part) { return std::get<0>(part) < from.path; });
    const auto parts = list_parts(env_, options_, from).value();
    ASSERT_EQ(parts.size(), all.size()) << from.path;
    for (std::size_t index = 0; index < all.size(); ++index) {
      const SourcePart& part = parts[index];
      ASSERT_EQ(std::tuple(part.path, part.root,
                           part.license_file ? part.license_file->path : std::string()),
                all[index])
          << "of " << fmt::format("{}", fmt::join(options_.sources, " ")) << " from " << from.path;
    }
  }

  /// In steps, over what lies between some of them.
  void expect_steps() {
    const auto all = expected();
    const SourceSet sources = SourceSet::open(env_, options_).value();
    PartWalk walk = sources.walk();
    for (std::size_t index = 0; index < all.size();) {
      index += random_.next_below(4);
      if (index >= all.size()) break;
      walk.go_to({.path = std::get<0>(all[index])});
      const std::size_t end = std::min(all.size(), index + random_.next_below(4));
      const PartPlace before{.path = end < all.size() ? std::get<0>(all[end]) : "~"};
      for (; index < end; ++index) {
        const auto part = walk.next_before(before).value();
        ASSERT_TRUE(part.has_value());
        ASSERT_EQ(std::tuple(part->path, part->root,
                             part->license_file ? part->license_file->path : std::string()),
                  all[index]);
      }
      ASSERT_FALSE(walk.next_before(before).value().has_value());
    }
  }

  PhiloxStream random_{11, 0};
  std::set<std::string> files_;
};

TEST_F(RandomTree, WalksListWhatASearchFindsFromAnyPlaceOn) {
  for (int tree = 0; tree < 8; ++tree) {
    files_.clear();
    fs::remove_all(folder_.path());
    fs::create_directories(folder_.path());
    make_tree();
    for (int choice = 0; choice < 4; ++choice) {
      choose_sources();
      expect_walk({});
      expect_steps();
      for (const auto& part : expected())
        if (random_.next_below(4) == 0) expect_walk({.path = std::get<0>(part)});
      for (int place = 0; place < 5; ++place)
        expect_walk({.path = folder_.file(word() + "/" + word())});
    }
  }
}

}  // namespace
}  // namespace scribe
