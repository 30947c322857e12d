// Reads and writes token files: a header, where documents begin, then fixed-width ids.
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
constexpr std::uint64_t kReadBytes = 1 << 20;

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

Result<TokenFileWriter> TokenFileWriter::create(Env& env, const std::string& path,
                                                const TokenFileInfo& info,
                                                std::span<const std::uint64_t> document_bytes) {
  SCRIBE_CHECK(info.vocabulary_size > 0, "vocabulary of {}", info.vocabulary_size);
  TokenFileWriter writer(env, path, info);
  const auto width = static_cast<std::uint64_t>(bytes_per_token(info.vocabulary_size));
  writer.begins_.reserve(document_bytes.size() + 1);
  writer.begins_.push_back(0);
  for (const std::uint64_t bytes : document_bytes) {
    SCRIBE_CHECK(bytes > 0 && bytes % width == 0, "a document of {} bytes", bytes);
    writer.begins_.push_back(writer.begins_.back() + bytes / width);
  }
  const std::uint64_t bytes = writer.ids_offset() + writer.begins_.back() * width;
  SCRIBE_TRY_ASSIGN(writer.file_,
                    env.create_random(writer.temporary_path(), static_cast<std::int64_t>(bytes)));
  return writer;
}

TokenFileWriter::~TokenFileWriter() {
  if (file_ == nullptr) return;
  file_.reset();
  (void)env_->remove(temporary_path());  // Best effort: we are leaving because of another error.
}

std::uint64_t TokenFileWriter::ids_offset() const {
  return sizeof(Header) + documents() * sizeof(std::uint64_t);
}

Status TokenFileWriter::write(std::size_t document, std::span<const std::byte> ids) {
  const auto width = static_cast<std::uint64_t>(bytes_per_token(info_.vocabulary_size));
  SCRIBE_CHECK(
      document < documents() && ids.size() == (begins_[document + 1] - begins_[document]) * width,
      "{} bytes for document {} of {}", ids.size(), document, documents());
  return file_->write_at(static_cast<std::int64_t>(ids_offset() + begins_[document] * width),
                         as_text(ids));
}

Result<std::uint64_t> TokenFileWriter::hash_of_ids() const {
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<RandomFile> file, env_->open_random(temporary_path()));
  const std::uint64_t size =
      begins_.back() * static_cast<std::uint64_t>(bytes_per_token(info_.vocabulary_size));
  std::string buffer(std::min<std::uint64_t>(size, kReadBytes), '\0');
  Hash64Stream hash;
  for (std::uint64_t at = 0; at < size; at += buffer.size()) {
    buffer.resize(std::min<std::uint64_t>(size - at, kReadBytes));
    SCRIBE_TRY(file->read_at(static_cast<std::int64_t>(ids_offset() + at), buffer));
    hash.add(buffer);
  }
  return hash.value();
}

Status TokenFileWriter::finish() {
  const std::string_view index = as_text(std::as_bytes(std::span(begins_).first(documents())));
  Header header;
  header.bytes_per_token = static_cast<std::uint32_t>(bytes_per_token(info_.vocabulary_size));
  header.token_count = static_cast<std::int64_t>(begins_.back());
  header.vocabulary_size = info_.vocabulary_size;
  header.shard = info_.shard;
  header.tokenizer_hash = info_.tokenizer_hash;
  SCRIBE_TRY_ASSIGN(header.ids_hash, hash_of_ids());
  header.index_hash = hash64(index);
  header.document_count = static_cast<std::int64_t>(documents());
  header.seed = info_.seed;
  header.shards = info_.shards;
  const std::string_view header_bytes(reinterpret_cast<const char*>(&header), sizeof(Header));
  header.header_hash = hash64(header_bytes.substr(0, offsetof(Header, header_hash)));

  SCRIBE_TRY(file_->write_at(0, header_bytes));
  SCRIBE_TRY(file_->write_at(sizeof(Header), index));
  SCRIBE_TRY(file_->sync());
  SCRIBE_TRY(env_->rename(temporary_path(), path_));
  file_.reset();
  return {};
}

Status write_token_file(Env& env, const std::string& path, const TokenFileInfo& info,
                        std::span<const std::span<const std::byte>> documents) {
  std::vector<std::uint64_t> bytes;
  for (const std::span<const std::byte> document : documents) bytes.push_back(document.size());
  SCRIBE_TRY_ASSIGN(TokenFileWriter writer, TokenFileWriter::create(env, path, info, bytes));
  for (std::size_t document = 0; document < documents.size(); ++document)
    SCRIBE_TRY(writer.write(document, documents[document]));
  return writer.finish();
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
