#pragma once
/// What the volume readers share: number types, byte order, inflation, checks of sizes and spacings.
#include <io/base/image.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace corvivo::io {

enum class NumberType { int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64 };

/// How the bytes of a volume become values: value = slope * stored + intercept.
struct VoxelFormat {
  NumberType type = NumberType::uint8;
  bool big_endian = false;
  double slope = 1, intercept = 0;
};

std::size_t bytes_of(NumberType type);

/// The first `count` values of `bytes`, which must hold as many.
std::vector<float> decode_voxels(const char *bytes, std::size_t count, const VoxelFormat &format);

/// At most `limit` bytes of what a gzip or zlib stream expands to (several gzip members follow each other). When the stream ends before the
/// limit its checksum has been verified. Throws CaseError that starts with `path` when it is damaged or ends too early.
std::string inflate_bytes(const std::string &compressed, std::size_t limit, const std::string &path);
/// A gzip file, reproducible (no time stamp).
std::string deflate_bytes(const std::string &bytes);
bool is_gzip(const std::string &bytes);

/// Number of voxels; throws CaseError when an extent is below 1 or the whole is beyond what a heart needs.
std::size_t checked_voxel_count(const std::array<double, 3> &size, const std::string &path);

/// Compares the number of bytes after the header with what the header announces; throws CaseError.
void check_byte_count(std::size_t found, std::size_t expected, const std::string &path);

/// Throws CaseError when the affine is not finite, is singular or steps by less than 0.01 mm or more than 100 mm.
void check_geometry(const Image &image);

/// Rows x and y change sign: LPS (DICOM, ITK) to RAS (NIfTI) and back.
void flip_lps_ras(Image &image);

/// "1.41 x 1.41 x 8 mm".
std::string spacing_text(const std::array<double, 3> &spacing);

/// Numbers of `text`, which may stand between brackets and commas; empty when a word is not a number.
std::optional<std::vector<double>> numbers_of(std::string text);

/// The readers of one format each. `path` is for messages, `content` the whole file.
Image read_nifti(const std::string &content, const std::string &path);
Image read_nrrd(const std::string &content, const std::string &path);
Image read_meta_image(const std::string &content, const std::string &path);

} // namespace corvivo::io
