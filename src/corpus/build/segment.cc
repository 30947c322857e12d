// The files of a segment.
#include "corpus/build/segment.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace scribe {
namespace {

// Staged texts are read once, soon, on the same machines: speed counts more than size.
constexpr int kStagingLevel = -3;
// A text alone costs the unpacking of its frame.
constexpr std::size_t kFrameBytes = 1 << 16;

template <typename Value>
std::string_view bytes_of(const std::vector<Value>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Value)};
}

template <typename Value>
std::span<char> bytes_of(std::span<Value> values) {
  return {reinterpret_cast<char*>(values.data()), values.size_bytes()};
}

int partition_of(std::uint64_t key, int partitions) {
  return static_cast<int>(key % static_cast<std::uint64_t>(partitions));
}
std::uint64_t key_of(const ExactRecord& record) {
  return record.id.low;
}
std::uint64_t key_of(const BandRecord& record) {
  return record.key;
}

/// Puts records in the order of their partitions; where each of them begins, and where the last
/// ends.
template <typename Record>
std::vector<std::uint64_t> cut_into_partitions(std::vector<Record>& records, int partitions) {
  std::vector<std::uint64_t> begins(static_cast<std::size_t>(partitions) + 1);
  for (const Record& record : records)
    ++begins[static_cast<std::size_t>(partition_of(key_of(record), partitions)) + 1];
  std::partial_sum(begins.begin(), begins.end(), begins.begin());
  std::vector<Record> ordered(records.size());
  std::vector<std::uint64_t> next = begins;
  for (const Record& record : records)
    ordered[next[static_cast<std::size_t>(partition_of(key_of(record), partitions))]++] = record;
  records = std::move(ordered);
  return begins;
}

Error damaged(const std::string& path) {
  return error(ErrorCode::invalid_data, "'{}' is damaged; delete its folder and build again", path);
}

}  // namespace

SegmentWriter::SegmentWriter(Env& env, std::string path, const MinHashOptions& minhash,
                             int partitions, std::unique_ptr<StagedFile> texts)
    : env_(&env),
      path_(std::move(path)),
      minhash_(minhash),
      partitions_(partitions),
      texts_(std::move(texts)),
      packer_(kStagingLevel) {}

Result<SegmentWriter> SegmentWriter::create(Env& env, std::string path,
                                            const MinHashOptions& minhash, int partitions) {
  SCRIBE_TRY_ASSIGN(StagedFile texts, StagedFile::create(env, path + ".texts"));
  return SegmentWriter(env, std::move(path), minhash, partitions,
                       std::make_unique<StagedFile>(std::move(texts)));
}

Status SegmentWriter::add(const StagedDocument& document) {
  const auto number = static_cast<std::uint32_t>(records_.size());
  StagedRecord record = document.record;
  record.text_bytes = static_cast<std::int64_t>(document.text.size());
  record.names_begin = names_.size();
  record.source_bytes = static_cast<std::uint32_t>(document.source.size());
  record.license_bytes = static_cast<std::uint32_t>(document.license.size());
  names_ += document.source;
  names_ += document.license;
  records_.push_back(record);
  exact_.push_back({.id = record.id, .document = number});
  if (!document.signature.empty())
    append_band_records(document.signature, number, minhash_, bands_);
  signatures_.insert(signatures_.end(), document.signature.begin(), document.signature.end());
  // All signatures have their place, so that one is found by its number.
  signatures_.resize(records_.size() * static_cast<std::size_t>(minhash_.permutations));
  text_bytes_ += record.text_bytes;
  records_.back().text_begin = static_cast<std::uint32_t>(frame_.size());
  frame_ += document.text;
  return frame_.size() < kFrameBytes ? Status() : end_frame();
}

Status SegmentWriter::end_frame() {
  if (frame_first_ == records_.size()) return {};
  const std::string_view packed = packer_.pack(frame_);
  for (; frame_first_ < records_.size(); ++frame_first_) {
    StagedRecord& record = records_[frame_first_];
    record.frame_begin = texts_bytes_;
    record.frame_packed_bytes = static_cast<std::uint32_t>(packed.size());
    record.frame_bytes = static_cast<std::uint32_t>(frame_.size());
  }
  texts_bytes_ += packed.size();
  frame_.clear();
  return texts_->append(packed);
}

Status SegmentWriter::finish() {
  SCRIBE_TRY(end_frame());
  SCRIBE_TRY(texts_->sync());
  const std::vector<std::uint64_t> exact_begins = cut_into_partitions(exact_, partitions_);
  const std::vector<std::uint64_t> band_begins = cut_into_partitions(bands_, partitions_);
  const auto append_keys = [&](AppendFile& file) -> Status {
    SCRIBE_TRY(file.append(bytes_of(exact_begins)));
    SCRIBE_TRY(file.append(bytes_of(band_begins)));
    SCRIBE_TRY(file.append(bytes_of(exact_)));
    return file.append(bytes_of(bands_));
  };
  SCRIBE_TRY(write_file_atomic(*env_, path_ + ".keys", append_keys));
  SCRIBE_TRY(write_file_atomic(*env_, path_ + ".records", bytes_of(records_)));
  SCRIBE_TRY(write_file_atomic(*env_, path_ + ".names", names_));
  SCRIBE_TRY(write_file_atomic(*env_, path_ + ".signatures", bytes_of(signatures_)));
  return texts_->publish();
}

Result<std::vector<StagedRecord>> read_records(Env& env, const std::string& path) {
  SCRIBE_TRY_ASSIGN(const std::string bytes, env.read_file(path + ".records"));
  if (bytes.size() % sizeof(StagedRecord) != 0) return damaged(path + ".records");
  std::vector<StagedRecord> records(bytes.size() / sizeof(StagedRecord));
  if (!records.empty()) std::memcpy(records.data(), bytes.data(), bytes.size());
  return records;
}

Result<SegmentReader> SegmentReader::open(Env& env, const std::string& path) {
  SegmentReader reader;
  reader.path_ = path;
  SCRIBE_TRY_ASSIGN(reader.records_, read_records(env, path));
  SCRIBE_TRY_ASSIGN(reader.names_, env.read_file(path + ".names"));
  if (!reader.records_.empty()) {
    const StagedRecord& last = reader.records_.back();
    if (last.names_begin + last.source_bytes + last.license_bytes != reader.names_.size())
      return damaged(path + ".names");
  }
  SCRIBE_TRY_ASSIGN(reader.texts_, open_packed(env, path + ".texts"));
  return reader;
}

std::string_view SegmentReader::source(const StagedRecord& record) const {
  return std::string_view(names_).substr(record.names_begin, record.source_bytes);
}

std::string_view SegmentReader::license(const StagedRecord& record) const {
  return std::string_view(names_).substr(record.names_begin + record.source_bytes,
                                         record.license_bytes);
}

Result<std::string_view> SegmentReader::next_text() {
  SCRIBE_CHECK(next_ < records_.size(), "text {} of {}", next_, records_.size());
  const auto size = static_cast<std::size_t>(records_[next_++].text_bytes);
  if (text_.size() < size) text_.resize(size);
  for (std::size_t filled = 0; filled < size;) {
    SCRIBE_TRY_ASSIGN(const std::size_t got,
                      texts_->read(std::span(text_).subspan(filled, size - filled)));
    if (got == 0) return damaged(path_ + ".texts");
    filled += got;
  }
  return std::string_view(text_.data(), size);
}

Result<StagedTexts> StagedTexts::open(Env& env, const std::string& path) {
  StagedTexts texts;
  texts.path_ = path;
  SCRIBE_TRY_ASSIGN(texts.records_, env.open_random(path + ".records"));
  SCRIBE_TRY_ASSIGN(texts.texts_, env.open_random(path + ".texts"));
  return texts;
}

Result<std::string> StagedTexts::read(std::uint32_t document) {
  StagedRecord record;
  SCRIBE_TRY(records_->read_at(static_cast<std::int64_t>(document * sizeof(StagedRecord)),
                               {reinterpret_cast<char*>(&record), sizeof(record)}));
  std::string packed(record.frame_packed_bytes, '\0');
  SCRIBE_TRY(texts_->read_at(static_cast<std::int64_t>(record.frame_begin), packed));
  SCRIBE_TRY_ASSIGN(const std::string frame,
                    unpack_frame(packed, record.frame_bytes, path_ + ".texts"));
  return frame.substr(record.text_begin, static_cast<std::size_t>(record.text_bytes));
}

Status read_partition(Env& env, const std::string& path, int partition, int partitions,
                      PartitionKeys& keys) {
  SCRIBE_TRY_ASSIGN(const std::unique_ptr<RandomFile> file, env.open_random(path + ".keys"));
  const auto begins_count = static_cast<std::size_t>(partitions) + 1;
  std::vector<std::uint64_t> begins(2 * begins_count);
  SCRIBE_TRY(file->read_at(0, bytes_of(std::span(begins))));
  const std::span<const std::uint64_t> exact(begins.data(), begins_count);
  const std::span<const std::uint64_t> bands(begins.data() + begins_count, begins_count);
  const auto index = static_cast<std::size_t>(partition);
  if (exact[index] > exact[index + 1] || exact[index + 1] > exact.back() ||
      bands[index] > bands[index + 1])
    return damaged(path + ".keys");
  const std::uint64_t exact_at = begins.size() * sizeof(std::uint64_t);
  const std::uint64_t bands_at = exact_at + exact.back() * sizeof(ExactRecord);
  keys.exact.resize(exact[index + 1] - exact[index]);
  keys.bands.resize(bands[index + 1] - bands[index]);
  SCRIBE_TRY(file->read_at(static_cast<std::int64_t>(exact_at + exact[index] * sizeof(ExactRecord)),
                           bytes_of(std::span(keys.exact))));
  return file->read_at(static_cast<std::int64_t>(bands_at + bands[index] * sizeof(BandRecord)),
                       bytes_of(std::span(keys.bands)));
}

}  // namespace scribe
