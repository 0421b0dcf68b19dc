#include <io/base/errors.hpp>
#include <mesh/distributed_mesh.hpp>
#include <mesh/laplace_solver.hpp>

#include <deal.II/base/function.h>
#include <deal.II/base/index_set.h>
#include <deal.II/base/quadrature_lib.h>
#include <deal.II/dofs/dof_handler.h>
#include <deal.II/dofs/dof_tools.h>
#include <deal.II/fe/fe_simplex_p.h>
#include <deal.II/fe/fe_values.h>
#include <deal.II/fe/mapping_fe.h>
#include <deal.II/lac/affine_constraints.h>
#include <deal.II/lac/dynamic_sparsity_pattern.h>
#include <deal.II/lac/petsc_precondition.h>
#include <deal.II/lac/petsc_solver.h>
#include <deal.II/lac/petsc_sparse_matrix.h>
#include <deal.II/lac/petsc_vector.h>
#include <deal.II/lac/solver_control.h>
#include <deal.II/lac/sparsity_tools.h>
#include <deal.II/numerics/vector_tools_boundary.h>

#include <cmath>
#include <optional>

namespace corvivo::mesh {

namespace detail {
namespace {

using dealii::PETScWrappers::MPI::SparseMatrix;
using dealii::PETScWrappers::MPI::Vector;

/// The stiffness matrix of P1 or P2 elements, and solutions with different values held.
class Laplace {
public:
  Laplace(const DistributedMesh &mesh, unsigned int degree)
      : mesh_(mesh), element_(degree), straight_(1), mapping_(straight_), dofs_(mesh.triangulation()) {
    dofs_.distribute_dofs(element_);
    owned_ = dofs_.locally_owned_dofs();
    dealii::DoFTools::extract_locally_relevant_dofs(dofs_, relevant_);
    assemble();
  }

  Harmonic solve(const LaplaceProblem &problem) {
    const dealii::AffineConstraints<double> held = constraints(problem);
    Vector solution(owned_, mesh_.communicator()), right(owned_, mesh_.communicator());
    solution = 0;
    right = 0;
    std::vector<PetscInt> rows;
    for (const auto &line : held.get_lines())
      if (owned_.is_element(line.index)) {
        rows.push_back(static_cast<PetscInt>(line.index));
        solution(line.index) = line.inhomogeneity; // CG starts from the boundary values
      }
    solution.compress(dealii::VectorOperation::insert);
    SparseMatrix system;
    system.reinit(matrix_);
    system.copy_from(matrix_);
    check(MatZeroRowsColumns(system, static_cast<PetscInt>(rows.size()), rows.data(), 1, solution, right));
    conjugate_gradients(system, solution, right);
    solution_.reinit(owned_, relevant_, mesh_.communicator());
    solution_ = solution;
    return at_nodes();
  }

private:
  static void check(PetscErrorCode code) { AssertThrow(code == 0, dealii::ExcPETScError(code)); }

  void conjugate_gradients(const SparseMatrix &matrix, Vector &solution, const Vector &right) const {
    dealii::SolverControl control(5000, 1e-10 * right.l2_norm(), true, false);
    dealii::PETScWrappers::SolverCG cg(control, mesh_.communicator());
    try {
      const dealii::PETScWrappers::PreconditionBlockJacobi preconditioner(matrix); // of each rank's rows the incomplete factors
      cg.solve(matrix, solution, right, preconditioner);
    } catch (const dealii::SolverControl::NoConvergence &failure) {
      throw io::SolveError("mesh: the Laplace equation did not converge in " + std::to_string(failure.last_step) + " iterations",
                           control.get_history_data());
    }
  }

  /// Values at the vertices, and gradients averaged there over the cells around, weighted by volume. A P2 gradient is of second order in
  /// each cell; the mean keeps that order and loses the jumps.
  Harmonic at_nodes() const {
    const dealii::Quadrature<3> vertices(std::vector<dealii::Point<3>>{{0, 0, 0}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}});
    dealii::FEValues<3> fe(mapping_, element_, vertices, dealii::update_values | dealii::update_gradients);
    std::vector<double> values(4), sums(5 * mesh_.total_nodes(), 0); // per node: weight, weighted value, weighted gradient
    std::vector<dealii::Tensor<1, 3>> gradients(4);
    for (const auto &cell : dofs_.active_cell_iterators())
      if (cell->is_locally_owned()) {
        fe.reinit(cell);
        fe.get_function_values(solution_, values);
        fe.get_function_gradients(solution_, gradients);
        const double volume = cell->measure();
        for (unsigned int v = 0; v < 4; ++v) {
          double *sum = &sums[5 * mesh_.node(cell, v)];
          sum[0] += volume;
          sum[1] += volume * values[v];
          for (int d = 0; d < 3; ++d)
            sum[2 + d] += volume * gradients[v][d];
        }
      }
    const bool root = dealii::Utilities::MPI::this_mpi_process(mesh_.communicator()) == 0;
    std::vector<double> total(root ? sums.size() : 0);
    MPI_Reduce(sums.data(), total.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, 0, mesh_.communicator());
    Harmonic harmonic;
    for (std::size_t n = 0; 5 * n < total.size(); ++n) {
      const double *sum = &total[5 * n], weight = sum[0] > 0 ? 1 / sum[0] : 0; // a node without cells keeps zero
      harmonic.value.push_back(weight * sum[1]);
      harmonic.gradient.push_back({weight * sum[2], weight * sum[3], weight * sum[4]});
    }
    return harmonic;
  }

  dealii::AffineConstraints<double> constraints(const LaplaceProblem &problem) const {
    dealii::AffineConstraints<double> held(relevant_);
    if (problem.by_nodes)
      hold_nodes(mesh_.scatter_node_data(problem.node_values, 1), held);
    for (const auto &[surfaces, value] : {std::pair(problem.one_surfaces, 1.0), std::pair(problem.zero_surfaces, 0.0)})
      for (const int surface : surfaces)
        dealii::VectorTools::interpolate_boundary_values(mapping_, dofs_, static_cast<dealii::types::boundary_id>(surface),
                                                         dealii::Functions::ConstantFunction<3>(value), held);
    if (problem.zero_radius > 0)
      hold_at_point(problem, held);
    held.close();
    return held;
  }
  void hold_nodes(const std::vector<double> &values, dealii::AffineConstraints<double> &held) const {
    for (const auto &cell : dofs_.active_cell_iterators())
      if (!cell->is_artificial())
        for (unsigned int v = 0; v < 4; ++v)
          if (const double value = values[mesh_.node(cell, v)]; !std::isnan(value) && !held.is_constrained(cell->vertex_dof_index(v, 0))) {
            held.add_line(cell->vertex_dof_index(v, 0));
            held.set_inhomogeneity(cell->vertex_dof_index(v, 0), value);
          }
  }

  void hold_at_point(const LaplaceProblem &problem, dealii::AffineConstraints<double> &held) const {
    const dealii::Point<3> centre(problem.zero_point[0], problem.zero_point[1], problem.zero_point[2]);
    dealii::FEValues<3> fe(mapping_, element_, dealii::Quadrature<3>(element_.get_unit_support_points()), dealii::update_quadrature_points);
    std::vector<dealii::types::global_dof_index> indices(element_.n_dofs_per_cell());
    for (const auto &cell : dofs_.active_cell_iterators())
      if (!cell->is_artificial()) {
        fe.reinit(cell);
        cell->get_dof_indices(indices);
        for (unsigned int i = 0; i < indices.size(); ++i)
          if (fe.quadrature_point(i).distance(centre) <= problem.zero_radius && !held.is_constrained(indices[i]))
            held.add_line(indices[i]);
      }
  }

  void assemble() {
    dealii::DynamicSparsityPattern pattern(relevant_);
    dealii::DoFTools::make_sparsity_pattern(dofs_, pattern);
    dealii::SparsityTools::distribute_sparsity_pattern(pattern, owned_, mesh_.communicator(), relevant_);
    matrix_.reinit(owned_, owned_, pattern, mesh_.communicator());
    const dealii::QGaussSimplex<3> quadrature(2); // gradients of P2 are linear, their products quadratic
    dealii::FEValues<3> fe(mapping_, element_, quadrature, dealii::update_gradients | dealii::update_JxW_values);
    const unsigned int n = element_.n_dofs_per_cell();
    dealii::FullMatrix<double> stiffness(n, n);
    std::vector<dealii::types::global_dof_index> indices(n);
    for (const auto &cell : dofs_.active_cell_iterators())
      if (cell->is_locally_owned()) {
        fe.reinit(cell);
        stiffness = 0;
        for (unsigned int q = 0; q < quadrature.size(); ++q)
          for (unsigned int i = 0; i < n; ++i)
            for (unsigned int j = 0; j < n; ++j)
              stiffness(i, j) += fe.shape_grad(i, q) * fe.shape_grad(j, q) * fe.JxW(q);
        cell->get_dof_indices(indices);
        matrix_.add(indices, stiffness);
      }
    matrix_.compress(dealii::VectorOperation::add);
  }

  const DistributedMesh &mesh_;
  const dealii::FE_SimplexP<3> element_, straight_;
  const dealii::MappingFE<3> mapping_;
  dealii::DoFHandler<3> dofs_;
  dealii::IndexSet owned_, relevant_;
  SparseMatrix matrix_;
  Vector solution_;
};

} // namespace

} // namespace detail

struct LaplaceSolver::Parts {
  DistributedMesh mesh;
  std::optional<detail::Laplace> linear, quadratic;
};

LaplaceSolver::LaplaceSolver(MPI_Comm comm, const HeartMesh &mesh) : comm_(comm), mesh_(mesh) {}
LaplaceSolver::~LaplaceSolver() = default;

Harmonic LaplaceSolver::solve(const LaplaceProblem &problem) const {
  if (!parts_)
    parts_.reset(new Parts{DistributedMesh(comm_, mesh_), {}, {}});
  std::optional<detail::Laplace> &laplace = problem.by_nodes ? parts_->linear : parts_->quadratic;
  if (!laplace)
    laplace.emplace(parts_->mesh, problem.by_nodes ? 1u : 2u);
  return laplace->solve(problem);
}

} // namespace corvivo::mesh
