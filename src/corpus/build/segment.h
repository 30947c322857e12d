// Documents that passed the rules for one file, staged until it is known which are duplicates.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "base/hash.h"
#include "base/packed_file.h"
#include "base/result.h"
#include "corpus/near_duplicates.h"
#include "corpus/staged_file.h"

namespace scribe {

/// A document of a segment, as its file of records holds it.
struct StagedRecord {
  Hash128 id;
  std::int64_t text_bytes = 0;
  std::int64_t size_bytes = 0;    ///< of the file it came from
  std::uint64_t names_begin = 0;  ///< of source, then license, among the segment's names
  std::uint32_t source_bytes = 0;
  std::uint32_t license_bytes = 0;
  std::uint32_t validation = 0;
  /// Where the text is: from this byte of what a frame of the .texts file holds.
  std::uint32_t text_begin = 0;
  std::uint64_t frame_begin = 0;
  std::uint32_t frame_packed_bytes = 0;
  std::uint32_t frame_bytes = 0;
};
static_assert(sizeof(StagedRecord) == 72);

/// A document's id, to find equal ones.
struct ExactRecord {
  Hash128 id;
  std::uint64_t document = 0;  ///< in the segment; once they are gathered, in the collection
};

/// What is staged of one document.
struct StagedDocument {
  StagedRecord record;  ///< names and their lengths are filled in by the writer
  std::string_view source;
  std::string_view license;
  std::string_view text;
  std::span<const std::uint32_t> signature;  ///< empty without words, or if none is wanted
};

/// The five files of a segment: PATH.texts (frames of Zstandard), .records, .names, .signatures and
/// .keys. The last holds the ids and the keys of bands, cut into partitions by their values.
class SegmentWriter {
 public:
  static Result<SegmentWriter> create(Env& env, std::string path, const MinHashOptions& minhash,
                                      int partitions);
  Status add(const StagedDocument& document);
  std::int64_t documents() const { return static_cast<std::int64_t>(records_.size()); }
  std::int64_t text_bytes() const { return text_bytes_; }
  /// Makes all files durable and renames them into place.
  Status finish();

 private:
  SegmentWriter(Env& env, std::string path, const MinHashOptions& minhash, int partitions,
                std::unique_ptr<StagedFile> texts);

  Env* env_;
  std::string path_;
  MinHashOptions minhash_;
  int partitions_;
  Status end_frame();

  std::unique_ptr<StagedFile> texts_;
  ZstdFrames packer_;
  std::string frame_;              // texts that the next frame will hold
  std::size_t frame_first_ = 0;    // the first record of the frame
  std::uint64_t texts_bytes_ = 0;  // of the frames written
  std::vector<StagedRecord> records_;
  std::string names_;
  std::vector<std::uint32_t> signatures_;
  std::vector<ExactRecord> exact_;
  std::vector<BandRecord> bands_;
  std::int64_t text_bytes_ = 0;
};

/// Reads the staged documents of a segment in order.
class SegmentReader {
 public:
  static Result<SegmentReader> open(Env& env, const std::string& path);

  const std::vector<StagedRecord>& records() const { return records_; }
  std::string_view source(const StagedRecord& record) const;
  std::string_view license(const StagedRecord& record) const;
  /// The text of the next document, in order. Requires that one is left.
  Result<std::string_view> next_text();

 private:
  SegmentReader() = default;
  std::string path_;
  std::vector<StagedRecord> records_;
  std::string names_;
  std::unique_ptr<ReadFile> texts_;
  std::size_t next_ = 0;
  std::vector<char> text_;
};

/// Reads texts of a segment in any order.
class StagedTexts {
 public:
  static Result<StagedTexts> open(Env& env, const std::string& path);
  Result<std::string> read(std::uint32_t document);

 private:
  StagedTexts() = default;
  std::string path_;
  std::unique_ptr<RandomFile> records_;
  std::unique_ptr<RandomFile> texts_;
};

/// What the .keys file of a segment says of one partition; documents are numbered in the segment.
struct PartitionKeys {
  std::vector<ExactRecord> exact;
  std::vector<BandRecord> bands;
};
Status read_partition(Env& env, const std::string& path, int partition, int partitions,
                      PartitionKeys& keys);

/// The records of a segment. Errors: not_found, io, invalid_data.
Result<std::vector<StagedRecord>> read_records(Env& env, const std::string& path);

}  // namespace scribe
