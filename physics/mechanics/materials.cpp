#include <physics/mechanics/materials/guccione.hpp>
#include <physics/mechanics/materials/holzapfel_ogden.hpp>
#include <physics/mechanics/materials/isotropic.hpp>
#include <physics/mechanics/materials/usyk.hpp>

namespace corvivo::physics {

const io::Catalogue<Material> &materials() {
  using io::make;
  static const io::Catalogue<Material> list(
      "material",
      {
          {"holzapfel_ogden", "Holzapfel & Ogden, Phil Trans R Soc A 367:3445, 2009; pig shear tests", make<HolzapfelOgden, Material>},
          {"holzapfel_ogden_human", "the same law; healthy volunteers, Gao et al., J R Soc Interface 14:20170203, 2017",
           [] { return std::make_unique<HolzapfelOgden>(HolzapfelOgdenParameters::healthy_human()); }},
          {"holzapfel_ogden_biaxial", "the same law without sheets; their fit to biaxial tests of dogs by Yin et al. 1987",
           [] { return std::make_unique<HolzapfelOgden>(HolzapfelOgdenParameters::biaxial()); }},
          {"usyk", "Usyk, LeGrice & McCulloch, Comput Vis Sci 4:249, 2002", make<Usyk, Material>},
          {"guccione", "Guccione et al., J Biomech Eng 113:42, 1991; parameters of Land et al. 2015", make<Guccione, Material>},
          {"neo_hooke", "Treloar, Trans Faraday Soc 39:241, 1943", make<NeoHooke, Material>},
          {"demiray", "Demiray, J Biomech 5:309, 1972", make<Demiray, Material>},
      });
  return list;
}

} // namespace corvivo::physics
