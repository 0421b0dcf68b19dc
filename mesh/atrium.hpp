#pragma once
/// The left atrium by its contours in two long-axis views.
#include <io/base/quantity.hpp>
#include <io/base/vector3.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace corvivo::mesh {

/// One contour of the left atrium: from one end of the mitral annulus round to the other, mm, in one plane.
struct AtrialContour {
  std::string view;  ///< "4CH" or "2CH"
  std::string phase; ///< "ED" or "ES" of the left ventricle, or empty
  int frame = 0;
  std::vector<io::Vector3> points;
  io::Vector3 annulus_from{}, annulus_to{};
};

/// JSON: {"contours": [{"view": "4CH" | "2CH", "frame_index": 0, "phase": "ED..." | "ES...", and either "contour_lps_mm": [[x, y, z] ...]
/// or "contour_px_col_row": [[column, row] ...] with "pixel_spacing_mm": [between rows, between columns]}]}; "mitral_annulus_lps_mm" (or
/// "mitral_annulus_px_col_row") names its two ends, else they are the first and the last point. Throws CaseError.
std::vector<AtrialContour> read_atrial_contours(const std::filesystem::path &file);

/// Of the plane that the contour lies in.
struct AtrialMeasures {
  double area = 0;    ///< mm^2, closed by the annulus
  double length = 0;  ///< mm, from the middle of the annulus at right angles to it to the opposite wall
  double annulus = 0; ///< mm
};
/// Throws CaseError where no wall lies opposite the middle of the annulus.
AtrialMeasures measure(const AtrialContour &contour);

/// 8 A4 A2 / (3 pi L), mL.   Lang et al., J Am Soc Echocardiogr 28:1, 2015 (biplane area-length; L the shorter of both lengths).
double biplane_volume(const AtrialMeasures &four_chambers, const AtrialMeasures &two_chambers, double length);

/// For every frame with both views a volume: sets `la_volume_max`, `la_volume_min`, of the frame whose phase is ED `la_volume_lv_ed` [mL],
/// each also with the mean of the two lengths (`_mean_length`), and the mitral annulus at ED and ES: `mitral_annulus_4ch_ed`,
/// `mitral_annulus_2ch_ed` and their mean `mitral_annulus_diameter_ed` [mm]. Throws CaseError when no frame has both views.
void add_atrial_measures(const std::vector<AtrialContour> &contours, io::Quantities &quantities);

} // namespace corvivo::mesh
