package dev.heddle.proxy.upstream;

import dev.heddle.proxy.runtime.Client;
import dev.heddle.proxy.runtime.Client.Extension;
import dev.heddle.telemetry.SocketAddressText;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The header by which hosts are told who the client of a connection is ([the PROXY
/// protocol](https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt)). A connection that
/// begins with one serves its client alone.
///
/// @param passed which extensions of the client's own header are passed on, in version 2
/// @param added extensions that are always sent, in version 2; a client's of the same type are not
public record ProxyHeader(Version version, Passed passed, List<Extension> added) {
    private static final byte[] V2_START = {
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
    };
    private static final int LOCAL = 0x20;
    private static final int PROXY = 0x21;
    private static final int STREAM_V4 = 0x11;
    private static final int STREAM_V6 = 0x21;
    private static final int LONGEST = 0xffff;
    private static final int EXTENSION_HEADER = 3;

    /// The checksum of the header that came, and padding: they are nothing to the next one.
    private static final Set<Integer> OF_ONE_HEADER = Set.of(3, 4);

    /// Versions of the protocol.
    public enum Version {
        /// A line of text.
        V1,
        /// Binary.
        V2
    }

    /// Which extensions are passed on.
    ///
    /// @param isAll whether it is any
    /// @param types else only these
    public record Passed(boolean isAll, Set<Integer> types) {
        /// None.
        public static final Passed NONE = new Passed(false, Set.of());

        /// Any.
        public static final Passed ALL = new Passed(true, Set.of());

        public Passed {
            types = Set.copyOf(types);
        }

        public boolean includes(int type) {
            return !OF_ONE_HEADER.contains(type) && (isAll || types.contains(type));
        }
    }

    public ProxyHeader {
        added = List.copyOf(added);
    }

    /// What goes before everything else.
    ///
    /// @param client null where the proxy connects for itself
    public ByteBuffer bytes(@Nullable Client client) {
        return switch (version) {
            case V1 -> line(client);
            case V2 -> client == null ? ofProxy() : binary(client);
        };
    }

    private static ByteBuffer line(@Nullable Client client) {
        String line = "PROXY UNKNOWN\r\n";
        if (client != null) {
            boolean isV4 = isV4(client.remote()) && isV4(client.local());
            line =
                    "PROXY %s %s %s %d %d\r\n"
                            .formatted(
                                    isV4 ? "TCP4" : "TCP6",
                                    text(client.remote(), isV4),
                                    text(client.local(), isV4),
                                    client.remote().getPort(),
                                    client.local().getPort());
        }
        return ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)).asReadOnlyBuffer();
    }

    private static String text(InetSocketAddress address, boolean isV4) {
        String host = Objects.requireNonNull(SocketAddressText.host(address));
        return isV4 || !isV4(address) ? host : "::ffff:" + host;
    }

    private static ByteBuffer ofProxy() {
        return ByteBuffer.allocate(V2_START.length + 4)
                .put(V2_START)
                .put((byte) LOCAL)
                .put((byte) 0)
                .putShort((short) 0)
                .flip()
                .asReadOnlyBuffer();
    }

    private ByteBuffer binary(Client client) {
        boolean isV4 = isV4(client.remote()) && isV4(client.local());
        int addresses = isV4 ? 12 : 36;
        List<Extension> extensions = extensions(client, LONGEST - addresses);
        int length = addresses;
        for (Extension each : extensions) {
            length += EXTENSION_HEADER + each.value().remaining();
        }
        ByteBuffer header =
                ByteBuffer.allocate(V2_START.length + 4 + length)
                        .put(V2_START)
                        .put((byte) PROXY)
                        .put((byte) (isV4 ? STREAM_V4 : STREAM_V6))
                        .putShort((short) length)
                        .put(raw(client.remote().getAddress(), isV4))
                        .put(raw(client.local().getAddress(), isV4))
                        .putShort((short) client.remote().getPort())
                        .putShort((short) client.local().getPort());
        for (Extension each : extensions) {
            header.put((byte) each.type())
                    .putShort((short) each.value().remaining())
                    .put(each.value().duplicate());
        }
        return header.flip().asReadOnlyBuffer();
    }

    /// Those that fit, the added ones first.
    private List<Extension> extensions(Client client, int room) {
        var all = new ArrayList<Extension>(added);
        for (Extension each : client.extensions()) {
            boolean isReplaced = added.stream().anyMatch(it -> it.type() == each.type());
            if (passed.includes(each.type()) && !isReplaced) {
                all.add(each);
            }
        }
        int left = room;
        for (int i = 0; i < all.size(); i++) {
            left -= EXTENSION_HEADER + all.get(i).value().remaining();
            if (left < 0) {
                return all.subList(0, i);
            }
        }
        return all;
    }

    private static boolean isV4(InetSocketAddress address) {
        return address.getAddress() instanceof Inet4Address;
    }

    /// Four bytes, or sixteen, into which an IPv4 address is mapped where its other end has IPv6.
    private static byte[] raw(InetAddress address, boolean isV4) {
        byte[] bytes = address.getAddress();
        if (isV4 || bytes.length == 16) {
            return bytes;
        }
        var mapped = new byte[16];
        mapped[10] = (byte) 0xff;
        mapped[11] = (byte) 0xff;
        System.arraycopy(bytes, 0, mapped, 12, 4);
        return mapped;
    }
}
