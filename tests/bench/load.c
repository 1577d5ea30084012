/*
 * The load of the benchmark: closed loop, HTTP/1.1 with keep-alive, every reply read to its end.
 *
 *   load PORT PATH BODY CONCURRENCY SECONDS REPLIES GAP_US DUMP
 *
 * BODY is a file. It ends after SECONDS or REPLIES, whichever is first (0: no limit); what is under way is
 * read on. A reply counts when its status is 200, its framing ended as it should and, for an event stream,
 * [DONE] was the last event; otherwise it is a failure. GAP_US: the upstream's pace; then the number in
 * events are due one gap apart, in the order they come (paced replies are quiet ones: none is left out). DUMP: a file for all
 * bodies, each after a line with its length; "-" for none.
 *
 * Prints one line of JSON; times in milliseconds.
 */
#include "wire.h"

enum Framing { LENGTH, CHUNKED };

typedef struct {
    int fd, in_body, status;
    enum Framing framing;
    Buffer raw, body; /* raw: what has come and is not read; body: of this reply, without its framing */
    size_t at, left;  /* at: read so far of raw; left: of the body or of this chunk */
    size_t seen;      /* of the body, for arrival times */
    int64_t place;    /* of the next event in its stream */
    int64_t sent;
    int stream, closes;
} Conn;

typedef struct {
    double *at;
    size_t n, room;
} Times;

static const int64_t GRACE_NS = 60000000000LL; /* for what is under way when the time is over */

static Times latencies, lags;
static Buffer request;
static int port, epoll;
static int64_t gap, deadline;
static long started, done, failures, limit, bytes;
static FILE *dump;

static void note(Times *t, int64_t ns) {
    if (t->n == t->room && !(t->at = realloc(t->at, (t->room = t->room * 2 + 4096) * sizeof *t->at))) die("realloc");
    t->at[t->n++] = ns / 1e6;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double share(const Times *t, double q) { return t->n ? t->at[(size_t)(q * (t->n - 1) + 0.5)] : 0; }

static void print_times(const char *name, Times *t) {
    qsort(t->at, t->n, sizeof *t->at, by_size);
    printf(", \"%s\": {\"count\": %zu, \"p50\": %.4f, \"p99\": %.4f}", name, t->n, share(t, .5), share(t, .99));
}

static void dial(Conn *c) {
    struct sockaddr_in to = loopback(port);
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&to, sizeof to)) die("connect");
    no_delay(c->fd);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
}

static void hang_up(Conn *c) {
    close(c->fd);
    c->fd = -1;
}

static void ask(Conn *c) {
    if ((limit && started >= limit) || now_ns() >= deadline) { hang_up(c); return; }
    started++;
    c->in_body = c->status = c->closes = 0;
    c->body.used = c->seen = 0;
    c->place = 0;
    c->sent = now_ns();
    /* A request fits into an empty socket buffer; if not, the reply never comes and that is a failure. */
    if (send(c->fd, request.at, request.used, MSG_NOSIGNAL) != (ssize_t)request.used) c->status = -1;
}

static int ended_well(const Conn *c) {
    if (c->status != 200 || !c->body.used) return 0;
    size_t tail = c->body.used < 32 ? c->body.used : 32;
    return !c->stream || memmem(c->body.at + c->body.used - tail, tail, "data: [DONE]", 12);
}

static void finish(Conn *c, int whole) {
    if (whole && ended_well(c)) {
        done++;
        bytes += c->body.used;
        note(&latencies, now_ns() - c->sent);
    } else {
        failures++;
    }
    if (dump && whole) {
        fprintf(dump, "%zu\n", c->body.used);
        fwrite(c->body.at, 1, c->body.used, dump);
    }
    if (!whole || c->closes) {
        hang_up(c);
        if (failures > 100) { fprintf(stderr, "more than 100 replies failed\n"); exit(1); }
        dial(c);
        c->raw.used = c->at = 0;
    }
    ask(c);
}

/* The head of a reply, when all of it is there. */
static int read_head(Conn *c) {
    const char *head = c->raw.at + c->at, *end = strstr(head, "\r\n\r\n");
    if (!end) return 0;
    const char *length = header(head, end, "content-length"), *type = header(head, end, "content-type");
    const char *coding = header(head, end, "transfer-encoding"), *keep = header(head, end, "connection");
    c->status = atoi(head + 9);
    c->framing = coding && !strncasecmp(coding, "chunked", 7) ? CHUNKED : LENGTH;
    c->left = length && c->framing == LENGTH ? strtoul(length, NULL, 10) : 0;
    c->stream = type && !strncasecmp(type, "text/event-stream", 17);
    c->closes = keep && !strncasecmp(keep, "close", 5);
    c->at = end + 4 - c->raw.at;
    c->in_body = 1;
    return 1;
}

/* Takes up to *left* bytes of the body. */
static void take(Conn *c) {
    size_t n = c->raw.used - c->at;
    if (n > c->left) n = c->left;
    append(&c->body, c->raw.at + c->at, n);
    c->at += n;
    c->left -= n;
}

/* 1 at the end of the body, 0 when more must come, -1 when it is not chunked coding. */
static int read_chunks(Conn *c) {
    for (;;) {
        if (c->left > 2) { /* the chunk, and the CRLF after it */
            c->left -= 2;
            take(c);
            c->left += 2;
        }
        size_t rest = c->raw.used - c->at;
        if (c->left) {
            if (c->left > 2 || rest < c->left) return 0;
            c->at += c->left;
            c->left = 0;
            continue;
        }
        char *line = c->raw.at + c->at, *end = memmem(line, rest, "\r\n", 2), *stop;
        if (!end) return 0;
        size_t size = strtoul(line, &stop, 16);
        if (stop == line) return -1;
        if (size == 0) {
            if (rest < (size_t)(end - line) + 4) return 0;
            c->at = end + 4 - c->raw.at; /* no trailers are expected */
            return 1;
        }
        c->at = end + 2 - c->raw.at;
        c->left = size + 2;
    }
}

static int read_body(Conn *c) {
    if (c->framing == CHUNKED) return read_chunks(c);
    take(c);
    return c->left == 0;
}

/* How late each event is that came with this read. */
static void time_events(Conn *c) {
    static const char KEY[] = "\"created\":";
    int64_t now = now_ns();
    char *at;
    while ((at = memmem(c->body.at + c->seen, c->body.used - c->seen, KEY, sizeof KEY - 1))) {
        note(&lags, now - (c->sent + c->place++ * gap));
        c->seen = at + sizeof KEY - 1 - c->body.at;
    }
}

static void receive(Conn *c) {
    if (c->at == c->raw.used) c->at = c->raw.used = 0;
    reserve(&c->raw, 262145);
    ssize_t n = recv(c->fd, c->raw.at + c->raw.used, 262144, 0);
    if (n < 0 && errno == EAGAIN) return;
    if (n <= 0) { finish(c, 0); return; }
    c->raw.used += n;
    c->raw.at[c->raw.used] = 0;
    if (!c->in_body && !read_head(c)) return;
    int end = read_body(c);
    if (gap && c->stream) time_events(c);
    if (end) finish(c, end > 0);
}

static void make_request(const char *path, const char *file) {
    Buffer body = {0};
    char part[65536];
    size_t n;
    FILE *f = fopen(file, "rb");
    if (!f) die(file);
    while ((n = fread(part, 1, sizeof part, f))) append(&body, part, n);
    fclose(f);
    n = snprintf(part, sizeof part,
                 "POST %s HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nuser-agent: bench\r\naccept: */*\r\n"
                 "authorization: Bearer bench\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n",
                 path, port, body.used);
    append(&request, part, n);
    append(&request, body.at, body.used);
    free(body.at);
}

int main(int argc, char **argv) {
    if (argc != 9) { fprintf(stderr, "usage: load PORT PATH BODY CONCURRENCY SECONDS REPLIES GAP_US DUMP\n"); return 2; }
    port = atoi(argv[1]);
    make_request(argv[2], argv[3]);
    int concurrency = atoi(argv[4]);
    double seconds = atof(argv[5]);
    limit = atol(argv[6]);
    gap = atol(argv[7]) * 1000;
    if (strcmp(argv[8], "-") && !(dump = fopen(argv[8], "wb"))) die(argv[8]);
    epoll = epoll_create1(0);
    Conn *conns = calloc(concurrency, sizeof *conns);
    for (int i = 0; i < concurrency; i++) dial(&conns[i]);
    int64_t start = now_ns();
    deadline = seconds > 0 ? start + (int64_t)(seconds * 1e9) : INT64_MAX;
    for (int i = 0; i < concurrency; i++) ask(&conns[i]);
    while (done + failures < started) {
        struct epoll_event events[64];
        int n = epoll_wait(epoll, events, 64, 1000);
        for (int i = 0; i < n; i++) receive(events[i].data.ptr);
        if (deadline != INT64_MAX && now_ns() > deadline + GRACE_NS) {
            failures += started - done - failures;
            break;
        }
    }
    printf("{\"replies\": %ld, \"failures\": %ld, \"bytes\": %ld, \"seconds\": %.4f", done, failures, bytes,
           (now_ns() - start) / 1e9);
    print_times("latency_ms", &latencies);
    print_times("lag_ms", &lags);
    puts("}");
    return 0;
}
