// Messages between guests, numbered by their sender. A number is in the ledger before it is sent and after it has been
// received, so that one that was received by a cut and is more than its sender has there was sent after the cut.
#include "workload.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { udp_port = 7000, tcp_port = 7001 };

struct message {
  char magic[8];  // "SNAPMSG\n"
  uint32_t from, to;
  uint64_t number;
};
static const char magic[8] = "SNAPMSG\n";

static int udp = -1, listener = -1;
static struct {
  struct sockaddr_in address;
  int tcp;
  bool connecting;
  uint64_t tried;
  unsigned char in[sizeof(struct message)], out[sizeof(struct message)];
  size_t received, left;
  struct pace udp, tcp_pace;
} wire[most_peers];
// Accepted, and its peer has not said who it is.
static struct {
  int tcp;
  unsigned char in[sizeof(struct message)];
  size_t received;
} stranger[most_peers];

static int open_socket(int type, int port) {
  int found = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(found, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (found < 0 || bind(found, (struct sockaddr *)&own, sizeof own) != 0) die("port %d: %s", port, strerror(errno));
  return found;
}

void open_network(void) {
  for (unsigned i = 0; i < most_peers; i++) wire[i].tcp = stranger[i].tcp = -1;
  if (settings.peers == 0) return;
  udp = open_socket(SOCK_DGRAM, udp_port);
  listener = open_socket(SOCK_STREAM, tcp_port);
  if (listen(listener, most_peers) != 0) die("listen: %s", strerror(errno));
  for (unsigned i = 0; i < settings.peers; i++) {
    wire[i].address.sin_family = AF_INET;
    if (inet_pton(AF_INET, settings.peer[i].address, &wire[i].address.sin_addr) != 1) die("settings: %s is no address", settings.peer[i].address);
    wire[i].udp = (struct pace){.rate = settings.peer[i].udp_rate, .last = now()};
    wire[i].tcp_pace = (struct pace){.rate = settings.peer[i].tcp_rate, .last = now()};
  }
}

unsigned network_descriptors(int *to, unsigned most) {
  unsigned found = 0;
  if (udp >= 0 && found < most) to[found++] = udp;
  if (listener >= 0 && found < most) to[found++] = listener;
  for (unsigned i = 0; i < most_peers; i++) {
    if (wire[i].tcp >= 0 && !wire[i].connecting && found < most) to[found++] = wire[i].tcp;
    if (stranger[i].tcp >= 0 && found < most) to[found++] = stranger[i].tcp;
  }
  return found;
}

static int peer_with(uint32_t id) {
  for (unsigned i = 0; i < settings.peers; i++)
    if (settings.peer[i].id == id) return (int)i;
  return -1;
}

// @returns the peer that it is from; -1 if it is none
static int sender_of(const unsigned char *bytes) {
  struct message message;
  memcpy(&message, bytes, sizeof message);
  return memcmp(message.magic, magic, sizeof magic) == 0 && message.to == settings.id ? peer_with(message.from) : -1;
}

// Datagrams may be lost or late: the highest number is what was heard of.
static void heard(const unsigned char *bytes, uint64_t *highest) {
  struct message message;
  memcpy(&message, bytes, sizeof message);
  if (message.number > *highest) *highest = message.number;
}

static struct message message_to(unsigned i, uint64_t number) {
  struct message message = {.from = settings.id, .to = settings.peer[i].id, .number = number};
  memcpy(message.magic, magic, sizeof magic);
  return message;
}

static void hang_up(unsigned i) {
  close(wire[i].tcp);
  wire[i].tcp = -1;
  wire[i].connecting = false;
  wire[i].received = wire[i].left = 0;
}

static void adopt(unsigned i, int tcp) {
  int on = 1;
  setsockopt(tcp, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (wire[i].tcp >= 0) hang_up(i);
  wire[i].tcp = tcp;
}

// Who has the smaller number connects; tried again once a second, as peers come and go.
static void connect_to(unsigned i, uint64_t at) {
  if (wire[i].connecting) {
    struct sockaddr_in whom;
    socklen_t size = sizeof whom;
    if (getpeername(wire[i].tcp, (struct sockaddr *)&whom, &size) == 0) {
      wire[i].connecting = false;
      // It says who it is.
      ledger->peer[i].count.tcp_sent++;
      struct message message = message_to(i, ledger->peer[i].count.tcp_sent);
      memcpy(wire[i].out, &message, sizeof message);
      wire[i].left = sizeof message;
    } else if (at - wire[i].tried > 1000000000ull) hang_up(i);
    return;
  }
  if (wire[i].tcp >= 0 || settings.id > settings.peer[i].id || at - wire[i].tried < 1000000000ull) return;
  wire[i].tried = at;
  int tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in to = wire[i].address;
  to.sin_port = htons(tcp_port);
  if (tcp < 0) die("socket: %s", strerror(errno));
  if (connect(tcp, (struct sockaddr *)&to, sizeof to) != 0 && errno != EINPROGRESS) {
    close(tcp);
    return;
  }
  adopt(i, tcp);
  wire[i].connecting = true;
}

// @returns whether the connection is still there
static bool drain(unsigned i) {
  for (;;) {
    ssize_t got = recv(wire[i].tcp, wire[i].in + wire[i].received, sizeof wire[i].in - wire[i].received, 0);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    wire[i].received += (size_t)got;
    if (wire[i].received < sizeof wire[i].in) continue;
    wire[i].received = 0;
    if (sender_of(wire[i].in) != (int)i) return false;
    heard(wire[i].in, &ledger->peer[i].count.tcp_received);
  }
}

static bool flush(unsigned i) {
  while (wire[i].left > 0) {
    ssize_t put = send(wire[i].tcp, wire[i].out + sizeof wire[i].out - wire[i].left, wire[i].left, MSG_NOSIGNAL);
    if (put < 0) return errno == EAGAIN || errno == EINTR;
    wire[i].left -= (size_t)put;
  }
  return true;
}

static void meet_strangers(void) {
  bool waiting = true;
  for (unsigned s = 0; s < most_peers; s++) {
    if (stranger[s].tcp < 0 && waiting) {
      stranger[s].tcp = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
      stranger[s].received = 0;
      waiting = stranger[s].tcp >= 0;
    }
    if (stranger[s].tcp < 0) continue;
    ssize_t got = recv(stranger[s].tcp, stranger[s].in + stranger[s].received, sizeof stranger[s].in - stranger[s].received, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (got > 0 && (stranger[s].received += (size_t)got) < sizeof stranger[s].in) continue;
    int i = got > 0 ? sender_of(stranger[s].in) : -1;
    if (i < 0) close(stranger[s].tcp);
    else {
      adopt((unsigned)i, stranger[s].tcp);
      heard(stranger[s].in, &ledger->peer[i].count.tcp_received);
    }
    stranger[s].tcp = -1;
  }
}

static void receive_datagrams(void) {
  unsigned char bytes[sizeof(struct message)];
  for (unsigned most = 1000; most > 0; most--) {
    ssize_t got = recv(udp, bytes, sizeof bytes, 0);
    if (got < 0) return;
    int i = got == sizeof bytes ? sender_of(bytes) : -1;
    if (i >= 0) heard(bytes, &ledger->peer[i].count.udp_received);
  }
}

void serve_network(uint64_t at) {
  if (settings.peers == 0) return;
  receive_datagrams();
  meet_strangers();
  for (unsigned i = 0; i < settings.peers; i++) {
    struct sockaddr_in to = wire[i].address;
    to.sin_port = htons(udp_port);
    for (unsigned left = due(&wire[i].udp, at); left > 0; left--) {
      struct message message = message_to(i, ++ledger->peer[i].count.udp_sent);
      // What the network does not take is lost, as any datagram may be.
      sendto(udp, &message, sizeof message, MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof to);
    }
    connect_to(i, at);
    if (wire[i].tcp < 0 || wire[i].connecting) continue;
    bool there = drain(i) && flush(i);
    for (unsigned left = due(&wire[i].tcp_pace, at); there && left > 0 && wire[i].left == 0; left--) {
      struct message message = message_to(i, ++ledger->peer[i].count.tcp_sent);
      memcpy(wire[i].out, &message, sizeof message);
      wire[i].left = sizeof message;
      there = flush(i);
    }
    if (!there) hang_up(i);
  }
}
