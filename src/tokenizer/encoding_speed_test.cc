// Tests what is counted; how fast it is depends on the machine.
#include "tokenizer/encoding_speed.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"
#include "tokenizer/bpe_trainer.h"

namespace scribe {
namespace {

TEST(EncodingSpeedTest, CountsBytesAndTokensOfAllTexts) {
  const TemporaryDirectory directory;
  Env& env = Env::real();
  BpeTrainer trainer({.vocabulary_size = 285});
  trainer.add("def f(x): return x");
  const Tokenizer tokenizer = trainer.train().value();
  ASSERT_TRUE(tokenizer.save(env, directory.file("t.json")).ok());
  const std::vector<std::string> texts{"def f(y)", "", std::string(5000, 'x')};
  for (const int threads : {1, 3}) {
    const EncodingSpeed speed =
        measure_encoding(env, directory.file("t.json"), texts, threads, 2).value();
    EXPECT_EQ(speed.bytes, 5008);
    EXPECT_EQ(speed.tokens, static_cast<std::int64_t>(tokenizer.count(texts[0]) + 5000));
    EXPECT_GT(speed.cold_bytes_per_second, 0);
    EXPECT_GT(speed.warm_bytes_per_second, 0);
  }
}

TEST(EncodingSpeedTest, NoTextAndNoTokenizerAreErrors) {
  const TemporaryDirectory directory;
  Env& env = Env::real();
  const std::vector<std::string> nothing{""};
  EXPECT_EQ(measure_encoding(env, directory.file("t.json"), nothing, 1, 1).error().code(),
            ErrorCode::invalid_argument);
  const std::vector<std::string> text{"x"};
  EXPECT_EQ(measure_encoding(env, directory.file("t.json"), text, 1, 1).error().code(),
            ErrorCode::not_found);
}

}  // namespace
}  // namespace scribe
