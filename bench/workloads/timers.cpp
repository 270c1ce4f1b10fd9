// The C++ side of timers.ts: an event loop over std::priority_queue, ordered by (time, sequence), with virtual callbacks.
#include "contender.hpp"
#include <functional>
#include <memory>
#include <queue>

class Agenda;

struct Timer {
  virtual ~Timer() = default;
  virtual void fire(Agenda& agenda) = 0;
};

class Agenda {
  struct Entry {
    double time;
    uint64_t sequence;
    Timer* timer;
    bool operator>(const Entry& other) const {
      return time > other.time || (time == other.time && sequence > other.sequence);
    }
  };
  std::priority_queue<Entry, std::vector<Entry>, std::greater<Entry>> entries_;
  uint64_t sequence_ = 0;

public:
  double now = 0;
  bool stopped = false;

  void arm(Timer* timer, double delay) { entries_.push({now + delay, sequence_++, timer}); }
  void run() {
    for (stopped = false; !stopped;) {
      const Entry next = entries_.top();
      entries_.pop();
      now = next.time;
      next.timer->fire(*this);
    }
  }
};

struct Milestones {
  long fired = 0, warm = 0, done = 0;
};

struct Rearming final : Timer {
  Increments& increments;
  Milestones& milestones;
  Rearming(Increments& increments, Milestones& milestones) : increments(increments), milestones(milestones) {}
  void fire(Agenda& agenda) override {
    milestones.fired++;
    if (milestones.fired == milestones.warm || milestones.fired == milestones.done) agenda.stopped = true;
    agenda.arm(this, increments.next());
  }
};

int main(int argc, char** argv) {
  const Input input(argc, argv);
  const Clock clock(input);
  Increments increments(input, "exponential");
  const long events = input.number("events");
  Milestones milestones;
  milestones.warm = input.number("warmup");
  milestones.done = milestones.warm + events;
  Agenda agenda;
  std::vector<std::unique_ptr<Timer>> timers;
  for (long i = input.number("pending"); i > 0; i--) {
    timers.push_back(std::make_unique<Rearming>(increments, milestones));
    agenda.arm(timers.back().get(), increments.next());
  }
  agenda.run();
  const double start = clock.seconds();
  agenda.run();
  report(clock.seconds() - start, events, agenda.now, "fired", milestones.fired);
}
