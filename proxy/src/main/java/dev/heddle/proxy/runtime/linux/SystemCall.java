package dev.heddle.proxy.runtime.linux;

import java.util.Locale;

/// The calls in use, with their numbers on x86-64 and on aarch64 (`asm/unistd.h`, and
/// `asm-generic/unistd.h`).
enum SystemCall {
    CLOSE(3, 57),
    EVENTFD2(290, 19),
    WRITE(1, 64),
    EPOLL_CREATE1(291, 20),
    EPOLL_CTL(233, 21),
    EPOLL_PWAIT(281, 22),
    SOCKET(41, 198),
    BIND(49, 200),
    LISTEN(50, 201),
    ACCEPT4(288, 242),
    CONNECT(42, 203),
    GETSOCKNAME(51, 204),
    SENDTO(44, 206),
    RECVFROM(45, 207),
    SETSOCKOPT(54, 208),
    GETSOCKOPT(55, 209),
    SHUTDOWN(48, 210),
    SENDMSG(46, 211),
    PIPE2(293, 59),
    FCNTL(72, 25),
    SPLICE(275, 76),
    MADVISE(28, 233),
    SETPRIORITY(141, 140),
    SCHED_SETATTR(314, 274),
    SCHED_GETATTR(315, 275);

    /// Whether this machine is a Linux whose numbers are known.
    static final boolean IS_KNOWN;

    /// Whether it is x86-64, where the kernel packs `struct epoll_event`.
    static final boolean IS_X86;

    static {
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        IS_X86 = arch.equals("amd64") || arch.equals("x86_64");
        IS_KNOWN =
                System.getProperty("os.name").equals("Linux") && (IS_X86 || arch.equals("aarch64"));
    }

    private final int x86;
    private final int arm;

    SystemCall(int x86, int arm) {
        this.x86 = x86;
        this.arm = arm;
    }

    int number() {
        return IS_X86 ? x86 : arm;
    }
}
