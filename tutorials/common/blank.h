#pragma once

namespace gradus::tutorials {

/// What a blank throws. No std::exception, so that a catch in a learner's code lets it pass.
struct NotDoneYet {};

/// What a blank returns, in theory: it fits wherever a value is asked for.
struct Blank {
  template <class T>
  operator T() const {
    throw NotDoneYet();
  }
};

/// A blank of an exercise, as a statement or as a value: `const Tensor hidden = not_done_yet();`. A check that gets to
/// it reports the task as not done yet.
[[noreturn]] inline Blank not_done_yet() { throw NotDoneYet(); }

}  // namespace gradus::tutorials
