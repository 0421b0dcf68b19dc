#include <tests/io/dicom_sample.hpp>
#include <tests/io/mutations.hpp>

#include <io/base/errors.hpp>
#include <io/formats/dicom.hpp>

namespace corvivo::test {

MutatedFormat mutated_dicom() {
  DicomSample plain, nested;
  const std::string item = dicom_element(8, 0x1150, "UI", "1.2.3");
  std::string sequence = std::string("\xfe\xff\x00\xe0", 4) + std::string(1, static_cast<char>(item.size())) + std::string(3, '\0') + item;
  nested.more = dicom_element(0x40, 0xa170, "SQ", sequence);
  return {"DICOM", {dicom_file(plain), dicom_file(nested)}, [](const std::string &content) {
            const io::DicomImage image = io::read_dicom_header(content, "mutated.dcm");
            CORVIVO_ASSERT(image.spacing[0] > 0 && image.rows > 0, "a header without an image");
            io::read_dicom_pixels(content, "mutated.dcm");
          }};
}

} // namespace corvivo::test
