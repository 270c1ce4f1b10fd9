// What the files of the workload share. Sizes are bytes, times nanoseconds of CLOCK_MONOTONIC, rates per second.
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { page_size = 4096, most_classes = 8, most_peers = 64, most_processes = 16 };

enum kind { zero, duplicate, shared, unique };

struct memory_class {
  enum kind kind;
  uint64_t pages;
  double rate;   // pages written
  double ratio;  // of compression: so many times smaller
};

struct peer {
  unsigned id;
  char address[16];
  double udp_rate, tcp_rate;  // messages to it
};

struct settings {
  unsigned id;
  uint64_t seed, image;  // of this guest, and of all that came from one image
  double beat;           // seconds between two heartbeats
  unsigned classes;
  struct memory_class class[most_classes];
  uint64_t disk_blocks;
  double disk_rate;
  uint64_t cache_pages;
  double cache_rate;  // pages of it that are dirtied
  uint64_t redis_keys;
  double redis_rate;  // stamps written to Redis
  unsigned processes;  // beside the workload
  uint64_t process_pages;  // of each
  unsigned peers;
  struct peer peer[most_peers];
};

// Highest numbers of messages to one peer, written down before they were sent, and from it, after they were received.
struct messages {
  uint64_t udp_sent, udp_received, tcp_sent, tcp_received;
};

// One page that can be found in an image of the memory, with all counters of one moment.
struct ledger {
  char magic[16];  // "SNAPBACK LEDGER\n"
  uint64_t version, id, seed;
  uint64_t sequence;  // of the last write, to memory or disk
  uint64_t beats, work;  // heartbeats, and nanoseconds for which it has run
  uint64_t peers;
  struct {
    uint64_t id;
    struct messages count;
  } peer[most_peers];
};

// What a check found: nothing is bad in a memory and a disk of one moment.
struct verdict {
  uint64_t pages, bad_pages;
  char first[96];  // what is wrong with the first of them
  uint64_t blocks, blocks_behind, blocks_ahead, blocks_torn;
  uint64_t cached, cached_bad;  // pages of the disk that the kernel may have cached
  uint64_t keys, keys_behind, keys_ahead;
  uint64_t processes, killed, wrong;  // with the workload itself; since it was asked last, those that ended for lost memory, and otherwise
};

extern struct settings settings;
extern struct ledger *ledger;

_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
uint64_t now(void);
// So many events of a rate are due since it was asked last; what could not be done in a tenth of a second is given up and counted.
struct pace {
  double rate, due;
  uint64_t last, late;
};
unsigned due(struct pace *pace, uint64_t at);

void read_settings(const char *path);

struct random {
  uint64_t state[2];
};
struct random random_from(uint64_t a, uint64_t b, uint64_t c);
uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t n);
// Fills `to` as a page is at first: what follows its stamp, for those that have one.
void content(unsigned char *to, unsigned class, uint64_t index);

// The workload goes on from here in a process of its own. @returns whether it was killed before, for memory that was lost
bool started_anew(void);
// Whoever has locked its memory is not to be killed for it.
void lock_memory(void);

void make_ledger(void);

// Memory of zeros, without huge pages.
void *pages_of(uint64_t bytes);
void make_memory(void);
void write_memory(uint64_t at);
void check_memory(struct verdict *verdict);
uint64_t memory_written(unsigned class);
uint64_t memory_late(void);

void open_disk(const char *path);
void write_disk(uint64_t at);
void check_disk(struct verdict *verdict);
uint64_t disk_written(void);

void open_redis(void);
void write_redis(uint64_t at);
void check_redis(struct verdict *verdict);
uint64_t redis_written(void);

void start_processes(void);
void was_killed(void);
void check_processes(struct verdict *verdict);

void open_network(void);
unsigned network_descriptors(int *to, unsigned most);
void serve_network(uint64_t at);

// Has programs run that use all of the guest; false, with what it was, if one of them did not do as it did the first time.
bool exercise(char *what, size_t most);

void open_port(const char *path);
int port_descriptor(void);
void serve_port(bool *holding);
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
uint64_t port_dropped(void);

#endif
