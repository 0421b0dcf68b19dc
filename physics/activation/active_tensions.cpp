#include <physics/activation/land_2017.hpp>
#include <physics/activation/prescribed.hpp>
#include <physics/activation/rdq20_mf.hpp>

namespace corvivo::physics {

const io::Catalogue<ActiveTension> &active_tensions() {
  using io::make;
  static const io::Catalogue<ActiveTension> list(
      "active tension", {
                            {"land_2017", "Land et al., J Mol Cell Cardiol 106:68, 2017; whole-organ set", make<Land2017, ActiveTension>},
                            {"land_2017_skinned", "Land et al., J Mol Cell Cardiol 106:68, 2017; skinned human cells",
                             [] { return std::make_unique<Land2017>(Land2017Parameters::skinned()); }},
                            {"prescribed", "Chapelle et al. 2012 by the clock; driver of Arostica et al., CMAME 435:117485, 2025",
                             make<PrescribedTension, ActiveTension>},
                            {"rdq20_mf", "Regazzoni et al., PLoS Comput Biol 16:e1008294, 2020: RDQ20-MF, human cells at body temperature",
                             make<Rdq20MeanField, ActiveTension>},
                        });
  return list;
}

} // namespace corvivo::physics
