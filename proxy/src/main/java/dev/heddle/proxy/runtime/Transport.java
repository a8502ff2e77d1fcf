package dev.heddle.proxy.runtime;

import dev.heddle.proxy.runtime.linux.Kernel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.uring.IoUring;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Locale;

/// How bytes reach the kernel, or a test.
public enum Transport {
    /// Linux's readiness queue, called through `java.lang.foreign`: the usual one.
    EPOLL,
    /// Linux's completion queue, by Netty. Common container profiles forbid it.
    IO_URING,
    /// The JDK's selector: everywhere else.
    NIO,
    /// Inside this process: one worker, any addresses, no kernel. For simulation.
    LOCAL;

    private static final String ACCEPT_MANY = "io.netty.iouring.acceptMultiShotEnabled";

    static {
        // Netty 4.2.18 cannot stop a request to the kernel for many connections that fails for want
        // of descriptors: it takes a whole processor until there are some.
        if (System.getProperty(ACCEPT_MANY) == null) {
            System.setProperty(ACCEPT_MANY, "false");
        }
    }

    /// The best that works here. What the kernel or a container's profile forbids is not there.
    public static Transport usual() {
        if (EPOLL.isAvailable()) {
            return EPOLL;
        }
        return IO_URING.isAvailable() ? IO_URING : NIO;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// Whether this machine has it.
    public boolean isAvailable() {
        return switch (this) {
            case IO_URING -> IoUring.isAvailable();
            case EPOLL -> Kernel.isUsable();
            case NIO, LOCAL -> true;
        };
    }

    /// How Netty has it. Only for those that are Netty's.
    NettyTransport netty() {
        return switch (this) {
            case IO_URING -> NettyTransport.IO_URING;
            case NIO -> NettyTransport.NIO;
            case LOCAL -> NettyTransport.LOCAL;
            case EPOLL -> throw new IllegalStateException("epoll is not Netty's");
        };
    }

    /// Whether options of the kernel's can be set by their numbers, and read: for the destination
    /// of a connection that was redirected, and for what listeners ask for.
    public boolean hasKernelOptions() {
        return switch (this) {
            case IO_URING, EPOLL -> true;
            case NIO, LOCAL -> false;
        };
    }

    /// Makes sure that nobody else listens at an address, which `SO_REUSEPORT` alone would share
    /// with another process of the same user, and lets the system choose the port where it is 0, so
    /// that all workers listen on the same one.
    ///
    /// @throws IOException as the system says it: address in use, permission denied; or when a
    ///   setting cannot be had here
    public InetSocketAddress reserve(InetSocketAddress address, SocketSettings settings)
            throws IOException {
        if (!canProbe(address, settings)) {
            return address;
        }
        // Bound and not listening: a client that comes meanwhile is refused, and not cut off.
        try (var probe = new Socket()) {
            probe.setReuseAddress(true);
            probe.bind(address);
            return new InetSocketAddress(address.getAddress(), probe.getLocalPort());
        }
    }

    /// The same for an address of datagrams.
    ///
    /// @throws IOException as in [#reserve]
    public InetSocketAddress reserveDatagrams(InetSocketAddress address, SocketSettings settings)
            throws IOException {
        if (!canProbe(address, settings)) {
            return address;
        }
        try (var probe = new DatagramSocket(address)) {
            return new InetSocketAddress(address.getAddress(), probe.getLocalPort());
        }
    }

    /// Whether the JDK can bind the address to see that it is free. It cannot ask for foreign
    /// addresses; that such a one is in use is found when it is bound.
    private boolean canProbe(InetSocketAddress address, SocketSettings settings)
            throws IOException {
        if (!isKernel()) {
            return false;
        }
        if (!settings.options().isEmpty() && !hasKernelOptions()) {
            throw new IOException(
                    settings.options().getFirst() + " cannot be set on transport " + this);
        }
        return !settings.takesForeignAddresses() || address.getPort() == 0;
    }

    boolean isKernel() {
        return this != LOCAL;
    }

    /// The address as the channel takes it: in process, an address is its text.
    SocketAddress toChannel(InetSocketAddress address) {
        return isKernel()
                ? address
                : new LocalAddress(address.getHostString() + ":" + address.getPort());
    }

    /// The address as the proxy shows it. A peer in process that did not bind to one is
    /// 127.0.0.1:0.
    InetSocketAddress fromChannel(SocketAddress address) {
        if (address instanceof InetSocketAddress inet) {
            return inet;
        }
        if (address instanceof LocalAddress local) {
            int colon = local.id().lastIndexOf(':');
            String port = local.id().substring(colon + 1);
            // Netty's own addresses, of those that did not bind, are `E:` and a large number.
            if (colon > 1 && !port.isEmpty() && port.chars().allMatch(Character::isDigit)) {
                return new InetSocketAddress(
                        local.id().substring(0, colon), Integer.parseInt(port));
            }
        }
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
}
