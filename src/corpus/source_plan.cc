// One walk over all parts: where to cut them, and what tells them from others.
#include <algorithm>

#include "base/hash.h"
#include "corpus/sources.h"

namespace scribe {

Result<SourcePlan> plan_sources(Env& env, const SourceOptions& options) {
  SCRIBE_TRY_ASSIGN(SourceSet sources, SourceSet::open(env, options));
  SourcePlan plan{.sources = std::move(sources), .runs = {}, .findings = {}};
  PartWalk walk = plan.sources.walk();
  for (;;) {
    SCRIBE_TRY_ASSIGN(const std::optional<SourcePart> part, walk.next());
    if (!part) break;
    if (plan.runs.empty() || plan.runs.back().bytes >= kPartRunBytes)
      plan.runs.push_back({.begin = place_of(*part)});
    plan.runs.back().bytes += part->size_bytes;
    plan.bytes += part->size_bytes;
    plan.hash = hash64(fmt::format("{} {} {} {}", static_cast<int>(part->kind), part->size_bytes,
                                   part->revision, part->path),
                       plan.hash);
  }
  plan.findings = walk.findings();
  std::vector<std::string>& unreadable = plan.findings.unreadable_folders;
  std::ranges::sort(unreadable);
  const auto twice = std::ranges::unique(unreadable);
  unreadable.erase(twice.begin(), twice.end());
  return plan;
}

}  // namespace scribe
