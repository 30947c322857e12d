// Reads and writes token files: a header of 64 bytes, then fixed-width ids.
#include "corpus/token_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/hash.h"

namespace scribe {
namespace {

static_assert(std::endian::native == std::endian::little, "token files are little endian");

constexpr std::array<char, 8> kMagic = {'S', 'C', 'R', 'B', 'T', 'O', 'K', 'S'};
constexpr std::uint32_t kVersion = 1;
// The widest vocabulary whose ids all fit 16 bits.
constexpr std::int32_t kVocabularySizeOfTwoBytes = 1 << 16;

/// The layout of docs/formats/token_file.md; no padding, so it is written as it lies in memory.
struct Header {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t bytes_per_token = 0;
  std::int64_t token_count = 0;
  std::int32_t vocabulary_size = 0;
  std::uint32_t reserved = 0;
  std::uint64_t tokenizer_hash = 0;
  std::uint64_t ids_hash = 0;  // hash64 of all bytes after the header
  std::uint64_t reserved2 = 0;
  std::uint64_t header_hash = 0;  // hash64 of the 56 bytes before it
};
static_assert(sizeof(Header) == 64);

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::uint64_t hash_of_header(const Header& header) {
  return hash64({reinterpret_cast<const char*>(&header), offsetof(Header, header_hash)});
}

Error corrupt(const std::string& path, std::string_view why) {
  return error(ErrorCode::invalid_data,
               "token file '{}': {}; make it again with `scribe corpus tokenize`", path, why);
}

Status check_header(const Header& header, std::size_t size_bytes, const std::string& path) {
  if (header.magic != kMagic) return corrupt(path, "does not begin with the magic 'SCRBTOKS'");
  if (header.version != kVersion)
    return corrupt(path, fmt::format("has version {}, expected {}", header.version, kVersion));
  if (header.header_hash != hash_of_header(header))
    return corrupt(path, "the header's checksum does not match");
  const std::uint32_t width = header.vocabulary_size <= kVocabularySizeOfTwoBytes ? 2 : 4;
  if (header.vocabulary_size <= 0 || header.bytes_per_token != width)
    return corrupt(path, fmt::format("a vocabulary of {} ids in {} bytes per token",
                                     header.vocabulary_size, header.bytes_per_token));
  const std::size_t ids_bytes = size_bytes - sizeof(Header);
  if (header.token_count < 0 || static_cast<std::size_t>(header.token_count) != ids_bytes / width ||
      ids_bytes % width != 0)
    return corrupt(path,
                   fmt::format("has {} bytes of ids, but its header says {} tokens of {} bytes",
                               ids_bytes, header.token_count, width));
  return {};
}

template <typename Id>
std::uint32_t largest_id(std::span<const std::byte> bytes) {
  Id largest = 0;
  for (std::size_t offset = 0; offset < bytes.size(); offset += sizeof(Id)) {
    Id id;
    std::memcpy(&id, bytes.data() + offset, sizeof(Id));
    largest = std::max(largest, id);
  }
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
void copy_ids(const std::byte* from, std::span<TokenId> out) {
  for (std::size_t index = 0; index < out.size(); ++index) {
    Id id;
    std::memcpy(&id, from + index * sizeof(Id), sizeof(Id));
    out[index] = static_cast<TokenId>(id);
  }
}

template <typename Id>
void append_ids(std::span<const TokenId> tokens, std::string& bytes) {
  const std::size_t begin = bytes.size();
  bytes.resize(begin + tokens.size() * sizeof(Id));
  for (std::size_t index = 0; index < tokens.size(); ++index) {
    const auto id = static_cast<Id>(tokens[index]);
    std::memcpy(bytes.data() + begin + index * sizeof(Id), &id, sizeof(Id));
  }
}

}  // namespace

Result<TokenFile> TokenFile::open(Env& env, const std::string& path) {
  TokenFile result;
  SCRIBE_TRY_ASSIGN(result.file_, env.map_file(path));
  const std::span<const std::byte> bytes = result.file_->bytes();
  if (bytes.size() < sizeof(Header))
    return corrupt(
        path, fmt::format("has {} bytes, a header alone has {}", bytes.size(), sizeof(Header)));
  Header header;
  std::memcpy(&header, bytes.data(), sizeof(Header));
  SCRIBE_TRY(check_header(header, bytes.size(), path));
  SCRIBE_TRY(check_ids(header, bytes.subspan(sizeof(Header)), path));
  result.size_ = header.token_count;
  result.vocabulary_size_ = header.vocabulary_size;
  result.tokenizer_hash_ = header.tokenizer_hash;
  result.bytes_per_token_ = static_cast<int>(header.bytes_per_token);
  return result;
}

void TokenFile::read(std::int64_t begin, std::span<TokenId> out) const {
  const auto count = static_cast<std::int64_t>(out.size());
  SCRIBE_CHECK(begin >= 0 && begin <= size_ && count <= size_ - begin,
               "tokens [{}, {} + {}) of a file of {}", begin, begin, count, size_);
  const std::byte* from =
      file_->bytes().data() + sizeof(Header) + begin * static_cast<std::int64_t>(bytes_per_token_);
  if (bytes_per_token_ == 2)
    copy_ids<std::uint16_t>(from, out);
  else
    copy_ids<std::uint32_t>(from, out);
}

Status write_token_file(Env& env, const std::string& path, std::span<const TokenId> tokens,
                        std::int32_t vocabulary_size, std::uint64_t tokenizer_hash) {
  SCRIBE_CHECK(vocabulary_size > 0, "vocabulary of {}", vocabulary_size);
  for (const TokenId id : tokens)
    SCRIBE_CHECK(id >= 0 && id < vocabulary_size, "id {} of a vocabulary of {}", id,
                 vocabulary_size);
  Header header;
  header.bytes_per_token = vocabulary_size <= kVocabularySizeOfTwoBytes ? 2 : 4;
  header.token_count = static_cast<std::int64_t>(tokens.size());
  header.vocabulary_size = vocabulary_size;
  header.tokenizer_hash = tokenizer_hash;
  std::string bytes(sizeof(Header), '\0');
  if (header.bytes_per_token == 2)
    append_ids<std::uint16_t>(tokens, bytes);
  else
    append_ids<std::uint32_t>(tokens, bytes);
  header.ids_hash = hash64(std::string_view(bytes).substr(sizeof(Header)));
  header.header_hash = hash_of_header(header);
  std::memcpy(bytes.data(), &header, sizeof(Header));
  return write_file_atomic(env, path, bytes);
}

}  // namespace scribe
