#pragma once
/// Small DICOM files made by hand (explicit VR, little endian), so that tests do not rest on the library that reads them.
#include <string>

namespace corvivo::test {

struct DicomSample {
  std::string name = "Doe^Jane", patient = "HOSP-4711", series = "1.2.3.4";
  int series_number = 2, instance = 1, columns = 4, rows = 3;
  std::string position = "10\\20\\30", orientation = "1\\0\\0\\0\\1\\0", spacing = "1.25\\1.5";
  std::string trigger = "33.5", interval = "829", heart_rate;
  bool run_length = false; ///< pixels compressed (PS3.5 annex G)
  std::string more;        ///< further elements, already encoded; they stand before the pixels
};

/// One element; `vr` with a long header where the standard says so.
std::string dicom_element(unsigned group, unsigned element, const std::string &vr, const std::string &value);
/// A whole file. Pixels are 16 bits: 1000 * instance + index. It carries all of `identifying_values`.
std::string dicom_file(const DicomSample &sample);

} // namespace corvivo::test
