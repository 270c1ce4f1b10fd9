// The first process of a guest, once init.sh has become it: it starts the workload, and anew when it was killed for memory that was
// lost. Its own is locked, because without it there is no guest.
#include "workload.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void lock_memory(void) {
  if (mlockall(MCL_CURRENT | MCL_FUTURE) != 0) die("memory is not locked: %s", strerror(errno));
}

bool started_anew(void) {
  bool anew = false;
  if (getpid() != 1) return anew;
  lock_memory();
  for (;; anew = true) {
    pid_t workload = fork(), ended;
    if (workload < 0) die("no process: %s", strerror(errno));
    if (workload == 0) return anew;
    int status;
    // Whose parents have ended is its child, too.
    while ((ended = wait(&status)) != workload)
      if (ended < 0 && errno != EINTR) die("nothing to wait for: %s", strerror(errno));
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS) continue;
    fprintf(stderr, "init: the workload has ended (%d)\n", status);
    execl("/bin/busybox", "busybox", "poweroff", "-f", NULL);
    die("no end: %s", strerror(errno));
  }
}
