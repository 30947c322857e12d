// Temporary.
#include "corpus/sources.h"
#include "corpus/source_walk.h"
namespace scribe {
Result<SourcePlan> plan_sources(Env& env, const SourceOptions& options) {
  SCRIBE_TRY_ASSIGN(SourceWalk walk, walk_sources(env, options.sources, [](std::string_view p) {
                      return p.ends_with(".py");
                    }));
  SourcePlan plan;
  for (auto& f : walk.files)
    plan.parts.push_back({.kind = SourcePart::Kind::file,
                          .path = f.path,
                          .revision = {},
                          .root = {},
                          .size_bytes = f.size_bytes});
  plan.unreadable_folders = walk.unreadable_folders;
  return plan;
}
Result<PartReport> read_part(Env& env, const SourcePart& part, const SourceOptions& options,
                             const std::function<Status(SourceItem&&)>& visit) {
  SourceItem item{.name = part.path,
                  .path = part.path,
                  .repository = {},
                  .license = {},
                  .size_bytes = part.size_bytes,
                  .bytes = {},
                  .dropped_by = {}};
  if (part.size_bytes >= options.item_bytes_max)
    item.dropped_by = Rule::too_large;
  else {
    auto b = env.read_file(part.path);
    if (!b.ok())
      item.dropped_by = Rule::unreadable;
    else
      item.bytes = std::move(b).value();
  }
  SCRIBE_TRY(visit(std::move(item)));
  return PartReport{.items = 1, .damage = {}};
}
}  // namespace scribe
