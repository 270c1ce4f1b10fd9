// Stamps in a Redis of the same guest, of the same sequence as those in memory and on the disk: each key has the number of its last
// write. Redis holds them in its own memory, so they are right only if all of the guest's memory is of one moment.
#include "workload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int line = -1;
static uint64_t *expected, written;
static struct pace pace;
static struct random draws;

static void send_all(const char *text, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t put = write(line, text + done, length - done);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) die("Redis is not reached: %s", strerror(errno));
    done += (size_t)put;
  }
}

// A line of a reply, without its end.
static void read_reply(char *to, size_t most) {
  for (size_t length = 0;;) {
    char byte;
    ssize_t got = read(line, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) die("Redis does not answer: %s", got == 0 ? "it has ended" : strerror(errno));
    if (byte == '\n') {
      to[length] = 0;
      return;
    }
    if (byte == '\r') continue;
    if (length == most - 1) die("Redis answers with more than a stamp");
    to[length++] = byte;
  }
}

static void write_stamp(uint64_t index, uint64_t sequence) {
  char command[96], reply[128];
  int length = snprintf(command, sizeof command, "SET stamp:%llu written:%llu\r\n", (unsigned long long)index, (unsigned long long)sequence);
  send_all(command, (size_t)length);
  read_reply(reply, sizeof reply);
  if (strcmp(reply, "+OK") != 0) die("Redis refuses a write: %s", reply);
}

// False if there is none.
static bool read_stamp(uint64_t index, uint64_t *stamp) {
  char command[96], reply[128];
  int length = snprintf(command, sizeof command, "GET stamp:%llu\r\n", (unsigned long long)index);
  send_all(command, (size_t)length);
  read_reply(reply, sizeof reply);
  if (strcmp(reply, "$-1") == 0) return false;
  if (reply[0] != '$') die("Redis refuses a read: %s", reply);
  read_reply(reply, sizeof reply);
  // A number alone would lie in Redis as such, and not as a text that can be found in an image.
  if (strncmp(reply, "written:", 8) != 0) return false;
  *stamp = strtoull(reply + 8, NULL, 10);
  return true;
}

void open_redis(void) {
  if (settings.redis_keys == 0) return;
  struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "/redis.socket"};
  line = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (line < 0 || connect(line, (struct sockaddr *)&at, sizeof at) != 0) die("Redis is not reached: %s", strerror(errno));
  expected = mmap(NULL, settings.redis_keys * sizeof *expected, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (expected == MAP_FAILED) die("no memory for the stamps of Redis");
  draws = random_from(settings.seed, ~3ull, 0);
  for (uint64_t i = 0; i < settings.redis_keys; i++) write_stamp(i, 0);
  pace = (struct pace){.rate = settings.redis_rate, .last = now()};
}

void write_redis(uint64_t at) {
  if (settings.redis_keys == 0) return;
  for (unsigned left = due(&pace, at); left > 0; left--) {
    uint64_t i = random_below(&draws, settings.redis_keys);
    expected[i] = ++ledger->sequence;
    write_stamp(i, expected[i]);
    written++;
  }
}

void check_redis(struct verdict *verdict) {
  for (uint64_t i = 0; i < settings.redis_keys; i++) {
    uint64_t stamp;
    verdict->keys++;
    if (!read_stamp(i, &stamp) || stamp < expected[i]) verdict->keys_behind++;
    else if (stamp > expected[i]) verdict->keys_ahead++;
  }
}

uint64_t redis_written(void) { return written; }
