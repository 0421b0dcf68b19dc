/// DICOM PS3.5 section 7 (data elements, sequences) and PS3.10 section 7 (file meta information).
#include <io/formats/dicom_structure.hpp>

#include <io/base/errors.hpp>

#include <cstdint>

namespace corvivo::io {

namespace {

constexpr std::uint32_t undefined = 0xffffffffU;
constexpr std::uint32_t item = 0xfffee000U, item_end = 0xfffee00dU, sequence_end = 0xfffee0ddU, pixel_data = 0x7fe00010U;

class Walker {
public:
  Walker(const std::string &content, const std::string &path) : content_(content), path_(path) {}

  void walk() {
    std::size_t at = 132;
    bool implicit = false;
    while (at < content_.size() && group(at) == 2) {
      const Element e = element(at, content_.size(), false);
      if (e.length == undefined)
        fail(at);
      if (e.tag == 0x00020010U)
        implicit = is_implicit(content_.substr(e.data, e.length));
      at = e.data + e.length;
    }
    dataset(at, content_.size(), implicit, false, 0);
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

  bool is_implicit(std::string syntax) const {
    while (!syntax.empty() && (syntax.back() == '\0' || syntax.back() == ' '))
      syntax.pop_back();
    if (syntax == "1.2.840.10008.1.2.2" || syntax == "1.2.840.10008.1.2.1.99" || syntax.rfind("1.2.840.10008.1.2", 0) != 0)
      throw CaseError(path_ + ": its transfer syntax '" + syntax.substr(0, 64) +
                      "' cannot be read; expected little endian, plain or with compressed pixels: convert it first");
    return syntax == "1.2.840.10008.1.2";
  }

  Element element(std::size_t at, std::size_t end, bool implicit) const {
    Element e{group(at) << 16 | number(at + 2, 2), 0, at + 8, false};
    const bool delimiter = group(at) == 0xfffeU;
    if (implicit || delimiter) {
      e.length = number(at + 4, 4);
      e.sequence = e.length == undefined && !delimiter;
    } else {
      const std::string vr = content_.substr(at + 4, 2);
      if (vr.size() < 2 || vr[0] < 'A' || vr[0] > 'Z' || vr[1] < 'A' || vr[1] > 'Z')
        fail(at);
      static const std::string wide = "OB OD OF OL OV OW SQ SV UC UN UR UT UV";
      const bool is_wide = wide.find(vr) % 3 == 0 && wide.find(vr) != std::string::npos;
      e.length = is_wide ? number(at + 8, 4) : number(at + 6, 2);
      e.data = is_wide ? at + 12 : at + 8;
      e.sequence = vr == "SQ" || e.length == undefined;
    }
    if (e.data > end || (e.length != undefined && e.length > end - e.data))
      fail(at);
    return e;
  }

  /// Elements up to `end`, or to the delimiter of an item of undefined length. Returns what follows.
  std::size_t dataset(std::size_t at, std::size_t end, bool implicit, bool delimited, int depth) const {
    while (at < end) {
      const Element e = element(at, end, implicit);
      if (delimited && e.tag == item_end)
        return e.data;
      if (e.tag == item || e.tag == item_end || e.tag == sequence_end)
        fail(at);
      const bool unknown = !implicit && content_.compare(at + 4, 2, "UN") == 0; // then its items are implicit, PS3.5 6.2.2
      if (e.length == undefined)
        at = sequence(e.data, end, true, implicit || unknown, e.tag == pixel_data, depth + 1);
      else if (e.sequence)
        at = sequence(e.data, e.data + e.length, false, implicit, false, depth + 1);
      else
        at = e.data + e.length;
    }
    if (delimited)
      fail(at);
    return at;
  }

  std::size_t sequence(std::size_t at, std::size_t end, bool delimited, bool implicit, bool fragments, int depth) const {
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
};

} // namespace

bool is_dicom(const std::string &content) {
  return content.size() > 140 && content.compare(128, 4, "DICM") == 0;
}

void check_dicom_structure(const std::string &content, const std::string &path) {
  if (!is_dicom(content))
    throw CaseError(path + ": is not a DICOM file: no 'DICM' after its preamble");
  Walker(content, path).walk();
}

} // namespace corvivo::io
