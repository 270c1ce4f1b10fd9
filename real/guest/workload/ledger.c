#include "workload.h"

#include <string.h>
#include <sys/mman.h>

struct ledger *ledger;

_Static_assert(sizeof(struct ledger) <= page_size, "the ledger is one page");

void make_ledger(void) {
  ledger = mmap(NULL, page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (ledger == MAP_FAILED) die("no memory for the ledger");
  ledger->version = 1;
  ledger->id = settings.id;
  ledger->seed = settings.seed;
  ledger->peers = settings.peers;
  for (unsigned i = 0; i < settings.peers; i++) ledger->peer[i].id = settings.peer[i].id;
  // Last, and by parts: the program's own text must not look like a ledger.
  memcpy(ledger->magic, "SNAPBACK", 8);
  memcpy(ledger->magic + 8, " LEDGER\n", 8);
}
