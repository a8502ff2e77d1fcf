package dev.heddle.proxy.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
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
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;

/// The transports that are Netty's, in its terms.
enum NettyTransport {
    /// Linux's completion queue.
    IO_URING,
    /// The JDK's selector.
    NIO,
    /// Inside this process.
    LOCAL;

    /// `IP_BIND_ADDRESS_NO_PORT`.
    private static final ChannelOption<Integer> BIND_WITHOUT_PORT =
            new IntegerUnixChannelOption("IP_BIND_ADDRESS_NO_PORT", 0, 24);

    IoHandlerFactory ioHandler() {
        return switch (this) {
            case IO_URING -> IoUringIoHandler.newFactory();
            case NIO -> NioIoHandler.newFactory();
            case LOCAL -> LocalIoHandler.newFactory();
        };
    }

    Class<? extends ServerChannel> serverChannel() {
        return switch (this) {
            case IO_URING -> IoUringServerSocketChannel.class;
            case NIO -> NioServerSocketChannel.class;
            case LOCAL -> LocalServerChannel.class;
        };
    }

    Class<? extends Channel> channel() {
        return switch (this) {
            case IO_URING -> IoUringSocketChannel.class;
            case NIO -> NioSocketChannel.class;
            case LOCAL -> LocalChannel.class;
        };
    }

    Class<? extends Channel> datagramChannel() {
        return switch (this) {
            case IO_URING -> IoUringDatagramChannel.class;
            case NIO -> NioDatagramChannel.class;
            case LOCAL -> throw new IllegalStateException("nobody sends datagrams in process");
        };
    }

    /// With this each worker listens for itself and the kernel spreads connections over them.
    Map<ChannelOption<?>, Object> listenOptions() {
        return switch (this) {
            case IO_URING -> Map.of(UnixChannelOption.SO_REUSEPORT, true);
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
        if (this == IO_URING && source != null && source.getPort() == 0) {
            // The port is chosen when the other end is known, so that as many connections may come
            // from one address to each host as there are ports, and not to all hosts together.
            options.put(BIND_WITHOUT_PORT, 1);
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
}
