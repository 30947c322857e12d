// Looks for the model beside the program, as installed and as built.
#include "cli/default_model.h"

#include <filesystem>

namespace scribe::cli {
namespace {

constexpr int kBuildDepthMax = 5;  // build/release/src/cli/scribe, and one more.

}  // namespace

Result<std::string> default_model_of(Env& env, const std::string& program) {
  const std::filesystem::path folder = std::filesystem::path(program).parent_path();
  std::string model = (folder.parent_path() / "share/scribe/models/default").string();
  if (env.exists(model + "/config.json")) return model;
  std::filesystem::path parent = folder;
  for (int depth = 0; depth < kBuildDepthMax && parent.has_relative_path(); ++depth) {
    parent = parent.parent_path();
    model = (parent / "models/default").string();
    if (env.exists(model + "/config.json")) return model;
  }
  return error(ErrorCode::not_found,
               "no --model was given, and the model that comes with Scribe is not beside '{}' "
               "(../share/scribe/models/default, or models/default of the source tree)",
               program);
}

Result<std::string> model_or_default(Env& env, const std::string& given) {
  if (!given.empty()) return given;
  std::error_code code;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", code);
  if (code)
    return error(ErrorCode::not_found, "no --model was given, and /proc/self/exe is not there: {}",
                 code.message());
  return default_model_of(env, program.string());
}

}  // namespace scribe::cli
