package dev.heddle.proxy.runtime;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;

/// Netty's epoll, with one thing put right.
///
/// A socket that waits for nothing at the moment (its client has ended its direction, and all that
/// was written has left) is taken out of epoll, but Netty 4.2.18 goes on as if it were in there:
/// the next time it is to wait for something, as when an answer is longer than the kernel's buffer,
/// it is closed with `ENOENT`. So here it stays in, waiting edge-triggered for nothing, which wakes
/// nobody up again and again as a level-triggered one with an error would.
final class EpollLoop implements IoHandler {
    private static final IoOps NOTHING = EpollIoOps.NONE;

    /// `EPOLLET` alone.
    private static final IoOps EDGES = EpollIoOps.valueOf(1 << 31);

    private final IoHandler epoll;

    private EpollLoop(IoHandler epoll) {
        this.epoll = epoll;
    }

    static IoHandlerFactory factory() {
        IoHandlerFactory inner = EpollIoHandler.newFactory();
        return executor -> new EpollLoop(inner.newHandler(executor));
    }

    /// One socket.
    private record Registration(IoRegistration inner) implements IoRegistration {
        @Override
        @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's own signature
        public <T> T attachment() {
            return inner.attachment();
        }

        @Override
        public long submit(IoOps ops) {
            return inner.submit(ops.equals(NOTHING) ? EDGES : ops);
        }

        @Override
        public boolean isValid() {
            return inner.isValid();
        }

        @Override
        public boolean cancel() {
            return inner.cancel();
        }
    }

    @Override
    public IoRegistration register(IoHandle handle) throws Exception {
        return new Registration(epoll.register(handle));
    }

    @Override
    public void initialize() {
        epoll.initialize();
    }

    @Override
    public int run(IoHandlerContext context) {
        return epoll.run(context);
    }

    @Override
    public void prepareToDestroy() {
        epoll.prepareToDestroy();
    }

    @Override
    public void destroy() {
        epoll.destroy();
    }

    @Override
    public void wakeup() {
        epoll.wakeup();
    }

    @Override
    public boolean isCompatible(Class<? extends IoHandle> handleType) {
        return epoll.isCompatible(handleType);
    }
}
