// The load generator of the bench: HTTP/1.1 GETs over many connections from one thread.
//
//   load --port P --path /x/1024 [options]
//     --host NAME         the Host header (bench)
//     --connections N     how many connections (32)
//     --seconds S         how long, in seconds (3)
//     --requests N        stop after N answers, whatever the time
//     --rate R            open loop: R requests a second in all, on a fixed schedule; without it
//                         each connection asks again as soon as it is answered (closed loop)
//     --close             a new connection for each request (closed loop only)
//     --hold              one request on each connection, 16 at a time, then keep them all idle
//                         until stdin ends
//     --tls DIR           TLS 1.3 with DIR/ca.pem, client certificate DIR/client.pem, client.key
//     --sni NAME          the name asked for and checked (bench)
//     --resume            with --tls --close: resume sessions
//
// Latency counts from the moment a request should have been sent (the schedule in open loop, else
// when the connection was free), so that a stalled proxy cannot hide the requests that it delayed.
// It is kept in a log-linear histogram, right to within 1/64, as HdrHistogram does.
//
// Prints one line "name value name value …": requests, errors, bytes, connects, resumed, seconds,
// and in microseconds mean, p50, p90, p99, p999, max. An answer that is not a 200 with a
// content-length, or a connection that breaks, is an error; the first is described on stderr.

#define _GNU_SOURCE
#include "net.h"
#include <poll.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#ifdef HEDDLE_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>
#endif

enum { HEAD_MAX = 16384, BUFFER = 1 << 18, EVENTS = 512, SUB = 64, BUCKETS = 64 * SUB };
enum state { CLOSED, CONNECTING, IDLE, SENDING, HEAD, BODY };

struct connection {
    int fd;
    enum state state;
    long due;          // when this request should have been sent, nanoseconds
    long body_left;
    int sent, filled;
    int closes;        // the answer said "connection: close"
    struct connection *next_idle;
#ifdef HEDDLE_TLS
    SSL *tls;
#endif
    char head[HEAD_MAX];
};

static int port, connections = 32, one_each, closes, hold, resume;
static double rate, seconds = 3;
static long limit = 1L << 62;
static const char *host = "bench", *path = "/1024", *tls_dir, *sni = "bench";

static char request[4096], buffer[BUFFER];
static struct connection *all;
static int request_size, epoll, timer = -1, opened, held;
static long now, start, end, answers, errors, received, connects, resumed;
static long counts[BUCKETS], slowest;
static double latency_sum;
static struct connection *idle, *idle_last; // first in, first out
static long scheduled;                       // requests sent so far

static long clock_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000L + t.tv_nsec;
}

// --- latencies -----------------------------------------------------------------------------------

static int bucket_of(long value) {
    if (value < SUB) return (int) value;
    int shift = 63 - __builtin_clzl((unsigned long) value) - 5;
    return shift * (SUB / 2) + (int) (value >> shift);
}

static double bucket_middle(int bucket) {
    if (bucket < SUB) return bucket;
    int shift = bucket / (SUB / 2) - 1;
    long low = (long) (bucket - shift * (SUB / 2)) << shift;
    return (double) low + (double) (1L << shift) / 2;
}

static void note_latency(long nanos) {
    if (nanos < 0) nanos = 0;
    counts[bucket_of(nanos)]++;
    latency_sum += (double) nanos;
    if (nanos > slowest) slowest = nanos;
}

static double percentile(double share) {
    long wanted = (long) (share * (double) answers + 0.5), seen = 0;
    if (wanted < 1) wanted = 1;
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += counts[i]) >= wanted) {
            double middle = bucket_middle(i);
            return (middle < (double) slowest ? middle : (double) slowest) / 1000;
        }
    return 0;
}

// --- bytes, plain or through TLS -----------------------------------------------------------------

#ifdef HEDDLE_TLS
static SSL_CTX *context;
static SSL_SESSION *session;

static int keep_session(SSL *tls, SSL_SESSION *fresh) {
    (void) tls;
    SSL_SESSION_free(session);
    session = fresh;
    return 1;
}

static const char *in_dir(const char *name) {
    static char text[4096];
    snprintf(text, sizeof text, "%s/%s", tls_dir, name);
    return text;
}

static void prepare_tls(void) {
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (!SSL_CTX_load_verify_locations(context, in_dir("ca.pem"), NULL)
        || !SSL_CTX_use_certificate_chain_file(context, in_dir("client.pem"))
        || !SSL_CTX_use_PrivateKey_file(context, in_dir("client.key"), SSL_FILETYPE_PEM)) {
        ERR_print_errors_fp(stderr);
        errno = 0;
        die("cannot use the certificates in %s", tls_dir);
    }
    if (resume) {
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT);
        SSL_CTX_sess_set_new_cb(context, keep_session);
    }
}

static void begin_tls(struct connection *c) {
    c->tls = SSL_new(context);
    SSL_set_fd(c->tls, c->fd);
    SSL_set_tlsext_host_name(c->tls, sni);
    SSL_set1_host(c->tls, sni);
    if (resume && session) SSL_set_session(c->tls, session);
    SSL_set_connect_state(c->tls);
}

// The result of an OpenSSL call as recv and send would give it.
static ssize_t as_errno(struct connection *c, int result) {
    if (result > 0) return result;
    switch (SSL_get_error(c->tls, result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
        case SSL_ERROR_ZERO_RETURN: return 0;
        default: errno = EPROTO; return -1;
    }
}
#endif

static ssize_t take(struct connection *c, char *to, size_t room) {
#ifdef HEDDLE_TLS
    if (c->tls) {
        ERR_clear_error();
        return as_errno(c, SSL_read(c->tls, to, (int) room));
    }
#endif
    return recv(c->fd, to, room, 0);
}

static ssize_t give(struct connection *c, const char *from, size_t size) {
#ifdef HEDDLE_TLS
    if (c->tls) {
        ERR_clear_error();
        return as_errno(c, SSL_write(c->tls, from, (int) size));
    }
#endif
    return send(c->fd, from, size, MSG_NOSIGNAL);
}

// --- connections ---------------------------------------------------------------------------------

static void open_connection(struct connection *c);
static void on_free(struct connection *c);

static void hang_up(struct connection *c) {
#ifdef HEDDLE_TLS
    if (c->tls) {
        if (resume && SSL_session_reused(c->tls)) resumed++;
        SSL_set_shutdown(c->tls, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN); // keeps the session
        SSL_free(c->tls);
        c->tls = NULL;
    }
#endif
    close(c->fd);
    c->state = CLOSED;
}

static void fail(struct connection *c, const char *why) {
    if (errors++ == 0) {
        fprintf(stderr, "load: first error: %s", why);
        if (c->filled > 0) fprintf(stderr, ": %.*s", c->filled < 300 ? c->filled : 300, c->head);
        fputc('\n', stderr);
    }
    if (errors > 1000 && answers == 0) {
        errno = 0;
        die("1000 errors and no answer");
    }
    hang_up(c);
    open_connection(c);
}

static void on_answer(struct connection *c) {
    answers++;
    note_latency(now - c->due);
    if (closes || c->closes) {
        hang_up(c);
        open_connection(c);
    } else {
        c->state = IDLE;
        on_free(c);
    }
}

static void send_request(struct connection *c) {
    c->state = SENDING;
    while (c->sent < request_size) {
        ssize_t sent = give(c, request + c->sent, (size_t) (request_size - c->sent));
        if (sent < 0 && errno == EAGAIN) return;
        if (sent <= 0) {
            fail(c, "the connection broke while a request was sent");
            return;
        }
        c->sent += (int) sent;
    }
    c->state = HEAD;
}

static void ask(struct connection *c, long due) {
    c->due = due;
    c->sent = c->filled = 0;
    scheduled++;
    send_request(c);
}

static long due_time(void) {
    return start + (long) ((double) scheduled * 1e9 / rate);
}

static void arm_timer(long at) {
    struct itimerspec when = {.it_value = {at / 1000000000L, at % 1000000000L}};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

// Sends every request that is due while a connection is free.
static void keep_schedule(void) {
    while (idle && due_time() <= now) {
        struct connection *c = idle;
        idle = c->next_idle;
        if (!idle) idle_last = NULL;
        ask(c, due_time());
    }
    if (idle) arm_timer(due_time());
}

// What a connection does that has nothing to do.
static void on_free(struct connection *c) {
    if (one_each) {
        if (c->sent == 0) {
            ask(c, now);
            return;
        }
        held++;
        if (opened < connections) open_connection(&all[opened++]);
    } else if (rate > 0) {
        c->next_idle = NULL;
        if (idle_last) idle_last->next_idle = c;
        else idle = c;
        idle_last = c;
        keep_schedule();
    } else {
        ask(c, now);
    }
}

static void leave_idle(struct connection *c) {
    struct connection *before = NULL;
    for (struct connection *at = idle; at; before = at, at = at->next_idle) {
        if (at != c) continue;
        if (before) before->next_idle = c->next_idle;
        else idle = c->next_idle;
        if (idle_last == c) idle_last = before;
        return;
    }
}

static void open_connection(struct connection *c) {
    c->fd = connect_to(port);
    if (c->fd < 0) die("cannot connect to port %d", port);
    connects++;
    c->state = CONNECTING;
    c->due = now;
    c->sent = c->filled = c->closes = 0;
#ifdef HEDDLE_TLS
    if (tls_dir) begin_tls(c);
#endif
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = c};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event)) die("cannot use epoll");
}

static void on_connected(struct connection *c) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        errno = error;
        die("cannot connect to port %d", port);
    }
#ifdef HEDDLE_TLS
    if (c->tls) {
        ERR_clear_error();
        int done = SSL_do_handshake(c->tls);
        if (done != 1) {
            if (as_errno(c, done) < 0 && errno == EAGAIN) return;
            fail(c, "the TLS handshake failed");
            return;
        }
    }
#endif
    long began = c->due;
    c->state = IDLE;
    if (closes) ask(c, began); // the connection is part of the request
    else on_free(c);
}

// Reads the framing out of a whole head. Returns why the answer is wrong, or NULL.
static const char *read_head(struct connection *c, int size) {
    if (size < 12 || memcmp(c->head, "HTTP/1.1 200", 12)) return "the answer is not a 200";
    c->body_left = -1;
    char *line = c->head, *last = c->head + size - 2;
    while ((line = memchr(line, '\n', (size_t) (last - line))) && ++line < last) {
        if ((*line | 32) != 'c') continue;
        if (!strncasecmp(line, "content-length:", 15)) c->body_left = atol(line + 15);
        else if (!strncasecmp(line, "connection: close", 17)) c->closes = 1;
    }
    return c->body_left < 0 ? "the answer has no content-length" : NULL;
}

// Takes bytes of an answer. Returns 0 when the connection was given up.
static int on_bytes(struct connection *c, const char *from, long size) {
    received += size;
    if (c->state == HEAD) {
        int room = HEAD_MAX - 1 - c->filled, before = c->filled;
        int copied = size < room ? (int) size : room;
        memcpy(c->head + before, from, (size_t) copied);
        c->filled += copied;
        c->head[c->filled] = 0;
        int searched = before > 3 ? before - 3 : 0;
        char *blank = memmem(c->head + searched, (size_t) (c->filled - searched), "\r\n\r\n", 4);
        if (!blank) {
            if (c->filled < HEAD_MAX - 1) return 1;
            fail(c, "the answer's head is too long");
            return 0;
        }
        int head = (int) (blank + 4 - c->head);
        c->filled = head;
        const char *wrong = read_head(c, head);
        if (wrong) {
            fail(c, wrong);
            return 0;
        }
        c->state = BODY;
        from += head - before;
        size -= head - before;
    }
    if (c->state != BODY || size > c->body_left) {
        fail(c, "bytes that nobody asked for");
        return 0;
    }
    c->body_left -= size;
    if (c->body_left > 0) return 1;
    int over = closes || c->closes;
    on_answer(c);
    return !over;
}

static void on_event(struct connection *c, unsigned events) {
    if (c->state == CONNECTING) on_connected(c);
    if (c->state == SENDING && (events & (EPOLLOUT | EPOLLIN))) send_request(c);
    int ended = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    while (c->state > CONNECTING) {
        ssize_t got = take(c, buffer, BUFFER);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            if (c->state == IDLE) leave_idle(c);
            fail(c, "the connection was closed");
            return;
        }
        int fd = c->fd;
        if (!on_bytes(c, buffer, got) || c->fd != fd) return;
        int more = ended || got == BUFFER;
#ifdef HEDDLE_TLS
        if (c->tls) more = 1; // whole records may wait inside of the library
#endif
        if (!more) return;
    }
}

// --- the run -------------------------------------------------------------------------------------

static int option(int argc, char **argv, int at, const char *name) {
    if (strcmp(argv[at], name)) return 0;
    errno = 0;
    if (at + 1 >= argc) die("%s needs a value", name);
    return 1;
}

static void read_options(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--close")) closes = 1;
        else if (!strcmp(argv[i], "--hold")) hold = one_each = 1;
        else if (!strcmp(argv[i], "--resume")) resume = 1;
        else if (option(argc, argv, i, "--port")) port = atoi(argv[++i]);
        else if (option(argc, argv, i, "--path")) path = argv[++i];
        else if (option(argc, argv, i, "--host")) host = argv[++i];
        else if (option(argc, argv, i, "--connections")) connections = atoi(argv[++i]);
        else if (option(argc, argv, i, "--seconds")) seconds = atof(argv[++i]);
        else if (option(argc, argv, i, "--requests")) limit = atol(argv[++i]);
        else if (option(argc, argv, i, "--rate")) rate = atof(argv[++i]);
        else if (option(argc, argv, i, "--tls")) tls_dir = argv[++i];
        else if (option(argc, argv, i, "--sni")) sni = argv[++i];
        else die("unknown option %s", argv[i]);
    }
    errno = 0;
    if (port <= 0) die("--port is needed");
    if (closes && rate > 0) die("--close goes with a closed loop only");
    request_size = snprintf(request, sizeof request,
                            "GET %s HTTP/1.1\r\nhost: %s\r\nuser-agent: heddle-bench\r\n"
                            "accept: */*\r\n%s\r\n",
                            path, host, closes ? "connection: close\r\n" : "");
    if (request_size >= (int) sizeof request) die("the path is too long");
#ifdef HEDDLE_TLS
    if (tls_dir) prepare_tls();
#else
    if (tls_dir) die("built without TLS");
#endif
}

static void print_result(void) {
    double took = (double) (now - start) / 1e9;
    printf("requests %ld errors %ld bytes %ld connects %ld resumed %ld seconds %.6f "
           "mean %.3f p50 %.3f p90 %.3f p99 %.3f p999 %.3f max %.3f\n",
           answers, errors, received, connects, resumed, took,
           answers ? latency_sum / (double) answers / 1000 : 0, percentile(.5), percentile(.9),
           percentile(.99), percentile(.999), (double) slowest / 1000);
    fflush(stdout);
}

static void hold_until_told(void) {
    char byte;
    while (read(0, &byte, 1) > 0) {}
}

int main(int argc, char **argv) {
    be_a_child();
    prctl(PR_SET_TIMERSLACK, 1000); // nanoseconds; the usual 50 microseconds would be seen
    read_options(argc, argv);
    epoll = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct epoll_event tick = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll < 0 || timer < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, timer, &tick))
        die("cannot use epoll");
    now = start = clock_now();
    end = start + (long) (seconds * 1e9);
    all = calloc((size_t) connections, sizeof *all);
    if (!all) die("out of memory");
    int at_once = one_each && connections > 16 ? 16 : connections;
    while (opened < at_once) open_connection(&all[opened++]);

    struct epoll_event ready[EVENTS];
    while (now < end && answers < limit && !(one_each && held == connections)) {
        int wait = (int) ((end - now) / 1000000) + 1;
        int count = epoll_wait(epoll, ready, EVENTS, wait);
        if (count < 0 && errno != EINTR) die("cannot wait");
        now = clock_now();
        for (int i = 0; i < count; i++) {
            if (ready[i].data.ptr) {
                on_event(ready[i].data.ptr, ready[i].events);
            } else {
                long ticks;
                if (read(timer, &ticks, sizeof ticks) > 0) keep_schedule();
            }
        }
    }
    // Open loop: what was due and never sent, or never answered, is an error, not a silence.
    if (rate > 0 && answers < limit) {
        long wanted = (long) (rate * seconds), missing = wanted - answers - errors;
        if (missing > connections && missing > wanted / 100) {
            fprintf(stderr, "load: %ld of %ld requests were not answered in time\n", missing,
                    wanted);
            errors += missing;
        }
    }
    print_result();
    if (hold) hold_until_told();
    return 0;
}
