// judge(): the only way to pass, and who is blamed for what else may happen.
#include "sandbox/verdict.h"

#include <gtest/gtest.h>

#include <csignal>

namespace scribe::sandbox {
namespace {

constexpr SandboxLimits kLimits;

VerdictKind kind_of(const RunFacts& facts) {
  return judge(facts, kLimits).kind;
}

RunFacts died_with(int wait_status) {
  RunFacts facts;
  facts.outcome = TestsOutcome::candidate_died;
  facts.candidate_ended = true;
  facts.wait_status = wait_status;
  return facts;
}
int exited(int code) {
  return code << 8;
}

TEST(VerdictTest, NothingSeenIsInternal) {
  EXPECT_EQ(kind_of({}), VerdictKind::internal);
}

TEST(VerdictTest, OnlyTheTestersWordPasses) {
  RunFacts facts;
  facts.outcome = TestsOutcome::passed;
  EXPECT_EQ(kind_of(facts), VerdictKind::pass);
  facts.wall_expired = true;
  EXPECT_NE(kind_of(facts), VerdictKind::pass);
  facts.wall_expired = false;
  facts.tester_lost = true;
  EXPECT_NE(kind_of(facts), VerdictKind::pass);
  facts.tester_lost = false;
  facts.launcher_lost = true;
  EXPECT_EQ(kind_of(facts), VerdictKind::internal);
}

TEST(VerdictTest, ExitCodesAreNeverEvidence) {
  for (const int code : {0, 1, 86}) EXPECT_EQ(kind_of(died_with(exited(code))), VerdictKind::exit);
}

TEST(VerdictTest, SignalsSayWhichLimitWasHit) {
  EXPECT_EQ(kind_of(died_with(SIGXCPU)), VerdictKind::cpu);
  EXPECT_EQ(kind_of(died_with(SIGSYS)), VerdictKind::syscall);
  EXPECT_EQ(kind_of(died_with(SIGXFSZ)), VerdictKind::output);
  EXPECT_EQ(kind_of(died_with(SIGSEGV)), VerdictKind::signal);
  EXPECT_EQ(judge(died_with(SIGSEGV), kLimits).detail, "killed by SIGSEGV");
  RunFacts killed = died_with(SIGKILL);
  EXPECT_EQ(kind_of(killed), VerdictKind::signal);
  killed.memory_bytes = kLimits.memory_bytes;
  EXPECT_EQ(kind_of(killed), VerdictKind::memory);
  killed.cpu_exceeded = true;
  EXPECT_EQ(kind_of(killed), VerdictKind::cpu);
}

TEST(VerdictTest, TheDeadlineBlamesWhoeverWasBusy) {
  RunFacts facts;
  facts.wall_expired = true;
  facts.phase_at_end = TesterPhase::waiting;
  EXPECT_EQ(kind_of(facts), VerdictKind::wall);
  facts.phase_at_end = TesterPhase::testing;
  EXPECT_EQ(kind_of(facts), VerdictKind::internal);
  facts.tests_exhausted = true;
  EXPECT_EQ(kind_of(facts), VerdictKind::wall);
  facts.phase_at_end = TesterPhase::decoding;
  EXPECT_EQ(kind_of(facts), VerdictKind::protocol);
}

TEST(VerdictTest, ADeadTesterIsOurFaultUnlessAReplyKilledIt) {
  RunFacts facts;
  facts.tester_lost = true;
  facts.phase_at_end = TesterPhase::testing;
  EXPECT_EQ(kind_of(facts), VerdictKind::internal);
  facts.phase_at_end = TesterPhase::decoding;
  EXPECT_EQ(kind_of(facts), VerdictKind::protocol);
}

TEST(VerdictTest, NamesAreReadBackAsTheirKinds) {
  for (int i = 0; i <= static_cast<int>(VerdictKind::internal); ++i) {
    const auto kind = static_cast<VerdictKind>(i);
    EXPECT_EQ(verdict_kind_named(name_of(kind)), kind);
  }
  EXPECT_EQ(verdict_kind_named("passed"), std::nullopt);
}

}  // namespace
}  // namespace scribe::sandbox
