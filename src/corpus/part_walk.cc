// Merges the walks of folders and the parts that were given by name.
#include "corpus/part_walk.h"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "corpus/source/folder_walk.h"
#include "corpus/source/part_readers.h"
#include "corpus/source/source_names.h"

namespace scribe {
namespace {

/// "./a//b/" as "a/b": a file has one name, whichever way it was given.
std::string normal_path(const std::string& path) {
  std::string normal = std::filesystem::path(path).lexically_normal().string();
  while (normal.size() > 1 && normal.ends_with('/')) normal.pop_back();
  return normal;
}

Error unsupported_kind(const std::string& path, const SourceOptions& options) {
  return error(ErrorCode::unsupported, "'{}' is of a kind that is not read; read are {}{}", path,
               readable_kinds(options),
               path.ends_with(".ipynb") ? "; notebooks with --notebooks" : "");
}

Status check_options(const SourceOptions& options) {
  for (const std::string& extension : options.extensions)
    if (extension.size() < 2 || !extension.starts_with('.'))
      return error(ErrorCode::invalid_argument, "extension '{}': expected one like '.py'",
                   extension);
  if (options.item_bytes_max <= 0)
    return error(ErrorCode::invalid_argument, "items of at most {} bytes: expected 1 or more",
                 options.item_bytes_max);
  return {};
}

}  // namespace

PartPlace place_of(const SourcePart& part) {
  const bool is_repository = part.kind == SourcePart::Kind::repository;
  return {.path = is_repository ? prefix_of_folder(part.path) : part.path,
          .revision = part.revision};
}

// --------------------------------------------------------------------------------------- sources

Result<SourceSet> SourceSet::open(Env& env, const SourceOptions& options) {
  SCRIBE_TRY(check_options(options));
  SourceSet set(env, options);
  for (const std::string& source : options.sources) SCRIBE_TRY(set.add(source));
  std::ranges::sort(set.sources_, {}, &Source::first_path);
  return set;
}

Status SourceSet::add(const std::string& source) {
  if (source == "-") {
    add_part({.kind = SourcePart::Kind::json_lines, .path = "-"});
    return {};
  }
  if (env_->exists(source)) return add_existing(source);
  // The first '@' before which something exists.
  for (std::size_t at = source.find('@'); at != std::string::npos; at = source.find('@', at + 1))
    if (at > 0 && at + 1 < source.size() && env_->exists(source.substr(0, at)))
      return add_repository(normal_path(source.substr(0, at)), source.substr(at + 1));
  return error(ErrorCode::not_found, "source '{}' does not exist", source);
}

Status SourceSet::add_existing(const std::string& source) {
  const std::string path = normal_path(source);
  const Result<std::int64_t> size = env_->file_size(path);
  if (size.ok()) return add_file(path, size.value());
  auto entries = env_->list_directory(path);
  if (!entries.ok()) return std::move(entries).error().in("source folder");
  if (is_repository(entries.value())) return add_repository(path, "");
  sources_.push_back(
      {.first_path = prefix_of_folder(path), .is_folder = true, .part = {.root = path}});
  return {};
}

Status SourceSet::add_file(const std::string& path, std::int64_t size) {
  if (const auto kind = container_kind(path)) {
    add_part({.kind = *kind, .path = path, .size_bytes = size});
    return {};
  }
  if (!is_wanted_path(path, *options_)) return unsupported_kind(path, *options_);
  const std::size_t slash = path.rfind('/');
  add_part({.path = path,
            .root = slash == std::string::npos ? "." : path.substr(0, slash),
            .size_bytes = size});
  return {};
}

Status SourceSet::add_repository(const std::string& path, const std::string& revision) {
  SCRIBE_TRY_ASSIGN(std::string commit, commit_of(path, revision));
  add_part({.kind = SourcePart::Kind::repository, .path = path, .revision = std::move(commit)});
  return {};
}

void SourceSet::add_part(SourcePart part) {
  PartPlace place = place_of(part);
  sources_.push_back({.first_path = std::move(place.path), .part = std::move(part)});
}

// ------------------------------------------------------------------------------------- the merge

struct PartWalk::State {
  /// A source that has been reached, and its next part.
  struct Stream {
    std::optional<FolderWalk> folder;  // Of what was given by name, nothing.
    SourcePart head;
    PartPlace place;

    /// Of one part the outermost root first; a folder knows of licence files.
    std::tuple<const PartPlace&, std::size_t, std::string_view, bool> order() const {
      return {place, head.root.size(), head.root, !folder.has_value()};
    }
  };

  State(const SourceSet& its_set, PartPlace its_from) : set(its_set), from(std::move(its_from)) {
    // Of the sources that begin before the start, the folders around it reach beyond.
    next_source = static_cast<std::size_t>(
        std::ranges::lower_bound(set.sources_, from.path, {}, &SourceSet::Source::first_path) -
        set.sources_.begin());
    begin_around({});
    for (std::size_t slash = from.path.find('/'); slash != std::string::npos;
         slash = from.path.find('/', slash + 1))
      begin_around(std::string_view(from.path).substr(0, slash + 1));
  }

  /// The folders given that are called so, unless the walk comes to them later.
  void begin_around(std::string_view prefix) {
    const auto around =
        std::ranges::equal_range(set.sources_, prefix, {}, &SourceSet::Source::first_path);
    for (auto source = around.begin(); source != around.end(); ++source)
      if (source->is_folder &&
          static_cast<std::size_t>(source - set.sources_.begin()) < next_source)
        begin(*source);
  }

  void begin(const SourceSet::Source& source) {
    auto stream = std::make_unique<Stream>();
    if (source.is_folder) {
      stream->folder.emplace(*set.env_, *set.options_, source.part.root, from, findings);
      if (!advance(*stream)) return;
    } else {
      stream->head = source.part;
      stream->place = place_of(stream->head);
      if (stream->place < from) return;
    }
    streams.push_back(std::move(stream));
  }

  void go_to(const PartPlace& place) {
    from = place;
    std::erase_if(streams, [&](const auto& stream) {
      if (stream->folder) stream->folder->go_to(place);
      return stream->place < place && !advance(*stream);
    });
  }

  static bool advance(Stream& stream) {
    if (!stream.folder) return false;
    std::optional<SourcePart> part = stream.folder->next();
    if (!part) return false;
    stream.head = std::move(*part);
    stream.place = place_of(stream.head);
    return true;
  }

  /// The stream whose part is next; null at the end. Begins the sources that may come before.
  Stream* first() {
    for (;;) {
      const auto least =
          std::ranges::min_element(streams, {}, [](const auto& stream) { return stream->order(); });
      const bool is_end = least == streams.end();
      if (next_source == set.sources_.size()) return is_end ? nullptr : least->get();
      const SourceSet::Source& source = set.sources_[next_source];
      if (!is_end && source.first_path > (*least)->place.path) return least->get();
      ++next_source;
      begin(source);
    }
  }

  Result<std::optional<SourcePart>> next(const PartPlace* end) {
    for (;;) {
      Stream* const stream = first();
      if (stream == nullptr || (end != nullptr && stream->place >= *end))
        return std::optional<SourcePart>();
      SourcePart part = std::move(stream->head);
      PartPlace place = std::move(stream->place);
      if (!advance(*stream))
        std::erase_if(streams, [&](const auto& other) { return other.get() == stream; });
      if (last && place == *last) continue;
      last = std::move(place);
      if (part.kind == SourcePart::Kind::parquet)
        if (Status supported = check_parquet_support(); !supported.ok())
          return std::move(supported).error().in(part.path);
      return std::optional<SourcePart>(std::move(part));
    }
  }

  const SourceSet& set;
  PartPlace from;
  WalkFindings findings;
  std::size_t next_source = 0;
  std::vector<std::unique_ptr<Stream>> streams;
  std::optional<PartPlace> last;
};

PartWalk::PartWalk(std::unique_ptr<State> state) : state_(std::move(state)) {}
PartWalk::PartWalk(PartWalk&&) noexcept = default;
PartWalk::~PartWalk() = default;

Result<std::optional<SourcePart>> PartWalk::next() {
  return state_->next(nullptr);
}

Result<std::optional<SourcePart>> PartWalk::next_before(const PartPlace& end) {
  return state_->next(&end);
}

void PartWalk::go_to(const PartPlace& place) {
  state_->go_to(place);
}

const WalkFindings& PartWalk::findings() const {
  return state_->findings;
}

PartWalk SourceSet::walk(PartPlace from) const {
  return PartWalk(std::make_unique<PartWalk::State>(*this, std::move(from)));
}

}  // namespace scribe
