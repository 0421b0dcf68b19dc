#pragma once
/// An ionic model made of its parameters, its published initial values and its kernels: what all models have in common.
#include <io/base/errors.hpp>
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/electrophysiology/kernel_variant.hpp>

#include <functional>

namespace corvivo::physics {

/// A current that can be scaled, and the parameter that this multiplies.
template <class Parameters> struct Conductance {
  const char *name;
  double Parameters::*parameter;
  const char *meaning;
};

/// What the layers of one published model share.
template <class Parameters> struct ModelDefinition {
  std::vector<std::string> state_names;
  std::vector<Conductance<Parameters>> conductances;
  IonicKernels<Parameters> kernels; ///< choose(portable::kernels, avx2::kernels, avx512::kernels)
  std::size_t calcium_state = IonicModel::none, potassium_state = IonicModel::none;
  double potassium_per_current = 0;                                                             ///< see IonicModel
  std::function<void(io::Schema &, Parameters &)> describe = [](io::Schema &, Parameters &) {}; ///< parameters of its own
};

/// Published initial values: V (mV), then the states in the order of their names.
struct InitialValues {
  double voltage;
  std::vector<double> states;
};

template <class Parameters> class KernelModel final : public IonicModel {
public:
  /// `definition` outlives the model.
  KernelModel(const ModelDefinition<Parameters> &definition, const Parameters &parameters, InitialValues initial)
      : IonicModel(named(definition.conductances), initial.voltage, std::move(initial.states)), definition_(definition),
        parameters_(parameters), effective_(parameters) {
    CORVIVO_ASSERT(initial_states().size() == definition.state_names.size(), "one initial value for each state");
  }

  const std::vector<std::string> &state_names() const override { return definition_.state_names; }
  std::size_t calcium_state() const override { return definition_.calcium_state; }
  std::size_t potassium_state() const override { return definition_.potassium_state; }
  double potassium_per_current() const override { return definition_.potassium_per_current; }
  void advance_packs(const double *voltage, double *states, std::size_t stride, const PackedCells &cells, double *total) const override {
    definition_.kernels.advance(effective_, voltage, states, stride, cells, total);
  }
  void current(const double *voltage, const double *states, std::size_t stride, std::size_t cells, double *total) const override {
    CORVIVO_ASSERT(cells % pack == 0, "cells come in whole packs");
    definition_.kernels.current(effective_, voltage, states, stride, cells, total);
  }
  void fast_current(const double *voltage, const double *states, std::size_t stride, std::size_t cells, double *total) const override {
    CORVIVO_ASSERT(cells % pack == 0, "cells come in whole packs");
    definition_.kernels.fast_current(effective_, voltage, states, stride, cells, total);
  }
  std::vector<std::size_t> fast_states() const override {
    const auto &kernels = definition_.kernels;
    if (kernels.fast_states_count == 0)
      return IonicModel::fast_states();
    return {kernels.fast_states, kernels.fast_states + kernels.fast_states_count};
  }
  void rates(double voltage, const double *states, double *voltage_rate, double *state_rates) const override {
    definition_.kernels.rates(effective_, voltage, states, voltage_rate, state_rates);
  }

private:
  static std::vector<ScalableCurrent> named(const std::vector<Conductance<Parameters>> &conductances) {
    std::vector<ScalableCurrent> names;
    for (const auto &one : conductances)
      names.push_back({one.name, one.meaning});
    return names;
  }
  void describe_parameters(io::Schema &schema) override { definition_.describe(schema, parameters_); }
  void apply(const std::vector<double> &factors) override {
    effective_ = parameters_;
    for (std::size_t k = 0; k < factors.size(); ++k)
      effective_.*definition_.conductances[k].parameter *= factors[k];
  }

  const ModelDefinition<Parameters> &definition_;
  Parameters parameters_, effective_; ///< as described, and with the factors of their currents
};

} // namespace corvivo::physics
