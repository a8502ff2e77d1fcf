// The origin server of the bench: one thread, epoll, as little CPU per answer as possible.
//
//   GET /any/path/1024    answers 200 with a body of 1024 bytes (the number that ends the path)
//   GET /any/path/echo    answers 200 with the request's head, as this server received it
//
// Requests may be pipelined. "connection: close" is honoured. Anything else that this server does
// not speak (bodies, other methods) is answered 501 and the connection closed, so that a wrong
// setup shows itself as errors. Prints "port N" when it listens; ends with its parent.

#define _GNU_SOURCE
#include "net.h"
#include <sys/uio.h>

enum { HEAD_MAX = 16384, SMALL = 65536, PATTERN = 1 << 20 };

struct connection {
    int fd;
    int closing;     // answer what is under way, then close
    int ended;       // the peer said its last word: read on until it is heard
    int waiting;     // the socket is full: epoll tells when to go on
    int filled;      // bytes of a head in input
    long body_left;  // bytes of the current answer's body not yet sent
    int rest_left;   // bytes of rest not yet sent
    int rest_from;
    char *rest;      // the unsent part of a head or of a small answer
    char input[HEAD_MAX];
};

static char pattern[PATTERN];
static int epoll;

// The last small answer, kept whole: nearly every request of a run wants the same one.
static char answer[SMALL + 256];
static int answer_size;
static long answer_body = -1;

static int write_head(char *to, long size) {
    return sprintf(to,
                   "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n"
                   "content-length: %ld\r\n\r\n",
                   size);
}

static void drop(struct connection *c) {
    close(c->fd);
    free(c->rest);
    free(c);
}

static void keep_rest(struct connection *c, const char *from, int size) {
    free(c->rest);
    c->rest = malloc((size_t) size);
    if (!c->rest) die("out of memory");
    memcpy(c->rest, from, (size_t) size);
    c->rest_from = 0;
    c->rest_left = size;
}

// Sends what is left of the current answer. Returns 1 when all is sent, 0 when the socket is full,
// -1 when the peer is gone.
static int flush_out(struct connection *c) {
    while (c->rest_left > 0 || c->body_left > 0) {
        struct iovec parts[9];
        int count = 0;
        if (c->rest_left > 0)
            parts[count++] = (struct iovec){c->rest + c->rest_from, (size_t) c->rest_left};
        for (long left = c->body_left; left > 0 && count < 9; left -= PATTERN)
            parts[count++] = (struct iovec){pattern, (size_t) (left < PATTERN ? left : PATTERN)};
        ssize_t sent = writev(c->fd, parts, count);
        if (sent < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN ? 0 : -1;
        }
        if (sent <= c->rest_left) {
            c->rest_left -= (int) sent;
            c->rest_from += (int) sent;
        } else {
            c->body_left -= sent - c->rest_left;
            c->rest_left = 0;
        }
    }
    return 1;
}

static int send_small(struct connection *c, const char *from, int size) {
    ssize_t sent = send(c->fd, from, (size_t) size, MSG_NOSIGNAL);
    if (sent == size) return 1;
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return -1;
    if (sent < 0) sent = 0;
    keep_rest(c, from + sent, size - (int) sent);
    return flush_out(c);
}

// Answers the request whose head is input[0..size). Returns like flush_out.
static int answer_request(struct connection *c, const char *head, int size) {
    const char *line_end = memchr(head, '\r', (size_t) size);
    const char *path_end = line_end - 9; // " HTTP/1.1"
    if (size < 16 || memcmp(head, "GET ", 4) || path_end <= head + 4 || *path_end != ' '
        || memmem(head, (size_t) size, "\r\nTransfer-", 12)
        || memmem(head, (size_t) size, "\r\ntransfer-", 12)) {
        static const char no[] =
            "HTTP/1.1 501 Not Implemented\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        c->closing = 1;
        return send_small(c, no, sizeof no - 1);
    }
    if (memmem(head, (size_t) size, "onnection: close", 16)) c->closing = 1;
    if (!memcmp(path_end - 5, "/echo", 5)) {
        char text[HEAD_MAX + 256];
        int start = write_head(text, size);
        memcpy(text + start, head, (size_t) size);
        return send_small(c, text, start + size);
    }
    long body = 0, place = 1;
    for (const char *digit = path_end - 1; *digit >= '0' && *digit <= '9'; digit--) {
        body += (*digit - '0') * place;
        place *= 10;
    }
    if (body > SMALL) {
        char text[256];
        keep_rest(c, text, write_head(text, body));
        c->body_left = body;
        return flush_out(c);
    }
    if (body != answer_body) {
        answer_size = write_head(answer, body);
        memcpy(answer + answer_size, pattern, (size_t) body);
        answer_size += (int) body;
        answer_body = body;
    }
    return send_small(c, answer, answer_size);
}

// Answers every whole head in the input. Returns -1 when the connection is over.
static int answer_all(struct connection *c) {
    int from = 0, state = 1;
    while (state == 1 && !c->closing && from < c->filled) {
        char *end = memmem(c->input + from, (size_t) (c->filled - from), "\r\n\r\n", 4);
        if (!end) break;
        int size = (int) (end + 4 - (c->input + from));
        state = answer_request(c, c->input + from, size);
        from += size;
    }
    memmove(c->input, c->input + from, (size_t) (c->filled - from));
    c->filled -= from;
    c->waiting = state == 0;
    if (state < 0 || (state == 1 && c->closing)) return -1;
    return 0;
}

static void on_event(void *of, unsigned events) {
    struct connection *c = of;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) c->ended = 1;
    if (c->waiting) {
        if (!(events & (EPOLLOUT | EPOLLERR | EPOLLHUP))) return;
        int state = flush_out(c);
        if (state < 0 || (state == 1 && c->closing)) {
            drop(c);
            return;
        }
        if (state == 0) return;
        c->waiting = 0;
        if (answer_all(c) < 0) {
            drop(c);
            return;
        }
    }
    while (!c->waiting) {
        int room = HEAD_MAX - c->filled;
        ssize_t got = recv(c->fd, c->input + c->filled, (size_t) room, 0);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) {
            drop(c);
            return;
        }
        c->filled += (int) got;
        if (answer_all(c) < 0 || c->filled == HEAD_MAX) {
            drop(c);
            return;
        }
        if (got < room && !c->ended) return; // edge-triggered: what comes later is a new event
    }
}

static void admit(int fd) {
    without_delay(fd);
    struct connection *c = calloc(1, sizeof *c);
    if (!c) die("out of memory");
    c->fd = fd;
    watch(epoll, fd, c);
}

static void after(void) {}

int main(void) {
    be_a_child();
    for (int i = 0; i < PATTERN; i++) pattern[i] = (char) ('a' + i % 26);
    int door = listen_and_say();
    epoll = epoll_create1(0);
    serve(epoll, door, on_event, admit, after);
}
