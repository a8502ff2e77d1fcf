package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.ListenerFilterConfig.Kind;
import dev.heddle.proxy.config.ListenerFilterConfig.Version;
import dev.heddle.proxy.observe.ListenerLog;
import dev.heddle.proxy.runtime.Client.Extension;
import io.netty.buffer.ByteBuf;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Reads the header by which a load balancer says who its client is ([the PROXY
/// protocol](https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt), versions 1 and 2), and
/// takes it off.
///
/// Strict: whatever the protocol does not allow breaks the connection, for a header that two
/// parsers read differently is a way to forge an address. A header that says nothing about the
/// client (`UNKNOWN`, `LOCAL`) leaves the socket's addresses in place.
final class ProxyHeaderPeek implements Peek {
    private static final byte[] V1_START = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2_START = {
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
    };
    private static final int LONGEST_V1 = 107;
    private static final int V2_HEADER = 16;
    private static final int LOCAL = 0;
    private static final int PROXY = 1;
    private static final int V4_FAMILY = 1;
    private static final int V6_FAMILY = 2;
    private static final int DATAGRAM = 2;
    private static final int TLV_HEADER = 3;

    private static final Pattern PORT = Pattern.compile("0|[1-9][0-9]{0,4}");
    private static final Pattern V4 =
            Pattern.compile("(?:(?:0|[1-9][0-9]{0,2})\\.){3}(?:0|[1-9][0-9]{0,2})");
    private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

    private final Kind.Proxy config;
    private final ListenerLog log;

    ProxyHeaderPeek(Kind.Proxy config, ListenerLog log) {
        this.config = config;
        this.log = log;
    }

    @Override
    public Outcome look(ByteBuf bytes, Arrival arrival) {
        if (begins(bytes, V2_START)) {
            return bytes.readableBytes() < V2_START.length
                    ? Outcome.MORE
                    : allowed(Version.V2, binary(bytes, arrival));
        }
        if (begins(bytes, V1_START)) {
            return bytes.readableBytes() < V1_START.length
                    ? Outcome.MORE
                    : allowed(Version.V1, line(bytes, arrival));
        }
        log.proxyHeader(config.statPrefix(), 0, config.isOptional() ? "allowed" : "disallowed");
        return config.isOptional() ? Outcome.DONE : new Outcome.Broken("no PROXY header");
    }

    /// Whether the bytes are like a start as far as they go.
    private static boolean begins(ByteBuf bytes, byte[] start) {
        int common = Math.min(bytes.readableBytes(), start.length);
        for (int i = 0; i < common; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != start[i]) {
                return false;
            }
        }
        return true;
    }

    private Outcome allowed(Version version, Outcome outcome) {
        boolean isDisallowed = config.disallowed().contains(version);
        String what =
                switch (outcome) {
                    case Outcome.More() -> "";
                    case Outcome.Done _ -> isDisallowed ? "disallowed" : "found";
                    case Outcome.Broken _ -> isDisallowed ? "disallowed" : "error";
                };
        if (!what.isEmpty()) {
            log.proxyHeader(config.statPrefix(), version == Version.V1 ? 1 : 2, what);
        }
        return isDisallowed && !(outcome instanceof Outcome.More)
                ? new Outcome.Broken("PROXY header " + version)
                : outcome;
    }

    private static Outcome broken(String why) {
        return new Outcome.Broken("PROXY header: " + why);
    }

    // Version 1.

    private static Outcome line(ByteBuf bytes, Arrival arrival) {
        int most = Math.min(bytes.readableBytes(), LONGEST_V1);
        int feed = bytes.indexOf(bytes.readerIndex(), bytes.readerIndex() + most, (byte) '\n');
        if (feed < 0) {
            return most == LONGEST_V1 ? broken("a line too long") : Outcome.MORE;
        }
        int length = feed - bytes.readerIndex() + 1;
        if (bytes.getByte(feed - 1) != '\r') {
            return broken("a line feed alone");
        }
        String line = bytes.toString(bytes.readerIndex(), length - 2, StandardCharsets.ISO_8859_1);
        String[] words = line.split(" ", -1);
        if (words[1].equals("UNKNOWN")) {
            return new Outcome.Done(length);
        }
        boolean isV4 = words[1].equals("TCP4");
        if ((!isV4 && !words[1].equals("TCP6")) || words.length != 6) {
            return broken("an unknown line");
        }
        Pattern address = isV4 ? V4 : V6;
        if (!address.matcher(words[2]).matches()
                || !address.matcher(words[3]).matches()
                || !isPort(words[4])
                || !isPort(words[5])) {
            return broken("an address or port that is none");
        }
        try {
            InetAddress source = InetAddress.ofLiteral(words[2]);
            InetAddress target = InetAddress.ofLiteral(words[3]);
            arrival.onProxyHeader(
                    new InetSocketAddress(source, Integer.parseInt(words[4])),
                    new InetSocketAddress(target, Integer.parseInt(words[5])),
                    List.of());
        } catch (IllegalArgumentException _) {
            return broken("an address that is none");
        }
        return new Outcome.Done(length);
    }

    private static boolean isPort(String text) {
        return PORT.matcher(text).matches() && Integer.parseInt(text) <= 65_535;
    }

    // Version 2.

    private Outcome binary(ByteBuf bytes, Arrival arrival) {
        int start = bytes.readerIndex();
        int available = bytes.readableBytes();
        if (available > V2_START.length && bytes.getUnsignedByte(start + 12) >> 4 != 2) {
            return broken("version " + (bytes.getUnsignedByte(start + 12) >> 4));
        }
        if (available < V2_HEADER) {
            return Outcome.MORE;
        }
        int command = bytes.getUnsignedByte(start + 12) & 0xf;
        int family = bytes.getUnsignedByte(start + 13) >> 4;
        int protocol = bytes.getUnsignedByte(start + 13) & 0xf;
        int length = bytes.getUnsignedShort(start + 14);
        int addresses = family == V4_FAMILY ? 12 : 36;
        if (command != LOCAL) {
            if (command != PROXY) {
                return broken("command " + command);
            }
            // A balancer may have taken datagrams from its client; as Envoy, we don't mind.
            if ((family != V4_FAMILY && family != V6_FAMILY)
                    || protocol < 1
                    || protocol > DATAGRAM) {
                return broken("family " + family + ", protocol " + protocol);
            }
            if (length < addresses) {
                return broken(length + " bytes of addresses");
            }
        }
        if (available < V2_HEADER + length) {
            return Outcome.MORE;
        }
        if (command == PROXY) {
            List<Extension> said =
                    extensions(bytes, start + V2_HEADER + addresses, length - addresses);
            if (said == null) {
                return broken("an extension longer than the header");
            }
            int size = family == V4_FAMILY ? 4 : 16;
            int at = start + V2_HEADER;
            arrival.onProxyHeader(
                    address(bytes, at, size, at + 2 * size),
                    address(bytes, at + size, size, at + 2 * size + 2),
                    said);
        }
        return new Outcome.Done(V2_HEADER + length);
    }

    /// Those that may be passed on; null when one ends after the header.
    private @Nullable List<Extension> extensions(ByteBuf bytes, int start, int length) {
        var said = new ArrayList<Extension>();
        int left = length;
        int at = start;
        while (left > 0) {
            int size = left < TLV_HEADER ? left + 1 : TLV_HEADER + bytes.getUnsignedShort(at + 1);
            if (size > left) {
                return null;
            }
            int type = bytes.getUnsignedByte(at);
            if (config.passed().includes(type)) {
                var value = new byte[size - TLV_HEADER];
                bytes.getBytes(at + TLV_HEADER, value);
                said.add(new Extension(type, ByteBuffer.wrap(value).asReadOnlyBuffer()));
            }
            at += size;
            left -= size;
        }
        return said;
    }

    private static InetSocketAddress address(ByteBuf bytes, int at, int size, int portAt) {
        var address = new byte[size];
        bytes.getBytes(at, address);
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(address), bytes.getUnsignedShort(portAt));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four or sixteen bytes", e);
        }
    }
}
