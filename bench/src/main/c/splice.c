// What the kernel makes possible for bulk: a TCP relay whose bytes stay in the kernel, from a socket
// into a pipe of 1 MB and from there into the other socket. It does nothing else. One thread,
// epoll, edge-triggered.
//
//   splice PORT     relays to 127.0.0.1:PORT; prints "port N" when it listens

#define _GNU_SOURCE
#include "net.h"

enum { PIPE = 1 << 20 };

struct side {
    int fd;
    int pipe[2];     // for what comes from here
    long held;       // what of it is in the pipe
    int finished;    // this side sent its end of stream
    struct side *other;
    int dead;
    struct side *next_dead;
};

static int epoll;
static int port; // of the origin
static struct side *graveyard; // freed after the batch of events: an event may still name them

static void bury(struct side *s) {
    if (s->dead) return;
    s->dead = 1;
    close(s->fd);
    close(s->pipe[0]);
    close(s->pipe[1]);
    s->next_dead = graveyard;
    graveyard = s;
    bury(s->other);
}

// Moves what came from this side. Returns 1 when nothing is left, 0 when the other side is full.
static int drain(struct side *from) {
    while (from->held > 0) {
        ssize_t went = splice(from->pipe[0], NULL, from->other->fd, NULL, (size_t) from->held,
                              SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (went < 0) {
            if (errno != EAGAIN && errno != ENOTCONN) bury(from);
            return 0;
        }
        from->held -= went;
    }
    return 1;
}

static void pump(struct side *from) {
    while (!from->dead && !from->finished && drain(from)) {
        ssize_t got = splice(from->fd, NULL, from->pipe[1], NULL, PIPE,
                             SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
        if (got < 0) {
            if (errno != EAGAIN) bury(from);
            return;
        }
        if (got == 0) {
            from->finished = 1;
            shutdown(from->other->fd, SHUT_WR);
            if (from->other->finished) bury(from);
            return;
        }
        from->held = got;
    }
}

static void on_event(void *of, unsigned events) {
    struct side *s = of;
    if (s->dead) return;
    if (events & EPOLLOUT) pump(s->other);
    if (!s->dead && (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))) pump(s);
    if (events & (EPOLLERR | EPOLLHUP)) bury(s);
}

static struct side *side(int fd) {
    struct side *s = calloc(1, sizeof *s);
    if (!s || pipe2(s->pipe, O_NONBLOCK)) die("cannot make a pipe");
    if (fcntl(s->pipe[1], F_SETPIPE_SZ, PIPE) < 0) die("cannot have a pipe of 1 MB");
    s->fd = fd;
    return s;
}

static void admit(int fd) {
    int upstream = connect_to(port);
    if (upstream < 0) {
        close(fd);
        return;
    }
    without_delay(fd);
    struct side *near = side(fd), *far = side(upstream);
    near->other = far;
    far->other = near;
    watch(epoll, far->fd, far);
    watch(epoll, near->fd, near);
}

static void empty_graveyard(void) {
    while (graveyard) {
        struct side *s = graveyard;
        graveyard = s->next_dead;
        free(s);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) die("usage: splice PORT");
    be_a_child();
    port = atoi(argv[1]);
    int door = listen_and_say();
    epoll = epoll_create1(0);
    serve(epoll, door, on_event, admit, empty_graveyard);
}
