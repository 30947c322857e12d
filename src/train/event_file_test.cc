// The bytes of event files; tools/check_tensorboard.py has TensorBoard itself read them.
#include "train/event_file.h"

#include <gtest/gtest.h>

#include <array>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

// The vectors of RFC 3720, appendix B.4, and the common one of the digits.
TEST(EventFileTest, ChecksumsAreThoseOfTheStandard) {
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
  EXPECT_EQ(crc32c(""), 0U);
}

/// The payloads of all records; fails where a length or a checksum is wrong.
std::vector<std::string> records(const std::string& bytes) {
  std::vector<std::string> payloads;
  for (std::size_t at = 0; at < bytes.size();) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof(length));
    if (at + 16 + length > bytes.size()) {
      ADD_FAILURE() << "a record of " << length << " bytes at " << at;
      break;
    }
    payloads.push_back(bytes.substr(at + 12, length));
    at += 16 + length;
  }
  return payloads;
}

TEST(EventFileTest, AFileBeginsWithItsVersionAndTheStepFromWhichItCounts) {
  Env& env = Env::real();
  const TemporaryDirectory directory;
  auto file = EventFile::create(env, directory.path(), 7, 1700000000.5);
  ASSERT_TRUE(file.ok()) << file.error().message();
  constexpr std::array<EventScalar, 2> kScalars = {{{"loss/train", 2.5}, {"rate", 0.001}}};
  ASSERT_TRUE(file.value().add(7, 1700000001, kScalars).ok());
  ASSERT_TRUE(file.value().sync().ok());
  const std::string path = directory.file("events.out.tfevents.1700000000.scribe");
  const std::vector<std::string> found = records(env.read_file(path).value());
  ASSERT_EQ(found.size(), 3U);
  EXPECT_NE(found[0].find("brain.Event:2"), std::string::npos);
  EXPECT_EQ(found[1].substr(9), std::string("\x10\x07\x3a\x02\x08\x01", 6));
  EXPECT_EQ(found[2].substr(9, 3), std::string("\x10\x07\x2a", 3));
  const std::string loss("\x0a\x0aloss/train\x15\x00\x00\x20\x40", 17);
  EXPECT_NE(found[2].find(loss), std::string::npos);
}

TEST(EventFileTest, AResumedRunHasAFileOfItsOwn) {
  Env& env = Env::real();
  const TemporaryDirectory directory;
  for (int run = 0; run < 3; ++run)
    ASSERT_TRUE(EventFile::create(env, directory.path(), run, 1700000000).ok());
  EXPECT_EQ(env.list_directory(directory.path()).value().size(), 3U);
}

}  // namespace
}  // namespace scribe
