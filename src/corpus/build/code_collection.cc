// Parts of sources, grouped into units of about the same size.
#include "corpus/build/code_collection.h"

#include "corpus/build/declared_licenses.h"

namespace scribe {
namespace {

/// Where each unit begins, and where the last ends.
std::vector<std::size_t> unit_begins(const SourcePlan& plan, std::int64_t unit_bytes) {
  std::vector<std::size_t> begins{0};
  std::int64_t bytes = 0;
  for (std::size_t index = 0; index < plan.parts.size(); ++index) {
    bytes += plan.parts.size_bytes(index);
    if (bytes < unit_bytes && index + 1 < plan.parts.size()) continue;
    begins.push_back(index + 1);
    bytes = 0;
  }
  return begins;
}

/// What is taken out of a notebook is Python.
std::string language_path(const std::string& path) {
  return path.ends_with(".ipynb") ? path + ".py" : path;
}

}  // namespace

Collection code_collection(const BuildContext& context, std::string folder,
                           const SourcePlan& plan) {
  std::int64_t bytes = 0;
  for (std::size_t part = 0; part < plan.parts.size(); ++part) bytes += plan.parts.size_bytes(part);
  const BuildLayout layout = layout_for(bytes);
  std::vector<std::size_t> begins = unit_begins(plan, layout.unit_bytes);
  const auto units = static_cast<std::int64_t>(begins.size()) - 1;
  return {.name = "code",
          .folder = std::move(folder),
          .filter = context.options.code_filter,
          .minhash = context.options.minhash,
          .near_duplicates = context.options.near_duplicates,
          .bytes_max = context.options.code_bytes_max,
          .layout = layout,
          .units = units,
          .read = [&context, &plan, begins = std::move(begins)](
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
            for (std::size_t part = begins[index]; part < begins[index + 1]; ++part) {
              SCRIBE_TRY_ASSIGN(PartReport report, read_part(context.env, plan.parts[part],
                                                             context.options.source, take));
              if (!report.damage.empty()) damages.push_back(std::move(report.damage));
            }
            return damages;
          }};
}

}  // namespace scribe
