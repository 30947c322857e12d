// Parts of sources, grouped into units of about the same size.
#include "corpus/build/code_collection.h"

#include <map>
#include <memory>
#include <mutex>

#include "corpus/build/declared_licenses.h"

namespace scribe {
namespace {

/// Where each unit begins.
std::vector<PartPlace> unit_begins(const SourcePlan& plan, std::int64_t unit_bytes) {
  std::vector<PartPlace> begins;
  std::int64_t bytes = 0;
  for (const PartRun& run : plan.runs) {
    if (begins.empty() || bytes >= unit_bytes) {
      begins.push_back(run.begin);
      bytes = 0;
    }
    bytes += run.bytes;
  }
  return begins;
}

/// Walks between two units: what one has listed of a large folder, the next need not list again.
class IdleWalks {
 public:
  /// One that has not gone beyond a place, and goes on from there.
  PartWalk take(const SourceSet& sources, const PartPlace& begin) {
    auto nearest = nearest_before(begin);
    if (nearest.empty()) return sources.walk(begin);
    nearest.mapped().go_to(begin);
    return std::move(nearest.mapped());
  }

  void give_back(PartWalk walk, const PartPlace& reached) {
    const std::lock_guard lock(mutex_);
    walks_.emplace(reached, std::move(walk));
  }

 private:
  using Walks = std::multimap<PartPlace, PartWalk>;

  Walks::node_type nearest_before(const PartPlace& begin) {
    const std::lock_guard lock(mutex_);
    const auto beyond = walks_.upper_bound(begin);
    return beyond == walks_.begin() ? Walks::node_type() : walks_.extract(std::prev(beyond));
  }

  std::mutex mutex_;
  Walks walks_;  // guarded by mutex_
};

/// What is taken out of a notebook is Python.
std::string language_path(const std::string& path) {
  return path.ends_with(".ipynb") ? path + ".py" : path;
}

}  // namespace

Collection code_collection(const BuildContext& context, std::string folder,
                           const SourcePlan& plan) {
  const BuildLayout layout = layout_for(plan.bytes);
  std::vector<PartPlace> begins = unit_begins(plan, layout.unit_bytes);
  const auto units = static_cast<std::int64_t>(begins.size());
  return {
      .name = "code",
      .folder = std::move(folder),
      .filter = context.options.code_filter,
      .minhash = context.options.minhash,
      .near_duplicates = context.options.near_duplicates,
      .bytes_max = context.options.code_bytes_max,
      .layout = layout,
      .units = units,
      .read = [&context, &plan, begins = std::move(begins), idle = std::make_shared<IdleWalks>()](
                  std::int64_t unit, const std::function<Status(Candidate&&)>& visit)
          -> Result<std::vector<std::string>> {
        std::vector<std::string> damages;
        const auto index = static_cast<std::size_t>(unit);
        DeclaredLicenses licenses;
        const auto take = [&](SourceItem&& item) {
          std::string license = licenses.of(item);
          return visit({.source = std::move(item.name),
                        .path = language_path(item.path),
                        .license = std::move(license),
                        .size_bytes = item.size_bytes,
                        .text = std::move(item.bytes),
                        .dropped_by = item.dropped_by,
                        .split_id = {}});
        };
        const bool is_last = index + 1 == begins.size();
        PartWalk walk = idle->take(plan.sources, begins[index]);
        for (;;) {
          SCRIBE_TRY_ASSIGN(const std::optional<SourcePart> part,
                            is_last ? walk.next() : walk.next_before(begins[index + 1]));
          if (!part) break;
          SCRIBE_TRY_ASSIGN(PartReport report,
                            read_part(context.env, *part, context.options.source, take));
          if (!report.damage.empty()) damages.push_back(std::move(report.damage));
        }
        if (!is_last) idle->give_back(std::move(walk), begins[index + 1]);
        return damages;
      }};
}

}  // namespace scribe
