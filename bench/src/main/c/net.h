// What the small programs of the bench share: sockets on loopback, a loop of events for those that
// serve, and dying with a reason.
#ifndef HEDDLE_BENCH_NET_H
#define HEDDLE_BENCH_NET_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

__attribute__((noreturn, format(printf, 1, 2))) static void die(const char *format, ...) {
    int error = errno;
    va_list list;
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    if (error) fprintf(stderr, ": %s", strerror(error));
    fputc('\n', stderr);
    exit(1);
}

// Ends with the bench, even when that was killed; may open as many files as the system allows.
static inline void be_a_child(void) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

static inline void without_delay(int fd) {
    int one = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
}

static inline struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {0};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((unsigned short) port);
    return address;
}

// Listens on a free port of 127.0.0.1 and prints it as "port N".
static inline int listen_and_say(void) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (fd < 0 || bind(fd, (struct sockaddr *) &address, size) || listen(fd, 4096)
        || getsockname(fd, (struct sockaddr *) &address, &size))
        die("cannot listen on 127.0.0.1");
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

// Starts to connect to 127.0.0.1:port; the socket becomes writable when it is connected.
static inline int connect_to(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0) die("cannot open a socket");
    without_delay(fd);
    struct sockaddr_in address = loopback(port);
    if (connect(fd, (struct sockaddr *) &address, sizeof address) && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    return fd;
}

// Has an epoll tell of everything on a socket, edge-triggered.
static inline void watch(int epoll, int fd, void *of) {
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = of};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event)) die("cannot use epoll");
}

// Serves for good: tells of what is watched and of new connections at the door, and of the end of
// each batch of events.
static inline void serve(int epoll, int door, void (*on_event)(void *of, unsigned events),
                         void (*admit)(int fd), void (*after)(void)) {
    enum { EVENTS = 256 };
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, door, &event)) die("cannot use epoll");
    struct epoll_event ready[EVENTS];
    for (;;) {
        int count = epoll_wait(epoll, ready, EVENTS, -1);
        if (count < 0 && errno != EINTR) die("cannot wait");
        for (int i = 0; i < count; i++) {
            if (ready[i].data.ptr) {
                on_event(ready[i].data.ptr, ready[i].events);
                continue;
            }
            int fd;
            while ((fd = accept4(door, NULL, NULL, SOCK_NONBLOCK)) >= 0) admit(fd);
        }
        after();
    }
}

#endif
