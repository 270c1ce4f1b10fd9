// Memory whose every page says which write it is of, so that pages of different moments cannot pass for one memory.
#include "workload.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

// At both ends of each page of a unique class: they differ in one that was torn.
struct stamp {
  uint64_t sequence, index;
};

static struct {
  unsigned char *pages;
  uint64_t *expected;  // sequence of each page's last write
  uint64_t written;
  struct pace pace;
  struct random random;
} memory[most_classes];

void *pages_of(uint64_t bytes) {
  void *found = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (found == MAP_FAILED) die("no memory for %llu bytes", (unsigned long long)bytes);
  // A huge page would be copied, dirtied and found as a whole.
  madvise(found, bytes, MADV_NOHUGEPAGE);
  return found;
}

static void stamp(unsigned char *page, uint64_t sequence, uint64_t index) {
  struct stamp both = {sequence, index};
  memcpy(page, &both, sizeof both);
  // The compiler must not write both ends at once or in another order.
  __asm__ volatile("" ::: "memory");
  memcpy(page + page_size - sizeof both, &both, sizeof both);
}

void make_memory(void) {
  for (unsigned c = 0; c < settings.classes; c++) {
    const struct memory_class *class = &settings.class[c];
    memory[c].pages = pages_of(class->pages * page_size);
    memory[c].expected = pages_of(class->pages * sizeof(uint64_t));
    memory[c].pace = (struct pace){.rate = class->rate, .last = now()};
    memory[c].random = random_from(settings.seed, c, ~0ull);
    for (uint64_t i = 0; i < class->pages; i++) {
      unsigned char *page = memory[c].pages + i * page_size;
      content(page, c, i);
      // A page that was only read is none: all of them would be the kernel's one page of zeros.
      if (class->kind == zero) *(volatile unsigned char *)page = 0;
      if (class->kind == unique) stamp(page, 0, i);
    }
  }
}

void write_memory(uint64_t at) {
  for (unsigned c = 0; c < settings.classes; c++) {
    const struct memory_class *class = &settings.class[c];
    for (unsigned left = due(&memory[c].pace, at); left > 0; left--) {
      uint64_t i = random_below(&memory[c].random, class->pages);
      volatile unsigned char *page = memory[c].pages + i * page_size;
      if (class->kind == unique) {
        memory[c].expected[i] = ++ledger->sequence;
        stamp((unsigned char *)page, ledger->sequence, i);
      } else
        page[0] = page[0];  // The same again: dirty, and no other.
      memory[c].written++;
    }
  }
}

static void bad(struct verdict *verdict, unsigned class, uint64_t index, const char *what) {
  if (verdict->bad_pages++ == 0)
    snprintf(verdict->first, sizeof verdict->first, "page %llu of class %u %s", (unsigned long long)index, class, what);
}

void check_memory(struct verdict *verdict) {
  unsigned char right[page_size];
  uint64_t newest = 0;
  for (unsigned c = 0; c < settings.classes; c++) {
    const struct memory_class *class = &settings.class[c];
    for (uint64_t i = 0; i < class->pages; i++) {
      const unsigned char *page = memory[c].pages + i * page_size;
      verdict->pages++;
      content(right, c, i);
      if (class->kind == unique) {
        struct stamp first, last;
        memcpy(&first, page, sizeof first);
        memcpy(&last, page + page_size - sizeof last, sizeof last);
        uint64_t expected = memory[c].expected[i];
        if (expected > newest) newest = expected;
        if (first.index != i || last.index != i) bad(verdict, c, i, "is another");
        else if (first.sequence != last.sequence) bad(verdict, c, i, "is torn");
        else if (first.sequence < expected) bad(verdict, c, i, "is older than its last write");
        else if (first.sequence > expected) bad(verdict, c, i, "is newer than the memory around it");
        stamp(right, first.sequence, first.index);
      }
      if (memcmp(right, page, page_size) != 0) bad(verdict, c, i, "has other content");
    }
  }
  if (newest > ledger->sequence) bad(verdict, 0, 0, "was written later than the ledger knows");
}

uint64_t memory_written(unsigned class) { return memory[class].written; }

uint64_t memory_late(void) {
  uint64_t late = 0;
  for (unsigned c = 0; c < settings.classes; c++) late += memory[c].pace.late;
  return late;
}
