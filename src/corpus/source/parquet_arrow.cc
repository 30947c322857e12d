// Rows of Parquet files through Apache Arrow, a few at a time and only the columns that are used.
#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/memory_pool.h>
#include <parquet/arrow/reader.h>
#include <parquet/exception.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "corpus/source/row_items.h"

namespace scribe {
namespace {

constexpr std::int64_t kBatchRows = 64;
constexpr std::int64_t kMemoryBytesMax = std::int64_t{2} << 30;  // Of a batch and its pages.

Error arrow_error(const arrow::Status& status) {
  return {ErrorCode::invalid_data, status.ToString()};
}

/// The leaf columns of `field`: itself, or the elements of a list.
std::vector<int> columns_of(const parquet::SchemaDescriptor& schema, const std::string& field) {
  std::vector<int> columns;
  for (int column = 0; column < schema.num_columns(); ++column) {
    const std::string path = schema.Column(column)->path()->ToDotString();
    if (path == field || path.starts_with(field + ".")) columns.push_back(column);
  }
  return columns;
}

/// The field "a.b" of a batch: of that name, else b in the column a; null: there is none.
std::shared_ptr<arrow::Array> array_of(const arrow::RecordBatch& batch, const std::string& field) {
  if (auto whole = batch.GetColumnByName(field)) return whole;
  std::size_t begin = field.find('.');
  if (begin == std::string::npos) return nullptr;
  std::shared_ptr<arrow::Array> array = batch.GetColumnByName(field.substr(0, begin));
  while (array != nullptr && begin != std::string::npos) {
    if (array->type_id() != arrow::Type::STRUCT) return nullptr;
    const std::size_t end = field.find('.', begin + 1);
    array = static_cast<const arrow::StructArray&>(*array).GetFieldByName(
        field.substr(begin + 1, end == std::string::npos ? end : end - begin - 1));
    begin = end;
  }
  return array;
}

std::optional<std::string_view> string_at(const arrow::Array* array, std::int64_t row) {
  if (array == nullptr || array->IsNull(row)) return std::nullopt;
  switch (array->type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return static_cast<const arrow::BinaryArray&>(*array).GetView(row);
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return static_cast<const arrow::LargeBinaryArray&>(*array).GetView(row);
    case arrow::Type::DICTIONARY: {
      const auto& coded = static_cast<const arrow::DictionaryArray&>(*array);
      return string_at(coded.dictionary().get(), coded.GetValueIndex(row));
    }
    default:
      return std::nullopt;
  }
}

/// A string, or all strings of a list.
std::string license_at(const arrow::Array* array, std::int64_t row) {
  if (const auto text = string_at(array, row)) return std::string(*text);
  if (array == nullptr || array->IsNull(row) || array->type_id() != arrow::Type::LIST) return {};
  const auto& list = static_cast<const arrow::ListArray&>(*array);
  std::vector<std::string> licenses;
  for (std::int64_t at = list.value_offset(row); at < list.value_offset(row + 1); ++at)
    if (const auto text = string_at(list.values().get(), at)) licenses.emplace_back(*text);
  return all_licenses(licenses);
}

/// A Parquet file while it is read.
class ParquetSource {
 public:
  ParquetSource(const SourcePart& part, const SourceOptions& options, const VisitItem& visit)
      : part_(part), fields_(options.fields), items_(part, options, visit) {}

  Result<PartReport> run(Env& env) {
    Status end;
    try {
      end = read(env);
    } catch (const std::exception& exception) {
      end = error(ErrorCode::invalid_data, "{}", exception.what());
    }
    if (visit_error_) return *std::move(visit_error_);
    return items_.finish(end);
  }

 private:
  Status read(Env& env) {
    SCRIBE_TRY_ASSIGN(file_, env.map_file(part_.path));
    const std::span<const std::byte> bytes = file_->bytes();
    const auto input = std::make_shared<arrow::io::BufferReader>(
        std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                        static_cast<std::int64_t>(bytes.size())));
    parquet::arrow::FileReaderBuilder builder;
    if (const arrow::Status opened = builder.Open(input, parquet::ReaderProperties(&pool_));
        !opened.ok())
      return arrow_error(opened);
    parquet::ArrowReaderProperties properties;
    properties.set_batch_size(kBatchRows);
    properties.set_use_threads(false);
    properties.set_pre_buffer(false);
    builder.memory_pool(&pool_)->properties(properties);
    if (const arrow::Status built = builder.Build(&reader_); !built.ok()) return arrow_error(built);
    return read_rows();
  }

  /// Columns that are not there say nothing, but for the text.
  Result<std::vector<int>> wanted_columns() {
    const parquet::SchemaDescriptor& schema = *reader_->parquet_reader()->metadata()->schema();
    std::vector<int> columns = columns_of(schema, fields_.text);
    if (columns.empty()) {
      columns = columns_of(schema, "text");
      if (columns.empty())
        return error(ErrorCode::invalid_data, "it has no column {}; name the field",
                     text_field_names(fields_));
      fields_.text = "text";
    }
    for (const std::string& field : {fields_.path, fields_.repository, fields_.license})
      std::ranges::copy(columns_of(schema, field), std::back_inserter(columns));
    std::ranges::sort(columns);
    const auto repeated = std::ranges::unique(columns);
    columns.erase(repeated.begin(), repeated.end());
    return columns;
  }

  Status read_rows() {
    SCRIBE_TRY_ASSIGN(const std::vector<int> columns, wanted_columns());
    std::vector<int> groups(static_cast<std::size_t>(reader_->num_row_groups()));
    for (std::size_t group = 0; group < groups.size(); ++group)
      groups[group] = static_cast<int>(group);
    auto batches = reader_->GetRecordBatchReader(groups, columns);
    if (!batches.ok()) return arrow_error(batches.status());
    for (std::int64_t first_row = 1;;) {
      std::shared_ptr<arrow::RecordBatch> batch;
      if (const arrow::Status got = (*batches)->ReadNext(&batch); !got.ok())
        return arrow_error(got);
      if (batch == nullptr) return {};
      // What pages hold was not checked when they were read.
      if (const arrow::Status valid = batch->Validate(); !valid.ok()) return arrow_error(valid);
      Status taken = take(*batch, first_row);
      if (!taken.ok()) visit_error_ = taken.error();
      SCRIBE_TRY(taken);
      first_row += batch->num_rows();
    }
  }

  Status take(const arrow::RecordBatch& batch, std::int64_t first_row) {
    const auto text = array_of(batch, fields_.text);
    const auto path = array_of(batch, fields_.path);
    const auto repository = array_of(batch, fields_.repository);
    const auto license = array_of(batch, fields_.license);
    for (std::int64_t row = 0; row < batch.num_rows(); ++row)
      SCRIBE_TRY(
          items_.take(first_row + row, {.text = string_at(text.get(), row),
                                        .path = string_at(path.get(), row).value_or(""),
                                        .repository = string_at(repository.get(), row).value_or(""),
                                        .license = license_at(license.get(), row)}));
    return {};
  }

  const SourcePart& part_;
  RowFields fields_;
  RowItems items_;
  std::optional<Error> visit_error_;
  // In the order in which one needs the other.
  std::unique_ptr<arrow::MemoryPool> own_pool_ = arrow::MemoryPool::CreateDefault();
  arrow::CappedMemoryPool pool_{own_pool_.get(), kMemoryBytesMax};
  std::unique_ptr<MappedFile> file_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
};

}  // namespace

Status check_parquet_support() {
  return {};
}

Result<PartReport> read_parquet(Env& env, const SourcePart& part, const SourceOptions& options,
                                const VisitItem& visit) {
  return ParquetSource(part, options, visit).run(env);
}

}  // namespace scribe
