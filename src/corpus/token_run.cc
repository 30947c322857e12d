// Sorts, writes and maps runs: a header, the documents' records, their ids.
#include "corpus/token_run.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/hash.h"
#include "corpus/staged_file.h"

namespace scribe {
namespace {

constexpr std::array<char, 8> kMagic = {'S', 'C', 'R', 'B', 'R', 'U', 'N', '1'};

/// Written as it lies in memory: only the machine (or its like) that made it reads it again.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::int64_t documents = 0;
  std::int64_t text_bytes = 0;
  std::int64_t ids_bytes = 0;
  std::uint64_t hash = 0;  // hash64 of the bytes before it
};
static_assert(sizeof(Header) == 40 && sizeof(RunDocument) == 32);

template <typename T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t hash_of(const Header& header) {
  return hash64(bytes_of(header).substr(0, offsetof(Header, hash)));
}

Error corrupt(const std::string& path) {
  return error(ErrorCode::invalid_data,
               "'{}', a file of unfinished work, is damaged; remove its folder and run the same "
               "command again",
               path);
}

/// A document, and where its ids are.
struct Placed {
  RunDocument document;
  const std::byte* ids;
};

}  // namespace

Status write_token_run(Env& env, const std::string& path, std::vector<EncodedDocuments> parts) {
  Header header;
  std::vector<Placed> placed;
  for (const EncodedDocuments& part : parts) {
    for (const RunDocument& document : part.documents)
      placed.push_back({document, part.ids.data() + document.offset});
    header.text_bytes += part.text_bytes;
    header.ids_bytes += static_cast<std::int64_t>(part.ids.size());
  }
  std::ranges::sort(placed, stands_before, &Placed::document);
  header.documents = static_cast<std::int64_t>(placed.size());
  header.hash = hash_of(header);

  SCRIBE_TRY_ASSIGN(StagedFile file, StagedFile::create(env, path));
  SCRIBE_TRY(file.append(bytes_of(header)));
  std::uint64_t offset = 0;
  for (Placed& item : placed) {
    item.document.offset = offset;
    offset += item.document.bytes;
    SCRIBE_TRY(file.append(bytes_of(item.document)));
  }
  for (const Placed& item : placed)
    SCRIBE_TRY(file.append(as_text({item.ids, static_cast<std::size_t>(item.document.bytes)})));
  placed = {};
  parts = {};
  SCRIBE_TRY(file.sync());
  return file.publish();
}

Result<TokenRun> TokenRun::open(Env& env, const std::string& path) {
  TokenRun run;
  run.path_ = path;
  SCRIBE_TRY_ASSIGN(run.file_, env.map_file(path));
  const std::span<const std::byte> bytes = run.file_->bytes();
  Header header;
  if (bytes.size() < sizeof(Header)) return corrupt(path);
  std::memcpy(&header, bytes.data(), sizeof(Header));
  const auto limit = static_cast<std::int64_t>(bytes.size());
  if (header.magic != kMagic || header.hash != hash_of(header) || header.documents < 0 ||
      header.documents > limit || header.ids_bytes < 0 || header.ids_bytes > limit ||
      limit != static_cast<std::int64_t>(sizeof(Header)) +
                   header.documents * static_cast<std::int64_t>(sizeof(RunDocument)) +
                   header.ids_bytes)
    return corrupt(path);
  run.documents_ = header.documents;
  run.text_bytes_ = header.text_bytes;
  run.ids_bytes_ = header.ids_bytes;
  return run;
}

RunDocument TokenRun::document(std::int64_t index) const {
  RunDocument document;
  std::memcpy(&document,
              file_->bytes().data() + sizeof(Header) +
                  static_cast<std::size_t>(index) * sizeof(RunDocument),
              sizeof(RunDocument));
  return document;
}

std::int64_t TokenRun::first_of_shard(std::uint64_t shard, std::uint64_t shards) const {
  std::int64_t begin = 0;
  std::int64_t end = documents_;
  while (begin < end) {
    const std::int64_t middle = begin + (end - begin) / 2;
    if (shard_of(document(middle).order, shards) < shard)
      begin = middle + 1;
    else
      end = middle;
  }
  return begin;
}

Status TokenRun::visit_shard(std::uint64_t shard, std::uint64_t shards, std::uint64_t token_bytes,
                             const std::function<void(const RunDocument&)>& visit) const {
  const auto ids_bytes = static_cast<std::uint64_t>(ids_bytes_);
  const std::int64_t end = first_of_shard(shard + 1, shards);
  for (std::int64_t index = first_of_shard(shard, shards); index < end; ++index) {
    const RunDocument found = document(index);
    if (found.offset > ids_bytes || found.bytes > ids_bytes - found.offset || found.bytes == 0 ||
        found.bytes % token_bytes != 0)
      return corrupt(path_);
    visit(found);
  }
  return {};
}

Result<std::span<const std::byte>> TokenRun::ids_of(const RunDocument& document) const {
  const auto of_document = file_->bytes()
                               .last(static_cast<std::size_t>(ids_bytes_))
                               .subspan(document.offset, document.bytes);
  if (document.content != hash64(as_text(of_document))) return corrupt(path_);
  return of_document;
}

}  // namespace scribe
