package dev.heddle.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Begun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The same connections to our proxy and to stock Envoy, which have the same listeners: each goes
/// to the same filter chain, or is closed by both.
class FilterChainsBesideEnvoyTest {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.filters.";
    private static final String V2 = "0d0a0d0a000d0a515549540a";

    @TempDir Path directory;

    /// A connection.
    ///
    /// @param listener its index
    /// @param to an address of this machine
    /// @param from another
    /// @param sent at once, as ISO 8859-1
    /// @param isHalf whether the client then ends its direction
    private record Call(int listener, String to, String from, String sent, boolean isHalf) {
        Call(int listener, String sent) {
            this(listener, "127.0.0.1", "127.0.0.1", sent.replace("~", "\r\n"), false);
        }

        static Call of(int listener, byte[] bytes) {
            return new Call(
                    listener,
                    "127.0.0.1",
                    "127.0.0.1",
                    new String(bytes, StandardCharsets.ISO_8859_1),
                    false);
        }

        byte[] bytes() {
            return sent.getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    private static String chain(String cluster, String match) {
        return """
            - name: %s
              filter_chain_match: {%s}
              filters: [%s]
        """
                .formatted(cluster, match, proxy(cluster));
    }

    private static String proxy(String cluster) {
        return "{name: t, typed_config: {'@type': %snetwork.tcp_proxy.v3.TcpProxy, stat_prefix: s, cluster: %s}}"
                .formatted(TYPE, cluster);
    }

    private static String filter(String type, String more) {
        return "{name: %s, typed_config: {'@type': %slistener.%s%s}}"
                .formatted(type, TYPE, type, more);
    }

    private static String listener(
            int port, String address, boolean continues, List<String> filters, String... chains) {
        return """
          - name: l%d
            address: {socket_address: {address: %s, port_value: %d}}
            listener_filters: [%s]
            listener_filters_timeout: 1s
            continue_on_listener_filters_timeout: %s
            filter_chains:
        %s\
        """
                .formatted(
                        port,
                        address,
                        port,
                        String.join(", ", filters),
                        continues,
                        String.join("", chains));
    }

    private static String bootstrap(List<Integer> ports, String clusters) {
        String tls = filter("tls_inspector.v3.TlsInspector", "");
        String http = filter("http_inspector.v3.HttpInspector", "");
        String header = filter("proxy_protocol.v3.ProxyProtocol", "");
        String maybe =
                filter(
                        "proxy_protocol.v3.ProxyProtocol",
                        ", allow_requests_without_proxy_protocol: true, disallowed_versions: [V1]");
        return "static_resources:\n  listeners:\n"
                + listener(
                        ports.get(0),
                        "127.0.0.1",
                        true,
                        List.of(tls, http),
                        chain("a", "server_names: [www.example.com]"),
                        chain("b", "server_names: ['*.example.com'], transport_protocol: tls"),
                        chain("c", "transport_protocol: tls, application_protocols: [istio, h2]"),
                        chain("d", "transport_protocol: tls"),
                        chain("e", "application_protocols: [http/1.1, h2c]"),
                        chain("f", "transport_protocol: raw_buffer"))
                + listener(
                        ports.get(1),
                        "127.0.0.1",
                        false,
                        List.of(header),
                        chain(
                                "a",
                                "source_prefix_ranges: [{address_prefix: 203.0.113.0, prefix_len:"
                                        + " 24}]"),
                        chain("b", "destination_port: 8443"),
                        chain("c", "source_ports: [5001]"),
                        chain(
                                "d",
                                "prefix_ranges: [{address_prefix: 192.0.2.0, prefix_len: 24}],"
                                        + " source_type: EXTERNAL"))
                + listener(
                        ports.get(2),
                        "0.0.0.0",
                        false,
                        List.of(),
                        chain("a", "prefix_ranges: [{address_prefix: 127.0.0.3, prefix_len: 32}]"),
                        chain("b", "prefix_ranges: [{address_prefix: 127.0.0.0, prefix_len: 30}]"),
                        chain(
                                "c",
                                "direct_source_prefix_ranges: [{address_prefix: 127.0.0.2,"
                                        + " prefix_len: 32}]"),
                        chain("d", "source_type: SAME_IP_OR_LOOPBACK"))
                + listener(
                        ports.get(3),
                        "127.0.0.1",
                        false,
                        List.of(maybe, tls),
                        chain("a", "server_names: [www.example.com]"),
                        chain("b", "source_ports: [5001]"))
                + clusters;
    }

    private static byte[] hello(String name, String... protocols) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine();
        engine.setUseClientMode(true);
        var parameters = engine.getSSLParameters();
        if (!name.isEmpty()) {
            parameters.setServerNames(List.of(new SNIHostName(name)));
        }
        parameters.setApplicationProtocols(protocols);
        engine.setSSLParameters(parameters);
        var out = ByteBuffer.allocate(32 * 1024);
        engine.wrap(ByteBuffer.allocate(0), out);
        return Arrays.copyOf(out.array(), out.position());
    }

    private static byte[] header(String rest, byte... more) {
        byte[] header = HexFormat.of().parseHex(V2 + rest.replace(" ", ""));
        var out = new ByteArrayOutputStream();
        out.writeBytes(header);
        out.writeBytes(more);
        return out.toByteArray();
    }

    private static Map<String, Call> calls() throws Exception {
        var calls = new LinkedHashMap<String, Call>();
        calls.put("exact name", Call.of(0, hello("www.example.com")));
        calls.put("exact name, upper case", Call.of(0, hello("WWW.Example.com")));
        calls.put("below a wildcard", Call.of(0, hello("a.b.example.com", "h2")));
        calls.put("the wildcard's own name", Call.of(0, hello("example.com")));
        calls.put("other name, h2", Call.of(0, hello("other.org", "h2")));
        calls.put("other name, http/1.1 only", Call.of(0, hello("other.org", "http/1.1")));
        calls.put("no name, istio second", Call.of(0, hello("", "x", "istio")));
        calls.put("HTTP/1.1", new Call(0, "GET / HTTP/1.1~Host: a~~"));
        calls.put("HTTP/1.0", new Call(0, "GET / HTTP/1.0~~"));
        calls.put("HTTP/2", new Call(0, "PRI * HTTP/2.0~~SM~~"));
        calls.put("neither", new Call(0, "SSH-2.0-OpenSSH_9~"));
        calls.put("silence", new Call(0, ""));
        calls.put("half a hello", Call.of(0, Arrays.copyOf(hello("www.example.com"), 60)));
        calls.put("half a request line", new Call(0, "GET / HT"));

        String v1 = "PROXY TCP4 203.0.113.7 192.0.2.1 5000 80~hi";
        calls.put("v1 by source", new Call(1, v1));
        calls.put("v1 by port", new Call(1, v1.replace(" 80~", " 8443~")));
        calls.put(
                "v1 by source port",
                new Call(1, "PROXY TCP4 198.51.100.7 198.51.100.1 5001 80~hi"));
        calls.put(
                "v1 destination, but a source port",
                new Call(1, "PROXY TCP4 198.51.100.7 192.0.2.1 5001 80~hi"));
        calls.put(
                "v1 destination, external",
                new Call(1, "PROXY TCP4 198.51.100.7 192.0.2.1 5002 80~hi"));
        calls.put(
                "v1 destination, same address",
                new Call(1, "PROXY TCP4 192.0.2.1 192.0.2.1 5002 80~hi"));
        calls.put("v1 unknown", new Call(1, "PROXY UNKNOWN~hi"));
        calls.put("v1 bad port", new Call(1, v1.replace(" 80~", " 80000~")));
        calls.put("v1 bad address", new Call(1, v1.replace("203.0.113.7", "203.0.113.700")));
        calls.put("v1 too long", new Call(1, "PROXY UNKNOWN " + "x".repeat(120)));
        calls.put("none", new Call(1, "GET / HTTP/1.1~~"));
        calls.put("silence before a header", new Call(1, ""));
        String v4 = "cb007107 c0000201 1388 0050";
        calls.put("v2", Call.of(1, header("21 11 000c " + v4, (byte) 'h', (byte) 'i')));
        calls.put("v2 unknown protocol", Call.of(1, header("21 13 000c " + v4)));
        calls.put(
                "v2 with an extension",
                Call.of(1, header("21 11 0012 " + v4 + " 04 0003 010203", (byte) 'h')));
        calls.put("v2 local", Call.of(1, header("20 00 0000", (byte) 'h')));
        calls.put("v2 version 3", Call.of(1, header("31 11 000c " + v4)));
        calls.put("v2 unspecified", Call.of(1, header("21 00 000c " + v4)));
        calls.put("v2 datagram", Call.of(1, header("21 12 000c " + v4)));
        calls.put("v2 too short", Call.of(1, header("21 11 0004 " + v4)));
        calls.put("v2 extension too long", Call.of(1, header("21 11 000f " + v4 + " 04 00ff")));

        String hi = "hi";
        calls.put("one address", new Call(2, "127.0.0.3", "127.0.0.1", hi, false));
        calls.put("a prefix", new Call(2, "127.0.0.1", "127.0.0.1", hi, false));
        calls.put("a direct source", new Call(2, "127.0.0.4", "127.0.0.2", hi, false));
        calls.put("this machine", new Call(2, "127.0.0.4", "127.0.0.1", hi, false));
        calls.put("both ends", new Call(2, "127.0.0.4", "127.0.0.1", hi, true));

        calls.put("optional header, then TLS", Call.of(3, hello("www.example.com")));
        calls.put("optional header is version 1", new Call(3, v1));
        calls.put(
                "optional header, by port",
                Call.of(
                        3,
                        header(
                                "21 11 000c cb007107 c0000201 1389 0050",
                                "hello".getBytes(StandardCharsets.ISO_8859_1))));
        calls.put("optional header, no chain", new Call(3, "hello, world"));
        return calls;
    }

    @Test
    void bothChooseTheSameChainForEveryConnection() throws Exception {
        try (var backends = new NamedBackends("a", "b", "c", "d", "e", "f");
                var planes =
                        DataPlanes.start(
                                directory, 4, ports -> bootstrap(ports, backends.clusters()))) {
            Map<String, Map<String, String>> outcomes =
                    planes.atOnce(FilterChainsBesideEnvoyTest::outcomes);
            assertThat(outcomes.get("heddle")).isEqualTo(outcomes.get("envoy"));
            // Not all of them the same, and some of them refused.
            assertThat(Objects.requireNonNull(outcomes.get("heddle")).values())
                    .anyMatch(it -> it.startsWith("a:"))
                    .anyMatch(it -> it.startsWith("f:"))
                    .contains("closed");
        }
    }

    /// Of all calls, which are made at the same time, as each ends with a silence.
    private static Map<String, String> outcomes(DataPlanes.Plane plane) throws Exception {
        var begun = new LinkedHashMap<String, Begun<String>>();
        calls().forEach((name, call) -> begun.put(name, Begun.of(() -> outcome(plane, call))));
        var outcomes = new LinkedHashMap<String, String>();
        for (Map.Entry<String, Begun<String>> each : begun.entrySet()) {
            outcomes.put(each.getKey(), each.getValue().get());
        }
        return outcomes;
    }

    /// `b:` and what came back, or how it ended.
    private static String outcome(DataPlanes.Plane plane, Call call) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(call.from()), 0));
            socket.connect(
                    new InetSocketAddress(
                            InetAddress.ofLiteral(call.to()), plane.ports().get(call.listener())),
                    2_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(call.bytes());
            if (call.isHalf()) {
                socket.shutdownOutput();
            }
            return read(socket, call);
        }
    }

    private static String read(Socket socket, Call call) throws IOException {
        var heard = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        try {
            while (true) {
                int b = in.read();
                if (b < 0) {
                    break;
                }
                heard.write(b);
                socket.setSoTimeout(1_000);
            }
        } catch (SocketTimeoutException e) {
            if (heard.size() == 0) {
                return "nothing";
            }
        } catch (IOException e) {
            return heard.size() == 0 ? "closed" : "reset after " + heard.size();
        }
        if (heard.size() == 0) {
            return "closed";
        }
        byte[] all = heard.toByteArray();
        byte[] echoed = Arrays.copyOfRange(all, 2, all.length);
        String name = new String(all, 0, 2, StandardCharsets.ISO_8859_1);
        // Hellos are long; that all of one arrived is enough to know.
        return name
                + (echoed.length > 40
                        ? (Arrays.equals(echoed, call.bytes()) ? "whole" : "changed")
                        : new String(echoed, StandardCharsets.ISO_8859_1).strip());
    }
}
