#pragma once
/// The 17 segments of the left ventricle that clinicians speak in, and nine of the right free wall.
#include <io/base/quantity.hpp>
#include <mesh/coordinates.hpp>

#include <array>

namespace corvivo::mesh {

constexpr std::size_t aha_count = 17, right_count = 9;

/// Segment numbers per cell; 0 where a cell belongs to the other ventricle.
struct Segments {
  std::vector<int> aha;   ///< 1 to 17
  std::vector<int> right; ///< 1 to 9
};

/// AHA segment at a height along the axis (0 at the cavity's apex, 1 at the base) and a rotational coordinate (0 where segment 1 ends and 2
/// begins).
int aha_segment(double height, double angle);

/// AHA segments (Cerqueira et al., Circulation 105:539, 2002): the cavity's length along the axis in three equal parts across the axis; six
/// sectors of 60 degrees in the basal (1-6) and middle (7-12) part, four of 90 in the apical one (13-16), and below the cavity the apex
/// (17). Segment 1 is basal anterior, then through septum, inferior and lateral wall. The right free wall alike, after the walls that
/// echocardiography names (Rudski et al., J Am Soc Echocardiogr 23:685, 2010): thirds along the axis of the right cavity, basal first, each
/// in anterior, lateral and inferior thirds between the insertions.
Segments heart_segments(const HeartMesh &mesh, const VentricularCoordinates &coordinates);
/// The AHA numbers of the same cells from the mesh alone, without coordinates. `to_septum` as in CoordinateOptions. Throws CaseError, which
/// says why, where the mesh has no such segments: without a long axis, without "endocardium_lv" or where nothing says where the right
/// ventricle lies.
std::vector<int> left_segments(const HeartMesh &mesh, const Vector3 &to_septum = {});
/// "basal anteroseptal" ... for AHA numbers 1 to 17; "right basal anterior" ... for 1 to 9.
std::string aha_name(int segment);
std::string right_name(int segment);

/// mm^3 of the cells of each segment 1 .. count, at [segment - 1].
std::vector<double> segment_volumes(const HeartMesh &mesh, const std::vector<int> &segment, std::size_t count);
/// Mean over the volume of each segment of what nodes hold; NaN for a segment without cells.
std::vector<double> segment_means(const HeartMesh &mesh, const std::vector<int> &segment, std::size_t count,
                                  const std::vector<double> &per_node);
/// Per node, mm: sum of the distances to the two surfaces of the wall, of the left one (septum: to the right endocardium) or, for the nodes
/// that no cell of the left wall has, of the right free wall.
std::vector<double> wall_thickness(const HeartMesh &mesh);

/// Sets `aha_volume_1` .. `aha_volume_17` [mL], `aha_thickness_1` .. [mm] and, for a biventricle, `rv_segment_volume_1` .. `9` [mL] and
/// `rv_segment_thickness_1` .. [mm]. `thickness` is per node. A segment without cells has volume 0, which says so, and no
/// thickness; where the rotational origin rests on no anatomy, the volumes warn that the walls' names mean nothing.
void add_segment_quantities(const HeartMesh &mesh, const VentricularCoordinates &coordinates, const Segments &segments,
                            const std::vector<double> &thickness, io::Quantities &quantities);

/// The mesh's grid with cell data "aha_segment [1]" and "rv_segment [1]" (0 elsewhere, -1 on triangles) and point data "thickness [mm]".
io::Grid to_grid(const HeartMesh &mesh, const Segments &segments, const std::vector<double> &thickness);

} // namespace corvivo::mesh
