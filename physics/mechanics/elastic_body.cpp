#include <physics/mechanics/elastic_body.hpp>

#include <io/base/parallel.hpp>
#include <io/base/text.hpp>

#include <deal.II/base/quadrature_lib.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace corvivo::physics {
namespace {

/// Points and weights (sum 1) of a rule on the tetrahedron.
std::vector<std::pair<Barycentric, double>> rule(int order) {
  std::vector<std::pair<Barycentric, double>> points;
  if (order <= 1) {
    for (const Barycentric &at : cell_points())
      points.push_back({at, 1.0 / points_per_cell});
    return points;
  }
  const dealii::QWitherdenVincentSimplex<3> quadrature(order);
  for (unsigned q = 0; q < quadrature.size(); ++q) {
    const auto &x = quadrature.point(q);
    points.push_back({{1 - x[0] - x[1] - x[2], x[0], x[1], x[2]}, 6 * quadrature.weight(q)});
  }
  return points;
}

constexpr std::array<std::array<double, 3>, 4> reference_slopes{{{-1, -1, -1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};

/// Gradients of the shapes in a cell whose nodes are at `x`, and the determinant of its map (6 volume / volume of the reference).
double map_gradients(const Barycentric &at, const std::array<io::Vector3, nodes_per_cell> &x, Gradients &gradients) {
  const Gradients local = cell_gradients(at, reference_slopes);
  std::array<io::Vector3, 3> columns{}; // d x / d xi_j
  for (int a = 0; a < nodes_per_cell; ++a)
    for (int j = 0; j < 3; ++j)
      columns[j] = columns[j] + local[a][j] * x[a];
  const std::array<io::Vector3, 3> dual{io::cross(columns[1], columns[2]), io::cross(columns[2], columns[0]),
                                        io::cross(columns[0], columns[1])};
  const double det = io::dot(columns[0], dual[0]);
  for (int a = 0; a < nodes_per_cell; ++a)
    gradients[a] = (1 / det) * (local[a][0] * dual[0] + local[a][1] * dual[1] + local[a][2] * dual[2]);
  return det;
}

/// Places of the ten nodes of every cell, on rank 0.
std::vector<std::array<io::Vector3, nodes_per_cell>> cell_places(const BodyShape &shape) {
  const auto edges = mesh::edges(shape.mesh);
  std::vector<std::array<io::Vector3, nodes_per_cell>> all;
  for (const auto &t : shape.mesh.tetrahedra) {
    std::array<io::Vector3, nodes_per_cell> x;
    for (int v = 0; v < 4; ++v)
      x[v] = shape.places[t[v]];
    for (int e = 0; e < 6; ++e) {
      const auto [i, j] = std::minmax(t[tetrahedron_edges[e][0]], t[tetrahedron_edges[e][1]]);
      const auto found = std::lower_bound(edges.begin(), edges.end(), std::array<std::size_t, 2>{i, j});
      x[4 + e] = shape.places[shape.mesh.nodes.size() + static_cast<std::size_t>(found - edges.begin())];
    }
    all.push_back(x);
  }
  return all;
}

} // namespace

ElasticBody::ElasticBody(MPI_Comm comm, const BodyShape &shape, const BodyModel &model)
    : domain_(comm, shape.mesh), model_(model), size_(model.mixed ? width : 30) {
  check_surfaces();
  reference_ = domain_.nodal_field(shape.places);
  vertex_.assign(domain_.local_nodes(), 0);
  for (const Domain::Cell &cell : domain_.cells())
    for (int v = 0; v < 4; ++v)
      vertex_[cell.nodes[v]] = 1;
  make_points(shape);
  if (model_.density > 0)
    make_mass();
  matrix_values_.resize(static_cast<std::size_t>(size_) * size_ * domain_.cells().size() + domain_.owned_nodes());
  residual_local_.resize(4 * static_cast<std::size_t>(domain_.local_nodes()));
  residual_ = make_vector();
  make_matrix();
  find_fixed();
  find_rim();
  find_normals(shape);
  for (auto *values : {&kinematics_.past_u, &kinematics_.past_v, &kinematics_.past_a, &u_, &v_, &a_})
    values->assign(3 * static_cast<std::size_t>(domain_.local_nodes()), 0.0);
  p_.assign(domain_.local_nodes(), 0.0);
  double vertices = 0;
  for (int node = 0; node < domain_.owned_nodes(); ++node)
    vertices += vertex_[node];
  MPI_Allreduce(MPI_IN_PLACE, &vertices, 1, MPI_DOUBLE, MPI_SUM, comm);
  unknowns_ = domain_.total_unknowns() + (model_.mixed ? static_cast<std::size_t>(vertices) : 0);
}

void ElasticBody::check_surfaces() const {
  std::vector<std::string> asked;
  for (const SurfaceHold &hold : model_.holds)
    asked.push_back(hold.surface);
  if (!model_.pressure_surface.empty())
    asked.push_back(model_.pressure_surface);
  for (const std::string &name : asked)
    if (domain_.surface(name) < 0)
      throw io::CaseError("the mesh has no surface '" + name + "'; it has " + io::join(domain_.surface_names(), ", ") +
                          io::did_you_mean(name, domain_.surface_names()));
}

petsc::Vector ElasticBody::make_vector() const {
  std::vector<PetscInt> ghosts;
  for (int node = domain_.owned_nodes(); node < domain_.local_nodes(); ++node)
    ghosts.push_back(domain_.global_node(node));
  Vec vector = nullptr;
  petsc::check(VecCreateGhostBlock(domain_.communicator(), 4, 4 * domain_.owned_nodes(), PETSC_DECIDE, static_cast<PetscInt>(ghosts.size()),
                                   ghosts.data(), &vector));
  petsc::check(VecSet(vector, 0.0));
  return petsc::Vector(vector);
}

void ElasticBody::make_points(const BodyShape &shape) {
  const auto points = rule(model_.quadrature);
  for (const auto &[at, weight] : points)
    rule_.push_back(at);
  std::vector<double> frames, inverted(1, 0.0);
  io::on_rank_0(domain_.communicator(), [&] {
    const auto places = cell_places(shape);
    for (std::size_t c = 0; c < places.size(); ++c)
      for (const Barycentric &at : rule_) {
        const auto shapes = cell_shapes(at);
        io::Vector3 place{};
        for (int a = 0; a < nodes_per_cell; ++a)
          place = place + shapes[a] * places[c][a];
        const mesh::Frame frame = shape.frame(c, at, place);
        for (const io::Vector3 *axis : {&frame.fibre, &frame.sheet, &frame.normal})
          frames.insert(frames.end(), axis->begin(), axis->end());
      }
  });
  frames = domain_.cell_field(frames, 9 * rule_.size());
  points_.resize(rule_.size() * domain_.cells().size());
  int turned = 0;
  for (std::size_t c = 0; c < domain_.cells().size(); ++c) {
    std::array<io::Vector3, nodes_per_cell> x;
    for (int a = 0; a < nodes_per_cell; ++a)
      x[a] = reference_[domain_.cells()[c].nodes[a]];
    for (std::size_t q = 0; q < rule_.size(); ++q) {
      Point &point = points_[rule_.size() * c + q];
      const double det = map_gradients(rule_[q], x, point.gradients);
      turned += !(det > 0);
      point.weight = det / 6 * points[q].second;
      for (int k = 0; k < 9; ++k)
        point.frame[k / 3][k % 3] = frames[9 * (rule_.size() * c + q) + k];
    }
  }
  MPI_Allreduce(MPI_IN_PLACE, &turned, 1, MPI_INT, MPI_SUM, domain_.communicator());
  if (turned > 0)
    throw io::CaseError(std::to_string(turned) +
                        " quadrature points lie in tetrahedra that the curved surface turns inside out; try a finer mesh");
}

/// int N_a N_b dV with fourteen points, exact for straight cells.
void ElasticBody::make_mass() {
  const auto points = rule(3);
  mass_.assign(100 * domain_.cells().size(), 0.0);
  for (std::size_t c = 0; c < domain_.cells().size(); ++c) {
    std::array<io::Vector3, nodes_per_cell> x;
    for (int a = 0; a < nodes_per_cell; ++a)
      x[a] = reference_[domain_.cells()[c].nodes[a]];
    for (const auto &[at, weight] : points) {
      Gradients unused;
      const double volume = map_gradients(at, x, unused) / 6 * weight;
      const auto shapes = cell_shapes(at);
      for (int a = 0; a < nodes_per_cell; ++a)
        for (int b = 0; b < nodes_per_cell; ++b)
          mass_[100 * c + 10 * a + b] += volume * shapes[a] * shapes[b];
    }
  }
}

void ElasticBody::make_matrix() {
  std::vector<PetscInt> rows, columns;
  rows.reserve(matrix_values_.size());
  columns.reserve(matrix_values_.size());
  for (const Domain::Cell &cell : domain_.cells()) {
    std::vector<PetscInt> dofs;
    for (const int node : cell.nodes)
      for (int i = 0; i < 3; ++i)
        dofs.push_back(4 * domain_.global_node(node) + i);
    for (int v = 0; model_.mixed && v < 4; ++v)
      dofs.push_back(4 * domain_.global_node(cell.nodes[v]) + 3);
    for (const PetscInt row : dofs)
      for (const PetscInt column : dofs) {
        rows.push_back(row);
        columns.push_back(column);
      }
  }
  for (int node = 0; node < domain_.owned_nodes(); ++node) { // pressures that are no unknowns
    rows.push_back(4 * domain_.global_node(node) + 3);
    columns.push_back(rows.back());
  }
  const PetscInt owned = 4 * domain_.owned_nodes();
  petsc::check(MatCreate(domain_.communicator(), tangent_.address()));
  petsc::check(MatSetSizes(tangent_, owned, owned, PETSC_DETERMINE, PETSC_DETERMINE));
  petsc::check(MatSetType(tangent_, MATAIJ));
  petsc::check(MatSetPreallocationCOO(tangent_, static_cast<PetscCount>(rows.size()), rows.data(), columns.data()));
}

/// A component of a held face is fixed for every cell that has the node, on whichever rank.
void ElasticBody::find_fixed() {
  const petsc::Vector flags = make_vector();
  {
    petsc::LocalForm local(flags);
    for (const SurfaceHold &hold : model_.holds)
      for (const Domain::Face &face : domain_.faces())
        for (int i = 0; face.surface == domain_.surface(hold.surface) && i < 3; ++i)
          for (const int node : face.nodes)
            if (hold.fixed[i])
              local[4 * node + i] = 1;
  }
  petsc::add_ghosts(flags);
  petsc::update_ghosts(flags);
  petsc::LocalForm local(flags);
  fixed_.resize(3 * static_cast<std::size_t>(domain_.local_nodes()));
  for (int node = 0; node < domain_.local_nodes(); ++node)
    for (int i = 0; i < 3; ++i)
      fixed_[3 * node + i] = local[4 * node + i] > 0;
}

/// Nodes that the pressure's surface shares with another one.
void ElasticBody::find_rim() {
  const petsc::Vector flags = make_vector();
  const int cavity = model_.pressure_surface.empty() ? -2 : domain_.surface(model_.pressure_surface);
  {
    petsc::LocalForm local(flags);
    for (const Domain::Face &face : domain_.faces())
      for (const int node : face.nodes)
        local[4 * node + (face.surface == cavity ? 0 : 1)] = 1;
  }
  petsc::add_ghosts(flags);
  petsc::LocalForm local(flags);
  for (int node = 0; node < domain_.owned_nodes(); ++node)
    if (local[4 * node] > 0 && local[4 * node + 1] > 0)
      rim_.push_back(node);
  rim_count_ = static_cast<double>(rim_.size());
  MPI_Allreduce(MPI_IN_PLACE, &rim_count_, 1, MPI_DOUBLE, MPI_SUM, domain_.communicator());
}

void ElasticBody::find_normals(const BodyShape &shape) {
  for (const SurfaceHold &hold : model_.holds) {
    std::vector<io::Vector3> normals(shape.mesh.nodes.size(), io::Vector3{});
    for (std::size_t t = 0; t < shape.mesh.triangles.size(); ++t)
      if (shape.mesh.surface_names[shape.mesh.surface[t]] == hold.surface) {
        const auto &[a, b, c] = shape.mesh.triangles[t];
        const io::Vector3 area = io::cross(shape.mesh.nodes[b] - shape.mesh.nodes[a], shape.mesh.nodes[c] - shape.mesh.nodes[a]);
        for (const std::size_t node : shape.mesh.triangles[t])
          normals[node] = normals[node] + area;
      }
    for (io::Vector3 &normal : normals)
      normal = io::normalized(normal);
    normals_.push_back(domain_.vertex_field(normals));
  }
}

void ElasticBody::find_kinematics(Vec x) {
  petsc::update_ghosts(x);
  petsc::LocalForm unknowns(x);
  for (int node = 0; node < domain_.local_nodes(); ++node) {
    for (int i = 0; i < 3; ++i) {
      const int k = 3 * node + i;
      const double now = unknowns[4 * node + i];
      u_[k] = kinematics_.u * now + kinematics_.past_u[k];
      v_[k] = kinematics_.v * now + kinematics_.past_v[k];
      a_[k] = kinematics_.a * now + kinematics_.past_a[k];
    }
    p_[node] = unknowns[4 * node + 3];
  }
}

ElasticBody::State ElasticBody::assemble(Vec x, const Loads &loads, bool tangent) {
  const auto start = std::chrono::steady_clock::now();
  find_kinematics(x);
  std::fill(residual_local_.begin(), residual_local_.end(), 0.0);
  State state;
  state.min_det_f = 1e300;
  for (std::size_t c = 0; c < domain_.cells().size(); ++c)
    assemble_cell(c, loads, tangent, state);
  MPI_Allreduce(MPI_IN_PLACE, &state.min_det_f, 1, MPI_DOUBLE, MPI_MIN, domain_.communicator());
  state.valid = state.min_det_f > 0;
  assemble_pressure(loads.pressure, tangent, state);
  for (std::size_t hold = 0; hold < model_.holds.size(); ++hold)
    assemble_hold(hold, tangent);
  if (state.valid)
    finish(tangent);
  state.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return state;
}

void ElasticBody::finish(bool tangent) {
  for (int node = 0; node < domain_.local_nodes(); ++node)
    for (int i = 0; i < 3; ++i)
      if (fixed_[3 * node + i])
        residual_local_[4 * node + i] = 0;
  {
    petsc::LocalForm local(residual_);
    std::copy(residual_local_.begin(), residual_local_.end(), local.values());
  }
  petsc::add_ghosts(residual_);
  if (!tangent)
    return;
  for (std::size_t c = 0; c < domain_.cells().size(); ++c)
    for (int r = 0; r < 30; ++r)
      if (fixed_[3 * domain_.cells()[c].nodes[r / 3] + r % 3]) {
        double *matrix = cell_matrix(c);
        for (int k = 0; k < size_; ++k)
          matrix[size_ * r + k] = matrix[size_ * k + r] = 0;
        matrix[(size_ + 1) * r] = 1;
      }
  double *diagonal = cell_matrix(domain_.cells().size());
  for (int node = 0; node < domain_.owned_nodes(); ++node)
    diagonal[node] = model_.mixed && vertex_[node] ? 0 : 1;
  petsc::check(MatSetValuesCOO(tangent_, matrix_values_.data(), INSERT_VALUES));
}

std::vector<io::Vector3> ElasticBody::displacement(Vec x) const {
  const petsc::Vector u = domain_.make_vector();
  {
    petsc::LocalForm from(x), to(u);
    for (int node = 0; node < domain_.owned_nodes(); ++node)
      std::copy_n(from.values() + 4 * node, 3, to.values() + 3 * node);
  }
  return domain_.gather(u);
}

} // namespace corvivo::physics
