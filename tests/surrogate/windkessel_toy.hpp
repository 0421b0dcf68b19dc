#pragma once
/// A forward model with a closed form: the two-element windkessel fed by one impulse of blood a beat. Between impulses p decays as
/// exp(-t/(R C)), so with e = exp(-T/(R C)) the diastolic pressure is SV/C e/(1-e), the systolic SV/C above it, the mean R SV/T.
#include <io/base/errors.hpp>
#include <physics/forward_model.hpp>

#include <cmath>
#include <functional>

namespace corvivo::test {

class WindkesselToy final : public physics::ForwardModel {
public:
  /// Called before each answer; may throw.
  std::function<void(const physics::ParameterVector &)> before_answer = [](const physics::ParameterVector &) {};
  double period = 0.8; ///< s

  const physics::ParameterSpace &space() const override { return space_; }
  std::vector<io::Quantity> outputs() const override {
    return {{"systolic", 0, "mmHg", ""}, {"diastolic", 0, "mmHg", ""}, {"mean", 0, "mmHg", ""}};
  }
  physics::Observables predict(const physics::ParameterVector &p) const override {
    before_answer(p);
    const double R = p[0], C = p[1], SV = p[2], e = std::exp(-period / (R * C));
    physics::Observables answer;
    answer.set("diastolic", SV / C * e / (1 - e), "mmHg"); // on purpose not in the order of outputs()
    answer.set("systolic", SV / C * e / (1 - e) + SV / C, "mmHg");
    answer.set("mean", R * SV / period, "mmHg");
    return answer;
  }

private:
  physics::ParameterSpace space_ = {{"resistance", "mmHg*s/mL", "systemic resistance", 0.7, 1.6, 1.0},
                                    {"compliance", "mL/mmHg", "arterial compliance", 0.8, 2.5, 1.5},
                                    {"stroke_volume", "mL", "stroke volume", 40, 110, 75}};
};

} // namespace corvivo::test
