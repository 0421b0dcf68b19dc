/// Calcium, contraction states and active stress at the quadrature points.
#include <physics/mechanics/solid.hpp>

#include <physics/activation/active_tension.hpp>

#include <io/base/parallel.hpp>

#include <algorithm>
#include <cmath>

namespace corvivo::physics {

void Solid::set_calcium(const mesh::HeartMesh &mesh, const NodalHistory &calcium) {
  MPI_Comm comm = domain_.communicator();
  std::vector<std::array<std::size_t, nodes_per_cell>> cell_nodes;
  io::on_rank_0(comm, [&] {
    const auto edges = mesh::edges(mesh);
    if (calcium.nodes != mesh.nodes.size() + edges.size())
      throw io::CaseError("the calcium history has " + std::to_string(calcium.nodes) + " nodes, the quadratic mechanics mesh has " +
                          std::to_string(mesh.nodes.size() + edges.size()) + "; run the electrophysiology on a refinement of this mesh");
    for (const auto &tetrahedron : mesh.tetrahedra) {
      std::array<std::size_t, nodes_per_cell> nodes;
      std::copy(tetrahedron.begin(), tetrahedron.end(), nodes.begin());
      for (int e = 0; e < 6; ++e) {
        const auto [i, j] = std::minmax(tetrahedron[tetrahedron_edges[e][0]], tetrahedron[tetrahedron_edges[e][1]]);
        nodes[4 + e] = mesh.nodes.size() + (std::lower_bound(edges.begin(), edges.end(), std::array<std::size_t, 2>{i, j}) - edges.begin());
      }
      cell_nodes.push_back(nodes);
    }
  });
  calcium_times_ = io::broadcast(calcium.times, comm);
  calcium_.clear();
  // Linear on the refined tetrahedra would do as well; quadratic shapes can undershoot a steep front, so the mean is clipped to the nodes'
  // range.
  for (std::size_t t = 0; t < calcium_times_.size(); ++t) {
    std::vector<double> at_points;
    for (const auto &nodes : cell_nodes)
      for (const Barycentric &at : cell_points()) {
        const auto shapes = cell_shapes(at);
        double value = 0, low = 1e300, high = -1e300;
        for (int a = 0; a < nodes_per_cell; ++a) {
          const double nodal = calcium.values[t * calcium.nodes + nodes[a]];
          value += shapes[a] * nodal;
          low = std::min(low, nodal);
          high = std::max(high, nodal);
        }
        at_points.push_back(std::clamp(value, low, high));
      }
    for (const double value : domain_.cell_field(at_points, points_per_cell))
      calcium_.push_back(static_cast<float>(value));
  }
}

double Solid::calcium_at(std::size_t point, double time) const {
  const std::size_t count = points_.size();
  const auto after = std::upper_bound(calcium_times_.begin(), calcium_times_.end(), time);
  if (after == calcium_times_.begin())
    return calcium_[point];
  const std::size_t left = static_cast<std::size_t>(after - calcium_times_.begin()) - 1;
  if (after == calcium_times_.end())
    return calcium_[left * count + point];
  const double share = (time - calcium_times_[left]) / (*after - calcium_times_[left]);
  return (1 - share) * calcium_[left * count + point] + share * calcium_[(left + 1) * count + point];
}

void Solid::rest_activation(Vec u, double time) {
  if (!model_.activation || calcium_times_.empty())
    return;
  const std::size_t size = model_.activation->state_size();
  old_states_.assign(size * points_.size(), 0.0);
  new_states_ = old_states_;
  petsc::update_ghosts(u);
  petsc::LocalForm displacement(u);
  for (std::size_t p = 0; p < points_.size(); ++p) {
    const auto &nodes = domain_.cells()[p / points_per_cell].nodes;
    double squares = 0, trace = 0;
    for (const auto &[axis, share] : {std::pair{0, 1.0}, {1, model_.sheet_tension_fraction}, {2, model_.normal_tension_fraction}}) {
      std::array<double, 3> along = points_[p].frame[axis];
      for (int a = 0; a < nodes_per_cell; ++a) {
        const double slope = io::dot(points_[p].gradients[a], points_[p].frame[axis]);
        for (int i = 0; i < 3; ++i)
          along[i] += displacement[3 * nodes[a] + i] * slope;
      }
      squares += share * io::dot(along, along);
      trace += share;
    }
    old_stretch_[p] = stretch_[p] = std::sqrt(squares / trace);
    model_.activation->initialise(&old_states_[size * p], calcium_at(p, time), stretch_[p]);
  }
}

/// S = T / lambda H along H = f x f + k_s s x s + k_n n x n, the directions of fibres that are dispersed, which feel lambda^2 = H : C / tr
/// H: what they bear is then what they are shortened by, and the tangent is symmetric. Without dispersion lambda is the fibre's stretch.
void Solid::add_activity(std::size_t p, const double *C, double time, double dt, double *S, double *D) {
  if (!model_.activation || old_states_.empty())
    return;
  const auto product = [](const std::array<double, 3> &a) {
    return std::array<double, 6>{a[0] * a[0], a[1] * a[1], a[2] * a[2], a[0] * a[1], a[0] * a[2], a[1] * a[2]};
  };
  const auto squared_stretch = [&](const std::array<double, 6> &m) {
    return m[0] * C[0] + m[1] * C[1] + m[2] * C[2] + 2 * (m[3] * C[3] + m[4] * C[4] + m[5] * C[5]);
  };
  auto structure = product(points_[p].frame[0]); // f x f and the parts of it across the fibre
  const auto sheet = product(points_[p].frame[1]), normal = product(points_[p].frame[2]);
  for (int k = 0; k < 6; ++k)
    structure[k] += model_.sheet_tension_fraction * sheet[k] + model_.normal_tension_fraction * normal[k];
  const double trace = 1 + model_.sheet_tension_fraction + model_.normal_tension_fraction;
  const double stretch = std::sqrt(squared_stretch(structure) / trace);
  const std::size_t size = model_.activation->state_size();
  stretch_[p] = stretch;
  active_[p] = {0, 0.5 * squared_stretch(structure)};
  if (dt > 0) {
    const ActiveResponse response =
        model_.activation->advance(&old_states_[size * p], &new_states_[size * p], calcium_at(p, time), old_stretch_[p], stretch, dt);
    const double scale = model_.tension_scale * points_[p].tension;
    tension_[p] = scale * response.tension;
    const double slope = scale * response.stiffness, Ta = tension_[p];
    const double stress = model_.nominal_tension ? Ta / stretch : Ta;
    const double dstress = model_.nominal_tension ? (slope - Ta / stretch) / stretch : slope; // d stress / d lambda
    active_[p].stress = stress;
    for (int k = 0; k < 6; ++k) {
      S[k] += stress * structure[k];
      for (int l = 0; l < 6; ++l)
        D[6 * k + l] += dstress / (stretch * trace) * structure[k] * structure[l];
    }
  }
}

std::vector<double> Solid::cell_activity() const {
  std::vector<double> means(2 * domain_.cells().size(), 0.0);
  for (std::size_t p = 0; p < points_.size(); ++p) {
    means[2 * (p / points_per_cell)] += tension_[p] / points_per_cell;
    means[2 * (p / points_per_cell) + 1] += stretch_[p] / points_per_cell;
  }
  return means;
}

double Solid::mean_tension() const {
  double sums[2] = {};
  for (std::size_t p = 0; p < points_.size(); ++p) {
    sums[0] += points_[p].weight * tension_[p];
    sums[1] += points_[p].weight;
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, domain_.communicator());
  return sums[0] / sums[1];
}

} // namespace corvivo::physics
