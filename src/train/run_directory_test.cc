// Tests of a run's own files: run.toml comes back, the log is cut to the checkpoint.
#include "train/run_directory.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe {
namespace {

class RunDirectoryTest : public testing::Test {
 protected:
  Env& env_ = Env::real();
  TemporaryDirectory directory_;
};

TEST_F(RunDirectoryTest, NumbersOfRunTomlComeBackAsWritten) {
  const Json options{{"learning_rate", 6e-4}, {"clip", 1.0},       {"steps", 20},
                     {"tiny", 1e-300},        {"seed", ~0ULL},     {"device", "c\"p\\u"},
                     {"flag", true},          {"epsilon", 1.0e-08}};
  ASSERT_TRUE(write_run_options(env_, directory_.path(), options).ok());
  const auto number = [&](const char* key) {
    return read_run_number(env_, directory_.path(), key);
  };
  EXPECT_EQ(number("learning_rate").value(), 6e-4);
  EXPECT_EQ(number("clip").value(), 1.0);
  EXPECT_EQ(number("steps").value(), 20.0);
  EXPECT_EQ(number("tiny").value(), 1e-300);
  EXPECT_EQ(number("epsilon").value(), 1e-8);
  EXPECT_FALSE(number("absent").value().has_value());
  EXPECT_FALSE(number("device").ok());
}

TEST_F(RunDirectoryTest, AFileThatIsNotTomlIsInvalidAndNamedByLine) {
  ASSERT_TRUE(write_file_atomic(env_, directory_.file("run.toml"), "a = 1\nb = = 2\n").ok());
  const auto number = read_run_number(env_, directory_.path(), "a");
  ASSERT_FALSE(number.ok());
  EXPECT_EQ(number.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(number.error().message().find("run.toml:2"), std::string::npos)
      << number.error().message();
}

TEST_F(RunDirectoryTest, TheLogIsCutToTheCheckpointsStep) {
  const std::string log = directory_.file("train_log.jsonl");
  ASSERT_TRUE(write_file_atomic(env_, log, "{\"step\":1}\n{\"step\":2}\n{\"step\":3}\n{\"st").ok());
  {
    auto journal = open_step_log(env_, log, 2);
    ASSERT_TRUE(journal.ok()) << journal.error().message();
    ASSERT_TRUE(journal.value().append({{"step", 3}, {"again", true}}).ok());
  }
  EXPECT_EQ(env_.read_file(log).value(),
            "{\"step\":1}\n{\"step\":2}\n{\"step\":3,\"again\":true}\n");
}

TEST(DescribeDifferenceTest, EveryOptionThatDiffersIsNamed) {
  const Json there{{"a", 1}, {"b", 0.1}, {"gone", "x"}};
  EXPECT_EQ(describe_difference(there, there), "");
  EXPECT_EQ(
      describe_difference(there, {{"a", 1}, {"b", 0.2}, {"new", true}}),
      "b is 0.1 there, 0.2 here; new is null there, true here; gone is \"x\" there, null here");
}

}  // namespace
}  // namespace scribe
