package dev.heddle.proxy.runtime;

import dev.heddle.proxy.runtime.linux.Kernel;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.local.LocalAddress;
import io.netty.channel.local.LocalChannel;
import io.netty.channel.local.LocalIoHandler;
import io.netty.channel.local.LocalServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

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

    /// `IP_BIND_ADDRESS_NO_PORT`.
    private static final ChannelOption<Integer> BIND_WITHOUT_PORT =
            new IntegerUnixChannelOption("IP_BIND_ADDRESS_NO_PORT", 0, 24);

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

    IoHandlerFactory ioHandler() {
        return switch (this) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case EPOLL -> throw ours();
            case NIO -> NioIoHandler.newFactory();
            case LOCAL -> LocalIoHandler.newFactory();
        };
    }

    private static IllegalStateException ours() {
        return new IllegalStateException("epoll has no channels (expected: sockets)");
    }

    Class<? extends ServerChannel> serverChannel() {
        return switch (this) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case EPOLL -> throw ours();
            case NIO -> NioServerSocketChannel.class;
            case LOCAL -> LocalServerChannel.class;
        };
    }

    Class<? extends Channel> channel() {
        return switch (this) {
            case IO_URING -> IoUringSocketChannel.class;
            case EPOLL -> throw ours();
            case NIO -> NioSocketChannel.class;
            case LOCAL -> LocalChannel.class;
        };
    }

    Class<? extends Channel> datagramChannel() {
        return switch (this) {
            case IO_URING -> IoUringDatagramChannel.class;
            case EPOLL -> throw ours();
            case NIO -> NioDatagramChannel.class;
            case LOCAL -> throw new IllegalStateException("nobody sends datagrams in process");
        };
    }

    /// With this each worker listens for itself and the kernel spreads connections over them.
    Map<ChannelOption<?>, Object> listenOptions() {
        return switch (this) {
            case IO_URING -> Map.of(UnixChannelOption.SO_REUSEPORT, true);
            case EPOLL -> throw ours();
            case NIO -> Map.of(NioChannelOption.of(StandardSocketOptions.SO_REUSEPORT), true);
            case LOCAL -> Map.of();
        };
    }

    /// What the socket of a connection to a host is told.
    ///
    /// @param source null lets the system choose
    Map<ChannelOption<?>, Object> connectOptions(
            ConnectSettings settings, @Nullable InetSocketAddress source) {
        var options = new HashMap<ChannelOption<?>, Object>();
        settings.keepAlive().ifPresent(it -> addKeepAlive(options, it));
        if (source != null && source.getPort() == 0) {
            // The port is chosen when the other end is known, so that as many connections may come
            // from one address to each host as there are ports, and not to all hosts together.
            if (hasKernelOptions()) {
                options.put(BIND_WITHOUT_PORT, 1);
            }
        }
        return options;
    }

    /// Has the system probe a silent connection.
    private void addKeepAlive(Map<ChannelOption<?>, Object> options, KeepAlive keepAlive) {
        options.put(ChannelOption.SO_KEEPALIVE, true);
        List<ChannelOption<Integer>> names =
                switch (this) {
                    case IO_URING ->
                            List.of(
                                    IoUringChannelOption.TCP_KEEPCNT,
                                    IoUringChannelOption.TCP_KEEPIDLE,
                                    IoUringChannelOption.TCP_KEEPINTVL);
                    case EPOLL -> throw ours();
                    case NIO ->
                            List.of(
                                    NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT),
                                    NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE),
                                    NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL));
                    case LOCAL -> List.of();
                };
        int[] values = {keepAlive.probes(), keepAlive.idleSeconds(), keepAlive.intervalSeconds()};
        for (int i = 0; i < names.size(); i++) {
            if (values[i] > 0) {
                options.put(names.get(i), values[i]);
            }
        }
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
        if (!isKernel()) {
            return address;
        }
        if (!settings.options().isEmpty() && !hasKernelOptions()) {
            throw new IOException(
                    settings.options().getFirst() + " cannot be set on transport " + this);
        }
        if (settings.takesForeignAddresses() && address.getPort() != 0) {
            // The JDK cannot ask for such an address; that it is in use is found when it is bound.
            return address;
        }
        try (ServerSocket probe = new ServerSocket()) {
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
        if (!isKernel()) {
            return address;
        }
        if (!settings.options().isEmpty() && !hasKernelOptions()) {
            throw new IOException(
                    settings.options().getFirst() + " cannot be set on transport " + this);
        }
        if (settings.takesForeignAddresses() && address.getPort() != 0) {
            return address;
        }
        try (var probe = new DatagramSocket(address)) {
            return new InetSocketAddress(address.getAddress(), probe.getLocalPort());
        }
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
