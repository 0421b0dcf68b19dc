/// The three problems of Land et al., Proc R Soc A 471:20150641, 2015, as the cases 03 to 05 have them, on finer and finer meshes:
/// quadratic displacements with a linear pressure (Taylor-Hood), part of the bulk modulus at the quadrature points as the cases have it or
/// none, and with all of it there. Prints tables/land_2015_mixed.csv. Arguments: problems 1, 2, 3 (all without any); `fine` for the finest
/// meshes too. One rank.
#include <io/base/log.hpp>
#include <physics/mechanics/body_motion.hpp>
#include <physics/mechanics/material.hpp>

#include <deal.II/base/mpi.h>

#include <cstdio>
#include <string>
#include <vector>

using namespace corvivo;

namespace {

struct Quantity {
  std::string probe, axis;
  double place, reference;
};

struct Problem {
  std::string name, folder;
  std::vector<Quantity> quantities;
};

physics::BodyCase read(const std::string &folder, std::vector<std::string> overrides) {
  physics::BodyCase options;
  std::string title;
  io::read_case(std::string(CORVIVO_SOURCE_DIR) + "/cases/" + folder + "/case.yaml", overrides, [&](io::Schema &schema) {
    schema.required_text("title", title, "");
    schema.section("mechanics", options, "");
  });
  return options;
}

void row(const Problem &problem, const std::string &mesh, const std::string &method, const std::vector<std::string> &overrides) {
  physics::BodyCase options = read(problem.folder, overrides);
  const physics::BodyMesh body = options.geometry->make();
  const physics::BodyShape shape{body.curved.mesh, body.curved.places, options.fibres->field(MPI_COMM_WORLD, body)};
  const physics::BodyResult result = physics::run_body(MPI_COMM_WORLD, shape, options);
  for (const Quantity &q : problem.quantities) {
    if (result.partial) {
      std::printf("%s,%s,%s,%zu,%s,failed\n", problem.name.c_str(), mesh.c_str(), method.c_str(), result.unknowns, q.probe.c_str());
      continue;
    }
    const double value = q.place + result.series.column(q.probe + "_u" + q.axis).back();
    std::printf("%s,%s,%s,%zu,%s z [mm],%.4f,%.4f,%.3f,%d,%d,%d,%.1f,%.1f,%.1f\n", problem.name.c_str(), mesh.c_str(), method.c_str(),
                result.unknowns, q.probe.c_str(), value, q.reference, 100 * (value / q.reference - 1), result.steps,
                result.effort.iterations, result.effort.factorisations, result.effort.assembly, result.effort.factorisation,
                result.seconds);
  }
  std::fflush(stdout);
}

/// The body as its case has it and, when asked, on the same mesh without a part of the bulk modulus at the points, and with a penalty of
/// 1 MPa at each of 4 points.
void rows(const Problem &problem, const std::string &mesh, const std::vector<std::string> &overrides, bool others) {
  row(problem, mesh, problem.name[0] == '1' ? "mixed" : "mixed and 50 kPa at points", overrides);
  if (!others)
    return;
  std::vector<std::string> other = overrides;
  other.push_back("mechanics.point_bulk_modulus=0 kPa");
  if (problem.name[0] != '1')
    row(problem, mesh, "mixed", other);
  for (const char *text : {"mechanics.volume_change=penalty", "mechanics.incompressible=false", "mechanics.quadrature=1"})
    other.push_back(text);
  row(problem, mesh, "penalty", other);
}

} // namespace

int main(int argc, char **argv) {
  const dealii::Utilities::MPI::MPI_InitFinalize started(argc, argv, 1);
  io::set_quiet(true);
  std::string asked;
  for (int i = 1; i < argc; ++i)
    asked += std::string(argv[i]) + " ";
  const bool fine = asked.find("fine") != std::string::npos, all = asked.find_first_of("123") == std::string::npos;
  const auto wants = [&](const char *digit) { return all || asked.find(digit) != std::string::npos; };
  std::printf("problem,mesh,volume change,unknowns,quantity,value,reference,difference [%%],steps,newton iterations,factorisations,"
              "assembly [s],factorisation [s],time [s]\n");
  const Problem beam{"1 beam", "03_land_beam", {{"tip", "z", 1, 4.1693}}};
  const Problem passive{"2 inflation", "04_land_ventricle_passive", {{"apex_endo", "z", -17, -26.612}, {"apex_epi", "z", -20, -28.279}}};
  const Problem active{"3 contraction", "05_land_ventricle_active", {{"apex_endo", "z", -17, -12.347}, {"apex_epi", "z", -20, -15.452}}};
  const auto mesh = [](int rings, int layers) {
    return std::vector<std::string>{"mechanics.geometry.rings=" + std::to_string(rings),
                                    "mechanics.geometry.layers=" + std::to_string(layers)};
  };
  for (const char *size : {"1", "0.5", "0.25"})
    if (wants("1") && (fine || size != std::string("0.25")))
      rows(beam, std::string("boxes of ") + size + " mm",
           {std::string("mechanics.geometry.element=[") + size + " mm, " + size + " mm, " + size + " mm]"}, size != std::string("0.25"));
  struct Mesh {
    int rings, passive_layers, active_layers;
    bool fine;
  };
  for (const Mesh &size : {Mesh{6, 2, 2, false}, {10, 2, 3, false}, {12, 3, 4, true}})
    for (const Problem *problem : {&passive, &active})
      if (wants(problem == &passive ? "2" : "3") && (fine || !size.fine)) {
        const int layers = problem == &passive ? size.passive_layers : size.active_layers;
        rows(*problem, std::to_string(size.rings) + " rings x " + std::to_string(layers) + " layers", mesh(size.rings, layers),
             size.rings == 6);
      }
}
