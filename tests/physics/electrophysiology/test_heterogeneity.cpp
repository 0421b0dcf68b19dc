/// Tissue whose parts differ: several kinds of cells, scar, the state of a run, premature stimuli.
#include <io/base/errors.hpp>
#include <io/base/parallel.hpp>
#include <io/base/text.hpp>
#include <mesh/partition.hpp>
#include <mesh/slab.hpp>
#include <physics/electrophysiology/checkpoint.hpp>
#include <physics/electrophysiology/vulnerability.hpp>
#include <tests/support/temporary_folder.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace corvivo::physics {
namespace {

using namespace io;
using mesh::Vector3;

/// Niederer et al. 2011: sigma / (chi C_m).
const Diffusivity niederer_diffusivity{0.0952983725135624, 0.012575841147269718};

Stimulus at_x0(double width = 1.5, double start = 0) {
  Stimulus stimulus;
  stimulus.name = "end";
  stimulus.shape = Stimulus::Shape::box;
  stimulus.minimum = {0, 0, 0};
  stimulus.maximum = {width, 100, 100};
  stimulus.amplitude = 35.714285714285715;
  stimulus.start = start;
  return stimulus;
}

Vector3 centre(const mesh::HeartMesh &mesh, const std::array<std::size_t, 4> &cell) {
  return 0.25 * (mesh.nodes[cell[0]] + mesh.nodes[cell[1]] + mesh.nodes[cell[2]] + mesh.nodes[cell[3]]);
}

/// Factor 0 where the tissue is scar, 1 elsewhere.
std::vector<double> scarred(const mesh::HeartMesh &slab) {
  std::vector<double> factor;
  for (const auto &cell : slab.tetrahedra) {
    const Vector3 x = centre(slab, cell);
    factor.push_back(x[0] > 3 && x[0] < 5 && x[1] < 3 ? 0.0 : 1.0);
  }
  return factor;
}

Tissue along_x(const mesh::HeartMesh &slab, std::vector<double> factor = {}, std::vector<std::uint8_t> kind = {}) {
  if (factor.empty())
    factor.assign(slab.tetrahedra.size(), 1.0);
  return serial_tissue(slab, std::vector<Vector3>(slab.tetrahedra.size(), Vector3{1, 0, 0}), std::move(factor), std::move(kind));
}

std::size_t node_at(const mesh::HeartMesh &mesh, const Vector3 &point) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < mesh.nodes.size(); ++i)
    if (norm(mesh.nodes[i] - point) < norm(mesh.nodes[best] - point))
      best = i;
  return best;
}

TEST(CellKinds, AreSteppedEachByItsOwnModel) {
  const auto epi = ionic_models().make("ten_tusscher_2006_epi"), mid = ionic_models().make("ten_tusscher_2006_mid");
  constexpr std::size_t count = 37;
  std::vector<std::uint8_t> kind(count);
  for (std::size_t i = 0; i < count; ++i)
    kind[i] = i < 16 ? 0 : i < 24 ? 1 : i % 3 == 0 ? 1 : 0; // two packs of one kind, one of the other, mixed ones
  const Cells mixed({epi.get(), mid.get()}, kind, count), all_epi(*epi, count), all_mid(*mid, count);
  std::vector<double> voltage(mixed.stride());
  for (std::size_t i = 0; i < voltage.size(); ++i)
    voltage[i] = -85 + 3.0 * static_cast<double>(i);
  std::vector<double> states = mixed.initial_states(), epi_states = all_epi.initial_states(), mid_states = all_mid.initial_states();
  std::vector<double> current(mixed.stride()), epi_current(current), mid_current(current);
  mixed.advance(voltage.data(), states.data(), 0.05, current.data());
  all_epi.advance(voltage.data(), epi_states.data(), 0.05, epi_current.data());
  all_mid.advance(voltage.data(), mid_states.data(), 0.05, mid_current.data());
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_EQ(current[i], (kind[i] ? mid_current : epi_current)[i]) << "cell " << i;
    for (std::size_t k = 0; k < epi->state_names().size(); ++k)
      EXPECT_EQ(states[k * mixed.stride() + i], (kind[i] ? mid_states : epi_states)[k * mixed.stride() + i]) << "cell " << i;
  }
}

TEST(CellKinds, OfDifferentModelsAreRefused) {
  const auto epi = ionic_models().make("ten_tusscher_2006_epi"), other = ionic_models().make("mitchell_schaeffer_2003");
  EXPECT_THROW(Cells({epi.get(), other.get()}, std::vector<std::uint8_t>(8, 0), 8), CaseError);
}

TEST(Scar, IsAsIfItsElementsWereCutOut) {
  const mesh::HeartMesh slab = mesh::make_slab({8, 4, 1}, 0.5);
  const std::vector<double> factor = scarred(slab);
  mesh::HeartMesh cut = slab;
  cut.tetrahedra.clear();
  for (std::size_t c = 0; c < factor.size(); ++c)
    if (factor[c] > 0)
      cut.tetrahedra.push_back(slab.tetrahedra[c]);
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const Tissue with_scar = along_x(slab, factor), without = along_x(cut);
  Monodomain a(with_scar, *model, niederer_diffusivity, {at_x0()}), b(without, *model, niederer_diffusivity, {at_x0()});
  for (int step = 0; step < 600; ++step) {
    a.step(0.05);
    b.step(0.05);
  }
  EXPECT_EQ(a.activation(), b.activation());
  EXPECT_EQ(a.activated_share(), 1.0) << "of what can be excited";
  const std::size_t inside = node_at(slab, {4, 1, 0.5}), behind = node_at(slab, {8, 0, 0.5});
  EXPECT_TRUE(std::isinf(a.activation()[inside]));
  EXPECT_NEAR(a.voltage()[inside], model->resting_voltage(), 0.2) << "the published initial values are not quite at rest";
  EXPECT_EQ(with_scar.excitable[inside], 0);
  // Around the scar the way leads 3 mm across the fibres.
  const Tissue plain = along_x(slab);
  Monodomain straight(plain, *model, niederer_diffusivity, {at_x0()});
  for (int step = 0; step < 600; ++step)
    straight.step(0.05);
  EXPECT_GT(a.activation()[behind], straight.activation()[behind] + 5);
}

TEST(Scar, ThatAStimulusLiesInIsRefused) {
  const mesh::HeartMesh slab = mesh::make_slab({8, 4, 1}, 0.5);
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  Stimulus inside;
  inside.name = "inside";
  inside.centre = {4, 1, 0.5};
  inside.radius = 0.6;
  const Tissue tissue = along_x(slab, scarred(slab));
  try {
    Monodomain(tissue, *model, niederer_diffusivity, {inside});
    FAIL() << "a stimulus in dense scar";
  } catch (const CaseError &error) {
    EXPECT_NE(std::string(error.what()).find("does not conduct"), std::string::npos) << error.what();
  }
}

/// Action potentials of the far ends of a strip, half of one kind and half of the other.
TEST(CellKinds, HaveTheirOwnDurationsInOneTissue) {
  const mesh::HeartMesh strip = mesh::make_slab({24, 1, 1}, 0.5);
  std::vector<std::uint8_t> kind;
  for (const Vector3 &x : strip.nodes)
    kind.push_back(x[0] > 12 ? 1 : 0);
  const auto epi = ionic_models().make("ten_tusscher_2006_epi"), mid = ionic_models().make("ten_tusscher_2006_mid");
  const Tissue tissue = along_x(strip, {}, kind);
  Monodomain monodomain(tissue, {epi.get(), mid.get()}, niederer_diffusivity, {at_x0()});
  while (monodomain.time() < 480)
    monodomain.step(monodomain.time() < 80 ? 0.05 : 0.2);
  const auto duration = [&](double x) {
    const std::size_t node = node_at(strip, {x, 0.5, 0.5});
    return monodomain.repolarisation()[node] - monodomain.activation()[node];
  };
  // One beat from the published initial values; at 1 Hz 305 and 391 ms (README, from single cells).
  EXPECT_NEAR(duration(0), 305, 20);
  EXPECT_GT(duration(24), duration(0) + 40) << "the coupling shortens the longer one a little";
  EXPECT_EQ(monodomain.upstrokes()[node_at(strip, {24, 0.5, 0.5})], 1u);
}

TEST(BeatCheckpoints, GoOnToTheSameBits) {
  const mesh::HeartMesh slab = mesh::make_slab({8, 4, 1}, 0.5);
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const Tissue tissue = along_x(slab, scarred(slab));
  Monodomain whole(tissue, *model, niederer_diffusivity, {at_x0()});
  for (int step = 0; step < 133; ++step)
    whole.step(0.05);
  const test::TemporaryFolder folder;
  io::Checkpoints checkpoints(folder.path() / "beat", MPI_COMM_SELF);
  BeatCheckpoint saved{7, INFINITY, whole.state(), {}};
  saved.record.ecg.add_column("time", "ms");
  for (int row = 0; row <= 7; ++row)
    saved.record.ecg.append_row({0.1 * row});
  saved.record.calcium_times = {0, 2};
  saved.record.calcium = {{1, 2, 3}, {4, 5, 6}};
  checkpoints.save(saved.sample, to_archive(saved));
  for (int step = 0; step < 133; ++step)
    whole.step(0.05);

  io::Checkpoints again(folder.path() / "beat", MPI_COMM_SELF);
  std::optional<io::ArchiveReader> archive = again.load();
  ASSERT_TRUE(archive);
  BeatCheckpoint found = beat_checkpoint(*archive);
  EXPECT_EQ(found.sample, 7);
  EXPECT_TRUE(std::isinf(found.latest));
  EXPECT_EQ(found.record.ecg.columns()[0].values, saved.record.ecg.columns()[0].values);
  EXPECT_EQ(found.record.calcium, saved.record.calcium);
  Monodomain resumed(tissue, *model, niederer_diffusivity, {at_x0()});
  resumed.set_state(std::move(found.state));
  for (int step = 0; step < 133; ++step)
    resumed.step(0.05);
  EXPECT_EQ(resumed.voltage(), whole.voltage());
  EXPECT_EQ(resumed.states(), whole.states());
  EXPECT_EQ(resumed.activation(), whole.activation());

  checkpoints.save(8, to_archive({8, INFINITY, whole.state(), saved.record}));
  std::string damaged = read_file((folder.path() / "beat.1.0_of_1").string());
  damaged[damaged.size() / 2] ^= 1;
  write_file((folder.path() / "beat.1.0_of_1").string(), damaged);
  io::Checkpoints older(folder.path() / "beat", MPI_COMM_SELF);
  archive = older.load();
  ASSERT_TRUE(archive) << "the other generation";
  EXPECT_EQ(archive->mark(), 7);
  older.clear();
  EXPECT_FALSE(older.load());
}

TEST(PrematureStimuli, AreRefusedByTissueThatHasNotRecovered) {
  const mesh::HeartMesh strip = mesh::make_slab({12, 1, 1}, 0.5);
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const Tissue tissue = along_x(strip);
  ElectrophysiologyOptions options;
  options.vulnerability.emplace();
  options.vulnerability->places = {{{0, 0.5, 0.5}, 2}};
  options.vulnerability->from = 200;
  options.vulnerability->to = 400;
  options.vulnerability->every = 200;
  options.vulnerability->follow = 200;
  options.vulnerability->quiet = 60;
  Monodomain monodomain(tissue, *model, niederer_diffusivity, {at_x0()});
  const TimeSeries table = vulnerability(monodomain, tissue, options, {at_x0()});
  ASSERT_EQ(table.rows(), 2u);
  // ten Tusscher & Panfilov 2006: action potentials of about 300 ms; within them the sodium channels have not recovered.
  EXPECT_EQ(table.column("outcome")[0], static_cast<double>(PrematureOutcome::no_capture)) << "at 200 ms";
  EXPECT_EQ(table.column("outcome")[1], static_cast<double>(PrematureOutcome::propagated)) << "at 400 ms, and a strip has no way round";
  EXPECT_GT(table.column("last_activation")[1], 400);
  EXPECT_EQ(vulnerable_window(table, 1, 200), 0);
}

TEST(PrematureStimuli, AfterAKillGoOnWithThoseLeftToTheSameBits) {
  const mesh::HeartMesh strip = mesh::make_slab({12, 1, 1}, 0.5);
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const Tissue tissue = along_x(strip);
  const PartBall left{{0, 0.5, 0.5}, 2}, right{{12, 0.5, 0.5}, 2}, beside{{0, 90, 0}, 2};
  const test::TemporaryFolder folder;
  const auto scan = [&](const std::vector<PartBall> &places, double to, const std::string &name) {
    ElectrophysiologyOptions options;
    options.checkpoint = folder.path() / name;
    options.vulnerability.emplace();
    options.vulnerability->places = places;
    options.vulnerability->from = 310;
    options.vulnerability->to = to;
    options.vulnerability->every = 20;
    options.vulnerability->follow = 200;
    options.vulnerability->quiet = 30;
    Monodomain monodomain(tissue, *model, niederer_diffusivity, {at_x0()});
    return vulnerability(monodomain, tissue, options, {at_x0()});
  };
  const auto expect_same = [](const TimeSeries &found, const TimeSeries &expected) {
    ASSERT_EQ(found.rows(), expected.rows());
    for (const auto &column : expected.columns())
      EXPECT_EQ(found.column(column.name), column.values) << column.name;
  };
  const TimeSeries whole = scan({left, right}, 330, "whole");
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "nothing is left of a scan that ended";
  // A place beside the mesh stops the scan like a kill: the outcomes before it are on disk.
  EXPECT_THROW(scan({left, right, beside}, 330, "after_a_time"), CaseError);
  EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
  expect_same(scan({left, right}, 330, "after_a_time"), whole);
  EXPECT_THROW(scan({left, beside}, 310, "between_places"), CaseError);
  // that the first is not run again shows in its place, which now would be refused
  expect_same(scan({beside, right}, 310, "between_places"), scan({left, right}, 310, "whole"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(TissueParts, TakeTheLastThatCoversAPlaceAndRefuseWhatTheyMiss) {
  const mesh::HeartMesh slab = mesh::make_slab({8, 4, 1}, 0.5);
  std::vector<TissuePart> parts(2);
  parts[0].name = "border";
  parts[0].ball = PartBall{{4, 2, 0.5}, 2};
  parts[0].conduction = 0.25;
  parts[0].ionic_model_name = "ten_tusscher_2006_mid";
  parts[1].name = "core";
  parts[1].ball = PartBall{{4, 2, 0.5}, 1};
  parts[1].conduction = 0;
  const Heterogeneity found = find_parts(parts, slab, {});
  for (std::size_t c = 0; c < slab.tetrahedra.size(); ++c) {
    const double r = norm(centre(slab, slab.tetrahedra[c]) - Vector3{4, 2, 0.5});
    EXPECT_EQ(found.conduction[c], r <= 1 ? 0.0 : r <= 2 ? 0.25 : 1.0);
  }
  EXPECT_EQ(found.kind[node_at(slab, {4, 3.5, 0.5})], 1);
  EXPECT_EQ(found.kind[node_at(slab, {0, 0, 0})], 0);
  parts[1].ball->centre = {100, 0, 0};
  EXPECT_THROW(find_parts(parts, slab, {}), CaseError);
  parts[1].ball.reset();
  parts[1].region = "no_such";
  EXPECT_THROW(find_parts(parts, slab, {}), CaseError);
}

TEST(TissueParts, TakeQuadraticElementsWhole) {
  const mesh::HeartMesh slab = mesh::make_slab({8, 4, 1}, 1.0), fine = mesh::refine(slab);
  std::vector<TissuePart> parts(1);
  parts[0].name = "core";
  parts[0].ball = PartBall{{4, 2, 0.5}, 1.3};
  parts[0].conduction = 0;
  const Heterogeneity coarse = find_parts(parts, slab, {}), found = find_parts(parts, fine, {}, 8);
  for (std::size_t c = 0; c < fine.tetrahedra.size(); ++c)
    EXPECT_EQ(found.conduction[c], coarse.conduction[c / 8]) << "the eight parts of an element are of the part that its centre is of";
}

TEST(HeterogeneousRanks, GiveTheSameBitsAsOneRank) {
  const mesh::HeartMesh slab = mesh::make_slab({8, 4, 2}, 0.5);
  const std::vector<double> factor = scarred(slab);
  std::vector<double> fibre_and_factor;
  for (const double f : factor)
    fibre_and_factor.insert(fibre_and_factor.end(), {1, 0, 0, f});
  std::vector<std::uint8_t> kind;
  for (const Vector3 &x : slab.nodes)
    kind.push_back(x[2] > 0.9 ? 1 : 0);
  const auto epi = ionic_models().make("ten_tusscher_2006_epi"), endo = ionic_models().make("ten_tusscher_2006_endo");
  const auto run = [&](const Tissue &tissue) {
    Monodomain monodomain(tissue, {epi.get(), endo.get()}, niederer_diffusivity, {at_x0()});
    for (int step = 0; step < 300; ++step)
      monodomain.step(0.05);
    return std::array<std::vector<double>, 2>{gather_nodes(tissue, monodomain.voltage(), tissue.total_nodes),
                                              gather_nodes(tissue, monodomain.activation(), tissue.total_nodes)};
  };
  const Tissue spread = distributed_tissue(MPI_COMM_WORLD, slab, 0, fibre_and_factor, kind);
  const auto parallel = run(spread);
  if (rank() != 0)
    return;
  const auto serial = run(along_x(slab, factor, kind));
  EXPECT_EQ(parallel[0], serial[0]) << "potential";
  EXPECT_EQ(parallel[1], serial[1]) << "activation";
}

TEST(HeterogeneousRanks, OwnTheNodesOfThePiecesDealtToThem) {
  const mesh::HeartMesh slab = mesh::make_slab({12, 6, 3}, 0.75);
  const std::vector<double> fibre_and_factor = [&] {
    std::vector<double> all;
    for (std::size_t c = 0; c < slab.tetrahedra.size(); ++c)
      all.insert(all.end(), {1, 0, 0, 1});
    return all;
  }();
  const Tissue tissue = distributed_tissue(MPI_COMM_WORLD, slab, 0, fibre_and_factor);
  const std::vector<unsigned int> dealt = mesh::partition(slab, 0, ranks(), 2);
  std::vector<char> of_mine(slab.nodes.size(), 0);
  for (std::size_t c = 0; c < dealt.size(); ++c)
    for (const std::size_t node : slab.tetrahedra[c])
      if (dealt[c] == static_cast<unsigned int>(rank()))
        of_mine[node] = 1;
  for (std::size_t i = 0; i < tissue.owned; ++i)
    ASSERT_TRUE(of_mine[tissue.mesh_node[i]]) << "node " << tissue.mesh_node[i] << " lies in no cell of a piece of rank " << rank();
  unsigned long owned = tissue.owned;
  EXPECT_GT(static_cast<double>(owned), 0.8 * static_cast<double>(slab.nodes.size()) / ranks()) << "balanced, but for shared nodes";
  MPI_Allreduce(MPI_IN_PLACE, &owned, 1, MPI_UNSIGNED_LONG, MPI_SUM, MPI_COMM_WORLD);
  EXPECT_EQ(owned, slab.nodes.size()) << "every node has one owner";
}

TEST(PrematureStimuli, ThatCannotBeJudgedAreRefused) {
  const mesh::HeartMesh strip = mesh::make_slab({12, 1, 1}, 0.5);
  const auto model = ionic_models().make("ten_tusscher_2006_epi");
  const Tissue tissue = along_x(strip);
  const auto sentence = [&](double from, double follow) -> std::string {
    ElectrophysiologyOptions options;
    options.vulnerability.emplace();
    options.vulnerability->places = {{{0, 0.5, 0.5}, 2}};
    options.vulnerability->from = options.vulnerability->to = from;
    options.vulnerability->follow = follow;
    Monodomain monodomain(tissue, *model, niederer_diffusivity, {at_x0()});
    try {
      vulnerability(monodomain, tissue, options, {at_x0()});
    } catch (const CaseError &error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(sentence(10, 200).find("still under way"), std::string::npos) << "the first wave would be taken for the second";
  EXPECT_NE(sentence(400, 15).find("expected at least"), std::string::npos) << "any wave is under way 15 ms after its stimulus";
}

TEST(ElectrophysiologyChecks, TellEveryFaultThatNeedsNoMesh) {
  ElectrophysiologyOptions options;
  options.check();
  options.save_every = 2.5;
  options.points = {{"a,b", {}}};
  options.tissue.resize(2);
  options.tissue[0].layer = PartLayer{0.7, 0.3};
  options.tissue[1].box = PartBox{{0, 5, 0}, {10, 4, 10}};
  options.tissue[1].ionic_model_name = "mitchell_schaeffer_2003";
  options.vulnerability.emplace();
  options.vulnerability->to = 1;
  options.balls = {{{0, 0, 0}, 2, 900}};
  options.method = "bidomain";
  options.discretisation.element = "P2";
  try {
    options.check();
    FAIL();
  } catch (const CaseError &error) {
    const std::string all = error.what();
    for (const char *part : {"save_every: found 2.5 ms", "found the name 'a,b'", "a layer from 0.7 to 0.3", "a box from 5 to 4 mm along y",
                             "cells of mitchell_schaeffer_2003 in tissue of ten_tusscher_2006_epi", "places: found none",
                             "found from 300 to 1 ms", "the first stimulus starts at 900 ms", "element: found P2 with method: bidomain"})
      EXPECT_NE(all.find(part), std::string::npos) << part << " in " << all;
  }
}

} // namespace
} // namespace corvivo::physics
