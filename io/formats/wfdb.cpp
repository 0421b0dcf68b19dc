#include <io/formats/wfdb.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <sstream>

namespace corvivo::io {

namespace {

constexpr std::size_t most_signals = 256;

/// A line of the header, and how the reader speaks of it: "PATH:3: ".
struct Line {
  std::vector<std::string> words;
  std::string text, place;
};

struct SignalLine {
  RecordedSignal signal;
  std::size_t byte_offset = 0;
  std::optional<int> initial, checksum;
  std::string place;
};

struct Header {
  SignalRecord record; ///< without samples
  std::optional<std::size_t> samples;
  std::vector<SignalLine> lines;
};

std::vector<std::string> words_of(const std::string &text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(word);
  return words;
}

/// The number at the start of `text`, which becomes what follows it.
std::optional<double> leading_number(std::string &text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value))
    return std::nullopt;
  text.erase(0, static_cast<std::size_t>(end - text.data()));
  return value;
}

double number_of(const std::string &word, const Line &line, const std::string &what) {
  std::string rest = word;
  const std::optional<double> value = leading_number(rest);
  if (!value || !rest.empty())
    throw CaseError(line.place + what + " is '" + word + "', expected a number");
  return *value;
}

int integer_of(const std::string &word, const Line &line, const std::string &what, double low, double high) {
  const double value = number_of(word, line, what);
  if (value != std::round(value) || value < low || value > high)
    throw CaseError(line.place + what + " is " + word + ", expected a whole number from " + fixed(low, 0) + " to " + fixed(high, 0));
  return static_cast<int>(value);
}

/// The beginning of a text as a message can show it.
std::string printable(const std::string &text) {
  std::string shown = text.substr(0, 60);
  for (char &c : shown)
    if (!std::isprint(static_cast<unsigned char>(c)))
      c = '?';
  return shown.size() < text.size() ? shown + "..." : shown;
}

/// Lines that say something, comments apart.
std::vector<Line> lines_of(const std::string &header, const std::string &path, std::vector<std::string> &comments) {
  std::vector<Line> lines;
  std::istringstream stream(header);
  std::size_t number = 0;
  for (std::string text; std::getline(stream, text) && lines.size() <= most_signals + 1;) {
    ++number;
    if (!text.empty() && text.back() == '\r')
      text.pop_back();
    if (!text.empty() && text[0] == '#') {
      const std::size_t first = text.find_first_not_of("# \t");
      if (first != std::string::npos)
        comments.push_back(text.substr(first));
      continue;
    }
    Line line{words_of(text), text, path + ":" + std::to_string(number) + ": "};
    if (!line.words.empty())
      lines.push_back(std::move(line));
  }
  if (lines.empty())
    throw CaseError(path + ": holds no line of a WFDB header; expected the record's name, its number of signals, samples per second");
  return lines;
}

/// "100 2 360 650000"; returns the number of signals.
std::size_t read_record_line(const Line &line, Header &header) {
  const std::vector<std::string> &words = line.words;
  if (words.size() < 2)
    throw CaseError(line.place + "'" + printable(line.text) +
                    "' is no first line of a WFDB header; expected the record's name and number of signals: try the .hea file");
  if (words[0].find('/') != std::string::npos)
    throw CaseError(line.place + "'" + words[0] + "' is a record of several segments; expected the header of one of them");
  header.record.name = words[0];
  const int signals = integer_of(words[1], line, "the number of signals", 1, static_cast<double>(most_signals));
  if (words.size() > 2) {
    std::string rest = words[2]; // 360/360(0): the counter's frequency and its base may follow
    const std::optional<double> frequency = leading_number(rest);
    if (!frequency || !(*frequency > 0) || *frequency > 1e6 || (!rest.empty() && rest[0] != '/' && rest[0] != '('))
      throw CaseError(line.place + "the sampling frequency is '" + words[2] + "', expected samples per second above 0");
    header.record.frequency = *frequency;
  }
  if (words.size() > 3)
    if (const int samples = integer_of(words[3], line, "the number of samples", 0, 2e9); samples > 0)
      header.samples = static_cast<std::size_t>(samples);
  return static_cast<std::size_t>(signals);
}

/// "16", "212+24"; frames of several samples and skews are not ours.
void read_format(const Line &line, SignalLine &found) {
  std::string rest = line.words[1];
  const std::optional<double> format = leading_number(rest);
  if (!format || (*format != 16 && *format != 212))
    throw CaseError(line.place + "the signal's format is '" + line.words[1] + "', expected 16 or 212; convert the record, as by xform");
  found.signal.format = static_cast<int>(*format);
  if (!rest.empty() && rest[0] == '+') {
    found.byte_offset = static_cast<std::size_t>(integer_of(rest.substr(1), line, "the byte offset", 0, 2e9));
    rest.clear();
  }
  if (!rest.empty() && rest != "x1" && rest != ":0")
    throw CaseError(line.place + "the signal's format is '" + line.words[1] +
                    "', with several samples a frame or a skew; expected one sample of every signal at a time");
}

/// "2000", "200(1024)/mV"; the baseline, when it is there.
std::optional<int> read_gain(const Line &line, RecordedSignal &signal) {
  std::string rest = line.words[2];
  const std::optional<double> gain = leading_number(rest);
  std::optional<int> baseline;
  if (gain && !rest.empty() && rest[0] == '(') {
    const std::size_t end = rest.find(')');
    baseline = integer_of(rest.substr(1, end == std::string::npos ? end : end - 1), line, "the baseline", -2147483647, 2147483647);
    rest.erase(0, end == std::string::npos ? end : end + 1);
  }
  if (!gain || (!rest.empty() && (rest[0] != '/' || rest.size() < 2)))
    throw CaseError(line.place + "the gain is '" + line.words[2] + "', expected as in 200 or 200(1024)/mV");
  if (*gain == 0 || std::abs(*gain) < 1e-9 || std::abs(*gain) > 1e12)
    throw CaseError(line.place + "the gain is " + line.words[2] + ", so the signal's size is not known; expected stored numbers per mV");
  signal.gain = *gain;
  signal.unit = rest.empty() ? "mV" : rest.substr(1);
  return baseline;
}

SignalLine read_signal_line(const Line &line) {
  const std::vector<std::string> &words = line.words;
  if (words.size() < 3)
    throw CaseError(line.place + "'" + line.text + "' describes no signal; expected file, format and gain (stored numbers per mV)");
  SignalLine found;
  found.place = line.place;
  found.signal.file = words[0];
  if (words[0] == "-" || words[0] == "~" || words[0].find_first_of("/\\") != std::string::npos)
    throw CaseError(line.place + "the signal's file is '" + words[0] + "', expected the name of a file beside the header");
  read_format(line, found);
  const std::optional<int> baseline = read_gain(line, found.signal);
  const auto field = [&](std::size_t n, const char *what, double low, double high) {
    return words.size() > n ? std::optional<int>(integer_of(words[n], line, what, low, high)) : std::nullopt;
  };
  field(3, "the converter's resolution", 0, 64);
  const std::optional<int> zero = field(4, "the converter's zero", -2147483647, 2147483647);
  found.signal.baseline = baseline ? *baseline : zero.value_or(0);
  found.initial = field(5, "the first sample", -2147483648.0, 2147483647);
  found.checksum = field(6, "the checksum", -65535, 65535);
  field(7, "the block size", 0, 2e9);
  if (words.size() > 8) { // the rest of the line, blanks included
    std::size_t at = 0;
    for (std::size_t n = 0; n < 8; ++n)
      at = line.text.find_first_of(" \t", line.text.find_first_not_of(" \t", at));
    found.signal.description = line.text.substr(line.text.find_first_not_of(" \t", at));
    while (!found.signal.description.empty() && std::isspace(static_cast<unsigned char>(found.signal.description.back())))
      found.signal.description.pop_back();
  }
  return found;
}

Header read_header(const std::string &text, const std::string &path) {
  Header header;
  const std::vector<Line> lines = lines_of(text, path, header.record.comments);
  const std::size_t signals = read_record_line(lines.front(), header);
  if (lines.size() < signals + 1)
    throw CaseError(path + ": announces " + std::to_string(signals) + " signals and describes " + std::to_string(lines.size() - 1) +
                    "; is the header truncated?");
  for (std::size_t s = 0; s < signals; ++s)
    header.lines.push_back(read_signal_line(lines[s + 1]));
  return header;
}

int sample_16(const std::string &bytes, std::size_t start, std::size_t n) {
  const auto byte = [&](std::size_t b) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[start + b])); };
  return static_cast<std::int16_t>(static_cast<std::uint16_t>(byte(2 * n) | byte(2 * n + 1) << 8));
}

/// Two samples of 12 bits in three bytes: the low bytes of both stand first and last, the high halves in the middle.
int sample_212(const std::string &bytes, std::size_t start, std::size_t n) {
  const auto byte = [&](std::size_t b) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[start + b])); };
  const std::size_t pair = n / 2 * 3;
  const unsigned value = n % 2 == 0 ? byte(pair) | (byte(pair + 1) & 0x0fU) << 8 : byte(pair + 2) | (byte(pair + 1) & 0xf0U) << 4;
  return static_cast<int>(value) - (value >= 2048 ? 4096 : 0);
}

std::size_t samples_in(std::size_t bytes, int format) {
  return format == 16 ? bytes / 2 : bytes / 3 * 2 + bytes % 3 / 2;
}

void check_signal(const SignalLine &line, int first, std::uint16_t sum) {
  const std::string name = line.signal.description.empty() ? "the signal" : "signal '" + line.signal.description + "'";
  if (line.initial && *line.initial != first)
    throw CaseError(line.place + name + " begins with " + std::to_string(first) + " in " + line.signal.file + ", the header says " +
                    std::to_string(*line.initial) + "; do header and file belong together?");
  if (line.checksum && static_cast<std::uint16_t>(*line.checksum) != sum)
    throw CaseError(line.place + name + " has the checksum " + std::to_string(static_cast<std::int16_t>(sum)) + " in " + line.signal.file +
                    ", the header says " + std::to_string(*line.checksum) + "; the file is damaged, copy it again");
}

/// Signals `first` to `end`, whose samples take turns in one file.
void read_group(Header &header, std::size_t first, std::size_t end, const std::string &bytes, const std::string &path) {
  const std::size_t start = header.lines[first].byte_offset, together = end - first;
  const int format = header.lines[first].signal.format;
  const std::string &file = header.lines[first].signal.file;
  for (std::size_t s = first; s < end; ++s)
    if (header.lines[s].signal.format != format)
      throw CaseError(header.lines[s].place + "signals of one file have different formats, expected one");
  const std::size_t there = start < bytes.size() ? samples_in(bytes.size() - start, format) / together : 0;
  if (!header.samples)
    header.samples = there;
  if (there < *header.samples || there == 0)
    throw CaseError(path + ": announces " + std::to_string(*header.samples) + " samples of each signal, " + file + " holds " +
                    std::to_string(there) + "; is it truncated?");
  if (there > *header.samples + 1 && !header.lines[first].checksum) // 212 may be filled up to a whole pair
    throw CaseError(path + ": announces " + std::to_string(*header.samples) + " samples of each signal, " + file + " holds " +
                    std::to_string(there) + "; do they belong together?");
  const int invalid = format == 16 ? -32768 : -2048;
  for (std::size_t s = first; s < end; ++s) {
    RecordedSignal &signal = header.lines[s].signal;
    signal.values.reserve(*header.samples);
    std::uint16_t sum = 0;
    int begin = 0;
    for (std::size_t i = 0; i < *header.samples; ++i) {
      const std::size_t n = i * together + s - first;
      const int stored = format == 16 ? sample_16(bytes, start, n) : sample_212(bytes, start, n);
      begin = i == 0 ? stored : begin;
      sum = static_cast<std::uint16_t>(sum + static_cast<unsigned>(stored));
      signal.values.push_back(stored == invalid ? std::numeric_limits<double>::quiet_NaN()
                                                : (static_cast<double>(stored) - signal.baseline) / signal.gain);
    }
    check_signal(header.lines[s], begin, sum);
  }
}

std::string file_beside(const std::string &path, const std::string &name) {
  const std::filesystem::path file = std::filesystem::path(path).parent_path() / name;
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error))
    throw CaseError(path + ": its signals should be in '" + name + "' beside it, which is not there; copy all files of the record");
  if (std::filesystem::file_size(file, error) > 4000000000U || error)
    throw CaseError(file.string() + ": is larger than 4 GB; expected hours of an electrocardiogram");
  return read_file(file.string());
}

} // namespace

SignalRecord read_wfdb(const std::string &text, const std::function<std::string(const std::string &name)> &file, const std::string &path) {
  Header header = read_header(text, path);
  for (std::size_t first = 0; first < header.lines.size();) {
    std::size_t end = first + 1;
    while (end < header.lines.size() && header.lines[end].signal.file == header.lines[first].signal.file)
      ++end;
    read_group(header, first, end, file(header.lines[first].signal.file), path);
    first = end;
  }
  for (SignalLine &line : header.lines)
    header.record.signals.push_back(std::move(line.signal));
  return std::move(header.record);
}

SignalRecord read_wfdb(const std::string &path) {
  return read_wfdb(
      read_file(path), [&](const std::string &name) { return file_beside(path, name); }, path);
}

std::vector<std::string> wfdb_files(const std::string &path) {
  std::vector<std::string> files;
  for (const SignalLine &line : read_header(read_file(path), path).lines)
    if (const std::string file = (std::filesystem::path(path).parent_path() / line.signal.file).string();
        std::find(files.begin(), files.end(), file) == files.end())
      files.push_back(file);
  return files;
}

bool is_beat(const Annotation &annotation) {
  const int code = annotation.code; // normal, bundle branch block, premature, fusion, escape, paced, not classified
  return (code >= 1 && code <= 13) || code == 25 || code == 30 || code == 34 || code == 35 || code == 38 || code == 41;
}

std::vector<Annotation> read_wfdb_annotations(const std::string &content, const std::string &path) {
  enum Special { skip = 59, number = 60, subtype = 61, channel = 62, auxiliary = 63 };
  const auto word = [&](std::size_t at) {
    if (at + 2 > content.size())
      throw CaseError(path + ": ends without the mark that ends annotations; is it truncated?");
    return static_cast<unsigned>(static_cast<unsigned char>(content[at])) |
           static_cast<unsigned>(static_cast<unsigned char>(content[at + 1])) << 8;
  };
  std::vector<Annotation> found;
  std::int64_t time = 0;
  for (std::size_t at = 0;;) {
    const unsigned pair = word(at), code = pair >> 10, value = pair & 0x3ffU;
    at += 2;
    if (pair == 0)
      return found;
    if (code == skip) { // a long interval: high half first
      time += static_cast<std::int32_t>(word(at) << 16 | word(at + 2));
      at += 4;
    } else if (code == auxiliary) {
      const std::size_t length = value + value % 2;
      if (at + length > content.size())
        throw CaseError(path + ": a text of " + std::to_string(value) + " bytes runs over its end; is it truncated?");
      if (!found.empty())
        found.back().text = content.substr(at, value).c_str();
      if (found.size() == 1 && found.back().text.rfind("## time resolution:", 0) == 0)
        throw CaseError(path + ": counts time by a clock of its own ('" + found.back().text + "'), expected the record's samples");
      at += length;
    } else if (code != number && code != subtype && code != channel) {
      time += value;
      if (time < 0 || (!found.empty() && static_cast<std::size_t>(time) < found.back().sample))
        throw CaseError(path + ": annotation " + std::to_string(found.size() + 1) +
                        " lies before the one ahead of it; the file is damaged");
      found.push_back({static_cast<std::size_t>(time), static_cast<int>(code), ""});
    }
  }
}

} // namespace corvivo::io
