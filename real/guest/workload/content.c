#include "workload.h"

#include <string.h>

static uint64_t mixed(uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

struct random random_from(uint64_t a, uint64_t b, uint64_t c) {
  uint64_t seed = mixed(mixed(mixed(a) ^ b) ^ c);
  return (struct random){{mixed(seed), mixed(seed + 1) | 1}};
}

uint64_t random_next(struct random *random) {  // xorshift128+
  uint64_t a = random->state[0], b = random->state[1];
  random->state[0] = b;
  a ^= a << 23;
  random->state[1] = a ^ b ^ (a >> 17) ^ (b >> 26);
  return random->state[1] + b;
}

uint64_t random_below(struct random *random, uint64_t n) {
  return (uint64_t)(((unsigned __int128)random_next(random) * n) >> 64);
}

void content(unsigned char *to, unsigned class, uint64_t index) {
  const struct memory_class *of = &settings.class[class];
  memset(to, 0, page_size);
  if (of->kind == zero) return;
  uint64_t seed = of->kind == shared ? settings.image : settings.seed;
  struct random random = random_from(seed, class, of->kind == duplicate ? 0 : index);
  size_t filled = (size_t)(page_size / of->ratio) & ~7ul;
  for (size_t i = 0; i < filled; i += 8) {
    uint64_t word = random_next(&random);
    memcpy(to + i, &word, 8);
  }
}
