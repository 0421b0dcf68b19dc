#pragma once
/// Label maps and volumes from clinical files, in patient space (mm, RAS).
#include <io/base/image.hpp>

#include <string>
#include <vector>

namespace corvivo::io {

/// Reads .nii, .nii.gz, .nrrd, .nhdr, .mha or .mhd: geometry and values, whatever the number type. Formats in LPS are turned to RAS once.
/// Where the header contradicts itself the reader decides as little as possible and says what in `notes`; where it cannot be believed it
/// throws CaseError with a sentence. `frame` chooses a volume of a file with several (a cine), counted from 1; 0 stands for the only one.
Image read_image(const std::string &path, int frame = 0);

/// The same for a map of labels: every value must be a whole number from 0 to 65535 and not all of them 0. Surfaces (.vtp, .vtk, .ply,
/// .stl) with an array "class" become a map in ACDC's numbers (so without an RV wall) with voxels of 1.25 mm; see `label_map`. So does a
/// folder with one such file for each surface, told apart by the ends of their names: base, epi, endo_lv, endo_rv.
Image read_label_image(const std::string &path, int frame = 0);

/// Writes .nii or .nii.gz (float32 values; NIfTI-1, or NIfTI-2 when the affine needs its doubles). `read_image` gives back the same bits.
void write_nifti(const Image &image, const std::string &path);
/// Several phases, all on the grid of the first, as one 4-D file; `step` in ms between them. `read_image(path, n)` gives back the n-th.
void write_nifti(const std::vector<Image> &phases, double step, const std::string &path);

} // namespace corvivo::io
