// The library's text, once in each suite.
#include "evaluate/behaviour_suite.h"

#include <fmt/format.h>

#include "base/json.h"
#include "evaluate/behaviour_python.h"

namespace scribe {

std::string python_literal(std::string_view text) {
  return to_json_line(Json(std::string(text)));
}

std::string behaviour_suite(std::string_view check) {
  return fmt::format("behaviour = scribe.library({})\ncheck = behaviour.{}\n",
                     python_literal(kBehaviourPython), check);
}

}  // namespace scribe
