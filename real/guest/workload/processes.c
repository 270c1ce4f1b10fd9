// Processes beside the workload, with pages of their own through which they look again and again. Whoever loses such a page kills
// its process, and the workload tells how many were killed: no other may be. What a process finds wrong it ends for, otherwise.
#include "workload.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t process[most_processes];
// Killed since it was asked last.
static uint64_t killed, wrong;

static void fill(unsigned char *to, unsigned number, uint64_t index, uint64_t round) {
  struct random random = random_from(settings.seed, ~4ull - number, index);
  for (size_t i = 8; i < page_size; i += 8) {
    uint64_t word = random_next(&random);
    memcpy(to + i, &word, 8);
  }
  memcpy(to, &round, 8);
}

static bool is_right(const unsigned char *page, unsigned number, uint64_t index, uint64_t round) {
  unsigned char right[page_size];
  fill(right, number, index, round);
  return memcmp(right, page, page_size) == 0;
}

// Half of its pages are written in each round; the others it has in common with a twin that was forked from it.
static _Noreturn void live(unsigned number, int ready) {
  uint64_t pages = settings.process_pages, written = pages / 2;
  unsigned char *memory = pages_of(pages * page_size);
  for (uint64_t i = 0; i < pages; i++) fill(memory + i * page_size, number, i, 0);
  pid_t self = getpid(), twin = fork();
  if (twin < 0) _exit(2);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (twin > 0 && write(ready, "", 1) != 1) _exit(2);
  for (uint64_t round = 0;; round++) {
    for (uint64_t i = twin > 0 ? 0 : written; i < pages; i++) {
      unsigned char *page = memory + i * page_size;
      if (!is_right(page, number, i, i < written ? round : 0)) {
        // A twin is not heard of but by what becomes of the other.
        if (twin == 0) kill(self, SIGKILL);
        _exit(1);
      }
      uint64_t next = round + 1;
      if (i < written) memcpy(page, &next, 8);
    }
    usleep(100000);
  }
}

void start_processes(void) {
  for (unsigned i = 0; i < settings.processes; i++) {
    int ends[2];
    char byte;
    if (pipe(ends) != 0 || (process[i] = fork()) < 0) die("no process: %s", strerror(errno));
    if (process[i] == 0) {
      close(ends[0]);
      // Only one process can have it open, and the next workload is to.
      close(port_descriptor());
      live(i, ends[1]);
    }
    close(ends[1]);
    if (read(ends[0], &byte, 1) != 1) die("a process has ended before it began");
    close(ends[0]);
  }
}

void was_killed(void) { killed++; }

void check_processes(struct verdict *verdict) {
  for (unsigned i = 0; i < settings.processes; i++) {
    int status;
    if (process[i] == 0 || waitpid(process[i], &status, WNOHANG) != process[i]) continue;
    process[i] = 0;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS) killed++;
    else wrong++;
  }
  verdict->processes = settings.processes + 1;
  verdict->killed = killed;
  verdict->wrong = wrong;
  killed = wrong = 0;
}
