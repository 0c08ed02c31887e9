#pragma once
// All of gradus. Programs that compile often include only what they use.

// -- autograd: tensors, operations, gradients -------------------------------------------------------------------------
#include <gradus/autograd/engine.h>      // autograd::backward, autograd::grad, anomaly mode
#include <gradus/autograd/error.h>       // what is thrown
#include <gradus/autograd/function.h>    // Function<Op>: an operation of one's own
#include <gradus/autograd/functional.h>  // jacobian, hessian of whole functions
#include <gradus/autograd/grad_mode.h>   // NoGradGuard
#include <gradus/autograd/gradcheck.h>   // gradients against central differences
#include <gradus/autograd/graph.h>       // to_dot, print_graph
#include <gradus/autograd/indexing.h>    // Slice, None, "..." for x.index({...})
#include <gradus/autograd/ops.h>         // every operation
#include <gradus/autograd/random.h>      // manual_seed, Generator
#include <gradus/autograd/tensor.h>      // Tensor
#include <gradus/autograd/threads.h>     // set_num_threads
#include <gradus/autograd/trace.h>       // a page that steps through forward and backward

// -- nn: layers, losses, initialisation -------------------------------------------------------------------------------
#include <gradus/nn/activation.h>   // Sigmoid, Tanh, ReLU, LeakyReLU, Softmax, LogSoftmax, Softplus
#include <gradus/nn/clone.h>        // nn::clone: a deep copy
#include <gradus/nn/conv.h>         // Conv2d
#include <gradus/nn/dropout.h>      // Dropout
#include <gradus/nn/flatten.h>      // Flatten, Unflatten
#include <gradus/nn/functional.h>   // layers and losses as functions
#include <gradus/nn/init.h>         // starting values
#include <gradus/nn/linear.h>       // Linear, Identity
#include <gradus/nn/loss.h>         // MSELoss, BCELoss, CrossEntropyLoss, ...
#include <gradus/nn/module.h>       // Module: the base of them all, and of yours
#include <gradus/nn/norm.h>         // LayerNorm, BatchNorm1d, BatchNorm2d
#include <gradus/nn/npz.h>          // save_npz, load_npz: weights for NumPy
#include <gradus/nn/pool.h>         // MaxPool2d, AvgPool2d
#include <gradus/nn/safetensors.h>  // save_safetensors, load_safetensors: weights for PyTorch
#include <gradus/nn/sequential.h>   // Sequential, ModuleList, ModuleDict
#include <gradus/nn/utils.h>        // clip_grad_norm_, clip_grad_value_

// -- optim: what moves the parameters ---------------------------------------------------------------------------------
#include <gradus/optim/adam.h>          // Adam, AdamW
#include <gradus/optim/lr_scheduler.h>  // StepLR, CosineAnnealingLR, ReduceLROnPlateau, ...
#include <gradus/optim/rmsprop.h>       // RMSprop
#include <gradus/optim/sgd.h>           // SGD

// -- datasets: MNIST, digits drawn by us, small sets ------------------------------------------------------------------
#include <gradus/datasets/dataloader.h>        // DataLoader: batches, shuffled or not
#include <gradus/datasets/dataset.h>           // Dataset, TensorDataset
#include <gradus/datasets/mnist.h>             // MnistDataset
#include <gradus/datasets/synthetic_digits.h>  // digits where there is no MNIST
#include <gradus/datasets/toy.h>               // xor, moons, circles, spiral
