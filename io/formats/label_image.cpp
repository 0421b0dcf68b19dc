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

constexpr const char *surface_endings[] = {".vtp", ".vtk", ".ply", ".stl"};

bool is_surface_file(const std::string &path) {
  return std::any_of(std::begin(surface_endings), std::end(surface_endings), [&](const char *ending) { return ends_with(path, ending); });
}

/// The part of a heart that a file holds, by the end of its name; -1 when it says nothing. In the order of the labels from 1.
int part_of(const std::string &stem) {
  static const std::vector<std::vector<std::string>> names = {{"base"},
                                                              {"epi", "epicardium"},
                                                              {"endo_lv", "lv_endo", "endocardium_lv", "lv_endocardium"},
                                                              {"endo_rv", "rv_endo", "endocardium_rv", "rv_endocardium"}};
  for (std::size_t part = 0; part < names.size(); ++part)
    for (const std::string &name : names[part])
      if (stem == name || ends_with(stem, "_" + name) || ends_with(stem, "-" + name))
        return static_cast<int>(part);
  return -1;
}

/// The files of a folder that hold one surface each: base, epicardium, left and, where there is one, right endocardium.
Surface joined_files(const std::string &folder) {
  std::vector<std::string> files(4), found;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!is_surface_file(name))
      continue;
    found.push_back(name);
    const int part = part_of(entry.path().stem().string());
    if (part < 0)
      continue;
    std::string &file = files[static_cast<std::size_t>(part)];
    if (!file.empty())
      throw CaseError(folder + ": holds two files of one surface, " + std::filesystem::path(file).filename().string() + " and " + name +
                      "; expected one file for each");
    file = entry.path().string();
  }
  if (files[0].empty() || files[1].empty() || files[2].empty())
    throw CaseError(folder + ": found " + (found.empty() ? "no surface files" : join(found, ", ")) +
                    "; expected files whose names end in base, epi, endo_lv and, where there is one, endo_rv (.vtp, .vtk, .ply or .stl)");
  std::vector<std::pair<std::string, Grid>> pieces;
  for (const std::string &file : files)
    if (!file.empty())
      pieces.emplace_back(std::filesystem::path(file).stem().string(), read_mesh(file));
  return joined_surface(pieces);
}

Image surface_labels(const std::string &path, bool folder) {
  try {
    Surface heart = folder ? joined_files(path) : labelled_surface(read_mesh(path), "class");
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
  std::error_code error;
  const bool folder = std::filesystem::is_directory(path, error);
  if (folder || is_surface_file(path))
    return surface_labels(path, folder);
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
