#include "data/text_window.h"

#include <cstring>

namespace r2rank::data {
namespace {

constexpr size_t kFirst = size_t{1} << 18;  // fits the second-level cache
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

TextWindow::TextWindow(std::unique_ptr<ByteSource> source)
    : source_(std::move(source)), buffer_(kFirst + kPadding) {
  while (!complete_ && rest().size() < kByteOrderMark.size()) more();
  if (rest().starts_with(kByteOrderMark)) pass(kByteOrderMark.size());
}

void TextWindow::more() {
  if (begin_ > 0) std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  if (buffer_.size() - kPadding - end_ < kFirst / 2)
    buffer_.resize(2 * (buffer_.size() - kPadding) + kPadding);
  const size_t taken = source_->read(buffer_.data() + end_, buffer_.size() - kPadding - end_);
  end_ += taken;
  complete_ = taken == 0;
}

bool TextWindow::at_end() {
  while (rest().empty() && !complete_) more();
  return rest().empty();
}

double TextWindow::share() const {
  const int64_t size = source_->size();
  if (complete_ && rest().empty()) return 1;
  return size > 0 ? static_cast<double>(passed_) / static_cast<double>(size) : source_->share();
}

}  // namespace r2rank::data
