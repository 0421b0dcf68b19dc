#pragma once
/// What the numbers of a patient's label map mean: conventions by name, and tissue inside the wall.
#include <io/base/image.hpp>

#include <string>
#include <vector>

namespace corvivo::io {
class Schema;
}

namespace corvivo::mesh {

/// Which number means what in the patient's file.
struct LabelNumbers {
  int cavity = 0, wall = 0;
  std::vector<int> more_wall;                   ///< further numbers that are wall too
  int right = 0;                                ///< 0: no right ventricle in the map
  int scar = 0, no_reflow = 0, border_zone = 0; ///< wall too, and kept as tissue of its own; 0: none in the map
  int right_wall = 0;                           ///< free wall of the right ventricle; 0: not in the map
  int fat = 0;                                  ///< epicardial fat, measured and else background; 0: not in the map
  std::string convention;                       ///< name of the preset that gave the numbers; empty when they were spelt out
  void describe(io::Schema &schema);
};

/// "acdc", "emidec", "mnms", "ukbb". The same number means different things in each: 1 is the RV cavity in ACDC and the LV cavity
/// elsewhere. Bernard 2018 (IEEE Trans Med Imaging 37:2514), Lalande 2020 (Data 5:89), Campello 2021 (IEEE Trans Med Imaging 40:3543), Bai
/// 2018 (J Cardiovasc Magn Reson 20:65).
std::vector<std::string> label_conventions();
/// Throws CaseError, naming the nearest, for a name that is none.
LabelNumbers label_convention(const std::string &name);

/// Throws CaseError when a named convention does not know a number of the map, or when the number said to be the LV cavity is hardly
/// enclosed by wall while another number is: the map then follows another convention, which the sentence names where one fits.
void check_convention(const io::Image &labels, const LabelNumbers &numbers);

/// Tissue inside the left wall, and the wall of the right ventricle, which is background of the label map.
enum Tissue : int { healthy_wall = 0, scarred_wall = 1, no_reflow_wall = 2, border_zone_wall = 3, right_free_wall = 4 };
const std::vector<std::string> &tissue_names(); ///< "", "scar", "no_reflow", "border_zone", "right_wall"

/// On the voxels of `like` (the same map in any order of its axes) the tissue that `labels` has there.
io::Image tissue_map(const io::Image &like, const io::Image &labels, const LabelNumbers &numbers);

} // namespace corvivo::mesh
