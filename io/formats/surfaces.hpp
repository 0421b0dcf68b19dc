#pragma once
/// Triangulated surfaces of a heart in one piece: seams welded, sheets turned, holes closed, volumes measured.
#include <io/base/grid.hpp>
#include <io/base/image.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace corvivo::io {

struct Surface {
  std::vector<Vector3> points;                       ///< mm
  std::vector<std::array<std::size_t, 3>> triangles; ///< after `repair` the normal (right-hand rule) points out of each closed piece
  std::vector<int> label;                            ///< per triangle
  std::vector<std::pair<int, std::string>> names;    ///< of the labels, where they have any
};

/// The triangles of `grid` with the whole numbers of `array` ("class"), of cells, or of points (then a triangle takes the number that most
/// of its corners have, the largest where all differ). Throws CaseError when there is no such array.
Surface labelled_surface(const Grid &grid, const std::string &array);
/// One label a grid, counted from 1, named as given: the files of a heart that comes in pieces.
Surface joined_surface(const std::vector<std::pair<std::string, Grid>> &pieces);
/// The triangles of some labels, on points of their own.
Surface part(const Surface &surface, const std::vector<int> &labels);

/// What was repaired, and what is left open.
struct SurfaceRepair {
  std::size_t points_welded = 0, triangles_dropped = 0, triangles_turned = 0;
  std::size_t gaps_bridged = 0;
  std::size_t pieces = 0; ///< connected ones
  std::size_t rims = 0;   ///< closed rings of edges that only one triangle has: valves, base
  std::string text() const;
};

/// Welds points nearer than `tolerance` mm, drops triangles without area and doubles, turns triangles so that neighbours agree, and each
/// piece so that it encloses a positive volume with its rims closed by lids. Two rims that face each other across at most `widest_gap` mm
/// (mean of the nearest distances) are joined by a strip of triangles, which get the label of one side. Throws CaseError where more than
/// two triangles meet in an edge or no orientation exists (a Moebius strip).
SurfaceRepair repair(Surface &surface, double tolerance, double widest_gap = 0);

/// Closed rings of open edges, each in the direction of its triangles; every ring once. Throws CaseError where rings touch.
std::vector<std::vector<std::size_t>> rims(const Surface &surface);
/// Closes every rim with a fan about its centre; the new triangles get `label`.
void close_rims(Surface &surface, int label);
/// A label map of a closed wall whose parts are 1 base, 2 epicardium, 3 LV endocardium, 4 RV endocardium (as Cobiveco numbers them; 5
/// counts as 3 and 6, the RV septum, as 4): numbers as in ACDC (1 RV cavity, 2 LV wall, 3 LV cavity) and 4 RV wall (nearer to RV cavity
/// and outside than to the LV cavity), cubes of `voxel` mm whose centre is
/// inside, third axis normal to the base. So surfaces enter where label maps do. Throws CaseError for missing parts and open walls.
Image label_map(const Surface &heart, double voxel);
/// A .vtp of its triangles with the labels as the array "class" of the cells; `labelled_surface` of the file gives the same bits. Throws
/// CaseError.
void write_vtp(const Surface &surface, const std::string &path);
/// Volume inside, mm^3, after `close_rims` on a copy. Divergence theorem.
double enclosed_volume(Surface surface);

} // namespace corvivo::io
