/// The stress-free shape of case 01's left ventricle: how large its cavity is, how exactly it loads back to the image and what that costs,
/// over stiffness, end-diastolic pressure and element size. Klotz's unloaded volume beside it. Prints tables/unloading.csv.
/// Usage: bench_unloading [ELEMENT_SIZE SCALE PRESSURE_MMHG]...
#include "timing.hpp"

#include <io/base/errors.hpp>
#include <io/base/log.hpp>
#include <io/base/parallel.hpp>
#include <mesh/generate.hpp>
#include <mesh/segmentation.hpp>
#include <mesh/shape_interpolation.hpp>
#include <physics/activation/active_tension.hpp>
#include <physics/mechanics/materials/holzapfel_ogden.hpp>
#include <physics/mechanics/unloading.hpp>

#include <deal.II/base/mpi.h>

#include <cstdio>
#include <cstdlib>

using namespace corvivo;

namespace {

void row(const mesh::HeartShape &shape, double size, double scale, double pressure) {
  mesh::MeshOptions tetrahedra;
  tetrahedra.element_size = size;
  tetrahedra.facet_distance = 0.1 * size;
  io::Quantities quantities;
  mesh::HeartMesh mesh;
  io::on_rank_0(MPI_COMM_WORLD, [&] { mesh = mesh::make_left_ventricle(shape, tetrahedra, quantities); });
  const mesh::Fibres fibres = mesh::compute_fibres(MPI_COMM_WORLD, mesh, {}, quantities);
  physics::MechanicsOptions options;
  physics::HolzapfelOgdenParameters parameters = physics::HolzapfelOgdenParameters::healthy_human();
  parameters.scale = scale;
  options.material = std::make_unique<physics::HolzapfelOgden>(parameters);
  options.make_models();
  options.end_diastolic_pressure = pressure;
  physics::Reference reference;
  std::string failure;
  const double seconds = benchmark::fastest(1, [&] {
    try {
      reference = physics::unload(MPI_COMM_WORLD, mesh, fibres, options);
    } catch (const io::SolveError &error) {
      failure = error.what();
    }
  });
  if (io::rank() != 0)
    return;
  const double imaged = mesh::cavity_volume(mesh, "endocardium_lv") / 1000;
  std::printf("%g,%zu,%g,%g,%.2f,%.2f,%.2f,%.5f,%d,%.1f,%s\n", size, mesh.tetrahedra.size(), scale, pressure, imaged, reference.volume[0],
              imaged * (0.6 - 0.006 * pressure), reference.residual, reference.iterations, seconds, failure.c_str());
  std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv) {
  const dealii::Utilities::MPI::MPI_InitFinalize mpi(argc, argv, 1);
  mesh::SegmentationOptions options;
  options.ed = CORVIVO_SOURCE_DIR "/cases/01_patient_heartbeat/data/patient1_sax_ed.nii.gz";
  options.labels = {3, 2, {}, 1};
  io::Quantities quantities;
  const mesh::Segmentation segmentation = mesh::segment(options, quantities);
  const mesh::HeartShape shape = mesh::interpolate_shape(segmentation.ed, segmentation.base_ed);
  if (io::rank() == 0)
    std::puts(
        "element_size_mm,cells,stiffness_scale,pressure_mmHg,imaged_mL,unloaded_mL,klotz_mL,residual_mm,newton_iterations,seconds,failure");
  if (argc > 3)
    for (int i = 1; i + 2 < argc; i += 3)
      row(shape, std::atof(argv[i]), std::atof(argv[i + 1]), std::atof(argv[i + 2]));
  else
    for (const double size : {11.0, 8.0, 5.0})
      for (const double scale : {1.0, 2.0, 4.0, 8.0})
        row(shape, size, scale, 8.0);
  return 0;
}
