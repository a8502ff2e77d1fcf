// The yardstick of the bench: a TCP relay that copies bytes with recv and send and does nothing
// else. One thread, epoll, edge-triggered; what a full socket does not take is kept and the other
// side is not read until it is gone.
//
//   relay PORT     relays to 127.0.0.1:PORT; prints "port N" when it listens

#define _GNU_SOURCE
#include "net.h"

enum { BUFFER = 65536 };

struct side {
    int fd;
    int ending;        // an end of stream is on its way: read on until it is there
    int finished;      // this side sent its end of stream
    struct side *other;
    char *kept;        // bytes from here that the other side could not take yet
    int kept_from, kept_size;
    int dead;
    struct side *next_dead;
};

static char buffer[BUFFER];
static int epoll;
static int port; // of the origin
static struct side *graveyard; // freed after the batch of events: an event may still name them

static void bury(struct side *s) {
    if (s->dead) return;
    s->dead = 1;
    close(s->fd);
    s->next_dead = graveyard;
    graveyard = s;
    bury(s->other);
}

// Sends what was kept from this side. Returns 1 when nothing is left, 0 when the other is full.
static int send_kept(struct side *from) {
    while (from->kept_size > 0) {
        ssize_t sent = send(from->other->fd, from->kept + from->kept_from,
                            (size_t) from->kept_size, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN && errno != ENOTCONN) bury(from);
            return 0;
        }
        from->kept_from += (int) sent;
        from->kept_size -= (int) sent;
    }
    return 1;
}

static void pump(struct side *from) {
    while (!from->dead && !from->finished && send_kept(from)) {
        ssize_t got = recv(from->fd, buffer, BUFFER, 0);
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
        ssize_t sent = send(from->other->fd, buffer, (size_t) got, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN && errno != ENOTCONN) {
                bury(from);
                return;
            }
            sent = 0;
        }
        if (sent < got) {
            if (!from->kept && !(from->kept = malloc(BUFFER))) die("out of memory");
            memcpy(from->kept, buffer + sent, (size_t) (got - sent));
            from->kept_from = 0;
            from->kept_size = (int) (got - sent);
            return;
        }
        if (got < BUFFER && !from->ending) return; // edge-triggered: what comes later is a new event
    }
}

static void on_event(void *of, unsigned events) {
    struct side *s = of;
    if (s->dead) return;
    if (events & EPOLLRDHUP) s->ending = 1;
    if (events & (EPOLLERR | EPOLLHUP)) {
        pump(s);
        bury(s);
        return;
    }
    if ((events & EPOLLOUT) && s->other->kept_size > 0) pump(s->other);
    if (!s->dead && (events & (EPOLLIN | EPOLLRDHUP))) pump(s);
}

static void admit(int fd) {
    int upstream = connect_to(port);
    if (upstream < 0) {
        close(fd);
        return;
    }
    without_delay(fd);
    struct side *near = calloc(1, sizeof *near), *far = calloc(1, sizeof *far);
    if (!near || !far) die("out of memory");
    near->fd = fd;
    near->other = far;
    far->fd = upstream;
    far->other = near;
    watch(epoll, far->fd, far);
    watch(epoll, near->fd, near);
}

static void empty_graveyard(void) {
    while (graveyard) {
        struct side *s = graveyard;
        graveyard = s->next_dead;
        free(s->kept);
        free(s);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) die("usage: relay PORT");
    be_a_child();
    port = atoi(argv[1]);
    int door = listen_and_say();
    epoll = epoll_create1(0);
    serve(epoll, door, on_event, admit, empty_graveyard);
}
