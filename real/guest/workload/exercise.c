// Work for the rest of a guest: programs that are started, fork, read all files, write and read new ones, and talk to themselves.
#include "workload.h"

#include <ctype.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// What it prints is the same whenever it is run: sums of all files of the image, and of one that it writes.
static const char script[] =
    "b=/bin/busybox\n"
    "$b find /init /bin /modules -type f | $b sort | $b xargs $b cat | $b sha256sum || echo files\n"
    "$b dd if=/init of=/tmp/exercise bs=64 count=8 2>/dev/null && $b yes | $b dd of=/tmp/exercise bs=4096 count=512 seek=1 2>/dev/null\n"
    "$b sha256sum </tmp/exercise && $b rm /tmp/exercise || echo room\n"
    "$b ping -c 2 -W 5 127.0.0.1 >/dev/null && echo loopback\n";

static size_t output_of(char *to, size_t most, int *status) {
  int ends[2];
  if (pipe(ends) != 0) die("no pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
  posix_spawn_file_actions_adddup2(&actions, ends[1], 2);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);
  char *const arguments[] = {"busybox", "sh", "-c", (char *)script, NULL}, *const environment[] = {NULL};
  pid_t child;
  // Not by fork: all memory that is stamped would be copied when it is written next.
  int refused = posix_spawn(&child, "/bin/busybox", &actions, NULL, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  size_t length = 0;
  for (ssize_t got; refused == 0 && length < most && (got = read(ends[0], to + length, most - length)) > 0;) length += (size_t)got;
  close(ends[0]);
  if (refused != 0 || waitpid(child, status, 0) != child) *status = -1;
  return length;
}

bool exercise(char *what, size_t most) {
  static char first[1024];
  static size_t first_length;
  char output[sizeof first];
  int status = 0;
  size_t length = output_of(output, sizeof output, &status);
  if (status == 0 && first_length == 0) {
    memcpy(first, output, length);
    first_length = length;
  }
  if (status == 0 && length == first_length && memcmp(first, output, length) == 0) return true;
  int begun = snprintf(what, most, "status %d: ", status);
  size_t at = (size_t)begun;
  for (size_t i = 0; i < length && at < most - 1; i++) {
    char c = output[i];
    what[at++] = isalnum((unsigned char)c) || strchr(" :/.-_", c) != NULL ? c : ' ';
  }
  what[at] = 0;
  return false;
}
