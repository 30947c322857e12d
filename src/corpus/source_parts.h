// What sources hold, in little memory: millions of loose files are no exception.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "corpus/license_file.h"

namespace scribe {

/// Something that is read from its start to its end.
struct SourcePart {
  enum class Kind : std::uint8_t { file, archive, repository, json_lines, parquet };
  Kind kind = Kind::file;
  std::string path = {};        ///< "-" is standard input
  std::string revision = {};    ///< of a repository: the id of its commit; "": it has none
  std::string root = {};        ///< of a file: the folder that was given, for SourceItem::path
  std::int64_t size_bytes = 0;  ///< as stored; 0: unknown
  /// Of a file: what SourceItem::license_file says; shared by the parts that it covers.
  std::shared_ptr<const LicenseFile> license_file = {};
};

/// "archive", "json_lines".
std::string_view name_of(SourcePart::Kind kind);

/// A list of parts, which are made from it one by one. A part costs 32 bytes and the name of its
/// file: folders, and what parts have in common, are there once, and nothing is copied to grow.
class SourceParts {
 public:
  /// Copies what it is given; license_file is kept.
  void add(const SourcePart& part);
  void set_license_file(std::size_t index, const std::shared_ptr<const LicenseFile>& file);
  /// Puts them in order by path, then revision; of those with equal ones the one with the shortest
  /// root stays, then the first.
  void sort_and_unite();

  std::size_t size() const { return entries_.size(); }
  SourcePart operator[](std::size_t index) const;
  std::int64_t size_bytes(std::size_t index) const { return entries_[index].size_bytes; }

  class Iterator {
   public:
    Iterator(const SourceParts& parts, std::size_t index) : parts_(&parts), index_(index) {}
    SourcePart operator*() const { return (*parts_)[index_]; }
    Iterator& operator++() {
      ++index_;
      return *this;
    }
    bool operator==(const Iterator& other) const { return index_ == other.index_; }

   private:
    const SourceParts* parts_;
    std::size_t index_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size()}; }

 private:
  /// What many parts have in common.
  struct Origin {
    SourcePart::Kind kind;
    std::string root;
    std::string revision;
    std::shared_ptr<const LicenseFile> license_file;
  };
  struct Entry {
    const char* name;  // in blocks_
    std::int64_t size_bytes;
    std::uint32_t folder;
    std::uint32_t origin;
    std::uint32_t name_bytes;
  };

  std::string_view folder_of(const Entry& entry) const { return folders_[entry.folder]; }
  static std::string_view file_name_of(const Entry& entry) {
    return {entry.name, entry.name_bytes};
  }
  std::string path_of(const Entry& entry) const;
  int compare_paths(const Entry& a, const Entry& b) const;
  bool stands_before(const Entry& a, const Entry& b) const;
  bool is_same(const Entry& a, const Entry& b) const;
  const char* keep(std::string_view name);

  std::deque<Entry> entries_;
  std::deque<std::string> folders_;  // With their '/'; one may be there more than once.
  std::vector<Origin> origins_;
  std::map<std::pair<std::uint32_t, const LicenseFile*>, std::uint32_t> licensed_;  // of origins
  std::vector<std::unique_ptr<char[]>> blocks_;                                     // of names
  std::size_t block_left_ = 0;
};

}  // namespace scribe
