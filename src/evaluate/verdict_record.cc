// Verdicts as JSON.
#include "evaluate/verdict_record.h"

#include <cmath>

namespace scribe {

std::string result_text(const Verdict& verdict) {
  switch (verdict.kind) {
    case VerdictKind::pass:
      return "passed";
    case VerdictKind::cpu:
    case VerdictKind::wall:
      return "timed out";
    default:
      return "failed: " + verdict.detail;
  }
}

void set_verdict(const JudgedVerdict& judged, const std::string& key, Json& line) {
  const Verdict& verdict = judged.verdict;
  // A sample's own keys of these names would be read as the verdict's.
  if (line.is_object())
    for (const char* const sometimes : {"part", "soft"}) line.erase(sometimes);
  line["result"] = result_text(verdict);
  line["passed"] = verdict.passed();
  line["verdict"] = name_of(verdict.kind);
  line["detail"] = verdict.detail;
  line["cpu_seconds"] = std::round(verdict.cpu_seconds * 1e6) / 1e6;
  if (!verdict.part.empty()) line["part"] = verdict.part;
  line["engine"] = judged.engine;
  line["walls"] = judged.walls;
  if (verdict.soft) line["soft"] = true;
  line["key"] = key;
}

Result<JudgedVerdict> verdict_from_json(const Json& line, const std::string& where) {
  JudgedVerdict judged;
  Verdict& verdict = judged.verdict;
  SCRIBE_TRY_ASSIGN(const std::string kind, json_field<std::string>(line, "verdict", where));
  SCRIBE_TRY_ASSIGN(verdict.detail, json_field<std::string>(line, "detail", where));
  SCRIBE_TRY_ASSIGN(verdict.cpu_seconds, json_field<double>(line, "cpu_seconds", where));
  const auto known = verdict_kind_named(kind);
  if (!known)
    return error(ErrorCode::invalid_data, "{}: field 'verdict' is '{}', which is no verdict", where,
                 kind);
  verdict.kind = *known;
  if (line.contains("part")) {
    SCRIBE_TRY_ASSIGN(verdict.part, json_field<std::string>(line, "part", where));
  }
  if (line.contains("soft")) {
    SCRIBE_TRY_ASSIGN(verdict.soft, json_field<bool>(line, "soft", where));
  }
  if (!line.contains("engine")) return judged;
  SCRIBE_TRY_ASSIGN(judged.engine, json_field<std::string>(line, "engine", where));
  SCRIBE_TRY_ASSIGN(judged.walls, json_field<std::string>(line, "walls", where));
  return judged;
}

}  // namespace scribe
