#include <io/base/csv.hpp>

#include <io/base/errors.hpp>

#include <algorithm>

namespace corvivo::io {

namespace {

bool blank(char c) {
  return c == ' ' || c == '\t';
}

/// What parts the fields: that of the first row.
char separator_of(const std::string &text) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    if (!line.empty() && line[0] != '#' && line[0] != '\r')
      return line.find(',') == std::string::npos && line.find(';') != std::string::npos ? ';' : ',';
    start = end + 1;
  }
  return ',';
}

class Reader {
public:
  Reader(const std::string &text, const std::string &name) : text_(text), name_(name), separator_(separator_of(text)) {
    if (text_.rfind("\xef\xbb\xbf", 0) == 0) // byte order mark of some spreadsheets
      at_ = line_start_ = 3;
  }

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> all;
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
        end_of_line();
        continue;
      }
      CsvRow row = one();
      if (row.fields.size() > 1 || !row.fields.front().empty())
        all.push_back(std::move(row));
    }
    return all;
  }

private:
  CsvRow one() {
    CsvRow row{line_, {}};
    do
      row.fields.push_back(field());
    while (at_ < text_.size() && text_[at_] == separator_ && ++at_);
    end_of_line();
    return row;
  }

  std::string field() {
    std::string out;
    std::size_t kept = 0; // characters in quotes, or up to the last that is not blank
    while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r')
      if (text_[at_] == '"' && out.empty()) {
        out = quoted();
        kept = out.size();
      } else if (const char c = text_[at_++]; !blank(c)) {
        out += c;
        kept = out.size();
      } else if (!out.empty())
        out += c;
    return out.substr(0, kept);
  }

  std::string quoted() {
    const std::string place =
        name_ + ":" + std::to_string(line_) + ":" + std::to_string(at_ - line_start_ + 1) + ": a quote that is never closed";
    std::string out;
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') {
          ++at_;
          return out;
        }
        ++at_; // doubled
      } else if (text_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
      out += text_[at_];
    }
    throw CaseError(place);
  }

  void end_of_line() {
    if (at_ < text_.size() && text_[at_] == '\r')
      ++at_;
    if (at_ < text_.size() && text_[at_] == '\n') {
      ++at_;
      ++line_;
      line_start_ = at_;
    }
  }

  const std::string &text_, &name_;
  char separator_;
  std::size_t at_ = 0, line_ = 1, line_start_ = 0;
};

} // namespace

std::vector<CsvRow> read_csv(const std::string &text, const std::string &name) {
  return Reader(text, name).rows();
}

std::string csv_field(const std::string &text) {
  const bool plain = text.find_first_of(",;\"\r\n#") == std::string::npos;
  if (text.empty() || (plain && !blank(text.front()) && !blank(text.back())))
    return text;
  std::string out = "\"";
  for (const char c : text)
    out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

} // namespace corvivo::io
