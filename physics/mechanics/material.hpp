#pragma once
/// Passive hyperelastic materials of the myocardium.
#include <mesh/fibres.hpp>

#include <io/base/catalogue.hpp>
#include <io/base/schema.hpp>

#include <deal.II/base/symmetric_tensor.h>
#include <deal.II/base/tensor.h>

namespace corvivo::physics {

/// Reference directions at a quadrature point.
struct FibreFrame {
  dealii::Tensor<1, 3> fibre, sheet, normal;
};

/// What a material answers at one point.
struct PassiveResponse {
  double energy = 0;                     ///< W per reference volume, kPa
  dealii::SymmetricTensor<2, 3> stress;  ///< second Piola-Kirchhoff S = 2 dW/dC, kPa
  dealii::SymmetricTensor<4, 3> tangent; ///< dS/dE = 2 dS/dC, kPa
};

/// W(C) with its exact first and second derivatives, volumetric part included.
class Material {
public:
  virtual ~Material() = default;
  virtual void describe(io::Schema &schema) = 0;
  /// Multiplies every stiffness except the bulk modulus, as the key `scale` does: how passive elastance is fitted to a patient.
  virtual void multiply_stiffness(double factor) = 0;
  /// `C` = F^T F, det C > 0. Throws nothing; the solver rejects det F <= 0 before it asks.
  virtual PassiveResponse respond(const dealii::SymmetricTensor<2, 3> &C, const FibreFrame &frame) const = 0;
  /// kappa (kPa) of the part kappa/4 (J^2 - 1 - 2 ln J) of W, which a solver with a pressure of its own takes out.
  virtual double bulk_modulus() const = 0;
};

/// Every material by name, with its reference.
const io::Catalogue<Material> &materials();

} // namespace corvivo::physics
