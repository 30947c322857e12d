// The ids are the same bytes in all formats; what stands around them is not.
#include "corpus/token_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

namespace scribe {
namespace {

static_assert(std::endian::native == std::endian::little, "all formats are little endian");

constexpr std::int64_t kChunkTokens = 1 << 18;
constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();

template <typename T>
std::string_view bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

/// Appends numbers in pieces of about a megabyte.
template <typename T>
class NumberWriter {
 public:
  explicit NumberWriter(AppendFile& file) : file_(file) {}
  Status add(T number) {
    numbers_.push_back(number);
    return numbers_.size() < (1 << 17) ? Status() : finish();
  }
  Status finish() {
    const std::string_view bytes(reinterpret_cast<const char*>(numbers_.data()),
                                 numbers_.size() * sizeof(T));
    Status written = file_.append(bytes);
    numbers_.clear();
    return written;
  }

 private:
  AppendFile& file_;
  std::vector<T> numbers_;
};

Status append_ids(const StopToken& stop, const TokenFile& file, AppendFile& out) {
  std::vector<TokenId> ids;
  std::vector<std::byte> bytes;
  for (std::int64_t begin = 0; begin < file.size(); begin += kChunkTokens) {
    if (stop.requested()) return error(ErrorCode::interrupted, "export: stopped by the user");
    ids.resize(static_cast<std::size_t>(std::min(kChunkTokens, file.size() - begin)));
    SCRIBE_TRY(file.read(begin, ids));
    bytes.clear();
    append_token_bytes(ids, file.info().vocabulary_size, bytes);
    SCRIBE_TRY(out.append({reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }
  return {};
}

Status append_all_ids(const StopToken& stop, const TokenSet& tokens, AppendFile& out) {
  for (const TokenFile& file : tokens.files()) SCRIBE_TRY(append_ids(stop, file, out));
  return {};
}

/// Of version 1.0: magic, the length of the description, the description padded to 64 bytes.
std::string npy_header(std::int64_t count, int width) {
  std::string description =
      fmt::format("{{'descr': '<u{}', 'fortran_order': False, 'shape': ({},), }}", width, count);
  constexpr std::size_t kBefore = 10;
  while ((kBefore + description.size() + 1) % 64 != 0) description += ' ';
  description += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += bytes_of(static_cast<std::uint16_t>(description.size()));
  return header + description;
}

/// Calls visit with the number of tokens of each document, in order.
template <typename Visit>
Status for_each_length(const TokenSet& tokens, Visit&& visit) {
  for (const TokenFile& file : tokens.files())
    for (std::int64_t document = 0; document < file.documents(); ++document) {
      const bool is_last = document + 1 == file.documents();
      const std::int64_t end = is_last ? file.size() : file.document_begin(document + 1);
      SCRIBE_TRY(visit(end - file.document_begin(document)));
    }
  return {};
}

/// The magic, version 1, the code of the ids' type, the number of sequences and that of the bounds
/// of documents; then lengths, byte offsets, and the sequences at which documents begin and end.
Status append_megatron_index(const TokenSet& tokens, AppendFile& out) {
  constexpr std::uint8_t kInt32 = 4;
  constexpr std::uint8_t kUint16 = 8;
  const std::int64_t width = bytes_per_token(tokens.vocabulary_size());
  const std::int64_t documents = tokens.documents();
  std::string header("MMIDIDX\0\0", 9);
  header += bytes_of(std::uint64_t{1});
  header += bytes_of(width == 2 ? kUint16 : kInt32);
  header += bytes_of(documents);
  header += bytes_of(documents + 1);
  SCRIBE_TRY(out.append(header));

  NumberWriter<std::int32_t> lengths(out);
  const auto add_length = [&](std::int64_t length) -> Status {
    if (length > kInt32Max)
      return error(ErrorCode::unsupported, "a document of {} tokens, megatron counts to {}", length,
                   kInt32Max);
    return lengths.add(static_cast<std::int32_t>(length));
  };
  SCRIBE_TRY(for_each_length(tokens, add_length));
  SCRIBE_TRY(lengths.finish());
  NumberWriter<std::int64_t> numbers(out);
  std::int64_t offset = 0;
  const auto add_offset = [&](std::int64_t length) {
    const std::int64_t begin = offset;
    offset += length * width;
    return numbers.add(begin);
  };
  SCRIBE_TRY(for_each_length(tokens, add_offset));
  for (std::int64_t bound = 0; bound <= documents; ++bound) SCRIBE_TRY(numbers.add(bound));
  return numbers.finish();
}

/// 256 numbers of 32 bits: magic, version, how many tokens.
Result<std::string> llm_c_header(const TokenFile& file) {
  if (file.size() > kInt32Max)
    return error(
        ErrorCode::unsupported,
        "a shard of {} tokens, llm.c counts to {}: give `scribe corpus tokenize` a smaller "
        "--shard-bytes",
        file.size(), kInt32Max);
  const bool is_narrow = bytes_per_token(file.info().vocabulary_size) == 2;
  std::array<std::int32_t, 256> header = {};
  header[0] = is_narrow ? 20240520 : 20240801;
  header[1] = is_narrow ? 1 : 7;
  header[2] = static_cast<std::int32_t>(file.size());
  return std::string(bytes_of(header));
}

Result<std::vector<std::string>> export_npy(Env& env, const StopToken& stop, const TokenSet& tokens,
                                            const std::string& out) {
  const std::string path = out + ".npy";
  const auto write = [&](AppendFile& file) -> Status {
    SCRIBE_TRY(file.append(npy_header(tokens.size(), bytes_per_token(tokens.vocabulary_size()))));
    return append_all_ids(stop, tokens, file);
  };
  SCRIBE_TRY(write_file_atomic(env, path, write));
  return std::vector{path};
}

Result<std::vector<std::string>> export_megatron(Env& env, const StopToken& stop,
                                                 const TokenSet& tokens, const std::string& out) {
  if (tokens.documents() == 0 && tokens.size() > 0)
    return error(ErrorCode::unsupported,
                 "'{}' does not say where documents begin (version 1); make it again with `scribe "
                 "corpus tokenize`",
                 tokens.prefix());
  const auto write_ids = [&](AppendFile& file) { return append_all_ids(stop, tokens, file); };
  const auto write_index = [&](AppendFile& file) { return append_megatron_index(tokens, file); };
  SCRIBE_TRY(write_file_atomic(env, out + ".bin", write_ids));
  SCRIBE_TRY(write_file_atomic(env, out + ".idx", write_index));
  return std::vector{out + ".bin", out + ".idx"};
}

Result<std::vector<std::string>> export_llm_c(Env& env, const StopToken& stop,
                                              const TokenSet& tokens, const std::string& out) {
  std::vector<std::string> paths;
  for (const TokenFile& shard : tokens.files()) {
    paths.push_back(fmt::format("{}_{:06}.bin", out, paths.size()));
    SCRIBE_TRY_ASSIGN(const std::string header, llm_c_header(shard));
    const auto write = [&](AppendFile& file) -> Status {
      SCRIBE_TRY(file.append(header));
      return append_ids(stop, shard, file);
    };
    SCRIBE_TRY(write_file_atomic(env, paths.back(), write));
  }
  return paths;
}

}  // namespace

std::string_view name_of(TokenFormat format) {
  switch (format) {
    case TokenFormat::npy:
      return "npy";
    case TokenFormat::megatron:
      return "megatron";
    case TokenFormat::llm_c:
      return "llm.c";
  }
  SCRIBE_UNREACHABLE();
}

Result<std::vector<std::string>> export_tokens(Env& env, const StopToken& stop,
                                               const TokenSet& tokens, TokenFormat format,
                                               const std::string& out) {
  switch (format) {
    case TokenFormat::npy:
      return export_npy(env, stop, tokens, out);
    case TokenFormat::megatron:
      return export_megatron(env, stop, tokens, out);
    case TokenFormat::llm_c:
      return export_llm_c(env, stop, tokens, out);
  }
  SCRIBE_UNREACHABLE();
}

}  // namespace scribe
