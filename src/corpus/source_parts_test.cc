// Tests that a list of parts gives back what it was given, in order and each once.
#include "corpus/source_parts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "base/philox.h"

namespace scribe {
namespace {

auto key_of(const SourcePart& part) {
  return std::tuple(part.path, part.revision, part.root.size(), part.root);
}

bool is_equal(const SourcePart& a, const SourcePart& b) {
  return key_of(a) == key_of(b) && a.kind == b.kind && a.size_bytes == b.size_bytes &&
         a.license_file == b.license_file;
}

TEST(SourcePartsTest, GiveBackWhatWasAdded) {
  const auto license = std::make_shared<LicenseFile>();
  const std::vector<SourcePart> given = {
      {.path = "a/b.py", .root = "a", .size_bytes = 1},
      {.path = "a/c.py", .root = "a", .size_bytes = std::int64_t{1} << 40, .license_file = license},
      {.kind = SourcePart::Kind::repository, .path = "r.git", .revision = "1f2e"},
      {.kind = SourcePart::Kind::json_lines, .path = "-"},
      {.path = "/" + std::string(200'000, 'x'), .root = "/"}};
  SourceParts parts;
  for (const SourcePart& part : given) parts.add(part);
  ASSERT_EQ(parts.size(), given.size());
  for (std::size_t index = 0; index < given.size(); ++index)
    EXPECT_TRUE(is_equal(parts[index], given[index])) << index;
  EXPECT_EQ(parts.size_bytes(1), std::int64_t{1} << 40);
  std::size_t index = 0;
  for (const SourcePart& part : parts) EXPECT_TRUE(is_equal(part, given[index++]));
}

TEST(SourcePartsTest, ALicenceFileIsSetForOnePartAlone) {
  const auto one = std::make_shared<LicenseFile>();
  const auto other = std::make_shared<LicenseFile>();
  SourceParts parts;
  for (const char* path : {"a/x.py", "a/y.py", "a/z.py"}) parts.add({.path = path, .root = "a"});
  parts.set_license_file(0, one);
  parts.set_license_file(2, other);
  EXPECT_EQ(parts[0].license_file, one);
  EXPECT_EQ(parts[1].license_file, nullptr);
  EXPECT_EQ(parts[2].license_file, other);
  EXPECT_EQ(parts[2].path, "a/z.py");
}

// Names of few letters, so that folders are names' beginnings and the same path comes again.
TEST(SourcePartsTest, OrderIsThatOfWholePathsAndOfEqualOnesTheOutermostStays) {
  PhiloxStream random(11, 0);
  const auto word = [&](std::string_view letters) {
    std::string text;
    for (std::uint64_t length = 1 + random.next_below(3); text.size() < length;)
      text += letters[random.next_below(letters.size())];
    return text;
  };
  std::vector<SourcePart> slow;
  SourceParts parts;
  for (int i = 0; i < 3000; ++i) {
    SourcePart part{.path = word("ab."), .root = word("r")};
    for (std::uint64_t folders = random.next_below(3); folders > 0; --folders)
      part.path = word("ab-") + "/" + part.path;
    part.size_bytes = static_cast<std::int64_t>(part.path.size() + 10 * part.root.size());
    if (random.next_below(4) == 0) {
      part.kind = SourcePart::Kind::repository;
      part.revision = word("12");
      part.size_bytes += static_cast<std::int64_t>(1000 * part.revision.size());
    }
    parts.add(part);
    slow.push_back(part);
  }
  std::ranges::sort(slow, {}, key_of);
  const auto repeated = std::ranges::unique(
      slow, {}, [](const SourcePart& part) { return std::tuple(part.path, part.revision); });
  slow.erase(repeated.begin(), repeated.end());
  parts.sort_and_unite();
  ASSERT_EQ(parts.size(), slow.size());
  ASSERT_LT(parts.size(), 2900U);
  for (std::size_t index = 0; index < slow.size(); ++index)
    ASSERT_TRUE(is_equal(parts[index], slow[index])) << slow[index].path;
}

}  // namespace
}  // namespace scribe
