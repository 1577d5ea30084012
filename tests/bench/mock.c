/*
 * The upstream of the benchmark: one thread, prepared replies, nothing computed but framing.
 *
 *   mock PORT REPLIES
 *
 * REPLIES is what replies.py writes: for each reply a line "QUIET WHOLE EVENTS", then WHOLE bytes of
 * JSON, then for each event a line with its length and so many bytes. The first event is the role, the
 * last three are the finish, the usage and [DONE]. Replies are given out in turn.
 *
 * In the query of the request: gap_us=N  one event each N microseconds (0: all at once)
 *                              events=N  so many events with text, the reply's own over and over
 *                              quiet=1   only replies in which no rule finds anything
 */
#include "wire.h"

typedef struct {
    int quiet, events;
    Buffer whole, *event; /* ready for the wire: with head, or in an HTTP chunk of its own */
} Reply;

typedef struct {
    int open, alive_epollout;
    Buffer in, out;
    size_t sent;
    const Reply *reply; /* a paced stream that is under way, or NULL */
    int next, events;
    int64_t start, gap;
} Conn;

enum { CONNS = 4096 };
static const char SSE_HEAD[] =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";
static const char LAST_CHUNK[] = "0\r\n\r\n";

static Conn conns[CONNS];
static Reply *replies;
static int reply_count, top, epoll, timer;

static void read_replies(const char *path) {
    FILE *f = fopen(path, "rb");
    if (!f) die(path);
    Reply r;
    size_t size;
    char head[200];
    while (fscanf(f, "%d %zu %d\n", &r.quiet, &size, &r.events) == 3) {
        char *bytes = malloc(size);
        if (fread(bytes, 1, size, f) != size) die("short reply");
        int n = snprintf(head, sizeof head,
                         "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n", size);
        r.whole = (Buffer){0};
        append(&r.whole, head, n);
        append(&r.whole, bytes, size);
        free(bytes);
        r.event = calloc(r.events, sizeof *r.event);
        for (int i = 0; i < r.events; i++) {
            if (fscanf(f, "%zu", &size) != 1 || fgetc(f) != '\n') die("bad event");
            append(&r.event[i], head, snprintf(head, sizeof head, "%zx\r\n", size));
            Buffer *e = &r.event[i];
            reserve(e, size + 3);
            if (fread(e->at + e->used, 1, size, f) != size) die("short event");
            e->used += size;
            append(e, "\r\n", 2);
        }
        replies = realloc(replies, sizeof *replies * (reply_count + 1));
        replies[reply_count++] = r;
    }
    fclose(f);
    if (!reply_count) { fprintf(stderr, "no replies in %s\n", path); exit(1); }
}

static const Reply *next_reply(int quiet) {
    static int turn;
    for (int tries = 0; tries < reply_count; tries++) {
        const Reply *r = &replies[turn++ % reply_count];
        if (!quiet || r->quiet) return r;
    }
    return replies;
}

/* Event *i* of a stream with *events* of text: role, text over and over, then the three that end it. */
static const Buffer *event_at(const Reply *r, int i, int events) {
    int own = r->events - 4;
    if (i == 0) return &r->event[0];
    return i <= events ? &r->event[1 + (i - 1) % own] : &r->event[1 + own + (i - 1 - events)];
}

static void hang_up(int fd) {
    Conn *c = &conns[fd];
    free(c->in.at);
    free(c->out.at);
    *c = (Conn){0};
    close(fd);
}

static void flush(int fd) {
    Conn *c = &conns[fd];
    while (c->sent < c->out.used) {
        ssize_t n = send(fd, c->out.at + c->sent, c->out.used - c->sent, MSG_NOSIGNAL);
        if (n < 0) {
            if (errno != EAGAIN) { hang_up(fd); return; }
            if (!c->alive_epollout) watch(epoll, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT);
            c->alive_epollout = 1;
            return;
        }
        c->sent += n;
    }
    c->sent = c->out.used = 0;
    if (c->alive_epollout) watch(epoll, EPOLL_CTL_MOD, fd, EPOLLIN);
    c->alive_epollout = 0;
}

/* All events of a paced stream that are due. */
static void send_due(int fd, int64_t now) {
    Conn *c = &conns[fd];
    int last = c->events + 4;
    for (; c->next < last && c->start + c->next * c->gap <= now; c->next++) {
        const Buffer *e = event_at(c->reply, c->next, c->events);
        append(&c->out, e->at, e->used);
    }
    if (c->next == last) {
        append(&c->out, LAST_CHUNK, sizeof LAST_CHUNK - 1);
        c->reply = NULL;
    }
    flush(fd);
}

static void arm(void) {
    int64_t first = INT64_MAX;
    for (int fd = 0; fd < top; fd++) {
        const Conn *c = &conns[fd];
        if (c->reply && c->start + c->next * c->gap < first) first = c->start + c->next * c->gap;
    }
    struct itimerspec at = {0};
    if (first != INT64_MAX) at.it_value = (struct timespec){first / 1000000000, first % 1000000000};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
}

static int asked_for(const char *query, const char *name, int otherwise) {
    const char *at = query ? strstr(query, name) : NULL;
    return at ? atoi(at + strlen(name)) : otherwise;
}

static int wants_stream(const char *body, size_t n) {
    const char *at = memmem(body, n, "\"stream\":", 9);
    if (!at) return 0;
    at += 9;
    return at[*at == ' '] == 't';
}

static void answer(int fd, char *head, const char *body, size_t n) {
    Conn *c = &conns[fd];
    *strstr(head, "\r\n") = 0;
    const char *query = strchr(head, '?');
    const Reply *r = next_reply(asked_for(query, "quiet=", 0));
    if (!wants_stream(body, n)) {
        append(&c->out, r->whole.at, r->whole.used);
        flush(fd);
        return;
    }
    append(&c->out, SSE_HEAD, sizeof SSE_HEAD - 1);
    c->reply = r;
    c->next = 0;
    c->events = asked_for(query, "events=", r->events - 4);
    c->gap = asked_for(query, "gap_us=", 0) * 1000LL;
    c->start = now_ns();
    send_due(fd, c->start);
}

/* Answers each request that is in the buffer to its end; 0 when the client has gone. */
static void receive(int fd) {
    Conn *c = &conns[fd];
    reserve(&c->in, 65536);
    ssize_t n = recv(fd, c->in.at + c->in.used, 65536, 0);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN) hang_up(fd);
        return;
    }
    c->in.used += n;
    c->in.at[c->in.used] = 0;
    char *end;
    while (conns[fd].open && c->in.used && (end = strstr(c->in.at, "\r\n\r\n"))) {
        char *body = end + 4, *stop;
        const char *length = header(c->in.at, end, "content-length");
        if (header(c->in.at, end, "transfer-encoding")) {
            if (!(stop = strstr(body, "0\r\n\r\n"))) return;
            stop += 5;
        } else {
            stop = body + (length ? atoi(length) : 0);
        }
        if (stop > c->in.at + c->in.used) return;
        size_t left = c->in.at + c->in.used - stop;
        answer(fd, c->in.at, body, stop - body);
        if (!conns[fd].open) return;
        memmove(c->in.at, stop, left);
        c->in.used = left;
        c->in.at[left] = 0;
    }
}

static void welcome(int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    if (fd < 0) return;
    if (fd >= CONNS) { close(fd); return; }
    no_delay(fd);
    conns[fd] = (Conn){.open = 1};
    if (fd >= top) top = fd + 1;
    watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN);
}

static void ring(void) {
    uint64_t times;
    if (read(timer, &times, sizeof times) < 0) return;
    int64_t now = now_ns();
    for (int fd = 0; fd < top; fd++)
        if (conns[fd].reply) send_due(fd, now);
}

int main(int argc, char **argv) {
    if (argc != 3) { fprintf(stderr, "usage: mock PORT REPLIES\n"); return 2; }
    read_replies(argv[2]);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in at = loopback(atoi(argv[1]));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&at, sizeof at) || listen(listener, 1024)) die("listen");
    epoll = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
    watch(epoll, EPOLL_CTL_ADD, timer, EPOLLIN);
    for (;;) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll, events, 64, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) welcome(fd);
            else if (fd == timer) ring();
            else {
                if (conns[fd].open && events[i].events & EPOLLOUT) flush(fd);
                if (conns[fd].open && events[i].events & ~EPOLLOUT) receive(fd);
            }
        }
        arm();
    }
}
