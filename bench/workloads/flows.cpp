// SimGrid's side of flows.ts: one actor for each sender, no latencies, no correction of bandwidths.
#include "contender.hpp"
#include <cmath>
#include <cstring>
#include <simgrid/s4u.hpp>
#include <simgrid/version.h>
#include <unistd.h>

namespace sg4 = simgrid::s4u;

int main(int argc, char** argv) {
  if (argc > 1 && std::strcmp(argv[1], "version") == 0) {
    int major, minor, patch;
    sg_version_get(&major, &minor, &patch);
    std::printf("%d.%d\n", major, minor);
    return 0;
  }
  sg4::Engine engine(&argc, argv);
  for (const char* setting : {"network/model:CM02", "network/crosstraffic:0", "contexts/stack-size:64"})
    sg4::Engine::set_config(setting);
  const Input input(argc, argv);
  const Clock stopwatch(input);
  Increments sizes(input, "exponential");
  Increments places(input, "uniform");
  const auto table = input.table<int32_t>(input.text("topology") + ".i32");
  const int host_count = table[0];
  const double capacity = 1e9, mean_bytes = 1e11;

  auto* zone = sg4::create_full_zone("network");
  std::vector<sg4::Host*> hosts;
  for (int i = 0; i < host_count; i++) hosts.push_back(zone->create_host("host" + std::to_string(i), 1e9));
  std::vector<const sg4::Link*> links;
  for (int i = 0; i < table[1]; i++) links.push_back(zone->create_link("link" + std::to_string(i), capacity)->seal());
  for (int from = 0; from < host_count; from++)
    for (int to = 0; to < host_count; to++) {
      std::vector<sg4::LinkInRoute> route;
      for (int hop = 0; hop < 6; hop++) {
        const int link = table[2 + (from * host_count + to) * 6 + hop];
        if (link >= 0) route.emplace_back(links[link]);
      }
      if (from != to)
        zone->add_route(hosts[from]->get_netpoint(), hosts[to]->get_netpoint(), nullptr, nullptr, route, false);
    }
  zone->seal();

  const long compare = input.number("compare"), warmup = input.number("warmup"), finishes = input.number("finishes");
  long finished = 0;
  double clock = 0, start = 0;
  const auto sender = [&] {
    while (true) {
      const int from = static_cast<int>(std::floor(places.next() * host_count));
      const int to = (from + 1 + static_cast<int>(std::floor(places.next() * (host_count - 1)))) % host_count;
      sg4::Comm::sendto(hosts[from], hosts[to], static_cast<uint64_t>(std::ceil(mean_bytes * sizes.next())));
      finished++;
      if (finished == compare) clock = sg4::Engine::get_clock();
      if (finished == warmup) start = stopwatch.seconds();
      if (finished == warmup + finishes) {
        report(stopwatch.seconds() - start, finishes, clock, "finished", finished);
        _exit(0); // Tearing down thousands of actors is not what is measured.
      }
    }
  };
  for (long i = input.number("flows"); i > 0; i--) sg4::Actor::create("sender" + std::to_string(i), hosts[0], sender);
  engine.run();
}
