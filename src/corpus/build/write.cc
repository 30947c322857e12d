// The last stage: the documents that stay, as shards of JSON lines.
#include <algorithm>

#include "base/hash.h"
#include "base/json.h"
#include "corpus/build/collection.h"
#include "corpus/build/segment.h"
#include "corpus/document_file.h"

namespace scribe {
namespace {

constexpr std::size_t kLinesBytes = 1 << 20;  // Collected before they are packed.

std::string written_path(const Segment& segment) {
  return segment.path + ".written";
}

/// A file whose bytes are hashed as they are written.
class HashedFile : public AppendFile {
 public:
  explicit HashedFile(StagedFile file) : file_(std::move(file)) {}

  Status append(std::string_view bytes) override {
    hash_.add(bytes);
    return file_.append(bytes);
  }
  Status sync() override { return file_.sync(); }
  Status publish() { return file_.publish(); }
  std::uint64_t hash() const { return hash_.value(); }

 private:
  StagedFile file_;
  Hash64Stream hash_;
};

/// A packed file of lines that exists once there is one.
class LinesFile {
 public:
  LinesFile(Env& env, std::string path, int level)
      : env_(env), path_(std::move(path)), level_(level) {}

  std::string& lines() { return lines_; }
  /// Of all bytes, once it is finished; 0 if there is no file.
  std::uint64_t hash() const { return file_ ? file_->hash() : 0; }
  Status flush_if_large() { return lines_.size() < kLinesBytes ? Status() : flush(); }

  Status finish() {
    SCRIBE_TRY(flush());
    if (!file_) return {};
    SCRIBE_TRY(packer_->finish());
    SCRIBE_TRY(file_->sync());
    return file_->publish();
  }

 private:
  Status flush() {
    if (lines_.empty()) return {};
    if (!file_) {
      SCRIBE_TRY_ASSIGN(StagedFile file, StagedFile::create(env_, path_));
      file_ = std::make_unique<HashedFile>(std::move(file));
      packer_.emplace(*file_, level_);
    }
    SCRIBE_TRY(packer_->append(lines_));
    lines_.clear();
    return {};
  }

  Env& env_;
  std::string path_;
  int level_;
  std::string lines_;
  std::unique_ptr<HashedFile> file_;
  std::optional<ZstdWriter> packer_;
};

/// Where the document stands that a duplicate went for.
class KeptNames {
 public:
  KeptNames(Env& env, const Scanned& scanned) : env_(env), scanned_(scanned) {}

  /// Its id and source.
  Result<std::pair<std::string, std::string>> of(std::uint32_t document) {
    const Segment& segment = scanned_.segments[scanned_.segment_of(document)];
    if (segment.path != path_) {
      SCRIBE_TRY_ASSIGN(records_, env_.open_random(segment.path + ".records"));
      SCRIBE_TRY_ASSIGN(names_, env_.open_random(segment.path + ".names"));
      path_ = segment.path;
    }
    StagedRecord record;
    const std::size_t at = (document - segment.first) * sizeof(StagedRecord);
    SCRIBE_TRY(records_->read_at(static_cast<std::int64_t>(at),
                                 {reinterpret_cast<char*>(&record), sizeof(record)}));
    std::string source(record.source_bytes, '\0');
    SCRIBE_TRY(names_->read_at(static_cast<std::int64_t>(record.names_begin), source));
    return std::pair(to_hex(record.id), std::move(source));
  }

 private:
  Env& env_;
  const Scanned& scanned_;
  std::string path_;
  std::unique_ptr<RandomFile> records_;
  std::unique_ptr<RandomFile> names_;
};

void count(FileCount& counter, const StagedRecord& record) {
  ++counter.files;
  counter.bytes += record.size_bytes;
}

Json to_json(const FileCount& counts) {
  return Json::array({counts.files, counts.bytes});
}
Json to_json(const SplitCount& counts) {
  return Json::array({counts.documents, counts.text_bytes});
}

/// Writes the shards of one segment.
class SegmentOutput {
 public:
  SegmentOutput(const BuildContext& context, const Scanned& scanned, const Segment& segment,
                std::span<const Duplicate> duplicates, const std::vector<bool>& outside)
      : context_(context),
        segment_(segment),
        duplicates_(duplicates),
        outside_(outside),
        kept_names_(context.env, scanned),
        train_(context.env, segment.path + ".train.jsonl.zst", context.options.zstd_level),
        validation_(context.env, segment.path + ".validation.jsonl.zst",
                    context.options.zstd_level),
        removed_(context.env, segment.path + ".duplicates.jsonl.zst", context.options.zstd_level) {}

  Status run() {
    SCRIBE_TRY_ASSIGN(SegmentReader reader, SegmentReader::open(context_.env, segment_.path));
    const auto first =
        std::ranges::lower_bound(duplicates_, segment_.first, {}, &Duplicate::document);
    next_ = static_cast<std::size_t>(first - duplicates_.begin());
    for (std::uint32_t index = 0; index < segment_.documents; ++index) {
      SCRIBE_TRY_ASSIGN(const std::string_view text, reader.next_text());
      SCRIBE_TRY(take(reader, segment_.first + index, reader.records()[index], text));
    }
    for (LinesFile* file : {&train_, &validation_, &removed_}) SCRIBE_TRY(file->finish());
    const Json outcome = {{"train", to_json(outcome_.train)},
                          {"train_hash", train_.hash()},
                          {"validation_hash", validation_.hash()},
                          {"validation", to_json(outcome_.validation)},
                          {"duplicates", to_json(outcome_.duplicates)},
                          {"near_duplicates", to_json(outcome_.near_duplicates)},
                          {"outside_sample", to_json(outcome_.outside_sample)}};
    return write_file_atomic(context_.env, written_path(segment_), to_json_line(outcome) + "\n");
  }

 private:
  Status take(const SegmentReader& reader, std::uint32_t document, const StagedRecord& record,
              std::string_view text) {
    if (next_ < duplicates_.size() && duplicates_[next_].document == document)
      return remove(duplicates_[next_++], reader, record, text);
    if (!outside_.empty() && outside_[document]) {
      count(outcome_.outside_sample, record);
      return {};
    }
    const bool held_out = record.validation != 0;
    SplitCount& split = held_out ? outcome_.validation : outcome_.train;
    ++split.documents;
    split.text_bytes += record.text_bytes;
    LinesFile& file = held_out ? validation_ : train_;
    append_document_line({.id = to_hex(record.id),
                          .source = reader.source(record),
                          .license = reader.license(record),
                          .text = text},
                         file.lines());
    return file.flush_if_large();
  }

  Status remove(const Duplicate& duplicate, const SegmentReader& reader, const StagedRecord& record,
                std::string_view text) {
    count(duplicate.exact ? outcome_.duplicates : outcome_.near_duplicates, record);
    SCRIBE_TRY_ASSIGN(const auto kept, kept_names_.of(duplicate.kept));
    Json line = {{"id", to_hex(record.id)},
                 {"source", reader.source(record)},
                 {"rule", duplicate.exact ? "duplicate" : "near_duplicate"},
                 {"similarity", duplicate.similarity},
                 {"kept", kept.first},
                 {"kept_source", kept.second}};
    if (context_.options.keep_removed) line["text"] = text;
    removed_.lines() += to_json_line(line) + "\n";
    return removed_.flush_if_large();
  }

  const BuildContext& context_;
  const Segment& segment_;
  std::span<const Duplicate> duplicates_;
  const std::vector<bool>& outside_;
  std::size_t next_ = 0;  // in duplicates_
  KeptNames kept_names_;
  LinesFile train_;
  LinesFile validation_;
  LinesFile removed_;
  SegmentOutcome outcome_;
};

Result<SegmentOutcome> read_outcome(Env& env, const Segment& segment) {
  const std::string path = written_path(segment);
  SCRIBE_TRY_ASSIGN(const std::string text, env.read_file(path));
  SCRIBE_TRY_ASSIGN(const Json value, parse_json(text, path));
  SegmentOutcome outcome;
  const auto read = [&](const char* name, std::int64_t& first, std::int64_t& second) {
    first = value.at(name).at(0);
    second = value.at(name).at(1);
  };
  try {
    outcome.train_hash = value.value("train_hash", std::uint64_t{0});  // Older work has none.
    outcome.validation_hash = value.value("validation_hash", std::uint64_t{0});
    read("train", outcome.train.documents, outcome.train.text_bytes);
    read("validation", outcome.validation.documents, outcome.validation.text_bytes);
    read("duplicates", outcome.duplicates.files, outcome.duplicates.bytes);
    read("near_duplicates", outcome.near_duplicates.files, outcome.near_duplicates.bytes);
    read("outside_sample", outcome.outside_sample.files, outcome.outside_sample.bytes);
  } catch (const Json::exception&) {
    return error(ErrorCode::invalid_data, "'{}' is damaged; delete its folder and build again",
                 path);
  }
  return outcome;
}

}  // namespace

Result<std::vector<SegmentOutcome>> write_segments(const BuildContext& context,
                                                   const Collection& collection,
                                                   const Scanned& scanned,
                                                   const std::vector<Duplicate>& duplicates,
                                                   const std::vector<bool>& outside) {
  const auto segment = [&](std::int64_t task) -> const Segment& {
    return scanned.segments[static_cast<std::size_t>(task)];
  };
  SCRIBE_TRY(run_tasks(
      context,
      {.label = "write " + collection.name,
       .count = static_cast<std::int64_t>(scanned.segments.size()),
       .result = [&](std::int64_t task) { return written_path(segment(task)); },
       .work =
           [&](std::int64_t task) {
             return SegmentOutput(context, scanned, segment(task), duplicates, outside).run();
           }}));
  std::vector<SegmentOutcome> outcomes;
  for (const Segment& done : scanned.segments) {
    SCRIBE_TRY_ASSIGN(SegmentOutcome outcome, read_outcome(context.env, done));
    outcomes.push_back(outcome);
  }
  return outcomes;
}

}  // namespace scribe
