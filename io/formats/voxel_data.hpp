#pragma once
/// What the volume readers share: number types, byte order, inflation, checks of sizes and spacings.
#include <io/base/image.hpp>

#include <array>
#include <cstddef>
#include <memory>
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

/// Appends the first `count` values of `bytes`, which must hold as many.
void decode_voxels(const char *bytes, std::size_t count, const VoxelFormat &format, std::vector<float> &values);

/// The bytes of a file from `start` on, as they are or inflated (gzip or zlib, several gzip members may follow each other), piece by piece:
/// a small file that expands to a huge one never needs more memory than its reader asks for. `content` must outlive it.
class PackedBytes {
public:
  PackedBytes(const std::string &content, std::size_t start, bool packed, std::string path);
  ~PackedBytes();
  PackedBytes(const PackedBytes &) = delete;
  PackedBytes &operator=(const PackedBytes &) = delete;
  /// Up to `count` bytes into `to`; fewer only at the end, whose checksum has then been verified. Throws CaseError that starts with the
  /// path when the stream is damaged or ends too early.
  std::size_t read(char *to, std::size_t count);
  /// More bytes than this cannot come: what is left, times 1032 (the most that deflate can reach) when packed.
  double at_most() const;

private:
  struct Stream;
  const std::string &content_;
  std::size_t at_;
  std::string path_;
  std::unique_ptr<Stream> stream_; ///< nothing when the bytes are plain
};

/// Volumes (phases) in one file: which of them is wanted, and whether the phase runs fastest.
struct Frames {
  std::size_t count = 1, wanted = 0;
  bool interleaved = false;
};
/// `frame` counts from 1; 0 stands for the only one. Throws CaseError when the file has several and none is chosen, or fewer.
Frames chosen_frame(double count, int frame, const std::string &path);

/// The wanted volume of `voxels` values. Checks that the stream holds what the header announces, before memory is taken, and no more.
std::vector<float> read_voxels(PackedBytes &bytes, std::size_t voxels, const Frames &frames, const VoxelFormat &format,
                               const std::string &path);

/// The file `name` beside the header at `path` (the other half of .nhdr and .mhd); throws CaseError unless it is a file below 4 GB.
std::string read_data_file(const std::string &path, const std::string &name);

/// At most `limit` bytes of what a gzip or zlib stream expands to. When the stream ends before the limit its checksum has been verified.
std::string inflate_bytes(const std::string &compressed, std::size_t limit, const std::string &path);
/// A gzip file, reproducible (no time stamp).
std::string deflate_bytes(const std::string &bytes);
bool is_gzip(const std::string &bytes);

/// Number of voxels; throws CaseError when an extent is no whole number from 1 or the whole is beyond what a heart needs.
std::size_t checked_voxel_count(const std::array<double, 3> &size, const std::string &path);

/// Throws CaseError when the affine is not finite, is singular or steps by less than 0.01 mm or more than 100 mm.
void check_geometry(const Image &image);

/// Rows x and y change sign: LPS (DICOM, ITK) to RAS (NIfTI) and back.
void flip_lps_ras(Image &image);

/// "1.41 x 1.41 x 8 mm".
std::string spacing_text(const std::array<double, 3> &spacing);

/// Numbers of `text`, which may stand between brackets and commas; empty when a word is not a number.
std::optional<std::vector<double>> numbers_of(std::string text);

/// The readers of one format each. `path` is for messages, `content` the whole file, `frame` as in read_image.
Image read_nifti(const std::string &content, const std::string &path, int frame = 0);
Image read_nrrd(const std::string &content, const std::string &path, int frame = 0);
Image read_meta_image(const std::string &content, const std::string &path, int frame = 0);

} // namespace corvivo::io
