// Tests where the model that comes with Scribe is looked for.
#include "cli/default_model.h"

#include <gtest/gtest.h>

#include "base/testing/faulty_env.h"

namespace scribe::cli {
namespace {

/// Puts a model below `folder` of the directory.
std::string put_model(const TemporaryDirectory& directory, const std::string& folder) {
  const std::string model = directory.file(folder);
  EXPECT_TRUE(Env::real().create_directories(model).ok());
  EXPECT_TRUE(write_file_atomic(Env::real(), model + "/config.json", "{}\n").ok());
  return model;
}

TEST(DefaultModelTest, IsInShareOfAnInstalledProgram) {
  const TemporaryDirectory directory;
  const std::string model = put_model(directory, "share/scribe/models/default");
  put_model(directory, "models/default");  // The installed one comes first.
  EXPECT_EQ(default_model_of(Env::real(), directory.file("bin/scribe")).value(), model);
}

TEST(DefaultModelTest, IsInTheSourceTreeOfABuild) {
  const TemporaryDirectory directory;
  const std::string model = put_model(directory, "models/default");
  EXPECT_EQ(default_model_of(Env::real(), directory.file("build/release/src/cli/scribe")).value(),
            model);
}

TEST(DefaultModelTest, WithoutOneTheErrorSaysWhereItWasLookedFor) {
  const TemporaryDirectory directory;
  const auto model = default_model_of(Env::real(), directory.file("bin/scribe"));
  ASSERT_FALSE(model.ok());
  EXPECT_EQ(model.error().code(), ErrorCode::not_found);
  EXPECT_NE(model.error().message().find("share/scribe/models/default"), std::string::npos);
}

TEST(DefaultModelTest, AGivenModelIsTakenAsItIs) {
  EXPECT_EQ(model_or_default(Env::real(), "some/where").value(), "some/where");
}

}  // namespace
}  // namespace scribe::cli
