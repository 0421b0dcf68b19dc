#include <io/formats/label_image.hpp>

#include <io/base/errors.hpp>
#include <io/base/text.hpp>
#include <io/base/units.hpp>
#include <io/formats/mesh_files.hpp>
#include <io/formats/surfaces.hpp>
#include <io/formats/voxel_data.hpp>

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace corvivo::io {

namespace {

bool ends_with(const std::string &text, const std::string &end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

std::string whole_file(const std::string &path) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (!error && bytes > 4000000000U)
    throw CaseError(path + ": is larger than 4 GB; expected one volume");
  const std::string content = read_file(path);
  if (content.empty())
    throw CaseError(path + ": is empty");
  return content;
}

} // namespace

Image read_image(const std::string &path, int frame) {
  const std::string content = whole_file(path);
  if (content.compare(0, 4, "NRRD") == 0)
    return read_nrrd(content, path, frame);
  if (ends_with(path, ".mha") || ends_with(path, ".mhd"))
    return read_meta_image(content, path, frame);
  if (ends_with(path, ".nii") || ends_with(path, ".nii.gz"))
    return read_nifti(content, path, frame);
  if (ends_with(path, ".nrrd") || ends_with(path, ".nhdr"))
    throw CaseError(path + ": does not start with 'NRRD'; is it another kind of file, or damaged?");
  throw CaseError(path + ": not a kind of image that can be read; expected .nii, .nii.gz, .nrrd, .nhdr, .mha or .mhd");
}

namespace {

Image surface_labels(const std::string &path) {
  try {
    Surface heart = labelled_surface(read_mesh(path), "class");
    const SurfaceRepair done = repair(heart, 1e-3, 3);
    Image image = label_map(heart, 1.25);
    std::replace(image.voxels.begin(), image.voxels.end(), 4.0F, 0.0F); // the convention's background
    image.source = path;
    image.notes.push_back(done.text());
    return image;
  } catch (const CaseError &error) {
    const std::string what = error.what();
    throw CaseError(what.rfind(path, 0) == 0 ? what : path + ": " + what);
  }
}

} // namespace

Image read_label_image(const std::string &path, int frame) {
  for (const char *ending : {".vtp", ".vtk", ".ply", ".stl"})
    if (ends_with(path, ending))
      return surface_labels(path);
  Image image = read_image(path, frame);
  for (const float value : image.voxels)
    if (!(value >= 0 && value <= 65535 && value == std::floor(value)))
      throw CaseError(path + ": has a voxel of value " + print_number(static_cast<double>(value)) +
                      "; a label map holds whole numbers from 0 to 65535 (is this the image instead of its segmentation?)");
  if (std::none_of(image.voxels.begin(), image.voxels.end(), [](float value) { return value > 0; }))
    throw CaseError(path + (frame > 0 ? " (phase " + std::to_string(frame) + ")" : "") +
                    ": is empty: every voxel is background (0); is it the segmentation, and of this phase?");
  return image;
}

} // namespace corvivo::io
