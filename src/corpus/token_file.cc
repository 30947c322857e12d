// Reads and writes token files: a header, where documents begin, then fixed-width ids.
#include "corpus/token_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/hash.h"
#include "corpus/staged_file.h"

namespace scribe {
namespace {

static_assert(std::endian::native == std::endian::little, "token files are little endian");

constexpr std::array<char, 8> kMagic = {'S', 'C', 'R', 'B', 'T', 'O', 'K', 'S'};
// The widest vocabulary whose ids all fit 16 bits.
constexpr std::int32_t kVocabularySizeOfTwoBytes = 1 << 16;

/// The layout of docs/formats/token_file.md; no padding, so it is written as it lies in memory.
/// Version 1 has the first 48 bytes, 8 zeros and the header's hash.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = 2;
  std::uint32_t bytes_per_token = 0;
  std::int64_t token_count = 0;
  std::int32_t vocabulary_size = 0;
  std::uint32_t shard = 0;
  std::uint64_t tokenizer_hash = 0;
  std::uint64_t ids_hash = 0;    // hash64 of the ids' bytes
  std::uint64_t index_hash = 0;  // hash64 of the index's bytes
  std::int64_t document_count = 0;
  std::uint64_t seed = 0;
  std::uint32_t shards = 1;
  std::uint32_t reserved = 0;
  std::array<std::uint64_t, 5> reserved2 = {};
  std::uint64_t header_hash = 0;  // hash64 of the bytes before it
};
static_assert(sizeof(Header) == 128);
constexpr std::size_t kHeaderBytesOfVersion1 = 64;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <typename T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

Error corrupt(const std::string& path, std::string_view why) {
  return error(ErrorCode::invalid_data,
               "token file '{}': {}; make it again with `scribe corpus tokenize`", path, why);
}

/// Fills in what version 1 does not have. Checks magic, version and the header's hash.
Result<Header> read_header(std::span<const std::byte> bytes, const std::string& path) {
  const auto too_small = [&](std::size_t expected) {
    return corrupt(path,
                   fmt::format("has {} bytes, a header alone has {}", bytes.size(), expected));
  };
  if (bytes.size() < kHeaderBytesOfVersion1) return too_small(kHeaderBytesOfVersion1);
  Header header;
  std::memcpy(static_cast<void*>(&header), bytes.data(), kHeaderBytesOfVersion1);
  if (header.magic != kMagic) return corrupt(path, "does not begin with the magic 'SCRBTOKS'");
  if (header.version != 1 && header.version != 2)
    return corrupt(path, fmt::format("has version {}, expected 1 or 2", header.version));
  const std::size_t size = header.version == 1 ? kHeaderBytesOfVersion1 : sizeof(Header);
  if (bytes.size() < size) return too_small(size);
  const auto stored = load<std::uint64_t>(bytes.data() + size - sizeof(std::uint64_t));
  if (stored != hash64(as_text(bytes.first(size - sizeof(std::uint64_t)))))
    return corrupt(path, "the header's checksum does not match");
  if (header.version == 1) {
    header.shard = 0;
    header.document_count = 0;
  } else {
    std::memcpy(&header, bytes.data(), sizeof(Header));
  }
  return header;
}

/// Of the numbers that give the file its size.
Status check_sizes(const Header& header, std::size_t body_bytes, const std::string& path) {
  if (header.vocabulary_size <= 0 ||
      header.bytes_per_token != static_cast<std::uint32_t>(bytes_per_token(header.vocabulary_size)))
    return corrupt(path, fmt::format("a vocabulary of {} ids in {} bytes per token",
                                     header.vocabulary_size, header.bytes_per_token));
  const auto limit = static_cast<std::int64_t>(body_bytes);
  const bool fits = header.token_count >= 0 && header.token_count <= limit &&
                    header.document_count >= 0 && header.document_count <= limit;
  const std::int64_t expected =
      !fits ? -1
            : header.token_count * header.bytes_per_token +
                  header.document_count * static_cast<std::int64_t>(sizeof(std::uint64_t));
  if (expected != limit)
    return corrupt(path, fmt::format("has {} bytes after its header, which says {} tokens of {} "
                                     "bytes in {} documents",
                                     limit, header.token_count, header.bytes_per_token,
                                     header.document_count));
  if (header.shards == 0 || header.shard >= header.shards)
    return corrupt(path, fmt::format("is shard {} of {}", header.shard, header.shards));
  return {};
}

Status check_index(const Header& header, std::span<const std::byte> index,
                   const std::string& path) {
  if (header.version == 1) return {};
  if (header.index_hash != hash64(as_text(index)))
    return corrupt(path, "the checksum of its index does not match");
  std::uint64_t next = 0;  // The least that the next document's beginning may be.
  bool valid = header.document_count > 0 || header.token_count == 0;
  for (std::size_t at = 0; at < index.size(); at += sizeof(std::uint64_t)) {
    const auto begin = load<std::uint64_t>(index.data() + at);
    valid = valid && (at == 0 ? begin == 0 : begin >= next) &&
            begin < static_cast<std::uint64_t>(header.token_count);
    next = begin + 1;
  }
  if (!valid) return corrupt(path, "its index is not of documents that follow one another");
  return {};
}

/// Copies, and gives the largest.
template <typename Id>
std::uint32_t copy_ids(const std::byte* from, std::span<TokenId> out) {
  Id largest = 0;
  for (std::size_t index = 0; index < out.size(); ++index) {
    const Id id = load<Id>(from + index * sizeof(Id));
    largest = std::max(largest, id);
    out[index] = static_cast<TokenId>(id);
  }
  return largest;
}

template <typename Id>
std::uint32_t largest_id(std::span<const std::byte> bytes) {
  Id largest = 0;
  for (std::size_t offset = 0; offset < bytes.size(); offset += sizeof(Id))
    largest = std::max(largest, load<Id>(bytes.data() + offset));
  return largest;
}

Status check_ids(const Header& header, std::span<const std::byte> ids, const std::string& path) {
  if (header.ids_hash != hash64(as_text(ids)))
    return corrupt(path, "the checksum of its ids does not match");
  const std::uint32_t largest =
      header.bytes_per_token == 2 ? largest_id<std::uint16_t>(ids) : largest_id<std::uint32_t>(ids);
  if (!ids.empty() && largest >= static_cast<std::uint32_t>(header.vocabulary_size))
    return corrupt(path, fmt::format("holds id {}, but its vocabulary has {} ids", largest,
                                     header.vocabulary_size));
  return {};
}

template <typename Id>
void store_ids(std::span<const TokenId> tokens, std::byte* to) {
  for (std::size_t index = 0; index < tokens.size(); ++index) {
    const auto id = static_cast<Id>(tokens[index]);
    std::memcpy(to + index * sizeof(Id), &id, sizeof(Id));
  }
}

}  // namespace

Result<TokenFile> TokenFile::open(Env& env, const std::string& path, TokenCheck check) {
  TokenFile result;
  result.path_ = path;
  SCRIBE_TRY_ASSIGN(result.file_, env.map_file(path));
  const std::span<const std::byte> bytes = result.file_->bytes();
  SCRIBE_TRY_ASSIGN(const Header header, read_header(bytes, path));
  result.index_offset_ = header.version == 1 ? kHeaderBytesOfVersion1 : sizeof(Header);
  SCRIBE_TRY(check_sizes(header, bytes.size() - result.index_offset_, path));
  const std::size_t index_bytes =
      static_cast<std::size_t>(header.document_count) * sizeof(std::uint64_t);
  result.ids_offset_ = result.index_offset_ + index_bytes;
  SCRIBE_TRY(check_index(header, bytes.subspan(result.index_offset_, index_bytes), path));
  if (check == TokenCheck::everything)
    SCRIBE_TRY(check_ids(header, bytes.subspan(result.ids_offset_), path));
  result.size_ = header.token_count;
  result.documents_ = header.document_count;
  result.info_ = {.vocabulary_size = header.vocabulary_size,
                  .tokenizer_hash = header.tokenizer_hash,
                  .seed = header.seed,
                  .shard = header.shard,
                  .shards = header.shards};
  result.ids_hash_ = header.ids_hash;
  result.bytes_per_token_ = static_cast<int>(header.bytes_per_token);
  return result;
}

std::int64_t TokenFile::document_begin(std::int64_t document) const {
  SCRIBE_CHECK(document >= 0 && document < documents_, "document {} of {}", document, documents_);
  return load<std::int64_t>(file_->bytes().data() + index_offset_ +
                            static_cast<std::size_t>(document) * sizeof(std::int64_t));
}

Status TokenFile::read(std::int64_t begin, std::span<TokenId> out) const {
  const auto count = static_cast<std::int64_t>(out.size());
  SCRIBE_CHECK(begin >= 0 && begin <= size_ && count <= size_ - begin,
               "tokens [{}, {} + {}) of a file of {}", begin, begin, count, size_);
  const std::byte* from =
      file_->bytes().data() + ids_offset_ + begin * static_cast<std::int64_t>(bytes_per_token_);
  const std::uint32_t largest = bytes_per_token_ == 2 ? copy_ids<std::uint16_t>(from, out)
                                                      : copy_ids<std::uint32_t>(from, out);
  const auto vocabulary_size = static_cast<std::uint32_t>(info_.vocabulary_size);
  if (largest < vocabulary_size || out.empty()) [[likely]]
    return {};
  const auto wrong = std::ranges::find_if(
      out, [&](TokenId id) { return static_cast<std::uint32_t>(id) >= vocabulary_size; });
  return corrupt(path_, fmt::format("token {} is id {}, but its vocabulary has {} ids",
                                    begin + (wrong - out.begin()),
                                    static_cast<std::uint32_t>(*wrong), vocabulary_size));
}

int bytes_per_token(std::int32_t vocabulary_size) {
  return vocabulary_size <= kVocabularySizeOfTwoBytes ? 2 : 4;
}

void append_token_bytes(std::span<const TokenId> tokens, std::int32_t vocabulary_size,
                        std::vector<std::byte>& bytes) {
  std::uint32_t largest = 0;  // Of negative ids too.
  for (const TokenId id : tokens) largest = std::max(largest, static_cast<std::uint32_t>(id));
  SCRIBE_CHECK(tokens.empty() || largest < static_cast<std::uint32_t>(vocabulary_size),
               "id {} of a vocabulary of {}", static_cast<TokenId>(largest), vocabulary_size);
  const std::size_t begin = bytes.size();
  const auto width = static_cast<std::size_t>(bytes_per_token(vocabulary_size));
  bytes.resize(begin + tokens.size() * width);
  if (width == 2)
    store_ids<std::uint16_t>(tokens, bytes.data() + begin);
  else
    store_ids<std::uint32_t>(tokens, bytes.data() + begin);
}

Status write_token_file(Env& env, const std::string& path, const TokenFileInfo& info,
                        std::span<const std::span<const std::byte>> documents) {
  SCRIBE_CHECK(info.vocabulary_size > 0, "vocabulary of {}", info.vocabulary_size);
  const auto width = static_cast<std::size_t>(bytes_per_token(info.vocabulary_size));
  std::vector<std::uint64_t> index;
  index.reserve(documents.size());
  Hash64Stream ids;
  std::uint64_t tokens = 0;
  for (const std::span<const std::byte> document : documents) {
    SCRIBE_CHECK(!document.empty() && document.size() % width == 0, "a document of {} bytes",
                 document.size());
    index.push_back(tokens);
    tokens += document.size() / width;
    ids.add(as_text(document));
  }
  const std::string_view index_bytes = as_text(std::as_bytes(std::span(index)));
  Header header;
  header.bytes_per_token = static_cast<std::uint32_t>(width);
  header.token_count = static_cast<std::int64_t>(tokens);
  header.vocabulary_size = info.vocabulary_size;
  header.shard = info.shard;
  header.tokenizer_hash = info.tokenizer_hash;
  header.ids_hash = ids.value();
  header.index_hash = hash64(index_bytes);
  header.document_count = static_cast<std::int64_t>(documents.size());
  header.seed = info.seed;
  header.shards = info.shards;
  const std::string_view header_bytes(reinterpret_cast<const char*>(&header), sizeof(Header));
  header.header_hash = hash64(header_bytes.substr(0, offsetof(Header, header_hash)));

  SCRIBE_TRY_ASSIGN(StagedFile file, StagedFile::create(env, path));
  SCRIBE_TRY(file.append(header_bytes));
  SCRIBE_TRY(file.append(index_bytes));
  for (const std::span<const std::byte> document : documents)
    SCRIBE_TRY(file.append(as_text(document)));
  SCRIBE_TRY(file.sync());
  return file.publish();
}

Status write_token_file(Env& env, const std::string& path, std::span<const TokenId> tokens,
                        std::int32_t vocabulary_size, std::uint64_t tokenizer_hash) {
  std::vector<std::byte> bytes;
  append_token_bytes(tokens, vocabulary_size, bytes);
  const std::span<const std::byte> document = bytes;
  return write_token_file(env, path,
                          {.vocabulary_size = vocabulary_size, .tokenizer_hash = tokenizer_hash},
                          {&document, tokens.empty() ? std::size_t{0} : 1});
}

}  // namespace scribe
