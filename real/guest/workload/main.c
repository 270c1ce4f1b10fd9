// Keeps memory, disk and network of a guest as busy as its settings say, and tells the host of it.
#include "workload.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

_Noreturn void die(const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  fprintf(stderr, "workload: %s\n", text);
  if (port_descriptor() >= 0) say("{\"fatal\":\"%s\"}", text);
  exit(1);
}

uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

unsigned due(struct pace *pace, uint64_t at) {
  pace->due += pace->rate * (double)(at - pace->last) / 1e9;
  pace->last = at;
  double most = pace->rate / 10 + 1;
  if (pace->due > most) {
    pace->late += (uint64_t)(pace->due - most);
    pace->due = most;
  }
  unsigned whole = (unsigned)pace->due;
  pace->due -= whole;
  return whole;
}

static void beat(uint64_t at) {
  char written[256];
  size_t length = 0;
  for (unsigned c = 0; c < settings.classes; c++)
    length += (size_t)snprintf(written + length, sizeof written - length, "%s%llu", c == 0 ? "" : ",", (unsigned long long)memory_written(c));
  struct messages all = {0};
  for (unsigned i = 0; i < settings.peers; i++) {
    all.udp_sent += ledger->peer[i].count.udp_sent;
    all.udp_received += ledger->peer[i].count.udp_received;
    all.tcp_sent += ledger->peer[i].count.tcp_sent;
    all.tcp_received += ledger->peer[i].count.tcp_received;
  }
  say("{\"beat\":%llu,\"at\":%llu,\"sequence\":%llu,\"written\":[%s],\"late\":%llu,\"blocks\":%llu,\"sent\":[%llu,%llu],"
      "\"received\":[%llu,%llu],\"dropped\":%llu,\"keys\":%llu}",
      (unsigned long long)++ledger->beats, (unsigned long long)at, (unsigned long long)ledger->sequence, written,
      (unsigned long long)memory_late(), (unsigned long long)disk_written(), (unsigned long long)all.udp_sent, (unsigned long long)all.tcp_sent,
      (unsigned long long)all.udp_received, (unsigned long long)all.tcp_received, (unsigned long long)port_dropped(),
      (unsigned long long)redis_written());
}

static void doze(void) {
  enum { most = 2 * most_peers + 3 };
  struct pollfd polled[most];
  int descriptors[most];
  unsigned count = network_descriptors(descriptors, most);
  for (unsigned i = 0; i < count; i++) polled[i] = (struct pollfd){.fd = descriptors[i], .events = POLLIN};
  // The host's line is asked every time: without a host it would never let this sleep.
  poll(polled, count, 2);
}

int main(int count, char **arguments) {
  if (count != 4) die("settings, disk and port are wanted");
  if (started_anew()) was_killed();
  open_port(arguments[3]);
  read_settings(arguments[1]);
  start_processes();
  make_ledger();
  make_memory();
  open_disk(arguments[2]);
  open_redis();
  open_network();
  // Processes beside it are to be lost, and not whoever tells of it. Large memory has been told by now not to be of huge pages.
  if (settings.processes > 0) lock_memory();
  bool holding = false;
  for (uint64_t begun = now(), last = 0;;) {
    uint64_t at = now();
    ledger->work = at - begun;
    if (last == 0 || (double)(at - last) >= settings.beat * 1e9) {
      last = at;
      beat(at);
    }
    if (!holding) {
      write_memory(at);
      write_disk(at);
      write_redis(at);
    }
    serve_network(at);
    serve_port(&holding);
    doze();
  }
}
