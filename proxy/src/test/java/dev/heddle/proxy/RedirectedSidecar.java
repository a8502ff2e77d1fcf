package dev.heddle.proxy;

import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.testkit.NetworkNamespace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/// A workload whose connections are redirected to a sidecar, run in a network namespace of its own
/// by [RedirectedSidecarTest]: servers, redirection, a sidecar (ours, or stock Envoy), and a client
/// that prints what became of each of its connections.
///
/// In place of users, by which a mesh's node tells a sidecar's connections from its workload's, the
/// client's addresses say what is redirected: 10.9.0.1 and 10.9.0.3 go out, 10.9.0.2 comes in;
/// 10.9.0.4 goes out by TPROXY, which changes no address, and 10.9.0.5 comes in by it, with the
/// marks of Istio's `istio-init`.
final class RedirectedSidecar {
    private static final String TYPE = "type.googleapis.com/envoy.extensions.";
    private static final int OUT = 15_001;
    private static final int IN = 15_006;
    private static final int CLOSED = 15_011;
    private static final int UNCHANGED = 15_021;
    private static final int IN_UNCHANGED = 15_026;
    private static final int PROXIED = 15_031;
    private static final int MARK = 1337;

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private RedirectedSidecar() {}

    /// @param arguments `heddle`, or the path of an Envoy; a directory
    public static void main(String... arguments) throws Exception {
        var world = new RedirectedSidecar();
        Path directory = Path.of(arguments[1]);
        world.redirect();
        world.serve("one", "10.9.1.1", 7001, false);
        world.serve("web", "10.9.1.1", 7002, true);
        world.serve("known", "10.9.1.2", 7002, true);
        world.serve("six", "fd09::1", 7003, false);
        world.serve("first", "10.9.1.1", 7010, false);
        world.serve("moved", "10.9.1.1", 7009, true);
        Runnable stop;
        if (arguments[0].equals("heddle")) {
            Proxy proxy =
                    Proxy.start(BootstrapParser.parse("t", bootstrap()), ProxyTest.settings());
            stop = proxy::close;
        } else {
            Process envoy = envoy(arguments[0], directory);
            stop = () -> envoy.destroyForcibly().onExit().join();
        }
        try {
            Map<String, String> calls = world.calls();
            if (arguments[0].equals("heddle")) {
                // Envoy would wait for ever.
                calls.put("a server that speaks first", callAfterHearing(7010));
                calls.put("the same again", callAfterHearing(7010));
            }
            calls.forEach((name, outcome) -> System.out.println(name + " = " + outcome));
        } finally {
            stop.run();
        }
        System.exit(0);
    }

    private void redirect() throws IOException, InterruptedException {
        NetworkNamespace.command("ip link set lo up");
        for (String address :
                new String[] {
                    "10.9.0.1",
                    "10.9.0.2",
                    "10.9.0.3",
                    "10.9.0.4",
                    "10.9.0.5",
                    "10.9.1.1",
                    "10.9.1.2"
                }) {
            NetworkNamespace.command("ip addr add " + address + "/32 dev lo");
        }
        NetworkNamespace.command("ip -6 addr add fd09::1/128 dev lo nodad");
        NetworkNamespace.command("ip -6 addr add fd09::2/128 dev lo nodad");
        String to = "iptables -t nat -A OUTPUT -p tcp -s %s -j REDIRECT --to-ports %d";
        NetworkNamespace.command(to.formatted("10.9.0.1", OUT));
        NetworkNamespace.command(to.formatted("10.9.0.2", IN));
        NetworkNamespace.command(to.formatted("10.9.0.3", CLOSED));
        NetworkNamespace.command(
                "iptables -t mangle -A PREROUTING -p tcp -s 10.9.0.4 -j TPROXY --on-ip 127.0.0.1"
                        + " --on-port "
                        + UNCHANGED
                        + " --tproxy-mark 1");
        // What the sidecar sends from a client's address is known by its mark, and so is what is
        // answered to that address, which must come back here.
        NetworkNamespace.command(
                "iptables -t mangle -A PREROUTING -p tcp -m mark --mark %d -j CONNMARK --save-mark"
                        .formatted(MARK));
        NetworkNamespace.command(
                "iptables -t mangle -A OUTPUT -p tcp -m connmark --mark %d -j CONNMARK"
                                .formatted(MARK)
                        + " --restore-mark");
        NetworkNamespace.command("ip rule add fwmark %d lookup 133".formatted(MARK));
        NetworkNamespace.command("ip route add local default dev lo table 133");
        NetworkNamespace.command("ip route add 203.0.113.0/24 dev lo");
        NetworkNamespace.command(
                "iptables -t mangle -A PREROUTING -p tcp -s 10.9.0.5 -m mark ! --mark %d -j TPROXY"
                                .formatted(MARK)
                        + " --on-ip 127.0.0.1 --on-port "
                        + IN_UNCHANGED
                        + " --tproxy-mark 1");
        NetworkNamespace.command("ip6" + to.substring(2).formatted("fd09::2", OUT));
    }

    /// A server that says its name and whom it sees, before it hears anything or in an answer.
    private void serve(String name, String address, int port, boolean isHttp) throws IOException {
        var server = new ServerSocket(port, 50, InetAddress.ofLiteral(address));
        var _ =
                threads.submit(() -> {
                    while (true) {
                        Socket socket = server.accept();
                        var _ = threads.submit(() -> answer(name, socket, isHttp));
                    }
                });
    }

    private static Void answer(String name, Socket socket, boolean isHttp) throws IOException {
        String text = name + " sees " + socket.getInetAddress().getHostAddress();
        try (socket) {
            if (!isHttp) {
                socket.getOutputStream().write((text + ": ").getBytes(StandardCharsets.US_ASCII));
                socket.getInputStream().transferTo(socket.getOutputStream());
                return null;
            }
            var head = new StringBuilder();
            while (true) {
                int b = socket.getInputStream().read();
                if (b < 0) {
                    return null;
                }
                head.append((char) b);
                if (head.toString().endsWith("\r\n\r\n")) {
                    String answer =
                            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
                                    .formatted(text.length(), text);
                    socket.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
                    return null;
                }
            }
        }
    }

    private Map<String, String> calls() throws IOException {
        var calls = new LinkedHashMap<String, String>();
        String get = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        String named = get.replace("Host: x", "Host: known");
        String moved = get.replace("\r\n\r\n", "\r\nX-Envoy-Original-Dst-Host: %s\r\n\r\n");
        calls.put("bytes to anybody", call("10.9.0.1", "10.9.1.1", 7001, "hi"));
        calls.put("bytes to nobody", call("10.9.0.1", "10.9.1.1", 7099, "hi"));
        calls.put("bytes to anybody, refused", call("10.9.0.3", "10.9.1.1", 7001, "hi"));
        calls.put("to the sidecar itself", call("10.9.0.1", "10.9.1.1", OUT, "hi"));
        calls.put("bytes at a port of HTTP", call("10.9.0.1", "10.9.1.1", 7002, "\r\n\r\n\r\n"));
        calls.put("a known host", call("10.9.0.1", "10.9.1.1", 7002, named));
        calls.put("an unknown host", call("10.9.0.1", "10.9.1.1", 7002, get));
        calls.put("a port of its own", call("10.9.0.1", "10.9.1.1", 7004, get));
        calls.put(
                "a header's address",
                call("10.9.0.1", "10.9.1.1", 7005, moved.formatted("10.9.1.1:7009")));
        calls.put(
                "a header without an address",
                call("10.9.0.1", "10.9.1.1", 7005, moved.formatted("nowhere")));
        calls.put("bytes by TPROXY", call("10.9.0.4", "10.9.1.1", 7001, "hi"));
        calls.put("a known host by TPROXY", call("10.9.0.4", "10.9.1.1", 7002, named));
        calls.put("an unknown host by TPROXY", call("10.9.0.4", "10.9.1.1", 7002, get));
        calls.put("bytes in", call("10.9.0.2", "10.9.1.1", 7001, "hi"));
        calls.put("a request in", call("10.9.0.2", "10.9.1.1", 7002, get));
        calls.put("bytes in by TPROXY", call("10.9.0.5", "10.9.1.1", 7001, "hi"));
        calls.put("a request in by TPROXY", call("10.9.0.5", "10.9.1.1", 7002, get));
        String foreign = "PROXY TCP4 203.0.113.9 10.9.1.1 4000 7001\r\n";
        calls.put(
                "bytes of a load balancer's client",
                call("10.9.1.2", "10.9.1.1", PROXIED, foreign + "hi"));
        calls.put("bytes over IPv6", call("fd09::2", "fd09::1", 7003, "hi"));
        return calls;
    }

    private static String call(String from, String to, int port, String text) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral(to), port), 5_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            int header = text.startsWith("PROXY ") ? text.indexOf('\n') + 1 : 0;
            return read(socket, text.length() - header);
        } catch (IOException e) {
            return "closed";
        }
    }

    /// The client says nothing before it has heard something.
    private static String callAfterHearing(int port) throws IOException {
        try (var socket = new Socket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral("10.9.0.1"), 0));
            socket.connect(new InetSocketAddress(InetAddress.ofLiteral("10.9.1.1"), port), 5_000);
            socket.setSoTimeout(5_000);
            int first = socket.getInputStream().read();
            socket.getOutputStream().write("hi".getBytes(StandardCharsets.US_ASCII));
            return (char) first + read(socket, 2);
        } catch (IOException e) {
            return "closed";
        }
    }

    /// The text without heads of responses: until the echo of what was sent is there, or the end.
    private static String read(Socket socket, int sent) throws IOException {
        var heard = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        try {
            while (heard.size() < sent
                    || !heard.toString(StandardCharsets.US_ASCII).endsWith("hi")) {
                int b = in.read();
                if (b < 0) {
                    break;
                }
                heard.write(b);
            }
        } catch (SocketTimeoutException e) {
            heard.writeBytes(" and no more".getBytes(StandardCharsets.US_ASCII));
        }
        String text = heard.toString(StandardCharsets.US_ASCII);
        int body = text.indexOf("\r\n\r\n");
        return text.isEmpty()
                ? "closed"
                : body < 0 ? text : text.substring(9, 12) + " " + text.substring(body + 4).strip();
    }

    private static Process envoy(String binary, Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("redirected.yaml"), bootstrap());
        Process process =
                new ProcessBuilder(
                                binary,
                                "-c",
                                file.toString(),
                                "--concurrency",
                                "1",
                                "--use-dynamic-base-id",
                                "--log-level",
                                "warning")
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("envoy.log").toFile())
                        .start();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), IN), 1_000);
                return process;
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new IOException(Files.readString(directory.resolve("envoy.log")), e);
                }
                process.waitFor(20, TimeUnit.MILLISECONDS);
            }
        }
    }

    private static String bootstrap() {
        return "static_resources:\n  listeners:\n"
                + outbound("out", OUT, "PassthroughCluster")
                + outbound("closed", CLOSED, "BlackHoleCluster")
                + outbound("unchanged", UNCHANGED, "PassthroughCluster")
                        .replace("use_original_dst", "transparent: true\n    use_original_dst")
                + service(7002, route("known", "known") + route("'*'", "PassthroughCluster"))
                + service(7004, route("'*'", "moved"))
                + service(7005, route("'*'", "asked"))
                + service(7010, route("'*'", "BlackHoleCluster"))
                        .replace(
                                "bind_to_port",
                                """
                                metadata: {filter_metadata: {heddle.protocol_detection: {}}}
                                    listener_filters_timeout: 0s
                                    continue_on_listener_filters_timeout: true
                                    bind_to_port\
                                """)
                + """
                  - name: in
                    address: {socket_address: {address: 0.0.0.0, port_value: %d}}
                    listener_filters: [%s, %s]
                    listener_filters_timeout: 1s
                    continue_on_listener_filters_timeout: true
                    filter_chains:
                    - filter_chain_match: {application_protocols: [http/1.1]}
                      filters: [%s]
                    - filters: [%s]
                """
                        .formatted(
                                IN,
                                filter("listener.original_dst.v3.OriginalDst"),
                                filter("listener.http_inspector.v3.HttpInspector"),
                                http(route("'*'", "InboundPassthroughCluster")),
                                tcp("InboundPassthroughCluster"))
                + inUnchanged()
                + proxied()
                + """
                  clusters:
                  - {name: BlackHoleCluster, type: STATIC, connect_timeout: 1s}
                """
                + passed("PassthroughCluster", "")
                + passed(
                        "InboundPassthroughCluster",
                        "upstream_bind_config: {source_address: {address: 127.0.0.6, port_value: 0}}")
                + passed("moved", "original_dst_lb_config: {upstream_port_override: 7009}")
                + passed(
                        "asked",
                        "original_dst_lb_config: {use_http_header: true,"
                                + " metadata_key: {key: nobody, path: [{key: writes}]}}")
                + """
                  - name: one
                    type: STATIC
                    connect_timeout: 1s
                    load_assignment:
                      cluster_name: one
                      endpoints:
                      - lb_endpoints:
                        - endpoint:
                            address: {socket_address: {address: 10.9.1.1, port_value: 7001}}
                  - name: known
                    type: STATIC
                    connect_timeout: 1s
                    load_assignment:
                      cluster_name: known
                      endpoints:
                      - lb_endpoints:
                        - endpoint:
                            address: {socket_address: {address: 10.9.1.2, port_value: 7002}}
                """;
    }

    private static String inUnchanged() {
        return """
          - name: in-unchanged
            address: {socket_address: {address: 0.0.0.0, port_value: %d}}
            transparent: true
            listener_filters: [%s, %s, %s]
            listener_filters_timeout: 1s
            continue_on_listener_filters_timeout: true
            filter_chains:
            - filter_chain_match: {application_protocols: [http/1.1]}
              filters: [%s]
            - filters: [%s]
        """
                .formatted(
                        IN_UNCHANGED,
                        filter("listener.original_dst.v3.OriginalDst"),
                        source(),
                        filter("listener.http_inspector.v3.HttpInspector"),
                        http(route("'*'", "InboundPassthroughCluster")),
                        tcp("InboundPassthroughCluster"));
    }

    /// Behind a load balancer that tells of its clients.
    private static String proxied() {
        return """
          - name: proxied
            address: {socket_address: {address: 10.9.1.1, port_value: %d}}
            listener_filters: [%s, %s]
            filter_chains:
            - filters: [%s]
        """
                .formatted(
                        PROXIED,
                        filter("listener.proxy_protocol.v3.ProxyProtocol"),
                        source(),
                        tcp("one"));
    }

    private static String source() {
        return filter("listener.original_src.v3.OriginalSrc, mark: " + MARK);
    }

    private static String outbound(String name, int port, String otherwise) {
        return """
          - name: %s
            address: {socket_address: {address: 0.0.0.0, port_value: %d}}
            additional_addresses:
            - address: {socket_address: {address: "::1", port_value: %d}}
            use_original_dst: true
            filter_chains:
            - filter_chain_match: {destination_port: %d}
              filters: [%s]
            - filters: [%s]
        """
                .formatted(name, port, port, port, tcp("BlackHoleCluster"), tcp(otherwise));
    }

    private static String service(int port, String routes) {
        return """
          - name: s%d
            address: {socket_address: {address: 0.0.0.0, port_value: %d}}
            bind_to_port: false
            listener_filters: [%s]
            filter_chains:
            - filter_chain_match: {application_protocols: [http/1.1]}
              filters: [%s]
            default_filter_chain: {filters: [%s]}
        """
                .formatted(
                        port,
                        port,
                        filter("listener.http_inspector.v3.HttpInspector"),
                        http(routes),
                        tcp("PassthroughCluster"));
    }

    private static String passed(String name, String more) {
        return """
          - name: %s
            type: ORIGINAL_DST
            lb_policy: CLUSTER_PROVIDED
            connect_timeout: 1s
            cleanup_interval: 1s
            %s
        """
                .formatted(name, more);
    }

    private static String filter(String type) {
        return "{name: f, typed_config: {'@type': " + TYPE + "filters." + type + "}}";
    }

    private static String tcp(String cluster) {
        return "{name: t, typed_config: {'@type': "
                + TYPE
                + "filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: t, cluster: "
                + cluster
                + "}}";
    }

    private static String route(String domain, String cluster) {
        return "{name: '%s', domains: [%s], routes: [{match: {prefix: /}, route: {cluster: %s}}]}, "
                .formatted(cluster, domain, cluster);
    }

    private static String http(String hosts) {
        return ("{name: h, typed_config: {'@type': %sfilters.network.http_connection_manager.v3"
                        + ".HttpConnectionManager, stat_prefix: h, route_config: {name: r,"
                        + " virtual_hosts: [%s]}, http_filters: [{name: r, typed_config: {'@type':"
                        + " %sfilters.http.router.v3.Router}}]}}")
                .formatted(TYPE, hosts, TYPE);
    }
}
