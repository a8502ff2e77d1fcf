package dev.heddle.proxy.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/// Reads where a connection was made to before netfilter redirected it, `SO_ORIGINAL_DST`: a
/// `sockaddr_in`, or for IPv6 a `sockaddr_in6`. Costs one system call (~0.5 µs).
final class OriginalDestination {
    private static final ChannelOption<ByteBuffer> V4 =
            new RawUnixChannelOption("SO_ORIGINAL_DST", 0, 80, 16);
    private static final ChannelOption<ByteBuffer> V6 =
            new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", 41, 80, 28);

    /// Of the port in both structures; it is in network order.
    private static final int PORT = 2;

    private OriginalDestination() {}

    static Optional<InetSocketAddress> of(Channel channel) {
        if (!(channel instanceof UnixChannel)
                || !(channel.remoteAddress() instanceof InetSocketAddress remote)) {
            return Optional.empty();
        }
        // A client whose IPv4 address is mapped into IPv6 shows as IPv4, and is asked for as that.
        boolean isV6 = remote.getAddress() instanceof Inet6Address;
        try {
            ByteBuffer address = channel.config().getOption(isV6 ? V6 : V4);
            return address == null ? Optional.empty() : Optional.of(parse(address, isV6));
        } catch (ChannelException e) {
            // ENOENT: nobody redirected it, or connections are not tracked at all.
            return Optional.empty();
        }
    }

    static InetSocketAddress parse(ByteBuffer address, boolean isV6) {
        int start = address.position();
        int port =
                ((address.get(start + PORT) & 0xff) << 8) | (address.get(start + PORT + 1) & 0xff);
        var bytes = new byte[isV6 ? 16 : 4];
        address.get(start + (isV6 ? 8 : 4), bytes);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes", e);
        }
    }
}
