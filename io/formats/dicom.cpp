#include <io/formats/dicom.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/formats/dicom_structure.hpp>
#include <io/formats/mesh_data.hpp>

#include <gdcmException.h>
#include <gdcmImageReader.h>
#include <gdcmReader.h>
#include <gdcmTrace.h>

#include <algorithm>
#include <cmath>
#include <sstream>

namespace corvivo::io {

namespace {

void silence_gdcm() {
  gdcm::Trace::DebugOff();
  gdcm::Trace::WarningOff();
  gdcm::Trace::ErrorOff();
}

/// Text of an element without its padding; empty when it is absent.
std::string text_of(const gdcm::DataSet &data, std::uint16_t group, std::uint16_t element) {
  const gdcm::Tag tag(group, element);
  if (!data.FindDataElement(tag))
    return {};
  const gdcm::ByteValue *bytes = data.GetDataElement(tag).GetByteValue();
  if (!bytes)
    return {};
  std::string text(bytes->GetPointer(), bytes->GetLength());
  while (!text.empty() && (text.back() == ' ' || text.back() == '\0'))
    text.pop_back();
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

/// Decimal strings, separated by backslashes.
std::vector<double> numbers_of_element(const gdcm::DataSet &data, std::uint16_t group, std::uint16_t element) {
  std::string text = text_of(data, group, element);
  std::replace(text.begin(), text.end(), '\\', ' ');
  Words words(text);
  std::vector<double> values;
  while (!words.ended()) {
    const auto value = words.number();
    if (!value || !std::isfinite(*value))
      return {};
    values.push_back(*value);
  }
  return values;
}

double number_or(const gdcm::DataSet &data, std::uint16_t group, std::uint16_t element, double otherwise) {
  const auto values = numbers_of_element(data, group, element);
  return values.empty() ? otherwise : values.front();
}

int whole_or(const gdcm::DataSet &data, std::uint16_t group, std::uint16_t element, int otherwise) {
  const double value = number_or(data, group, element, otherwise);
  return std::abs(value) < 2e9 ? static_cast<int>(value) : otherwise;
}

std::size_t short_of(const gdcm::DataSet &data, std::uint16_t group, std::uint16_t element) {
  const gdcm::Tag tag(group, element);
  const gdcm::ByteValue *bytes = data.FindDataElement(tag) ? data.GetDataElement(tag).GetByteValue() : nullptr;
  if (!bytes || bytes->GetLength() < 2)
    return 0;
  const auto *p = reinterpret_cast<const unsigned char *>(bytes->GetPointer());
  return static_cast<std::size_t>(p[0] | p[1] << 8);
}

Vector3 unit_vector(const std::vector<double> &values, std::size_t first, const std::string &path) {
  const Vector3 v{values[first], values[first + 1], values[first + 2]};
  if (!(std::abs(norm(v) - 1) < 0.01))
    throw CaseError(path + ": its image orientation is not made of unit vectors; the header is damaged");
  return normalized(v);
}

void set_plane(DicomImage &image, const gdcm::DataSet &data, const std::string &path) {
  const auto position = numbers_of_element(data, 0x0020, 0x0032), directions = numbers_of_element(data, 0x0020, 0x0037),
             spacing = numbers_of_element(data, 0x0028, 0x0030);
  if (position.size() != 3 || directions.size() != 6 || spacing.size() != 2)
    throw CaseError(path + ": has no position, orientation or pixel spacing; expected an MR image with its geometry");
  image.position = {position[0], position[1], position[2]};
  image.row = unit_vector(directions, 0, path);
  image.column = unit_vector(directions, 3, path);
  if (std::abs(dot(image.row, image.column)) > 0.01)
    throw CaseError(path + ": its rows and columns are not perpendicular; the header is damaged");
  image.spacing = {spacing[1], spacing[0]}; // the header gives row spacing first
  for (const double step : image.spacing)
    if (!(step >= 0.01 && step <= 100))
      throw CaseError(path + ": pixels of " + fixed(step, 3) + " mm cannot be a heart's; the header is damaged");
}

void set_timing(DicomImage &image, const gdcm::DataSet &data) {
  image.trigger_time = number_or(data, 0x0018, 0x1060, -1);
  image.rr_interval = number_or(data, 0x0018, 0x1062, 0);
  image.rr_source = "NominalInterval";
  if (const double rate = number_or(data, 0x0018, 0x1088, 0); !(image.rr_interval > 0) && rate > 0) {
    image.rr_interval = 60000 / rate;
    image.rr_source = "HeartRate";
  }
  if (!(image.rr_interval >= 200 && image.rr_interval <= 4000)) { // 15 to 300 beats a minute
    image.rr_interval = 0;
    image.rr_source.clear();
  }
}

/// GDCM ends the program on some of these, so they are looked at before it decodes.
void check_pixels(const gdcm::DataSet &data, const std::string &path) {
  const std::size_t samples = short_of(data, 0x0028, 0x0002), bits = short_of(data, 0x0028, 0x0100),
                    stored = short_of(data, 0x0028, 0x0101), high = short_of(data, 0x0028, 0x0102),
                    is_signed = short_of(data, 0x0028, 0x0103);
  const std::string colour = text_of(data, 0x0028, 0x0004);
  if (samples != 1 || (colour != "MONOCHROME1" && colour != "MONOCHROME2"))
    throw CaseError(path + ": is in colour ('" + colour.substr(0, 20) + "'); expected one grey image");
  if ((bits != 8 && bits != 16) || stored < 1 || stored > bits || high + 1 != stored || is_signed > 1)
    throw CaseError(path + ": has " + std::to_string(bits) + " bits a pixel, " + std::to_string(stored) + " of them used up to bit " +
                    std::to_string(high) + "; expected 8 or 16 bits, used from the lowest: the header is damaged");
}

DicomImage header_of(const gdcm::DataSet &data, const std::string &path) {
  DicomImage image;
  image.file = path;
  image.patient = text_of(data, 0x0010, 0x0020);
  if (image.patient.empty())
    image.patient = text_of(data, 0x0010, 0x0010);
  image.series = text_of(data, 0x0020, 0x000e);
  image.description = text_of(data, 0x0008, 0x103e);
  image.modality = text_of(data, 0x0008, 0x0060);
  image.series_number = whole_or(data, 0x0020, 0x0011, 0);
  image.instance = whole_or(data, 0x0020, 0x0013, 0);
  image.rows = short_of(data, 0x0028, 0x0010);
  image.columns = short_of(data, 0x0028, 0x0011);
  image.thickness = std::max(0.0, number_or(data, 0x0018, 0x0050, 0));
  if (image.rows < 1 || image.columns < 1 || image.rows > 8192 || image.columns > 8192)
    throw CaseError(path + ": an image of " + std::to_string(image.columns) + " x " + std::to_string(image.rows) +
                    " pixels; expected 1 to 8192 along each side");
  if (number_or(data, 0x0028, 0x0008, 1) > 1)
    throw CaseError(path + ": holds several frames (enhanced MR); expected one image a file: export it as classic MR images");
  check_pixels(data, path);
  set_plane(image, data, path);
  set_timing(image, data);
  return image;
}

/// Runs `work`; what GDCM throws becomes a sentence.
template <class Work> auto guarded(const std::string &path, const Work &work) {
  silence_gdcm();
  try {
    return work();
  } catch (const gdcm::Exception &error) {
    throw CaseError(path + ": is damaged DICOM (" + error.GetDescription() + "); copy or export it again");
  }
}

} // namespace

DicomImage read_dicom_header(const std::string &content, const std::string &path) {
  const std::string checked = checked_dicom(content, path);
  return guarded(path, [&] {
    std::istringstream stream(checked);
    gdcm::Reader reader;
    reader.SetStream(stream);
    if (!reader.Read())
      throw CaseError(path + ": is damaged DICOM; copy or export it again");
    return header_of(reader.GetFile().GetDataSet(), path);
  });
}

namespace {

template <class Number> void append(std::vector<float> &values, const std::string &bytes, double slope, double intercept) {
  for (const double stored : decode_numbers(bytes, bytes.size() / sizeof(Number),
                                            std::is_signed_v<Number> ? (sizeof(Number) == 1 ? NumberType::int8 : NumberType::int16)
                                                                     : (sizeof(Number) == 1 ? NumberType::uint8 : NumberType::uint16),
                                            false))
    values.push_back(static_cast<float>(slope * stored + intercept));
}

std::vector<float> pixels_of(const gdcm::ImageReader &reader, std::size_t file_bytes, const std::string &path) {
  const gdcm::Image &image = reader.GetImage();
  const gdcm::PixelFormat &format = image.GetPixelFormat();
  const unsigned *size = image.GetDimensions();
  const double pixels = static_cast<double>(size[0]) * size[1];
  if (image.GetNumberOfDimensions() != 2 || format.GetSamplesPerPixel() != 1)
    throw CaseError(path + ": is in colour or has several frames; expected one grey image");
  if (format.GetBitsAllocated() != 8 && format.GetBitsAllocated() != 16)
    throw CaseError(path + ": has " + std::to_string(format.GetBitsAllocated()) + " bits a pixel; expected 8 or 16");
  const double bytes_each = format.GetBitsAllocated() / 8;
  if (pixels > 8192.0 * 8192.0 || pixels * bytes_each > static_cast<double>(file_bytes))
    throw CaseError(path + ": announces " + fixed(pixels, 0) + " pixels, more than the file holds: it is truncated; copy it again");
  std::string bytes(image.GetBufferLength(), '\0');
  if (static_cast<double>(bytes.size()) != pixels * bytes_each || !image.GetBuffer(bytes.data()))
    throw CaseError(path + ": its pixels cannot be decoded; the file is damaged or truncated: copy it again");
  std::vector<float> values;
  const double slope = image.GetSlope(), intercept = image.GetIntercept();
  if (!std::isfinite(slope) || !std::isfinite(intercept))
    throw CaseError(path + ": its rescale slope or intercept is not a number; export it again");
  const bool is_signed = format.GetPixelRepresentation() == 1;
  if (bytes_each == 1)
    is_signed ? append<std::int8_t>(values, bytes, slope, intercept) : append<std::uint8_t>(values, bytes, slope, intercept);
  else
    is_signed ? append<std::int16_t>(values, bytes, slope, intercept) : append<std::uint16_t>(values, bytes, slope, intercept);
  return values;
}

} // namespace

std::vector<float> read_dicom_pixels(const std::string &content, const std::string &path) {
  read_dicom_header(content, path);
  const std::string checked = checked_dicom(content, path);
  return guarded(path, [&] {
    std::istringstream stream(checked);
    gdcm::ImageReader reader;
    reader.SetStream(stream);
    if (!reader.Read())
      throw CaseError(path + ": has no image that can be read; the file is damaged, or not an MR image");
    return pixels_of(reader, content.size(), path);
  });
}

Image dicom_geometry(const DicomSeries &series) {
  const DicomImage &first = series.image(0, 0);
  Image image;
  image.source = first.file;
  image.size = {first.columns, first.rows, series.slices()};
  const Vector3 normal = cross(first.row, first.column);
  const Vector3 last = series.image(series.slices() - 1, 0).position;
  const Vector3 step = series.slices() > 1 ? (1.0 / static_cast<double>(series.slices() - 1)) * (last - first.position)
                                           : (series.pitch > 0 ? series.pitch : 1.0) * normal;
  for (std::size_t r = 0; r < 3; ++r)
    image.affine[r] = {first.row[r] * first.spacing[0], first.column[r] * first.spacing[1], step[r], first.position[r]};
  flip_lps_ras(image);
  return image;
}

Image read_dicom_phase(const DicomSeries &series, std::size_t phase) {
  if (phase >= series.phases)
    throw CaseError("series " + std::to_string(series.images.front().series_number) + " has " + std::to_string(series.phases) +
                    " phases; there is no phase " + std::to_string(phase + 1));
  Image image = dicom_geometry(series);
  for (std::size_t s = 0; s < series.slices(); ++s) {
    const std::string &file = series.image(s, phase).file;
    const std::vector<float> pixels = read_dicom_pixels(read_file(file), file);
    if (pixels.size() != image.size[0] * image.size[1])
      throw CaseError(file + ": has another number of pixels than its header says; copy it again");
    image.voxels.insert(image.voxels.end(), pixels.begin(), pixels.end());
  }
  return image;
}

} // namespace corvivo::io
