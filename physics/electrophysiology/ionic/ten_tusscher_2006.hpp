#pragma once
/// ten Tusscher & Panfilov, Alternans and spiral breakup in a human ventricular tissue model, Am J Physiol Heart Circ Physiol 291:H1088,
/// 2006.
#include <physics/electrophysiology/ionic/ionic_model.hpp>
#include <physics/electrophysiology/ionic/ten_tusscher_2006_parameters.hpp>

namespace corvivo::physics {

class TenTusscher2006 : public IonicModel {
public:
  enum class Layer { epicardium, endocardium, midmyocardium };
  explicit TenTusscher2006(Layer layer);

  void describe(io::Schema &schema) override;
  double resting_voltage() const override { return resting_voltage_; }
  const std::vector<std::string> &state_names() const override;
  const std::vector<double> &initial_states() const override { return initial_; }
  std::size_t calcium_state() const override;
  void advance_packs(const double *voltage, double *states, std::size_t stride, const PackedCells &cells, double *current) const override;
  void current(const double *voltage, const double *states, std::size_t stride, std::size_t cells, double *current) const override;
  void rates(double voltage, const double *states, double *voltage_rate, double *state_rates) const override;
  const TenTusscher2006Parameters &parameters() const { return parameters_; }

private:
  TenTusscher2006Parameters parameters_;
  double resting_voltage_ = 0;
  std::vector<double> initial_;
};

} // namespace corvivo::physics
