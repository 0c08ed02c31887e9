// Chapter 14: weights that travel. A trained network goes to a file and comes back, bit for bit; the file is read byte
// by byte, loaded where it does not fit, and damaged.
#include <fmt/core.h>
#include <gradus/autograd/random.h>
#include <gradus/datasets/toy.h>
#include <gradus/nn/activation.h>
#include <gradus/nn/linear.h>
#include <gradus/nn/loss.h>
#include <gradus/nn/npz.h>
#include <gradus/nn/safetensors.h>
#include <gradus/nn/sequential.h>
#include <gradus/optim/adam.h>
#include <gradus/tutorials/common/program.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <iterator>

using namespace gradus;
using namespace gradus::tutorials;

namespace {

std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// [network]
nn::Sequential make_network() {
  return nn::Sequential{nn::Linear(2, 16), nn::Tanh(), nn::Linear(16, 1), nn::Sigmoid()};
}
// [/network]

nn::Sequential train(const datasets::TensorDataset& moons) {
  manual_seed(1);
  nn::Sequential network = make_network();
  const nn::BCELoss loss_function;
  optim::Adam optimiser(network.parameters(), {.lr = 0.05});
  for (int step = 0; step < 300; ++step) {
    const Tensor loss = loss_function(network(moons.inputs()), moons.targets());
    optimiser.zero_grad();
    loss.backward();
    optimiser.step();
  }
  return network;
}

void there_and_back(const nn::Sequential& trained, const datasets::TensorDataset& moons) {
  fmt::print("-- there and back\n");
  // [names]
  for (const auto& [name, tensor] : trained.state_dict()) {
    std::string sizes;
    for (const int64_t size : tensor.sizes()) sizes += fmt::format(" {:2}", size);
    fmt::print("{:<8} has sizes{}\n", name, sizes);
  }
  // [/names]

  // [round-trip]
  nn::save_safetensors("out/14_moons.safetensors", trained.state_dict(), {{"learned", "two moons"}});
  nn::save_npz("out/14_moons.npz", trained.state_dict());

  nn::Sequential fresh = make_network(), another = make_network();  // with weights of their own
  const Tensor expected = trained(moons.inputs());
  const bool before = fresh(moons.inputs()).equal(expected);
  fresh.load_state_dict(nn::load_safetensors("out/14_moons.safetensors"));
  another.load_state_dict(nn::load_npz("out/14_moons.npz"));
  const double right = ((expected > 0.5) == (moons.targets() > 0.5)).to_double().mean().item<double>();
  fmt::print("trained: {:.3f} of the points right\n", right);
  fmt::print("a fresh network gives the same 200 outputs, to the last bit: {}\n", before);
  fmt::print("after loading safetensors: {}, after loading npz: {}\n", fresh(moons.inputs()).equal(expected),
             another(moons.inputs()).equal(expected));
  // [/round-trip]
  require(right > 0.95, "the network must have learned the moons");
  require(!before && fresh(moons.inputs()).equal(expected) && another(moons.inputs()).equal(expected),
          "a loaded network must give what the trained one gives, to the last bit");
}

// 16 bytes a line: where the first of them stands, all of them in hexadecimal, and as text.
void dump(const std::string& bytes, size_t begin, size_t end) {
  for (size_t line = begin; line < end; line += 16) {
    std::string hexadecimal, text;
    for (size_t i = line; i < std::min(line + 16, end); ++i) {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      hexadecimal += fmt::format(" {:02x}", byte);
      text += byte >= 0x20 && byte < 0x7F ? bytes[i] : '.';
    }
    fmt::print("{:4} {:<48}  |{}|\n", line, hexadecimal, text);
  }
}

// [small]
nn::StateDict small_state() {
  return {{"0.weight", tensor({{1., 2., 3.}, {4., 5., 6.}})},  // (out, in) = (2, 3)
          {"0.bias", tensor({0.5, -0.5})}};
}
// [/small]

void byte_by_byte() {
  fmt::print("\n-- safetensors, byte by byte\n");
  // [safetensors]
  nn::save_safetensors("out/14_small.safetensors", small_state());
  const std::string bytes = read_bytes("out/14_small.safetensors");
  dump(bytes, 0, bytes.size());
  // [/safetensors]

  fmt::print("\n-- npz, byte by byte\n");
  // [npz]
  nn::save_npz("out/14_small.npz", small_state());
  const std::string archive = read_bytes("out/14_small.npz");
  const size_t array = archive.find("\x93NUMPY"), next = archive.find("PK\x03\x04", array);
  dump(archive, 0, array);  // zip: what comes, and its name
  fmt::print("\n");
  dump(archive, array, next);  // npy
  fmt::print("\n{} bytes in all; the list of the entries begins at byte {}\n", archive.size(),
             archive.find("PK\x01\x02"));
  // [/npz]
}

void layout() {
  fmt::print("\n-- out before in\n");
  // [layout]
  const Tensor kernel = tensor({{1., 2.}, {3., 4.}}), x = tensor({10., 1.});  // kernel: (in, out), for x K
  nn::Linear as_it_is(2, 2, {.bias = false}), turned(2, 2, {.bias = false});
  as_it_is.load_state_dict({{"weight", kernel}});  // fits, since it is square
  turned.load_state_dict({{"weight", kernel.t()}});
  fmt::print("x K             {}\n", x.matmul(kernel).to_string());
  fmt::print("K as weight     {}\n", as_it_is(x).detach().to_string());
  fmt::print("K.t() as weight {}\n", turned(x).detach().to_string());
  // [/layout]
  require(turned(x).equal(x.matmul(kernel)) && !as_it_is(x).equal(x.matmul(kernel)), "a kernel must be turned");
}

void where_it_does_not_fit(const nn::Sequential& trained) {
  fmt::print("\n-- where it does not fit\n");
  // [misfit]
  nn::Sequential other{nn::Linear(2, 8), nn::Linear(8, 1), nn::Sigmoid()};
  const nn::StateDict state = nn::load_safetensors("out/14_moons.safetensors"), before = other.state_dict().clone();
  const std::string message = message_of([&] { other.load_state_dict(state); });
  fmt::print("{}\n", message);
  // [/misfit]
  require(other.state_dict()["0.bias"].equal(before["0.bias"]), "a load that fails must change nothing");

  // [strict]
  nn::Sequential longer{nn::Linear(2, 16), nn::Tanh(), nn::Linear(16, 1), nn::Sigmoid(), nn::Linear(1, 3)};
  const nn::IncompatibleKeys keys = longer.load_state_dict(state, /*strict=*/false);
  for (const std::string& key : keys.missing_keys) fmt::print("left as it was: {}\n", key);
  // [/strict]
  require(longer.state_dict()["2.weight"].equal(trained.state_dict()["2.weight"]), "what fits must be loaded");
}

std::string replaced(std::string bytes, const std::string& part, const std::string& by) {
  return bytes.replace(bytes.find(part), part.size(), by);
}

void damage() {
  fmt::print("\n-- damaged files\n");
  // [damage]
  const std::string good = read_bytes("out/14_small.safetensors"), archive = read_bytes("out/14_small.npz");
  std::string bit = good, zipped_bit = archive;
  bit[bit.size() - 1] ^= 1;  // the last byte of the numbers
  zipped_bit[archive.find("\x93NUMPY") + 128] ^= 1;
  const std::vector<std::pair<std::string, std::string>> safetensors = {
      {"the first 100 bytes", good.substr(0, 100)},
      {"all but the last 4", good.substr(0, good.size() - 4)},
      {"an enormous header", std::string(8, '\x7F') + good.substr(8)},
      {"F64 for F32", replaced(good, "F32", "F64")},
      {"other offsets", replaced(good, "[24,32]", "[20,28]")},
      {"a size too large", replaced(good, "[2,3]", "[9,9]")},
      {"the same name twice", replaced(good, "\"0.bias\"", "\"0.weight\"")},
      {"one bit of a number", bit},
  };
  size_t refused = 0;
  for (const auto& [what, bytes] : safetensors) {
    write_bytes("out/14_bad.safetensors", bytes);
    const std::string message = message_of([] { nn::load_safetensors("out/14_bad.safetensors"); });
    if (message != "no error") ++refused;
    fmt::print("{}: {}\n", what, message);
  }
  const std::vector<std::pair<std::string, std::string>> npz = {
      {"all but the last 4", archive.substr(0, archive.size() - 4)},
      {"one bit of a number", zipped_bit},
      {"Python objects", replaced(archive, "'<f4'", "'|O' ")},
  };
  fmt::print("\n");
  for (const auto& [what, bytes] : npz) {
    write_bytes("out/14_bad.npz", bytes);
    const std::string message = message_of([] { nn::load_npz("out/14_bad.npz"); });
    if (message != "no error") ++refused;
    fmt::print("{}: {}\n", what, message);
  }
  // [/damage]
  require(refused == safetensors.size() - 1 + npz.size(),
          "all must be refused but one bit of a number without checksum");
}

// What an action says when no file may grow beyond so many bytes, as if the disk were full.
std::string on_a_full_disk(rlim_t bytes, const std::function<void()>& action) {
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small{bytes, before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  std::string message = message_of(action);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  return message;
}

void all_or_nothing() {
  fmt::print("\n-- all or nothing\n");
  // [aside]
  const std::string before = read_bytes("out/14_moons.safetensors");
  const nn::StateDict large{{"weight", zeros({1000, 1000})}};  // 4 MB
  const std::string message = on_a_full_disk(100'000, [&] { nn::save_safetensors("out/14_moons.safetensors", large); });
  const bool unchanged = read_bytes("out/14_moons.safetensors") == before;
  fmt::print("{}\nthe file that was there is there still: {}\n", message, unchanged);
  // [/aside]
  require(message != "no error" && unchanged, "a save that fails must leave the file that was there");
}

void chapter() {
  mkdir("out", 0777);
  const datasets::TensorDataset moons = datasets::make_moons({.n_samples = 200, .noise = 0.1, .seed = 1});
  const nn::Sequential trained = train(moons);
  there_and_back(trained, moons);
  byte_by_byte();
  layout();
  where_it_does_not_fit(trained);
  damage();
  all_or_nothing();
}

}  // namespace

int main(int argc, char** argv) { return run_chapter(argc, argv, "Chapter 14: weights that travel.", chapter); }
