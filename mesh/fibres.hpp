#pragma once
/// Fibre, sheet and normal directions anywhere in a heart mesh.
#include <io/base/quantity.hpp>
#include <mesh/heart_mesh.hpp>

#include <array>
#include <mpi.h>
#include <string>
#include <vector>

namespace corvivo::io {
class Schema;
}

namespace corvivo::mesh {

class DistributedMesh;
class LaplaceSolver;

/// Right-handed orthonormal frame: fibre x sheet = normal.
struct Frame {
  Vector3 fibre, sheet, normal;
};

/// Angles of the rule-based fibres, degrees. The helix angle is measured from the circumferential direction (longitudinal x transmural:
/// counter-clockwise seen from the base) towards the base; positive is a right-handed helix, as at the endocardium of real hearts.
struct FibreOptions {
  std::string rule = "laplace_dirichlet"; ///< or "uniform": `fibre` and `sheet` everywhere (slabs); nothing else below counts then
  Vector3 fibre{1, 0, 0}, sheet{0, 1, 0};
  double endocardium_angle = 60, epicardium_angle = -60;
  double endocardium_sheet_angle = 0, epicardium_sheet_angle = 0;
  /// Helix angles of the right free wall, seen from its own cavity as those of the left from the left one.
  double right_endocardium_angle = 90, right_epicardium_angle = -25;
  double insertion_width = 15; ///< mm on both sides of an insertion over which the walls' fibres turn into each other
  /// "geometric": d_endo / (d_endo + d_epi), distances to the two surfaces. "harmonic": the Laplace solution itself. The harmonic depth
  /// runs ahead near the endocardium (on a cylinder it is ln(r/a)/ln(b/a)), so the angle would not be linear in the wall: 5 degrees at
  /// mid-wall of Land's ellipsoid. Hence geometric by default.
  std::string depth = "geometric";
  /// "long_axis": the mesh's axis, as helix angles are measured in diffusion-tensor images. "laplace": gradient of the harmonic function
  /// from 0 at the apex to 1 at the base (Bayer 2012), for hearts that bend or that name no axis.
  std::string longitudinal = "long_axis";
  void describe(io::Schema &schema);
};

/// What decides the angle at a point of a biventricle.
struct RightBlend {
  double left_depth = 0;  ///< 0 at the left endocardium, 1 at the outside of the left wall
  double right_depth = 0; ///< 0 at the right endocardium, 1 at the epicardium
  double septum = 0;      ///< 0 where the left wall ends at the epicardium, 1 where it ends at the right endocardium
  double weight = 0;      ///< 0 in the left wall, 1 in the right free wall beyond `insertion_width`
  double beyond = 0;      ///< 0 at the insertions and in the right free wall, 1 in the left wall beyond `insertion_width` of them
};

/// The ingredients of the rule at the nodes of a mesh, from which a frame follows at any point of a cell: depth and the two directions are
/// interpolated, made orthonormal, then rotated by the angle at that depth (linear in depth). So quadrature points see no jump.
struct Fibres {
  FibreOptions options;
  std::vector<double> depth;         ///< per node, 0 at the endocardium, 1 at the epicardium
  std::vector<Vector3> transmural;   ///< per node, endocardium to epicardium; unit on the mesh of the rule, interpolated on its refinements
  std::vector<Vector3> longitudinal; ///< per node, apex to base; the same
  std::vector<RightBlend> right;     ///< per node of a biventricle; empty for a left ventricle alone
  /// Frame at barycentric coordinates of a cell (or, with a node repeated at weight 0, of a triangle) with these node indices.
  Frame at(const std::array<std::size_t, 4> &cell_nodes, const std::array<double, 4> &barycentric) const;
};

/// f = cos(a) c + sin(a) l', c = l x t / |l x t|, l' = t x c, a linear in depth; the sheet s = cos(b) t + sin(b) t x f (Bayer 2012).
/// Always orthonormal: where l is parallel to t (on the axis at the apex) c is some fixed direction across t.
Frame frame(const FibreOptions &options, double depth, const Vector3 &transmural, const Vector3 &longitudinal);
/// The same in a biventricle. In the left wall the angle ends at the epicardial one or, in the septum, at minus that of the right
/// endocardium (the same line seen from the right cavity); towards an insertion that end goes to 0 with `beyond`. In the right free wall
/// the angle of its own depth, by `weight`, and with the rest what the left wall ends with at the insertion: 0 at the right endocardium,
/// the epicardial angle outside. All of it is linear in the angles, so that the fibre is continuous wherever the fields of RightBlend are.
Frame frame(const FibreOptions &options, const RightBlend &place, const Vector3 &transmural, const Vector3 &longitudinal);

/// Laplace-Dirichlet rule: the harmonic function from 0 at "endocardium_lv" to 1 at "epicardium" (P2, its gradient averaged at the nodes)
/// gives the transmural direction. Bayer et al., Ann Biomed Eng 40:2243, 2012, with the angle turned linearly (as Piersanti et al., CMAME
/// 373:113468, 2021) instead of by quaternions. Collective; `mesh` is read on rank 0, which alone gets the result (others: options only).
/// Sets `fibre_angle_endocardium`, `fibre_angle_epicardium` [deg] (mean helix angle at these surfaces) and `wall_thickness_mean` [mm].
/// A mesh with "endocardium_rv" is a biventricle, whose right free wall is the region "rv_wall": the left rule there ends at the epicardium
/// and at the right endocardium, the right one goes from right endocardium to epicardium with its own angles (as Doste et al., Int J Numer
/// Methods Biomed Eng 35:e3185, 2019, who give the default ones), and the two meet over `insertion_width` on both sides of an insertion.
/// Once around an insertion (through the free wall of the left ventricle, along the epicardium, through the right free wall, over the fold
/// of the right endocardium, through the septum) these rotations leave half a turn over, which no smooth field inside can lose. It is put
/// on the right endocardium: there the fibres, longitudinal elsewhere, turn to circumferential at the fold, a quarter turn on each side of
/// it. That is a choice for continuity, not an observation. Sets also `fibre_angle_rv_endocardium`,
/// `fibre_angle_rv_epicardium` and, over the neighbouring cells of the insertions, `fibre_jump_insertion` and `fibre_jump_insertion_median`
/// [deg], the largest and the median angle between their fibres, over the apices left out, where the rule is singular. Outflow tracts are
/// not told apart. The rule "uniform" takes any mesh and sets no quantity. Throws CaseError without these surfaces or without an axis where
/// one is needed, SolveError when CG does not converge.
Fibres compute_fibres(MPI_Comm comm, const HeartMesh &mesh, const FibreOptions &options, io::Quantities &quantities);
/// The same of the solver's mesh; what is solved next on it costs less.
Fibres compute_fibres(const LaplaceSolver &solver, const FibreOptions &options, io::Quantities &quantities);

/// Fibres on the refined mesh: linear interpolation to edge midpoints, so that frames at a point of the body do not change with the level.
Fibres refine(const Fibres &coarse, const HeartMesh &coarse_mesh);
/// Uniform frame everywhere (slab). Throws CaseError unless fibre and sheet are perpendicular.
Fibres uniform_fibres(const HeartMesh &mesh, const Vector3 &fibre, const Vector3 &sheet);
/// Collective. What rank 0 holds, to the ranks: arrays indexed by HeartMesh node that know the nodes of locally owned and ghost cells.
Fibres scatter(const Fibres &on_rank_0, const DistributedMesh &mesh);

/// The mesh's grid with cell data "fibre [1]", "sheet [1]", "normal [1]" (at centroids) and point data "depth [1]".
io::Grid to_grid(const HeartMesh &mesh, const Fibres &fibres);
/// One binary file that `load_fibres` reads back to the same bits; both throw CaseError.
void save(const Fibres &fibres, const std::string &path);
Fibres load_fibres(const std::string &path);

} // namespace corvivo::mesh
