// Staging through a temporary name beside the target.
#include "corpus/staged_file.h"

namespace scribe {

constexpr std::size_t kBufferBytes = 1 << 20;

Result<StagedFile> StagedFile::create(Env& env, const std::string& path) {
  const std::string temporary = path + ".tmp";
  if (env.exists(temporary)) SCRIBE_TRY(env.remove(temporary));
  SCRIBE_TRY_ASSIGN(std::unique_ptr<AppendFile> file, env.open_append(temporary));
  return StagedFile(env, path, std::move(file));
}

StagedFile::~StagedFile() {
  if (file_ == nullptr) return;
  file_.reset();
  (void)env_->remove(temporary_path());  // Best effort: we are leaving because of another error.
}

Status StagedFile::append(std::string_view bytes) {
  buffer_ += bytes;
  if (buffer_.size() < kBufferBytes) return {};
  SCRIBE_TRY(file_->append(buffer_));
  buffer_.clear();
  return {};
}

Status StagedFile::sync() {
  SCRIBE_TRY(file_->append(buffer_));
  buffer_.clear();
  return file_->sync();
}

Status StagedFile::publish() {
  SCRIBE_CHECK(file_ != nullptr && buffer_.empty(), "publish '{}' before sync", path_);
  SCRIBE_TRY(env_->rename(temporary_path(), path_));
  file_.reset();
  return {};
}

}  // namespace scribe
