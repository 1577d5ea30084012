/* What the two ends of the benchmark share: a growing buffer, a clock, sockets. */
#ifndef WIRE_H
#define WIRE_H
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    char *at;
    size_t used, room;
} Buffer;

static void die(const char *what) {
    perror(what);
    exit(1);
}

static void reserve(Buffer *b, size_t more) {
    if (b->used + more < b->room) return;
    b->room = (b->used + more) * 2;
    if (!(b->at = realloc(b->at, b->room))) die("realloc");
}

static void append(Buffer *b, const char *from, size_t n) {
    reserve(b, n + 1);
    memcpy(b->at + b->used, from, n);
    b->used += n;
    b->at[b->used] = 0; /* so that the string functions may look at it */
}

static inline int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static inline void no_delay(int fd) {
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static inline struct sockaddr_in loopback(int port) {
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

static inline void watch(int epoll, int op, int fd, uint32_t events) {
    struct epoll_event e = {.events = events, .data.fd = fd};
    if (epoll_ctl(epoll, op, fd, &e)) die("epoll_ctl");
}

/* The value of a header in the head that ends at *end*; NULL when it is not there. */
static inline const char *header(const char *head, const char *end, const char *name) {
    size_t n = strlen(name);
    for (const char *line = head; line && line < end; line = strstr(line, "\r\n")) {
        if (line != head) line += 2;
        if (!strncasecmp(line, name, n) && line[n] == ':') return line + n + 1 + strspn(line + n + 1, " ");
    }
    return NULL;
}
#endif
