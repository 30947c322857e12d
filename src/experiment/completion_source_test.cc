// Tests of what is known of a model before anything is drawn.
#include "experiment/completion_source.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"
#include "checkpoint/model_config.h"
#include "experiment/testing/tiny_server.h"

namespace scribe {
namespace {

class CompletionSourceTest : public testing::Test {
 protected:
  std::string write_config(const std::string& folder) {
    const std::string path = directory_.file(folder);
    const ModelConfig config{.layers = 2, .width = 16, .heads = 2, .vocabulary_size = 300};
    EXPECT_TRUE(env_.create_directories(path).ok());
    EXPECT_TRUE(
        write_file_atomic(env_, path + "/config.json", to_json_pretty(model_config_json(config, 0)))
            .ok());
    return path;
  }

  FaultyEnv env_;
  StopToken stop_;
  TemporaryDirectory directory_;
};

TEST_F(CompletionSourceTest, NonEmbeddingParametersOfGpt2AreThoseOfItsBlocks) {
  // 12 blocks of 12 width^2 weights and 13 width biases and norms, and the last norm.
  const ModelConfig config{
      .layers = 12, .width = 768, .heads = 12, .vocabulary_size = 50257, .context = 1024};
  EXPECT_EQ(non_embedding_parameters(config), 12 * (12 * 768 * 768 + 13 * 768) + 2 * 768);
}

TEST_F(CompletionSourceTest, FactsAreTheConfigurationsAndTheLastValidationLoss) {
  const std::vector<std::string> models = {write_config("a/run"), write_config("b/run") + "/"};
  ASSERT_TRUE(write_file_atomic(env_, models[0] + "/train_log.jsonl",
                                "{\"step\":1,\"loss\":5}\n{\"step\":2,\"validation_loss\":4.5}\n"
                                "{\"step\":3,\"validation_loss\":4.25}\n{\"step\":4}\n")
                  .ok());
  const auto sources = open_sources(env_, stop_, models, {});
  ASSERT_TRUE(sources.ok()) << sources.error().message();
  const ModelFacts& first = sources.value()[0]->facts();
  EXPECT_EQ(first.name, "run");
  EXPECT_EQ(first.validation_loss, 4.25);
  EXPECT_GT(first.parameters.value(), first.non_embedding_parameters.value());
  const ModelFacts& second = sources.value()[1]->facts();
  EXPECT_EQ(second.name, "run-2");
  EXPECT_FALSE(second.validation_loss.has_value());
}

TEST_F(CompletionSourceTest, ALogThatCannotBeReadAndAFolderWithoutModelAreErrors) {
  const std::vector<std::string> damaged = {write_config("run")};
  ASSERT_TRUE(write_file_atomic(env_, damaged[0] + "/train_log.jsonl",
                                "{\"step\":1,\"validation_loss\":\"low\"}\n")
                  .ok());
  const auto log = open_sources(env_, stop_, damaged, {});
  ASSERT_FALSE(log.ok());
  EXPECT_NE(log.error().message().find("train_log.jsonl:1"), std::string::npos)
      << log.error().message();
  const std::vector<std::string> missing = {directory_.file("nowhere")};
  EXPECT_EQ(open_sources(env_, stop_, missing, {}).error().code(), ErrorCode::not_found);
}

TEST_F(CompletionSourceTest, AServersModelIsNamedBehindTheAddressOrAskedFor) {
  const TinyServer server(
      [](const TinyRequest&) { return TinyReply{.body = R"({"data": [{"id": "org/toy v1"}]})"}; });
  const std::vector<std::string> models = {server.url(), server.url() + "#other"};
  const auto sources = open_sources(env_, stop_, models, {});
  ASSERT_TRUE(sources.ok()) << sources.error().message();
  EXPECT_EQ(sources.value()[0]->facts().name, "toy-v1");
  EXPECT_EQ(sources.value()[0]->facts().where, server.url() + "#org/toy v1");
  EXPECT_EQ(sources.value()[1]->facts().name, "other");
  EXPECT_EQ(server.requests(), 1);
}

}  // namespace
}  // namespace scribe
