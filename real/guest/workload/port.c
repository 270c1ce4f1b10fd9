// The line to the host: a value of JSON a line from here, a word a line from there. A host that does not listen stops nothing.
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int port = -1;
static char out[65536], in[64];
static size_t out_length, in_length;
static uint64_t dropped;

void open_port(const char *path) {
  port = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (port < 0) die("%s: %s", path, strerror(errno));
}

int port_descriptor(void) { return port; }

static void flush(void) {
  while (out_length > 0) {
    ssize_t put = write(port, out, out_length);
    if (put <= 0) return;
    out_length -= (size_t)put;
    memmove(out, out + put, out_length);
  }
}

// What finds no room is dropped as a whole line.
void say(const char *format, ...) {
  char line[2048];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line - 1, format, arguments);
  va_end(arguments);
  if (length < 0 || (size_t)length >= sizeof line - 1 || out_length + (size_t)length + 1 > sizeof out) {
    dropped++;
    return;
  }
  memcpy(out + out_length, line, (size_t)length);
  out_length += (size_t)length;
  out[out_length++] = '\n';
  flush();
}

static void answer(const char *word, bool *holding) {
  if (strcmp(word, "verify") == 0) {
    struct verdict verdict = {0};
    check_memory(&verdict);
    check_disk(&verdict);
    check_redis(&verdict);
    check_processes(&verdict);
    bool good = verdict.bad_pages + verdict.blocks_behind + verdict.blocks_ahead + verdict.blocks_torn + verdict.cached_bad + verdict.keys_behind + verdict.keys_ahead + verdict.killed + verdict.wrong == 0;
    say("{\"verified\":%s,\"sequence\":%llu,\"pages\":%llu,\"badPages\":%llu,\"first\":\"%s\",\"blocks\":%llu,"
        "\"blocksBehind\":%llu,\"blocksAhead\":%llu,\"blocksTorn\":%llu,\"cached\":%llu,\"cachedBad\":%llu,\"keys\":%llu,\"keysBehind\":%llu,\"keysAhead\":%llu,"
        "\"processes\":%llu,\"killed\":%llu,\"wrong\":%llu}",
        good ? "true" : "false", (unsigned long long)ledger->sequence, (unsigned long long)verdict.pages,
        (unsigned long long)verdict.bad_pages, verdict.first, (unsigned long long)verdict.blocks,
        (unsigned long long)verdict.blocks_behind, (unsigned long long)verdict.blocks_ahead, (unsigned long long)verdict.blocks_torn,
        (unsigned long long)verdict.cached, (unsigned long long)verdict.cached_bad,
        (unsigned long long)verdict.keys, (unsigned long long)verdict.keys_behind, (unsigned long long)verdict.keys_ahead,
        (unsigned long long)verdict.processes, (unsigned long long)verdict.killed, (unsigned long long)verdict.wrong);
  } else if (strcmp(word, "hold") == 0 || strcmp(word, "go") == 0) {
    *holding = word[0] == 'h';
    say("{\"holding\":%s,\"sequence\":%llu}", *holding ? "true" : "false", (unsigned long long)ledger->sequence);
  } else if (strcmp(word, "exercise") == 0) {
    char what[200] = "";
    bool good = exercise(what, sizeof what);
    say("{\"exercised\":%s,\"what\":\"%s\"}", good ? "true" : "false", what);
  } else
    say("{\"unknown\":true}");
}

void serve_port(bool *holding) {
  flush();
  for (;;) {
    char byte;
    if (read(port, &byte, 1) <= 0) return;
    if (byte != '\n') {
      if (in_length < sizeof in - 1) in[in_length++] = byte;
      continue;
    }
    in[in_length] = 0;
    in_length = 0;
    answer(in, holding);
  }
}

uint64_t port_dropped(void) { return dropped; }
