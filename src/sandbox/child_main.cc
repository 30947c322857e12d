// The entrance of helpers: which role argv asks for.
#include <array>
#include <atomic>
#include <string_view>

#include "sandbox/helpers.h"
#include "sandbox/sandbox.h"
#include "sandbox/wire.h"

namespace scribe {
namespace sandbox {
namespace {

std::atomic<bool> dispatch_ready = false;

struct Role {
  std::string_view name;
  int (*run)();
};
constexpr std::array<Role, 4> kRoles = {{{"launcher", run_launcher},
                                         {"tester", run_tester},
                                         {"exec", run_exec_launcher},
                                         {"probe", run_probe}}};

}  // namespace

bool is_helper_dispatch_ready() {
  return dispatch_ready.load();
}

}  // namespace sandbox

std::optional<int> run_if_sandbox_child(int argc, char** argv) {
  sandbox::dispatch_ready = true;
  const std::string_view flag = argc == 2 ? argv[1] : "";
  if (!flag.starts_with(sandbox::kChildFlag)) return std::nullopt;
  for (const sandbox::Role& role : sandbox::kRoles)
    if (role.name == flag.substr(sandbox::kChildFlag.size())) return role.run();
  return 2;
}

}  // namespace scribe
