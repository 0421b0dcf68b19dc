#pragma once
/// The keys that every material has, described once.
#include <io/base/schema.hpp>

namespace corvivo::physics {

inline void describe_scale(io::Schema &schema, double &scale) {
  schema.quantity(
      "scale", scale, "1", io::positive,
      "Multiplies every stiffness except the bulk modulus: the one number with which passive elastance is fitted to a patient.");
}

inline void describe_bulk_modulus(io::Schema &schema, double &bulk_modulus) {
  schema.quantity("bulk_modulus", bulk_modulus, "kPa", io::positive,
                  "Penalty kappa on change of volume, kappa/4 (J^2 - 1 - 2 ln J): large enough that J stays near 1.",
                  "Simo & Taylor, CMAME 85:273, 1991");
}

} // namespace corvivo::physics
