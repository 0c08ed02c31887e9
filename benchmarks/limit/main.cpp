#include "workloads.h"

namespace benchmarks::limit {

const std::vector<Workload> kWorkloads = {
    {"train_sgd", train_sgd},
    {"train_adam", train_adam},
    {"infer", infer},
    {"width_sgd", width_sgd},
    {"chain", chain},
    {"add", add},
    {"add_reused", add_reused},
    {"mul", mul},
    {"mul_reused", mul_reused},
    {"bias_add", bias_add},
    {"column_mul", column_mul},
    {"sum", sum},
    {"sum_axis0", sum_axis0},
    {"sum_axis1", sum_axis1},
    {"max_axis1", max_axis1},
    {"softmax", softmax},
    {"transpose", transpose},
    {"exp", exp},
    {"log", log},
    {"sigmoid", sigmoid},
    {"sigmoid_reused", sigmoid_reused},
    {"tanh", tanh},
    {"matmul", matmul},
    {"layer_norm", layer_norm},
    {"cross_entropy", cross_entropy},
    {"csv", csv},
    {"csv_gzip", csv_gzip},
};

}  // namespace benchmarks::limit

int main(int argc, char** argv) { return benchmarks::peer_main(argc, argv, benchmarks::limit::kWorkloads); }
