/// NIfTI-1 and NIfTI-2, single file. https://nifti.nimh.nih.gov/nifti-1 and nifti-2 (nifti1.h, nifti2.h): byte offsets below are theirs.
#include <io/formats/label_image.hpp>
#include <io/formats/voxel_data.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace corvivo::io {

namespace {

using Affine = std::array<std::array<double, 4>, 3>;

/// The fields that we use, whichever version they came from.
struct NiftiHeader {
  bool big_endian = false;
  std::array<double, 8> dim{}, pixdim{};
  int datatype = 0, bitpix = 0, qform_code = 0, sform_code = 0, units = 0;
  double offset = 0, slope = 0, intercept = 0;
  std::array<double, 3> quaternion{}, qoffset{};
  Affine sform{};
};

/// Numbers at byte offsets of a header.
class HeaderBytes {
public:
  HeaderBytes(const std::string &bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}
  template <class Number> double at(std::size_t offset) const {
    char one[sizeof(Number)];
    std::memcpy(one, bytes_.data() + offset, sizeof one);
    if (big_endian_)
      std::reverse(one, one + sizeof one);
    Number value;
    std::memcpy(&value, one, sizeof one);
    return static_cast<double>(value);
  }
  template <class Number, std::size_t n> void fill(std::array<double, n> &values, std::size_t offset) const {
    for (std::size_t i = 0; i < n; ++i)
      values[i] = at<Number>(offset + i * sizeof(Number));
  }

private:
  const std::string &bytes_;
  bool big_endian_;
};

NiftiHeader version_1(const HeaderBytes &bytes) {
  NiftiHeader h;
  bytes.fill<std::int16_t>(h.dim, 40);
  h.datatype = static_cast<int>(bytes.at<std::int16_t>(70));
  h.bitpix = static_cast<int>(bytes.at<std::int16_t>(72));
  bytes.fill<float>(h.pixdim, 76);
  h.offset = bytes.at<float>(108);
  h.slope = bytes.at<float>(112);
  h.intercept = bytes.at<float>(116);
  h.units = static_cast<int>(bytes.at<std::uint8_t>(123));
  h.qform_code = static_cast<int>(bytes.at<std::int16_t>(252));
  h.sform_code = static_cast<int>(bytes.at<std::int16_t>(254));
  bytes.fill<float>(h.quaternion, 256);
  bytes.fill<float>(h.qoffset, 268);
  for (std::size_t row = 0; row < 3; ++row)
    bytes.fill<float>(h.sform[row], 280 + 16 * row);
  return h;
}

NiftiHeader version_2(const HeaderBytes &bytes) {
  NiftiHeader h;
  h.datatype = static_cast<int>(bytes.at<std::int16_t>(12));
  h.bitpix = static_cast<int>(bytes.at<std::int16_t>(14));
  bytes.fill<std::int64_t>(h.dim, 16);
  bytes.fill<double>(h.pixdim, 104);
  h.offset = bytes.at<std::int64_t>(168);
  h.slope = bytes.at<double>(176);
  h.intercept = bytes.at<double>(184);
  h.qform_code = static_cast<int>(bytes.at<std::int32_t>(344));
  h.sform_code = static_cast<int>(bytes.at<std::int32_t>(348));
  bytes.fill<double>(h.quaternion, 352);
  bytes.fill<double>(h.qoffset, 376);
  for (std::size_t row = 0; row < 3; ++row)
    bytes.fill<double>(h.sform[row], 400 + 32 * row);
  h.units = static_cast<int>(bytes.at<std::int32_t>(500));
  return h;
}

constexpr std::size_t header_1 = 348, header_2 = 540;

NiftiHeader parse_header(const std::string &bytes, const std::string &path) {
  if (bytes.size() < header_1)
    throw CaseError(path + ": " + std::to_string(bytes.size()) +
                    " bytes are too few for a NIfTI header (348); the file is truncated or another kind");
  for (const bool big_endian : {false, true}) {
    const HeaderBytes at(bytes, big_endian);
    const double size = at.at<std::int32_t>(0);
    NiftiHeader header;
    std::string magic;
    if (size == header_1) {
      header = version_1(at);
      magic = bytes.substr(344, 3);
    } else if (size == header_2 && bytes.size() >= header_2) {
      header = version_2(at);
      magic = bytes.substr(4, 3);
    } else {
      continue;
    }
    if (magic != (size == header_1 ? "n+1" : "n+2"))
      throw CaseError(path +
                      ": a header without its voxels (Analyze, or one half of a .hdr/.img pair); expected a single .nii or .nii.gz file");
    header.big_endian = big_endian;
    return header;
  }
  throw CaseError(path + ": not a NIfTI file: its header does not start with 348 or 540");
}

struct DataType {
  int code;
  NumberType type;
};
constexpr DataType data_types[] = {
    {2, NumberType::uint8},  {4, NumberType::int16},    {8, NumberType::int32},    {16, NumberType::float32}, {64, NumberType::float64},
    {256, NumberType::int8}, {512, NumberType::uint16}, {768, NumberType::uint32}, {1024, NumberType::int64}, {1280, NumberType::uint64}};

VoxelFormat voxel_format(const NiftiHeader &h, const std::string &path) {
  const auto *known = std::find_if(std::begin(data_types), std::end(data_types), [&](const DataType &d) { return d.code == h.datatype; });
  if (known == std::end(data_types))
    throw CaseError(path + ": stores numbers of NIfTI type " + std::to_string(h.datatype) +
                    "; expected real integers or floats of 8 to 64 bits");
  if (h.bitpix != static_cast<int>(8 * bytes_of(known->type)))
    throw CaseError(path + ": says " + std::to_string(h.bitpix) + " bits a voxel, but its number type has " +
                    std::to_string(8 * bytes_of(known->type)) + "; the header is damaged");
  VoxelFormat format{known->type, h.big_endian};
  if (std::isfinite(h.slope) && h.slope != 0) { // the standard: slope 0 means values as they are
    if (!std::isfinite(h.intercept))
      throw CaseError(path + ": scl_inter is not a number; export the file again");
    format.slope = h.slope;
    format.intercept = h.intercept;
  }
  return format;
}

/// The extents of a volume, and how many volumes there are.
std::array<double, 4> checked_size(const NiftiHeader &h, const std::string &path) {
  if (!(h.dim[0] >= 1 && h.dim[0] <= 7))
    throw CaseError(path + ": has " + fixed(h.dim[0], 0) + " dimensions; expected three");
  std::array<double, 4> size{1, 1, 1, 1};
  for (std::size_t d = 1; d <= static_cast<std::size_t>(h.dim[0]); ++d) {
    if (d <= 4)
      size[d - 1] = h.dim[d];
    else if (h.dim[d] != 1)
      throw CaseError(path + ": holds " + fixed(h.dim[d], 0) + " values along its dimension " + std::to_string(d) +
                      "; expected one number a voxel, and phases along dimension 4");
  }
  return size;
}

/// Steps along the voxel axes from pixdim, mm.
std::array<double, 3> pixdim_spacing(const NiftiHeader &h, double to_mm, const std::string &path, std::vector<std::string> &notes) {
  std::array<double, 3> spacing{};
  for (std::size_t a = 0; a < 3; ++a) {
    spacing[a] = to_mm * std::abs(h.pixdim[a + 1]);
    if (h.pixdim[a + 1] < 0)
      notes.push_back("pixdim is negative along axis " + std::to_string(a + 1) + ", which no NIfTI file may have; its size is used");
    if (!std::isfinite(spacing[a]) || spacing[a] == 0)
      throw CaseError(path + ": the header gives no spacing along axis " + std::to_string(a + 1) + " (pixdim is " +
                      (spacing[a] == 0 ? "0" : "not a number") + "); expected millimetres: correct the header");
  }
  return spacing;
}

/// Rotation by the header's quaternion, times the spacings, plus the offset.
Affine qform_affine(const NiftiHeader &h, const std::array<double, 3> &spacing, double to_mm, const std::string &path) {
  const auto [b, c, d] = h.quaternion;
  const double rest = 1 - b * b - c * c - d * d;
  if (!(rest > -1e-5))
    throw CaseError(path + ": its quaternion is longer than 1, so it is no rotation; export the file again with a valid qform or sform");
  const double a = std::sqrt(std::max(0.0, rest)), qfac = h.pixdim[0] < 0 ? -1 : 1;
  const double R[3][3] = {{a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
                          {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
                          {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c}};
  Affine affine{};
  for (std::size_t r = 0; r < 3; ++r)
    affine[r] = {R[r][0] * spacing[0], R[r][1] * spacing[1], qfac * R[r][2] * spacing[2], to_mm * h.qoffset[r]};
  return affine;
}

bool close(const std::array<double, 3> &a, const std::array<double, 3> &b) {
  for (std::size_t i = 0; i < 3; ++i)
    if (!(std::abs(a[i] - b[i]) <= 0.01 * std::max(a[i], b[i])))
      return false;
  return true;
}

double largest_difference(const Image &image, const Affine &other) {
  Image b = image;
  b.affine = other;
  double largest = 0;
  for (int corner = 0; corner < 8; ++corner) {
    const double i = corner & 1 ? double(image.size[0]) : 0, j = corner & 2 ? double(image.size[1]) : 0,
                 k = corner & 4 ? double(image.size[2]) : 0;
    const Vector3 p = image.point(i, j, k), q = b.point(i, j, k);
    largest = std::max(largest, std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
  }
  return largest;
}

bool all_finite(const Affine &affine) {
  for (const auto &row : affine)
    for (const double value : row)
      if (!std::isfinite(value))
        return false;
  return true;
}

/// Takes the sform where its steps can be believed; see the header traps in the tests.
void use_sform(Image &image, const NiftiHeader &h, const std::array<double, 3> &pixdim, double to_mm) {
  image.affine = h.sform;
  for (auto &row : image.affine)
    for (double &value : row)
      value *= to_mm;
  const std::array<double, 3> steps{image.spacing(0), image.spacing(1), image.spacing(2)};
  if (close(steps, pixdim) || !all_finite(image.affine))
    return;
  const bool unit_steps = close({steps[0] / to_mm, steps[1] / to_mm, steps[2] / to_mm}, {1, 1, 1});
  if (!unit_steps) {
    image.notes.push_back("the header contradicts itself: its affine (sform) steps by " + spacing_text(steps) + ", its pixdim says " +
                          spacing_text(pixdim) + "; the affine is used");
    return;
  }
  for (auto &row : image.affine)
    for (std::size_t a = 0; a < 3; ++a)
      row[a] *= pixdim[a] / to_mm;
  image.oriented = false;
  image.notes.push_back("the affine (sform) carries no spacing, only directions; the " + spacing_text(pixdim) +
                        " of pixdim are used, and its directions are not believed");
}

void set_affine(Image &image, const NiftiHeader &h) {
  const double to_mm = (h.units & 7) == 1 ? 1000 : (h.units & 7) == 3 ? 0.001 : 1; // metres, micrometres, else millimetres
  const auto pixdim = pixdim_spacing(h, to_mm, image.source, image.notes);
  if (h.sform_code > 0) {
    use_sform(image, h, pixdim, to_mm);
    const bool usable = all_finite(image.affine) && image.voxel_volume() > 0;
    if (usable && h.qform_code > 0 && image.oriented) {
      const double apart = largest_difference(image, qform_affine(h, pixdim, to_mm, image.source));
      if (apart > 1)
        image.notes.push_back("sform and qform place the corners up to " + fixed(apart, 1) + " mm apart; the sform is used");
    }
    if (usable || h.qform_code <= 0)
      return;
    image.notes.assign(1, std::string("the sform ") +
                              (all_finite(image.affine) ? "is singular" : "holds a number that is NaN or infinite") +
                              "; the qform is used");
  }
  if (h.qform_code > 0) {
    image.affine = qform_affine(h, pixdim, to_mm, image.source);
    return;
  }
  image.affine = {{{pixdim[0], 0, 0, 0}, {0, pixdim[1], 0, 0}, {0, 0, pixdim[2], 0}}};
  image.oriented = false;
  image.notes.push_back("the header gives no patient directions (sform and qform codes are 0); only its spacing of " +
                        spacing_text(pixdim) + " is used");
}

} // namespace

Image read_nifti(const std::string &content, const std::string &path, int frame) {
  const bool zipped = is_gzip(content);
  const NiftiHeader h = parse_header(zipped ? inflate_bytes(content, header_2, path) : content.substr(0, header_2), path);
  Image image;
  image.source = path;
  const auto size = checked_size(h, path);
  const std::size_t voxels = checked_voxel_count({size[0], size[1], size[2]}, path);
  const Frames frames = chosen_frame(size[3], frame, path);
  const VoxelFormat format = voxel_format(h, path);
  for (std::size_t a = 0; a < 3; ++a)
    image.size[a] = static_cast<std::size_t>(size[a]);
  set_affine(image, h);
  check_geometry(image);
  if (!(h.offset >= header_1 && h.offset <= 1e6 && h.offset == std::floor(h.offset)))
    throw CaseError(path + ": says that its voxels start at byte " + fixed(h.offset, 0) +
                    "; expected 352 or a little more: the header is damaged");
  PackedBytes bytes(content, 0, zipped, path);
  std::string before(static_cast<std::size_t>(h.offset), '\0');
  bytes.read(before.data(), before.size()); // header and extensions
  image.voxels = read_voxels(bytes, voxels, frames, format, path);
  return image;
}

namespace {

template <class Number> void put(std::string &bytes, std::size_t offset, double value) {
  const auto number = static_cast<Number>(value);
  std::memcpy(bytes.data() + offset, &number, sizeof number);
}

bool fits_version_1(const Image &image) {
  for (const auto &row : image.affine)
    for (const double value : row)
      if (static_cast<double>(static_cast<float>(value)) != value)
        return false;
  return *std::max_element(image.size.begin(), image.size.end()) <= 32767;
}

bool fits_bytes(const std::vector<float> &voxels) {
  return std::all_of(voxels.begin(), voxels.end(), [](float v) { return v >= 0 && v <= 255 && v == std::floor(v) && !std::signbit(v); });
}

/// Header of either version; the offsets differ, the fields do not.
std::string header_bytes(const Image &image, bool small, bool byte_voxels, std::size_t phases, double step_ms) {
  std::string h(small ? 352 : 544, '\0');
  put<std::int32_t>(h, 0, small ? header_1 : header_2);
  h.replace(small ? 344 : 4, small ? 4 : 8, small ? std::string("n+1\0", 4) : std::string("n+2\0\r\n\x1a\n", 8));
  put<std::int16_t>(h, small ? 70 : 12, byte_voxels ? 2 : 16);
  put<std::int16_t>(h, small ? 72 : 14, byte_voxels ? 8 : 32);
  for (std::size_t d = 0; d < 8; ++d) {
    const double extent = d == 0 ? (phases > 1 ? 4 : 3) : d == 4 ? double(phases) : d <= 3 ? double(image.size[d - 1]) : 1;
    const double step = d >= 1 && d <= 3 ? image.spacing(static_cast<int>(d) - 1) : d == 4 ? step_ms : 1;
    small ? put<std::int16_t>(h, 40 + 2 * d, extent) : put<std::int64_t>(h, 16 + 8 * d, extent);
    small ? put<float>(h, 76 + 4 * d, step) : put<double>(h, 104 + 8 * d, step);
  }
  small ? put<float>(h, 108, 352) : put<std::int64_t>(h, 168, 544);
  small ? put<float>(h, 112, 1) : put<double>(h, 176, 1);
  small ? put<std::uint8_t>(h, 123, 2 + 16) : put<std::int32_t>(h, 500, 2 + 16); // mm, ms
  small ? put<std::int16_t>(h, 254, 1) : put<std::int32_t>(h, 348, 1);           // sform in scanner space
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t c = 0; c < 4; ++c)
      small ? put<float>(h, 280 + 16 * r + 4 * c, image.affine[r][c]) : put<double>(h, 400 + 32 * r + 8 * c, image.affine[r][c]);
  return h;
}

} // namespace

void write_nifti(const Image &image, const std::string &path) {
  write_nifti(std::vector<Image>{image}, 1, path);
}

void write_nifti(const std::vector<Image> &phases, double step, const std::string &path) {
  CORVIVO_ASSERT(!phases.empty(), "no phase to write");
  const Image &first = phases.front();
  bool byte_voxels = true;
  for (const Image &image : phases) {
    CORVIVO_ASSERT(image.size == first.size && image.voxels.size() == image.size[0] * image.size[1] * image.size[2],
                   "image with the wrong number of voxels");
    byte_voxels = byte_voxels && fits_bytes(image.voxels);
  }
  std::string bytes = header_bytes(first, fits_version_1(first), byte_voxels, phases.size(), step);
  for (const Image &image : phases)
    if (byte_voxels)
      for (const float value : image.voxels)
        bytes.push_back(static_cast<char>(static_cast<unsigned char>(value)));
    else
      bytes.append(reinterpret_cast<const char *>(image.voxels.data()), image.voxels.size() * sizeof(float));
  const bool zipped = path.size() > 3 && path.compare(path.size() - 3, 3, ".gz") == 0;
  write_file(path, zipped ? deflate_bytes(bytes) : bytes);
}

} // namespace corvivo::io
