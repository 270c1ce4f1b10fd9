// Stamps on the disk, written through, of the same sequence as those in memory; and pages that the kernel caches of it.
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct block {
  char magic[16];  // "SNAPBACK BLOCK\n"
  uint64_t seed, index, sequence, again;
};
static const char magic[16] = "SNAPBACK BLOCK\n";

static int direct = -1, buffered = -1;
enum { most_at_once = 64 };
static unsigned char *page;  // room for so many
static uint64_t *expected, written;
static uint64_t *cached;  // what each cached page was filled from
// Half of the cached pages are mapped, too, as those of a program's text are.
static const unsigned char *mapped;
static uint64_t mapped_pages;
static struct pace pace, cache_pace;
static struct random draws;

static void put(int to, uint64_t at, uint64_t pages) {
  ssize_t bytes = (ssize_t)(pages * page_size);
  if (pwrite(to, page, (size_t)bytes, (off_t)(at * page_size)) != bytes) die("the disk is not written: %s", strerror(errno));
}

static void stamp(unsigned char *to, uint64_t index, uint64_t sequence) {
  struct block block = {.seed = settings.seed, .index = index, .sequence = sequence, .again = sequence};
  memcpy(block.magic, magic, sizeof magic);
  memset(to, 0, page_size);
  memcpy(to, &block, sizeof block);
}

static void write_block(uint64_t index, uint64_t sequence) {
  stamp(page, index, sequence);
  put(direct, index, 1);
}

// A write of each block alone would keep an emulated guest from its work for a long while.
static void write_first_blocks(void) {
  for (uint64_t from = 0; from < settings.disk_blocks; from += most_at_once) {
    uint64_t left = settings.disk_blocks - from, blocks = left < most_at_once ? left : most_at_once;
    for (uint64_t i = 0; i < blocks; i++) stamp(page + i * page_size, from + i, 0);
    put(direct, from, blocks);
  }
}

static void fill_cached(unsigned char *to, uint64_t from) {
  struct random random = random_from(settings.seed, ~1ull, from);
  for (size_t i = 0; i < page_size; i += 8) {
    uint64_t word = random_next(&random);
    memcpy(to + i, &word, 8);
  }
}

static void write_cached(uint64_t index) {
  cached[index] = random_next(&draws);
  fill_cached(page, cached[index]);
  put(buffered, settings.disk_blocks + index, 1);
}

static void map_cached(void) {
  mapped_pages = settings.cache_pages / 2;
  if (mapped_pages == 0) return;
  // What was written has its buffers with the kernel, what is read has none: a cache of a guest has both.
  posix_fadvise(buffered, (off_t)(settings.disk_blocks * page_size), (off_t)(mapped_pages * page_size), POSIX_FADV_DONTNEED);
  mapped = mmap(NULL, mapped_pages * page_size, PROT_READ, MAP_SHARED, buffered, (off_t)(settings.disk_blocks * page_size));
  if (mapped == MAP_FAILED) die("the disk is not mapped: %s", strerror(errno));
  for (uint64_t i = 0; i < mapped_pages; i++) (void)*(const volatile unsigned char *)(mapped + i * page_size);
}

void open_disk(const char *path) {
  if (settings.disk_blocks + settings.cache_pages == 0) return;
  direct = open(path, O_RDWR | O_DIRECT | O_DSYNC);
  buffered = open(path, O_RDWR);
  if (direct < 0 || buffered < 0) die("%s: %s", path, strerror(errno));
  off_t bytes = lseek(buffered, 0, SEEK_END);
  if (bytes < (off_t)((settings.disk_blocks + settings.cache_pages) * page_size)) die("the disk is too small for what is to lie on it");
  // O_DIRECT asks for memory that is aligned.
  page = mmap(NULL, most_at_once * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  expected = mmap(NULL, settings.disk_blocks * sizeof *expected + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  cached = mmap(NULL, settings.cache_pages * sizeof *cached + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED || expected == MAP_FAILED || cached == MAP_FAILED) die("no memory for the disk");
  draws = random_from(settings.seed, ~2ull, 0);
  write_first_blocks();
  for (uint64_t i = 0; i < settings.cache_pages; i++) write_cached(i);
  if (fsync(buffered) != 0) die("the disk is not written: %s", strerror(errno));
  map_cached();
  pace = (struct pace){.rate = settings.disk_rate, .last = now()};
  cache_pace = (struct pace){.rate = settings.cache_rate, .last = now()};
}

void write_disk(uint64_t at) {
  for (unsigned left = due(&pace, at); left > 0; left--) {
    uint64_t i = random_below(&draws, settings.disk_blocks);
    expected[i] = ++ledger->sequence;
    write_block(i, expected[i]);
    written++;
  }
  for (unsigned left = due(&cache_pace, at); left > 0; left--) write_cached(random_below(&draws, settings.cache_pages));
}

void check_disk(struct verdict *verdict) {
  for (uint64_t i = 0; i < settings.disk_blocks; i++) {
    struct block block;
    verdict->blocks++;
    if (pread(direct, page, page_size, (off_t)(i * page_size)) != page_size) die("the disk is not read: %s", strerror(errno));
    memcpy(&block, page, sizeof block);
    if (memcmp(block.magic, magic, sizeof magic) != 0 || block.seed != settings.seed || block.index != i || block.sequence != block.again)
      verdict->blocks_torn++;
    else if (block.sequence < expected[i]) verdict->blocks_behind++;
    else if (block.sequence > expected[i]) verdict->blocks_ahead++;
  }
  for (uint64_t i = 0; i < settings.cache_pages; i++) {
    unsigned char right[page_size];
    fill_cached(right, cached[i]);
    verdict->cached++;
    if (pread(buffered, page, page_size, (off_t)((settings.disk_blocks + i) * page_size)) != page_size) die("the disk is not read: %s", strerror(errno));
    bool is_right = memcmp(page, right, page_size) == 0;
    if (!is_right || (i < mapped_pages && memcmp(mapped + i * page_size, right, page_size) != 0)) verdict->cached_bad++;
  }
}

uint64_t disk_written(void) { return written; }
