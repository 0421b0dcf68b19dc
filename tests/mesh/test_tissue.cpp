// Scar, no-reflow and border zone of a label map on the mesh.
#include <io/base/units.hpp>
#include <io/formats/label_image.hpp>
#include <mesh/generate.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <mesh/tissue.hpp>
#include <tests/mesh/synthetic_stack.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace corvivo::mesh {
namespace {

struct Infarct {
  Segmentation segmentation;
  HeartShape shape;
  HeartMesh mesh;
  io::Quantities quantities;
};

Infarct infarct(const std::filesystem::path &map, const LabelNumbers &labels, double element_size, double border_width = 0) {
  SegmentationOptions options;
  options.ed = map;
  options.labels = labels;
  Infarct made;
  made.segmentation = segment(options, made.quantities);
  made.shape = interpolate_shape(made.segmentation.ed, made.segmentation.base_ed);
  MeshOptions size;
  size.element_size = element_size;
  made.mesh = make_ventricles(made.shape, size, made.quantities);
  TissueOptions tissue;
  tissue.border_width = border_width;
  carry_tissue(made.mesh, made.shape, made.segmentation.ed, *made.segmentation.tissue_ed, tissue, made.quantities);
  return made;
}

Vector3 centre_of(const HeartMesh &mesh, std::size_t cell) {
  Vector3 p{};
  for (const std::size_t n : mesh.tetrahedra[cell])
    p = p + 0.25 * mesh.nodes[n];
  return p;
}

/// Volume of a tissue's voxels in the slices that the mesh is made from, mL.
double kept(const Segmentation &s, Tissue tissue) {
  double count = 0;
  for (std::size_t v = 0; v < (s.base_ed.slice + 1) * s.ed.size[0] * s.ed.size[1]; ++v)
    count += std::lround(s.tissue_ed->voxels[v]) == tissue;
  return count * s.ed.voxel_volume() / io::mm3_per_mL;
}

/// Share of a region's volume whose cells have their centre in a voxel that `fits`.
template <class Fits> double share_in_voxels(const Infarct &made, const std::string &region, const Fits &fits) {
  double inside = 0, all = 0;
  for (std::size_t c = 0; c < made.mesh.tetrahedra.size(); ++c) {
    if (made.mesh.region_names[static_cast<std::size_t>(made.mesh.region[c])] != region)
      continue;
    const Vector3 at = made.segmentation.ed.voxel(centre_of(made.mesh, c));
    const auto index = [&](int a) {
      return static_cast<std::size_t>(std::clamp(std::lround(at[a]), 0L, long(made.segmentation.ed.size[a]) - 1));
    };
    const std::size_t v = made.segmentation.ed.index(index(0), index(1), index(2));
    all += cell_volume(made.mesh, c);
    inside += fits(static_cast<int>(std::lround(made.segmentation.tissue_ed->voxels[v]))) ? cell_volume(made.mesh, c) : 0;
  }
  return inside / all;
}

TEST(Tissue, OfARealInfarctKeepsItsVolumeAndPlace) {
  const auto path = test::shared("data/emidec_scar/samplePositive_gt.nii.gz");
  SKIP_WITHOUT(path);
  for (const double element_size : {5.0, 3.0}) {
    const Infarct made = infarct(path, label_convention("emidec"), element_size);
    const double scar = kept(made.segmentation, scarred_wall), no_reflow = kept(made.segmentation, no_reflow_wall);
    EXPECT_NEAR(region_volume(made.mesh, "scar") / scar, 1, 0.05) << "the issue's bound";
    EXPECT_NEAR(region_volume(made.mesh, "no_reflow") / no_reflow, 1, 0.05);
    EXPECT_NEAR(made.quantities.value("mesh_scar_volume") + made.quantities.value("scar_volume_cut_off"),
                made.quantities.value("scar_volume"), 0.05 * made.quantities.value("scar_volume"));
    EXPECT_GT(share_in_voxels(made, "scar", [](int t) { return t != healthy_wall; }), 0.75)
        << "slices are 13 mm apart: half of the scar lies between them, where its border is interpolated";
    EXPECT_NO_THROW(check(made.mesh));
  }
}

/// A sector of the wall's inner two thirds is scar, its core no-reflow, a narrower rim on both sides border zone.
io::Image synthetic_infarct(const test::SyntheticHeart &heart) {
  io::Image image = heart.image();
  const double half = 0.5 * heart.pixel * double(heart.pixels - 1);
  for (std::size_t k = 3; k < 9; ++k)
    for (std::size_t j = 0; j < image.size[1]; ++j)
      for (std::size_t i = 0; i < image.size[0]; ++i) {
        float &voxel = image.voxels[image.index(i, j, k)];
        const double x = heart.pixel * double(i) - half, y = heart.pixel * double(j) - half, angle = std::abs(std::atan2(y, -x));
        const double depth =
            (std::hypot(x, y) - heart.inner_at(heart.depth(k))) / (heart.outer_at(heart.depth(k)) - heart.inner_at(heart.depth(k)));
        if (voxel == 2 && depth < 0.67)
          voxel = angle < 0.2 && k > 4 && k < 7 ? 5.0F : angle < 0.6 ? 4.0F : angle < 0.8 ? 6.0F : 2.0F;
      }
  return image;
}

TEST(Tissue, OfASyntheticInfarctLiesWhereItWasDrawn) {
  test::TemporaryFolder folder;
  const test::SyntheticHeart heart;
  io::write_nifti(synthetic_infarct(heart), folder.file("infarct.nii"));
  LabelNumbers labels{3, 2, {}, 1};
  labels.scar = 4, labels.no_reflow = 5, labels.border_zone = 6;
  const Infarct made = infarct(folder.file("infarct.nii"), labels, 3);
  for (const auto &[name, tissue] : {std::pair{"scar", scarred_wall}, {"no_reflow", no_reflow_wall}, {"border_zone", border_zone_wall}}) {
    EXPECT_NEAR(region_volume(made.mesh, name) / kept(made.segmentation, tissue), 1, 0.01) << name << ": to half a tetrahedron";
    EXPECT_LT(made.quantities.value(std::string("mesh_") + name + "_volume_error"), 1);
  }
  EXPECT_GT(share_in_voxels(made, "scar", [](int t) { return t != healthy_wall; }), 0.85) << "tetrahedra are wider than pixels";
  EXPECT_GT(share_in_voxels(made, "no_reflow", [](int t) { return t == scarred_wall || t == no_reflow_wall; }), 0.95);
  EXPECT_DOUBLE_EQ(made.quantities.value("border_zone_volume"), label_volume(*made.segmentation.tissue_ed, border_zone_wall));
}

TEST(Tissue, BorderZoneOfAStatedWidthSurroundsTheScar) {
  test::TemporaryFolder folder;
  const test::SyntheticHeart heart;
  io::Image image = synthetic_infarct(heart);
  for (float &voxel : image.voxels)
    voxel = voxel > 3 ? 4.0F : voxel;
  io::write_nifti(image, folder.file("infarct.nii"));
  LabelNumbers labels{3, 2, {}, 1};
  labels.scar = 4;
  const Infarct bare = infarct(folder.file("infarct.nii"), labels, 3), made = infarct(folder.file("infarct.nii"), labels, 3, 4);
  EXPECT_EQ(region_volume(bare.mesh, "border_zone"), 0);
  EXPECT_DOUBLE_EQ(region_volume(made.mesh, "scar"), region_volume(bare.mesh, "scar"));
  EXPECT_GT(region_volume(made.mesh, "border_zone"), 5) << "mL: 4 mm around a scar of 5 cm by 4 cm";
  for (std::size_t c = 0; c < made.mesh.tetrahedra.size(); ++c) {
    double nearest = 1e300;
    for (std::size_t s = 0; s < made.mesh.tetrahedra.size() && made.mesh.region_names[made.mesh.region[c]] == "border_zone"; ++s)
      if (made.mesh.region_names[made.mesh.region[s]] == "scar")
        for (const std::size_t n : made.mesh.tetrahedra[s])
          nearest = std::min(nearest, norm(made.mesh.nodes[n] - centre_of(made.mesh, c)));
    ASSERT_TRUE(nearest == 1e300 || nearest <= 4) << "mm";
  }
}

} // namespace
} // namespace corvivo::mesh
