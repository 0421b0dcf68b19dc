#include <physics/mechanics/solid.hpp>

#include <physics/mechanics/solid_sums.hpp>

#include <io/base/parallel.hpp>
#include <io/base/text.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {
namespace {

using io::operator+;
using io::operator-;
using io::operator*;

constexpr std::size_t tissue_numbers = 11; // of a point: a frame, the factors on its stiffness and its tension

/// One for each cell of the right free wall, zero for the others.
std::vector<double> right_wall(const mesh::HeartMesh &mesh) {
  const auto right = std::find(mesh.region_names.begin(), mesh.region_names.end(), "rv_wall") - mesh.region_names.begin();
  std::vector<double> flags;
  for (const auto region : mesh.region)
    flags.push_back(region == right);
  return flags;
}

/// What the tissue is at the quadrature points of every cell, on the rank that holds the mesh.
std::vector<double> tissue_at_points(const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const SolidModel &model,
                                     const std::vector<double> &right) {
  std::vector<double> tissue;
  tissue.reserve(tissue_numbers * points_per_cell * mesh.tetrahedra.size());
  for (std::size_t c = 0; c < mesh.tetrahedra.size(); ++c)
    for (const Barycentric &at : cell_points()) {
      const auto &tetrahedron = mesh.tetrahedra[c];
      const mesh::Frame frame = fibres.at(tetrahedron, at);
      for (const io::Vector3 *axis : {&frame.fibre, &frame.sheet, &frame.normal})
        tissue.insert(tissue.end(), axis->begin(), axis->end());
      io::Vector3 place{};
      for (int v = 0; v < 4; ++v)
        place = place + at[v] * mesh.nodes[tetrahedron[v]];
      const double from_base = io::dot(mesh.base_centre - place, mesh.long_axis);
      tissue.push_back(model.annulus.factor(model.annulus.stiffness, from_base) * (right[c] > 0 ? model.right_stiffness_factor : 1.0));
      tissue.push_back(model.annulus.factor(model.annulus.tension, from_base) * (right[c] > 0 ? model.right_tension_factor : 1.0));
    }
  return tissue;
}

} // namespace

SolidModel SolidModel::heart(const MechanicsOptions &options, double tension_scale, std::size_t cavities) {
  CORVIVO_ASSERT(options.material && options.activation, "the models of the mechanics have not been made");
  SolidModel model;
  model.material = options.material.get();
  model.activation = options.activation.get();
  model.nominal_tension = options.stress_convention == "nominal";
  model.tension_scale = tension_scale;
  model.sheet_tension_fraction = options.sheet_tension_fraction;
  model.normal_tension_fraction = options.normal_tension_fraction;
  model.point_bulk_modulus = options.point_bulk_modulus;
  model.annulus = options.annulus;
  model.springs = {{"epicardium", options.pericardium}, {"base", options.base}};
  model.valve_plane_load = options.valve_plane_load;
  if (cavities == 2)
    model.cavities.push_back("endocardium_rv");
  model.right_stiffness_factor = options.rv_stiffness_scale.value_or(1);
  return model;
}

Solid::Solid(MPI_Comm comm, const mesh::HeartMesh &mesh, const mesh::Fibres &fibres, const SolidModel &model)
    : domain_(comm, mesh), model_(model), rest_(domain_.local_nodes()), old_displacement_(domain_.local_nodes()),
      old_velocity_(domain_.local_nodes()), matrix_values_(900 * domain_.cells().size()), internal_local_(3 * domain_.local_nodes()),
      external_local_(internal_local_.size()), residual_(domain_.make_vector()), internal_(domain_.make_vector()) {
  CORVIVO_ASSERT(!model_.cavities.empty() && model_.cavities.size() <= most_cavities, "a heart has one or two cavities under pressure");
  for (const std::string &name : model_.cavities) {
    surfaces_.push_back(domain_.surface(name));
    if (surfaces_.back() < 0 && surfaces_.size() > 1)
      throw io::CaseError("mechanics: the mesh has no surface '" + name + "' for the pressure of a second cavity; it has " +
                          io::join(domain_.surface_names(), ", ") + "; make the mesh with mesh.ventricles: both");
    load_local_.emplace_back(internal_local_.size());
    slope_local_.emplace_back(internal_local_.size());
    load_.push_back(domain_.make_vector());
    slope_.push_back(domain_.make_vector());
  }
  const std::size_t points = points_per_cell * domain_.cells().size();
  stretch_.assign(points, 1.0);
  old_stretch_.assign(points, 1.0);
  tension_.assign(points, 0.0);
  active_.resize(points);
  old_active_.resize(points);
  make_matrix();
  find_clamped();
  find_rims(mesh);
  image(mesh, fibres);
}

void Solid::make_matrix() {
  std::vector<PetscInt> rows, columns;
  rows.reserve(matrix_values_.size());
  columns.reserve(matrix_values_.size());
  for (const Domain::Cell &cell : domain_.cells()) {
    std::array<PetscInt, 30> dofs;
    for (int a = 0; a < nodes_per_cell; ++a)
      for (int i = 0; i < 3; ++i)
        dofs[3 * a + i] = 3 * domain_.global_node(cell.nodes[a]) + i;
    for (const PetscInt row : dofs)
      for (const PetscInt column : dofs) {
        rows.push_back(row);
        columns.push_back(column);
      }
  }
  const PetscInt owned = 3 * domain_.owned_nodes();
  petsc::check(MatCreate(domain_.communicator(), tangent_.address()));
  petsc::check(MatSetSizes(tangent_, owned, owned, PETSC_DETERMINE, PETSC_DETERMINE));
  petsc::check(MatSetType(tangent_, MATAIJ));
  petsc::check(MatSetPreallocationCOO(tangent_, static_cast<PetscCount>(rows.size()), rows.data(), columns.data()));
}

/// A node of a clamped face is clamped for every cell that has it, on whichever rank.
void Solid::find_clamped() {
  const petsc::Vector flags = domain_.make_vector();
  {
    petsc::LocalForm local(flags);
    for (const std::string &name : model_.clamped) {
      const int surface = domain_.surface(name);
      for (const Domain::Face &face : domain_.faces())
        if (face.surface == surface)
          for (const int node : face.nodes)
            local[3 * node] = 1;
    }
  }
  petsc::add_ghosts(flags);
  petsc::update_ghosts(flags);
  petsc::LocalForm local(flags);
  clamped_.resize(domain_.local_nodes());
  for (int node = 0; node < domain_.local_nodes(); ++node)
    clamped_[node] = local[3 * node] > 0;
}

void Solid::find_rims(const mesh::HeartMesh &mesh) {
  for (const std::string &cavity : model_.cavities) {
    std::vector<double> touches(2 * mesh.nodes.size(), 0.0), flags(mesh.nodes.size(), 0.0);
    for (std::size_t t = 0; t < mesh.triangles.size(); ++t) {
      const std::string &name = mesh.surface_names[mesh.surface[t]];
      for (const std::size_t node : mesh.triangles[t]) {
        touches[2 * node] += name == cavity;
        touches[2 * node + 1] += name == model_.base_surface;
      }
    }
    for (std::size_t node = 0; node < mesh.nodes.size(); ++node)
      flags[node] = touches[2 * node] > 0 && touches[2 * node + 1] > 0;
    const std::vector<double> local = domain_.vertex_scalar(flags);
    std::vector<int> rim;
    for (int node = 0; node < domain_.owned_nodes(); ++node)
      if (local[node] == 1.0)
        rim.push_back(node);
    double count = static_cast<double>(rim.size());
    MPI_Allreduce(MPI_IN_PLACE, &count, 1, MPI_DOUBLE, MPI_SUM, domain_.communicator());
    rims_.push_back(std::move(rim));
    rim_counts_.push_back(count);
  }
}

/// Area-weighted vertex normals of each sprung surface: facet normals would resist rotation.
void Solid::find_normals(const mesh::HeartMesh &mesh, const std::vector<io::Vector3> &places) {
  normals_.clear();
  for (const auto &[name, springs] : model_.springs) {
    std::vector<io::Vector3> normals(mesh.nodes.size(), io::Vector3{});
    for (std::size_t t = 0; t < mesh.triangles.size() && !places.empty(); ++t) // the places are known on rank 0
      if (mesh.surface_names[mesh.surface[t]] == name) {
        const auto &[a, b, c] = mesh.triangles[t];
        const io::Vector3 area = io::cross(places[b] - places[a], places[c] - places[a]);
        for (const std::size_t node : mesh.triangles[t])
          normals[node] = normals[node] + area;
      }
    for (io::Vector3 &normal : normals)
      normal = io::normalized(normal);
    normals_.push_back(domain_.vertex_field(normals));
  }
}

/// The imaged body, whose cells are straight.
void Solid::image(const mesh::HeartMesh &mesh, const mesh::Fibres &fibres) {
  std::vector<double> tissue, right;
  io::on_rank_0(domain_.communicator(), [&] {
    right = right_wall(mesh);
    tissue = tissue_at_points(mesh, fibres, model_, right);
  });
  tissue = domain_.cell_field(tissue, tissue_numbers * points_per_cell);
  right = domain_.cell_field(right, 1);
  right_wall_.assign(right.begin(), right.end());
  image_points_.resize(points_per_cell * domain_.cells().size());
  reference_ = domain_.vertex_field(mesh.nodes);
  for (std::size_t c = 0; c < domain_.cells().size(); ++c) {
    std::array<std::array<double, 3>, 4> vertices;
    for (int v = 0; v < 4; ++v)
      vertices[v] = reference_[domain_.cells()[c].nodes[v]];
    double volume = 0;
    const auto slopes = barycentric_gradients(vertices, volume);
    for (int q = 0; q < points_per_cell; ++q) {
      Point &point = image_points_[points_per_cell * c + q];
      point.gradients = cell_gradients(cell_points()[q], slopes);
      point.weight = volume / points_per_cell;
      const double *here = &tissue[tissue_numbers * (points_per_cell * c + q)];
      for (int k = 0; k < 9; ++k)
        point.frame[k / 3][k % 3] = here[k];
      point.stiffness = here[9];
      point.tension = here[10];
    }
  }
  imaged_ = reference_;
  points_ = image_points_;
  find_normals(mesh, mesh.nodes);
  const petsc::Vector zero = domain_.make_vector();
  accept(zero, 0);
}

void Solid::set_reference(const mesh::HeartMesh &mesh, const std::vector<io::Vector3> &places) {
  reference_ = domain_.nodal_field(places);
  find_normals(mesh, places);
  int turned = 0;
  for (std::size_t c = 0; c < domain_.cells().size(); ++c) {
    CellValues moved;
    for (int a = 0; a < nodes_per_cell; ++a)
      for (int d = 0; d < 3; ++d) {
        const int node = domain_.cells()[c].nodes[a];
        moved[3 * a + d] = reference_[node][d] - imaged_[node][d];
      }
    turned += !carry(c, moved, &points_[points_per_cell * c]);
  }
  MPI_Allreduce(MPI_IN_PLACE, &turned, 1, MPI_INT, MPI_SUM, domain_.communicator());
  if (turned)
    throw io::SolveError("the reference shape turns " + std::to_string(turned) + " tetrahedra inside out");
  const petsc::Vector zero = domain_.make_vector();
  accept(zero, 0);
}

/// The quadrature points of a cell whose nodes are moved from their imaged places: with G = 1 + grad(moved) in the imaged body, gradients
/// turn by G^-T, volumes grow by det G, lines by G, surfaces by G^-T. False when G turns the cell inside out at a point.
bool Solid::carry(std::size_t cell, const CellValues &moved, Point *points) const {
  bool valid = true;
  for (int q = 0; q < points_per_cell; ++q) {
    const Point &imaged = image_points_[points_per_cell * cell + q];
    std::array<std::array<double, 3>, 3> G{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    for (int a = 0; a < nodes_per_cell; ++a)
      for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 3; ++j)
          G[i][j] += moved[3 * a + i] * imaged.gradients[a][j];
    const std::array<std::array<double, 3>, 3> cofactor{io::cross(G[1], G[2]), io::cross(G[2], G[0]), io::cross(G[0], G[1])};
    const double det = io::dot(G[0], cofactor[0]);
    valid = valid && det > 0;
    const auto as_surface = [&](const std::array<double, 3> &normal) {
      return std::array<double, 3>{io::dot(cofactor[0], normal), io::dot(cofactor[1], normal), io::dot(cofactor[2], normal)};
    };
    points[q].weight = imaged.weight * det;
    points[q].stiffness = imaged.stiffness;
    points[q].tension = imaged.tension;
    for (int a = 0; a < nodes_per_cell; ++a)
      points[q].gradients[a] = (1 / det) * as_surface(imaged.gradients[a]);
    const auto &fibre = imaged.frame[0];
    points[q].frame[0] = io::normalized({io::dot(G[0], fibre), io::dot(G[1], fibre), io::dot(G[2], fibre)});
    points[q].frame[2] = io::normalized(as_surface(imaged.frame[2]));
    points[q].frame[1] = io::cross(points[q].frame[2], points[q].frame[0]);
  }
  return valid;
}

Solid::CellValues Solid::cell_values(std::size_t cell, const double *values) const {
  CellValues mine;
  for (int a = 0; a < nodes_per_cell; ++a)
    std::copy_n(values + 3 * domain_.cells()[cell].nodes[a], 3, mine.data() + 3 * a);
  return mine;
}

void Solid::set_rest(const std::vector<io::Vector3> &displacement) {
  rest_ = domain_.nodal_field(displacement);
}

void Solid::begin_assembly() {
  for (auto *local : {&internal_local_, &external_local_})
    std::fill(local->begin(), local->end(), 0.0);
  for (auto *locals : {&load_local_, &slope_local_})
    for (std::vector<double> &local : *locals)
      std::fill(local.begin(), local.end(), 0.0);
}

Solid::State Solid::assemble(Vec u, const PerCavity &pressure, double time, double dt, bool tangent) {
  petsc::update_ghosts(u);
  petsc::LocalForm displacement(u);
  begin_assembly();
  Sums sums;
  assemble_cells(displacement.values(), time, dt, tangent, sums);
  assemble_pressure(displacement.values(), pressure, tangent, sums);
  assemble_springs(displacement.values(), dt, tangent);
  elastic_energy_ = sums.energy;
  finish(pressure, tangent, sums);
  return {sums.valid, sums.min_det_f, petsc::norm(internal_), sums.volume};
}

PerCavity Solid::unloaded_volume() {
  begin_assembly();
  Sums sums;
  const std::vector<double> nothing(internal_local_.size(), 0.0);
  assemble_pressure(nothing.data(), 0, false, sums);
  sums.reduce(domain_.communicator());
  return sums.volume;
}

/// Sums over ranks, boundary conditions, and the values into PETSc.
void Solid::finish(const PerCavity &pressure, bool tangent, Sums &sums) {
  sums.reduce(domain_.communicator());
  for (std::size_t k = 0; k < cavities(); ++k)
    for (const int node : rims_[k])
      for (int i = 0; i < 3; ++i)
        slope_local_[k][3 * node + i] += sums.cavities[k].area[i] / (3 * rim_counts_[k]);
  const auto collect = [&](std::vector<double> &from, Vec to) {
    for (int node = 0; node < domain_.local_nodes(); ++node)
      for (int i = 0; clamped_[node] && i < 3; ++i)
        from[3 * node + i] = 0;
    {
      petsc::LocalForm local(to);
      std::copy(from.begin(), from.end(), local.values());
    }
    petsc::add_ghosts(to);
  };
  collect(internal_local_, internal_);
  collect(external_local_, residual_);
  petsc::add(residual_, 1.0, internal_);
  for (std::size_t k = 0; k < cavities(); ++k) {
    collect(load_local_[k], load_[k]);
    collect(slope_local_[k], slope_[k]);
    petsc::add(residual_, pressure[k], load_[k]);
  }
  if (!tangent || !sums.valid)
    return;
  for (std::size_t c = 0; c < domain_.cells().size(); ++c)
    for (int a = 0; a < nodes_per_cell; ++a)
      if (clamped_[domain_.cells()[c].nodes[a]])
        for (int i = 3 * a; i < 3 * a + 3; ++i) {
          double *matrix = cell_matrix(static_cast<int>(c));
          for (int k = 0; k < 30; ++k)
            matrix[30 * i + k] = matrix[30 * k + i] = 0;
          matrix[31 * i] = 1;
        }
  petsc::check(MatSetValuesCOO(tangent_, matrix_values_.data(), INSERT_VALUES));
}

} // namespace corvivo::physics
