#pragma once
/// Newton's method for an elastic body with a factorisation that is kept from step to step and bettered by Broyden's rank-one updates.
#include <physics/mechanics/elastic_body.hpp>

#include <string>
#include <vector>

namespace corvivo::physics {

struct QuasiNewtonOptions {
  double distance = 1e-6; ///< mm, root mean square of the displacement still to come
  double slowest = 0.4;   ///< a step that shrinks the distance by less than this factor asks for a new factorisation
  int iterations = 40;    ///< of one step
  int memory = 12;        ///< rank-one updates
  void describe(io::Schema &schema);
};

/// Direction d = -B R with B the inverse of the last factorised tangent (MUMPS' LU: the tangent is neither symmetric nor definite) and
/// Broyden's "good" updates of it (Kelley, Iterative Methods for Linear and Nonlinear Equations, SIAM 1995, 7.3), lengths measured by the
/// displacement. A step that turns an element inside out or comes no nearer is taken again with a fresh factorisation, then shortened.
class QuasiNewton {
public:
  struct Result {
    bool converged = false;
    std::string reason;            ///< why not
    std::vector<double> distances; ///< mm, of each correction
    ElasticBody::State state;      ///< as last assembled
  };
  struct Effort {
    int iterations = 0, factorisations = 0, assemblies = 0;
    double assembly = 0, factorisation = 0, solves = 0; ///< s
  };

  QuasiNewton(ElasticBody &body, const QuasiNewtonOptions &options);
  /// Collective. On failure `x` is what it was.
  Result solve(Vec x, const ElasticBody::Loads &loads);
  /// The next solve begins with a factorisation: the tangent has changed (another time step).
  void renew() { factorised_ = false; }
  const Effort &effort() const { return effort_; }

private:
  bool evaluate(Vec x, const ElasticBody::Loads &loads, bool tangent, Result &result);
  bool factorise(Vec x, const ElasticBody::Loads &loads, Result &result);
  double length(Vec d) const;
  void apply(Vec d);
  void corrected(Vec d) const;
  void remember(Vec step);

  ElasticBody &body_;
  QuasiNewtonOptions options_;
  petsc::Solver solver_;
  petsc::Vector direction_, next_, trial_, displacements_;
  std::vector<petsc::Vector> steps_, weighted_;
  std::vector<double> squares_;
  bool factorised_ = false;
  double rate_ = 0.5; ///< by which the last iterations shrank the distance
  Effort effort_;
};

} // namespace corvivo::physics
