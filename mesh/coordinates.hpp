#pragma once
/// Ventricular coordinates: the same place in every heart has the same four numbers.
#include <io/base/image.hpp>
#include <io/base/quantity.hpp>
#include <mesh/heart_mesh.hpp>

#include <mpi.h>
#include <string>
#include <vector>

namespace corvivo::mesh {

class LaplaceSolver;

struct CoordinateOptions {
  /// From the left ventricle's axis to the middle of the septum, for a left ventricle that does not say where the right one lies; only its
  /// part across the axis counts. Zero: some fixed direction, which a warning tells.
  Vector3 to_septum{};
  double insertion_angle = 0; ///< between the insertions, radians, where `to_septum` rests on both; 0: not known
};

/// The right-ventricular insertions in a label map.
struct LabelInsertions {
  Vector3 to_septum{};    ///< unit, in the plane of the slices, to the middle between both; zero when no slice shows them
  double angle = 0;       ///< between them, radians
  std::size_t slices = 0; ///< that show them
};
/// Medians, over the upper two thirds of slices `first` .. `last` (that of the base), of the first and last angle about the left cavity's
/// centre at which wall touches the right cavity. `labels` holds `Label` numbers, slices along the third axis from apex to base.
LabelInsertions find_insertions(const io::Image &labels, std::size_t first, std::size_t last);

/// Coordinates of a point of the wall.
struct VentricularPlace {
  double apicobasal = 0; ///< 0 at the apex of the left ventricle, 1 at the base
  double transmural = 0; ///< 0 at the endocardium, 1 at the epicardium; through the septum 0 at the left, 1 at the right endocardium
  double rotational = 0; ///< radians, [0, 2 pi)
  int ventricle = 0;     ///< 0 left (the septum is its part), 1 right free wall
};

/// The ventricles and their meaning are those of Bayer et al., Med Image Anal 45:83, 2018 (universal ventricular coordinates); the values
/// are made linear in space by distances, as Schuler et al., Med Image Anal 74:102247, 2021, found better than Laplace solutions.
///
/// - apicobasal: u harmonic, 0 at the apex, 1 at the base (P2), rearranged to s(u) = int_{u' < u} |grad u'| dV / int |grad u'| dV. In a
///   wall of cross-section A(u), where the flux A |grad u| is constant, s is the length of the way from the apex over that to the base.
/// - transmural: ratio of the distances to the two surfaces of a wall; one function for each ventricle, because the right free wall begins
///   at its own endocardium.
/// - rotational: angle about the long axis from the anterior wall through septum to inferior and lateral wall (clockwise seen from the
/// base). The
///   middle between the two right-ventricular insertions is pi/3: so an anterior insertion of a septum of 120 degrees lies at 0 (Cerqueira
///   et al., Circulation 105:539, 2002). In the right free wall the harmonic function (P1) that has these angles at the insertions.
struct VentricularCoordinates {
  std::vector<double> apicobasal;       ///< per node
  std::vector<double> transmural_left;  ///< per node, of use in cells of the left wall
  std::vector<double> transmural_right; ///< per node, of use in the right free wall; empty for a left ventricle alone
  std::vector<double> rotational;       ///< per node, radians, [0, 2 pi)
  std::vector<int> ventricle;           ///< per cell: 0 left wall and septum, 1 right free wall
  std::string origin;                   ///< what the rotational origin rests on, in words
  bool anatomical = true;               ///< false: on nothing of the heart, so that walls have no names
  double anterior_insertion = 0,
         inferior_insertion = 0; ///< rotational, radians (the first negative when before the origin); 0 both without

  bool biventricular() const { return !transmural_right.empty(); }
  /// At barycentric coordinates of a cell of the mesh. Angles are averaged as directions.
  VentricularPlace at(const HeartMesh &mesh, std::size_t cell, const std::array<double, 4> &barycentric) const;
};

/// Collective; `mesh` is read on rank 0, which alone gets the result. Sets `rv_insertion_angle` [deg] where the insertions are known.
/// Throws CaseError without the surfaces "endocardium_lv", "epicardium", "base", without a long axis and apex, and for a surface
/// "endocardium_rv" without a region "rv_wall" that touches the left wall; SolveError when CG does not converge.
VentricularCoordinates compute_coordinates(MPI_Comm comm, const HeartMesh &mesh, const CoordinateOptions &options,
                                           io::Quantities &quantities);
VentricularCoordinates compute_coordinates(const LaplaceSolver &solver, const CoordinateOptions &options, io::Quantities &quantities);

/// The rotational coordinate of the left wall's nodes (NaN at those of the right free wall alone), which no equation is solved for.
/// `to_septum` as in CoordinateOptions. Throws CaseError without a long axis and where nothing says where the right ventricle lies.
std::vector<double> left_rotational(const HeartMesh &mesh, const Vector3 &to_septum);

/// Largest change of a coordinate from a cell's centre to that of a neighbour over a face.
struct CoordinateJumps {
  double apicobasal = 0, transmural = 0;
  double arc = 0; ///< of the rotational one, times the distance from the axis, mm: the angle itself turns fast beside the axis
};
/// Between cells of the septum (left wall, within the insertions) or, for `across_insertions`, from the left wall to the right free wall,
/// where the transmural coordinate begins anew and is not compared.
CoordinateJumps largest_jumps(const HeartMesh &mesh, const VentricularCoordinates &coordinates, bool across_insertions);

/// The mesh's grid with point data "apicobasal [1]" and "rotational [rad]" and cell data "transmural [1]" (at centroids) and "ventricle
/// [1]"
/// (-1 on triangles, as for transmural).
io::Grid to_grid(const HeartMesh &mesh, const VentricularCoordinates &coordinates);
/// One binary file that `load_coordinates` reads back to the same bits; both throw CaseError.
void save(const VentricularCoordinates &coordinates, const std::string &path);
VentricularCoordinates load_coordinates(const std::string &path);

} // namespace corvivo::mesh
