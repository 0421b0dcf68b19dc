/// DICOM PS3.5 section 7 (data elements, sequences) and PS3.10 section 7 (file meta information).
#include <io/formats/dicom_structure.hpp>

#include <io/base/errors.hpp>
#include <io/formats/mesh_data.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <map>

namespace corvivo::io {

namespace {

constexpr std::uint32_t undefined = 0xffffffffU;
constexpr std::uint32_t item = 0xfffee000U, item_end = 0xfffee00dU, sequence_end = 0xfffee0ddU, pixel_data = 0x7fe00010U;

/// An element that is kept: its value representation (PS3.6) and, for numbers, how many it must have.
struct Wanted {
  std::uint32_t tag;
  const char *vr;
  std::size_t numbers;
};
constexpr Wanted wanted_elements[] = {
    {0x00080008, "CS", 0}, {0x00080016, "UI", 0}, {0x00080018, "UI", 0}, {0x00080060, "CS", 0}, {0x0008103e, "LO", 0},
    {0x00100010, "PN", 0}, {0x00100020, "LO", 0}, {0x00180023, "CS", 0}, {0x00180050, "DS", 1}, {0x00180080, "DS", 1},
    {0x00180081, "DS", 1}, {0x00180087, "DS", 1}, {0x00180088, "DS", 1}, {0x00181060, "DS", 1}, {0x00181062, "IS", 1},
    {0x00181088, "IS", 1}, {0x00181090, "IS", 1}, {0x00181314, "DS", 1}, {0x00185100, "CS", 0}, {0x0020000d, "UI", 0},
    {0x0020000e, "UI", 0}, {0x00200011, "IS", 1}, {0x00200013, "IS", 1}, {0x00200032, "DS", 3}, {0x00200037, "DS", 6},
    {0x00200052, "UI", 0}, {0x00201041, "DS", 1}, {0x00280002, "US", 1}, {0x00280004, "CS", 0}, {0x00280008, "IS", 1},
    {0x00280010, "US", 1}, {0x00280011, "US", 1}, {0x00280030, "DS", 2}, {0x00280100, "US", 1}, {0x00280101, "US", 1},
    {0x00280102, "US", 1}, {0x00280103, "US", 1}, {0x00281052, "DS", 1}, {0x00281053, "DS", 1}, {0x7fe00010, "OW", 0}};

const Wanted *find_wanted(std::uint32_t tag) {
  const auto *found = std::find_if(std::begin(wanted_elements), std::end(wanted_elements), [&](const Wanted &w) { return w.tag == tag; });
  return found == std::end(wanted_elements) ? nullptr : found;
}

class Walker {
public:
  Walker(const std::string &content, const std::string &path) : content_(content), path_(path) {}

  std::string walk() {
    std::size_t at = 132;
    bool implicit = false;
    std::string syntax;
    while (at < content_.size() && group(at) == 2) {
      const Element e = element(at, content_.size(), false);
      if (e.length == undefined)
        fail(at);
      if (e.tag == 0x00020010U)
        implicit = is_implicit(syntax = without_padding(content_.substr(e.data, e.length)));
      at = e.data + e.length;
    }
    if (syntax.empty())
      throw CaseError(path_ + ": does not say its transfer syntax; is it damaged?");
    dataset(at, content_.size(), implicit, false, 0);
    if (!pieces_.count(pixel_data))
      throw CaseError(path_ + ": is DICOM without an image");
    std::string out = header(syntax);
    for (const auto &[tag, piece] : pieces_)
      out += content_.substr(piece.first, piece.second - piece.first);
    return out;
  }

private:
  struct Element {
    std::uint32_t tag, length;
    std::size_t data;
    bool sequence;
  };

  [[noreturn]] void fail(std::size_t at) const {
    throw CaseError(path_ + ": is damaged DICOM: the element at byte " + std::to_string(at) +
                    " does not fit into the file; copy or export it again");
  }
  std::uint32_t number(std::size_t at, std::size_t bytes) const {
    if (at + bytes > content_.size())
      fail(at);
    std::uint32_t value = 0;
    for (std::size_t b = 0; b < bytes; ++b)
      value |= static_cast<std::uint32_t>(static_cast<unsigned char>(content_[at + b])) << (8 * b);
    return value;
  }
  std::uint32_t group(std::size_t at) const { return number(at, 2); }

  static std::string without_padding(std::string text) {
    while (!text.empty() && (text.back() == '\0' || text.back() == ' '))
      text.pop_back();
    return text;
  }

  /// Preamble and file meta information (PS3.10 7.1) that name nothing but the transfer syntax.
  static std::string header(const std::string &syntax) {
    const auto little = [](std::size_t value, int bytes) {
      std::string text;
      for (int b = 0; b < bytes; ++b)
        text += static_cast<char>(value >> (8 * b) & 0xff);
      return text;
    };
    const auto uid = [&](std::size_t number, std::string value) {
      value.resize(value.size() + value.size() % 2, '\0');
      return little(2, 2) + little(number, 2) + "UI" + little(value.size(), 2) + value;
    };
    const std::string meta = little(2, 2) + little(1, 2) + "OB" + little(0, 2) + little(2, 4) + std::string("\0\1", 2) +
                             uid(2, "1.2.840.10008.5.1.4.1.1.4") + uid(3, "2.25.1") + uid(0x10, syntax) + uid(0x12, "2.25.2");
    return std::string(128, '\0') + "DICM" + little(2, 2) + little(0, 2) + "UL" + little(4, 2) + little(meta.size(), 4) + meta;
  }

  bool is_implicit(const std::string &syntax) const {
    if (syntax != "1.2.840.10008.1.2" && syntax != "1.2.840.10008.1.2.1")
      throw CaseError(path_ + ": its transfer syntax '" + syntax.substr(0, 64) +
                      "' cannot be read; expected little endian without compression, because damaged compressed pixels can end the decoder "
                      "and the program with it: convert it first, as with gdcmconv --raw");
    return syntax == "1.2.840.10008.1.2";
  }

  static bool lists(const std::string &words, const std::string &word) {
    const std::size_t found = word.size() == 2 ? words.find(word) : std::string::npos;
    return found != std::string::npos && found % 3 == 0;
  }

  Element element(std::size_t at, std::size_t end, bool implicit) const {
    Element e{group(at) << 16 | number(at + 2, 2), 0, at + 8, false};
    const bool delimiter = group(at) == 0xfffeU;
    if (implicit || delimiter) {
      e.length = number(at + 4, 4);
      e.sequence = e.length == undefined && !delimiter;
    } else {
      const std::string vr = content_.substr(at + 4, 2);
      static const std::string narrow = "AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US";
      static const std::string wide = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";
      const bool is_wide = lists(wide, vr);
      if (!is_wide && !lists(narrow, vr)) // a library would guess
        fail(at);
      e.length = is_wide ? number(at + 8, 4) : number(at + 6, 2);
      e.data = is_wide ? at + 12 : at + 8;
      e.sequence = vr == "SQ" || e.length == undefined;
    }
    if (e.data > end || (e.length != undefined && e.length > end - e.data))
      fail(at);
    return e;
  }

  void check_value(const Wanted &wanted, const Element &e, const std::string &vr, std::size_t start) const {
    const bool pixels = e.tag == pixel_data;
    if (!pixels && (e.length == undefined || e.sequence))
      fail(start);
    if (!vr.empty() && vr != wanted.vr && !(pixels && vr == "OB"))
      fail(start);
    if (pixels)
      return;
    std::string text = without_padding(content_.substr(e.data, e.length));
    if (std::string(wanted.vr) == "US") {
      if (e.length != 2)
        fail(start);
    } else if (std::string(wanted.vr) == "UI") {
      if (text.size() > 64 || text.find_first_not_of("0123456789.") != std::string::npos)
        fail(start);
    } else if (wanted.numbers > 0) {
      std::replace(text.begin(), text.end(), '\\', ' ');
      Words words(text);
      std::size_t count = 0;
      for (; !words.ended(); ++count)
        if (const auto value = words.number(); !value || !(std::abs(*value) < 1e9))
          fail_number(e.tag);
      if (count != wanted.numbers && count != 0)
        fail_number(e.tag);
    }
  }
  [[noreturn]] void fail_number(std::uint32_t tag) const {
    char name[16];
    std::snprintf(name, sizeof name, "(%04x,%04x)", tag >> 16, tag & 0xffffU);
    throw CaseError(path_ + ": its element " + name + " does not hold the numbers that it should; the header is damaged, export it again");
  }

  /// Elements up to `end`, or to the delimiter of an item of undefined length. Returns what follows.
  std::size_t dataset(std::size_t at, std::size_t end, bool implicit, bool delimited, int depth) {
    while (at < end) {
      const Element e = element(at, end, implicit);
      if (delimited && e.tag == item_end)
        return e.data;
      if (e.tag == item || e.tag == item_end || e.tag == sequence_end)
        fail(at);
      const std::size_t start = at;
      const bool unknown = !implicit && content_.compare(at + 4, 2, "UN") == 0; // then its items are implicit, PS3.5 6.2.2
      if (e.length == undefined)
        at = sequence(e.data, end, true, implicit || unknown, e.tag == pixel_data, depth + 1);
      else if (e.sequence)
        at = sequence(e.data, e.data + e.length, false, implicit, false, depth + 1);
      else
        at = e.data + e.length;
      if (const Wanted *wanted = depth == 0 ? find_wanted(e.tag) : nullptr; wanted && (at > e.data || e.tag == pixel_data)) {
        check_value(*wanted, e, implicit ? std::string() : content_.substr(start + 4, 2), start);
        pieces_[e.tag] = {start, at};
      }
    }
    if (delimited)
      fail(at);
    return at;
  }

  std::size_t sequence(std::size_t at, std::size_t end, bool delimited, bool implicit, bool fragments, int depth) {
    if (depth > 32)
      fail(at);
    while (at < end) {
      const Element e = element(at, end, true);
      if (delimited && e.tag == sequence_end)
        return e.data;
      if (e.tag != item || (fragments && e.length == undefined))
        fail(at);
      if (fragments)
        at = e.data + e.length;
      else if (e.length == undefined)
        at = dataset(e.data, end, implicit, true, depth);
      else
        at = dataset(e.data, e.data + e.length, implicit, false, depth);
    }
    if (delimited)
      fail(at);
    return at;
  }

  const std::string &content_, &path_;
  std::map<std::uint32_t, std::pair<std::size_t, std::size_t>> pieces_; ///< of the wanted elements, by tag
};

} // namespace

bool is_dicom(const std::string &content) {
  return content.size() > 140 && content.compare(128, 4, "DICM") == 0;
}

std::string checked_dicom(const std::string &content, const std::string &path) {
  if (!is_dicom(content))
    throw CaseError(path + ": is not a DICOM file: no 'DICM' after its preamble");
  return Walker(content, path).walk();
}

} // namespace corvivo::io
