#include <tests/io/dicom_sample.hpp>

namespace corvivo::test {

namespace {
std::string little(unsigned value, int bytes) {
  std::string out;
  for (int b = 0; b < bytes; ++b)
    out += static_cast<char>(value >> (8 * b) & 0xff);
  return out;
}

/// Two segments, high bytes then low bytes, each one literal run; in one fragment after an empty offset table.
std::string run_length_pixels(const std::string &pixels) {
  const auto count = static_cast<unsigned>(pixels.size() / 2);
  std::string segments[2];
  for (std::size_t s = 0; s < 2; ++s) {
    segments[s] = static_cast<char>(count - 1);
    for (std::size_t p = 0; p < count; ++p)
      segments[s] += pixels[2 * p + 1 - s];
    segments[s].resize(segments[s].size() + segments[s].size() % 2, '\0');
  }
  std::string fragment = little(2, 4) + little(64, 4) + little(static_cast<unsigned>(64 + segments[0].size()), 4);
  fragment.resize(64, '\0');
  fragment += segments[0] + segments[1];
  return little(0x7fe0, 2) + little(0x10, 2) + "OB" + little(0, 2) + little(0xffffffffU, 4) + little(0xe000fffeU, 4) + little(0, 4) +
         little(0xe000fffeU, 4) + little(static_cast<unsigned>(fragment.size()), 4) + fragment + little(0xe0ddfffeU, 4) + little(0, 4);
}

} // namespace

std::string dicom_element(unsigned group, unsigned element, const std::string &vr, const std::string &value) {
  std::string padded = value;
  if (padded.size() % 2)
    padded += vr == "UI" || vr == "OB" ? '\0' : ' ';
  const bool wide = vr == "OB" || vr == "OW" || vr == "SQ" || vr == "UN" || vr == "UT";
  const auto length = static_cast<unsigned>(padded.size());
  return little(group, 2) + little(element, 2) + vr + (wide ? little(0, 2) + little(length, 4) : little(length, 2)) + padded;
}

std::string dicom_file(const DicomSample &sample) {
  const std::string instance_uid = sample.series + ".77." + std::to_string(sample.series_number) + "." + std::to_string(sample.instance);
  const std::string mr = "1.2.840.10008.5.1.4.1.1.4";
  const std::string meta = dicom_element(2, 1, "OB", std::string("\0\1", 2)) + dicom_element(2, 2, "UI", mr) +
                           dicom_element(2, 3, "UI", instance_uid) +
                           dicom_element(2, 0x10, "UI", sample.run_length ? "1.2.840.10008.1.2.5" : "1.2.840.10008.1.2.1") +
                           dicom_element(2, 0x12, "UI", "1.2.3.99");
  std::string pixels;
  for (int p = 0; p < sample.columns * sample.rows; ++p)
    pixels += little(static_cast<unsigned>(1000 * sample.instance + p), 2);
  const auto tag = [](unsigned group, unsigned element, const char *vr, const std::string &value) {
    return value.empty() ? std::string() : dicom_element(group, element, vr, value);
  };
  const auto number = [](unsigned group, unsigned element, int value) {
    return dicom_element(group, element, "US", little(static_cast<unsigned>(value), 2));
  };
  return std::string(128, '\0') + "DICM" + dicom_element(2, 0, "UL", little(static_cast<unsigned>(meta.size()), 4)) + meta +
         tag(8, 8, "CS", "ORIGINAL\\PRIMARY\\JANEDOE") + tag(8, 0x12, "DA", "20240704") + tag(8, 0x16, "UI", mr) +
         tag(8, 0x18, "UI", instance_uid) + tag(8, 0x20, "DA", "20250514") + tag(8, 0x2a, "DT", "20240704103112") +
         tag(8, 0x30, "TM", "104455") + tag(8, 0x50, "SH", "ACC-123456") + tag(8, 0x60, "CS", "MR") + tag(8, 0x80, "LO", "St Elsewhere") +
         tag(8, 0x90, "PN", "House^Gregory") + tag(8, 0x1010, "SH", "MRSTATION9") + tag(8, 0x103e, "LO", "cine of Jane") +
         tag(8, 0x1070, "PN", "Operator^One") + tag(0x10, 0x10, "PN", sample.name) + tag(0x10, 0x20, "LO", sample.patient) +
         tag(0x10, 0x30, "DA", "19500102") + tag(0x10, 0x40, "CS", "F") + tag(0x10, 0x1000, "LO", "OTHER-ID-9") +
         tag(0x10, 0x1010, "AS", "074Y") + tag(0x10, 0x4000, "LT", "knows the mayor") + tag(0x18, 0x50, "DS", "6") +
         tag(0x18, 0x1000, "LO", "SERIAL-202041") + tag(0x18, 0x1030, "LO", "protocol of Jane") + tag(0x18, 0x1060, "DS", sample.trigger) +
         tag(0x18, 0x1062, "IS", sample.interval) + tag(0x18, 0x1088, "IS", sample.heart_rate) + tag(0x20, 0xd, "UI", "1.2.3.555") +
         tag(0x20, 0xe, "UI", sample.series) + tag(0x20, 0x10, "SH", "STUDY-0815") +
         tag(0x20, 0x11, "IS", std::to_string(sample.series_number)) + tag(0x20, 0x13, "IS", std::to_string(sample.instance)) +
         tag(0x20, 0x32, "DS", sample.position) + tag(0x20, 0x37, "DS", sample.orientation) + tag(0x20, 0x52, "UI", "1.2.3.666") +
         tag(0x20, 0x4000, "LT", "comment on Jane") + tag(0x21, 0x10, "LO", "SIEMENS MR SDS 01") + tag(0x21, 0x1001, "IS", "84") +
         number(0x28, 2, 1) + tag(0x28, 4, "CS", "MONOCHROME2") + number(0x28, 0x10, sample.rows) + number(0x28, 0x11, sample.columns) +
         tag(0x28, 0x30, "DS", sample.spacing) + number(0x28, 0x100, 16) + number(0x28, 0x101, 16) + number(0x28, 0x102, 15) +
         number(0x28, 0x103, 0) + tag(0x29, 0x10, "LO", "PRIVATE CREATOR") + tag(0x29, 0x1008, "LO", "private Doe^Jane") + sample.more +
         (sample.run_length ? run_length_pixels(pixels) : dicom_element(0x7fe0, 0x10, "OW", pixels));
}

} // namespace corvivo::test
