#pragma once
/// Scar, no-reflow and border zone of a label map as regions of the mesh.
#include <io/base/image.hpp>
#include <io/base/quantity.hpp>
#include <mesh/heart_mesh.hpp>
#include <mesh/heart_shape.hpp>

namespace corvivo::io {
class Schema;
}

namespace corvivo::mesh {

struct TissueOptions {
  double border_width = 0; ///< mm of healthy wall around the scar that become border zone; 0: none but what the map names
  void describe(io::Schema &schema);
};

/// Cells of the left wall become regions "border_zone", "scar" and "no_reflow" where the map has them, each with the volume that its voxels
/// have below the base plane of `shape`. `labels` holds `Label` and `tissue` `Tissue` numbers on the same voxels, slices last. How far a
/// cell lies inside a tissue is, in the plane of the slices, its centre's distance to the nearest wall voxel of less damaged tissue minus
/// that to the nearest of this tissue or a worse one (so a scar at the endocardium reaches the mesh's endocardium, wherever smoothing put
/// it), interpolated linearly from slice to slice; the cells farthest inside are taken until the volume is reached. Worse: border zone <
/// scar < no-reflow, each looked for within the one before. Sets mesh_scar_volume, mesh_no_reflow_volume, mesh_border_zone_volume [mL] of
/// what the map or the options name, and for each tissue of the map `mesh_<tissue>_volume_error` [%] against its voxels below the base
/// and `<tissue>_volume_cut_off` [mL]. A map without such tissue leaves the mesh as it is.
void carry_tissue(HeartMesh &mesh, const HeartShape &shape, const io::Image &labels, const io::Image &tissue, const TissueOptions &options,
                  io::Quantities &quantities);

/// Volume of the cells of a region, mL; 0 when the mesh has none of that name.
double region_volume(const HeartMesh &mesh, const std::string &name);

} // namespace corvivo::mesh
