// Lines of words, as `real/guest/workload-settings.ts` writes them; anything else ends the guest with a message.
#include "workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct settings settings = {.beat = 0.2};

static double number(const char *text, double low, double high) {
  char *end;
  double found = text == NULL ? 0 : strtod(text, &end);
  if (text == NULL || *text == 0 || *end != 0 || !(found >= low && found <= high)) die("settings: %s is no number from %g to %g", text == NULL ? "nothing" : text, low, high);
  return found;
}

static uint64_t whole(const char *text) {
  char *end;
  uint64_t found = text == NULL ? 0 : strtoull(text, &end, 10);
  if (text == NULL || *text < '0' || *text > '9' || *end != 0) die("settings: %s is no whole number", text == NULL ? "nothing" : text);
  return found;
}

static enum kind kind_of(const char *text) {
  static const char *const names[] = {"zero", "duplicate", "shared", "unique"};
  for (unsigned i = 0; i < 4; i++)
    if (text != NULL && strcmp(text, names[i]) == 0) return (enum kind)i;
  die("settings: %s is no class of pages", text == NULL ? "nothing" : text);
}

static char *word(void) { return strtok(NULL, " "); }

static void read_line(char *line) {
  char *key = strtok(line, " ");
  if (key == NULL) return;
  if (strcmp(key, "id") == 0) settings.id = (unsigned)whole(word());
  else if (strcmp(key, "seed") == 0) settings.seed = whole(word());
  else if (strcmp(key, "image") == 0) settings.image = whole(word());
  else if (strcmp(key, "beat") == 0) settings.beat = number(word(), 0.01, 3600);
  else if (strcmp(key, "class") == 0) {
    if (settings.classes == most_classes) die("settings: more than %d classes", most_classes);
    struct memory_class *class = &settings.class[settings.classes++];
    class->kind = kind_of(word());
    class->pages = (uint64_t)number(word(), 1, 1e9);
    class->rate = number(word(), 0, 1e7);
    class->ratio = number(word(), 1, 1000);
  } else if (strcmp(key, "disk") == 0) {
    settings.disk_blocks = (uint64_t)number(word(), 1, 1e7);
    settings.disk_rate = number(word(), 0, 1e5);
  } else if (strcmp(key, "cache") == 0) {
    settings.cache_pages = (uint64_t)number(word(), 1, 1e7);
    settings.cache_rate = number(word(), 0, 1e6);
  } else if (strcmp(key, "redis") == 0) {  // The rest of the line is the init script's.
    settings.redis_keys = (uint64_t)number(word(), 1, 1e6);
    settings.redis_rate = number(word(), 0, 1e5);
  } else if (strcmp(key, "processes") == 0) {
    settings.processes = (unsigned)number(word(), 0, most_processes);
    settings.process_pages = (uint64_t)number(word(), 1, 1e6);
  } else if (strcmp(key, "peer") == 0) {
    if (settings.peers == most_peers) die("settings: more than %d peers", most_peers);
    struct peer *peer = &settings.peer[settings.peers++];
    peer->id = (unsigned)whole(word());
    if (peer->id == settings.id) die("settings: a peer of its own");
    for (unsigned i = 0; i + 1 < settings.peers; i++)
      if (settings.peer[i].id == peer->id) die("settings: peer %u is there twice", peer->id);
    const char *address = word();
    if (address == NULL || strlen(address) >= sizeof peer->address) die("settings: a peer without an address");
    strcpy(peer->address, address);
    peer->udp_rate = number(word(), 0, 1e6);
    peer->tcp_rate = number(word(), 0, 1e6);
  } else if (strcmp(key, "address") != 0)  // The init script's.
    die("settings: unknown word %s", key);
}

void read_settings(const char *path) {
  static char text[65536];
  FILE *file = fopen(path, "r");
  if (file == NULL) die("%s cannot be read", path);
  size_t length = fread(text, 1, sizeof text - 1, file);
  fclose(file);
  text[length] = 0;
  char *rest = text;
  for (char *line; (line = strsep(&rest, "\n")) != NULL;) read_line(line);
}
