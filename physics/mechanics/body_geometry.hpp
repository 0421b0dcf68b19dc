#pragma once
/// Meshes and fibre fields of verification bodies.
#include <physics/mechanics/elastic_body.hpp>

#include <io/base/catalogue.hpp>
#include <io/base/quantity.hpp>
#include <mesh/import.hpp>
#include <mesh/layered_bodies.hpp>

#include <filesystem>

namespace corvivo::physics {

/// A mesh of a body and what its file says of fibres; on rank 0.
struct BodyMesh {
  mesh::CurvedMesh curved;
  std::vector<io::Vector3> fibre, sheet; ///< per tetrahedron; empty where there are none
};

class BodyGeometry {
public:
  virtual ~BodyGeometry() = default;
  virtual void describe(io::Schema &schema) = 0;
  virtual BodyMesh make() const = 0;                                      ///< throws CaseError
  virtual std::vector<std::filesystem::path> files() const { return {}; } ///< what it reads
};

class BodyFibres {
public:
  using Field = std::function<mesh::Frame(std::size_t, const Barycentric &, const io::Vector3 &)>;
  virtual ~BodyFibres() = default;
  virtual void describe(io::Schema &schema) = 0;
  /// The frame anywhere in the body, on rank 0. The mesh must outlive it. Collective; throws CaseError.
  virtual Field field(MPI_Comm comm, const BodyMesh &body) const = 0;
};

const io::Catalogue<BodyGeometry> &body_geometries();
const io::Catalogue<BodyFibres> &body_fibres();

} // namespace corvivo::physics
