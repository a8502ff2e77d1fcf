package dev.heddle.e2e;

import dev.heddle.cli.demo.Bootstrap;
import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.lower.istio.GatewayServers;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.InboundPort;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.testkit.FreePorts;
import dev.heddle.testkit.GoldenCase;
import dev.heddle.testkit.Http3Client;
import dev.heddle.testkit.Parts;
import io.netty.handler.codec.http3.Http3Headers;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.StandardConstants;

/// A golden case on real sockets: echo backends, an xDS server with what the compiler made, and one
/// proxy of either kind between them and the caller.
final class LiveMesh implements MeshUnderTest {
    private static final Duration START = Duration.ofSeconds(20);

    private final Parts parts = new Parts();
    private final FreePorts held = new FreePorts();
    private final CaseControl control;
    private final CaseWorld world;
    private final int port;
    private final Map<Integer, Integer> ports = new TreeMap<>();
    private final boolean isGateway;
    private final CaseCertificates certificates;

    private final EchoBackends backends;

    private LiveMesh(GoldenCase golden, DataPlane dataPlane, Path dir) throws IOException {
        backends = new EchoBackends();
        parts.add(backends);
        certificates = CaseCertificates.of(golden);
        world = CaseWorld.read(golden, name -> backends.start(name, security(golden, name)));
        for (String socket : CaseWorld.sockets(golden)) {
            backends.start(CaseWorld.ownDirectory().resolve(socket));
        }
        isGateway = CaseWorld.isGateway(golden);
        port = held.next();
        ports.put(8080, port);
        for (var gateway : world.world().index().resources().all(Kinds.GATEWAY)) {
            for (var server : gateway.spec().servers()) {
                if (!ports.containsKey(server.port().number())) {
                    ports.put(server.port().number(), held.next());
                }
            }
        }
        for (var gateway : world.world().resources().all(Kinds.KUBERNETES_GATEWAY)) {
            for (var listener : gateway.spec().listeners()) {
                if (!ports.containsKey(listener.port())) {
                    ports.put(listener.port(), held.next());
                }
            }
        }
        // Where a Service of the gateway maps them.
        ProxyScope asked = CaseWorld.scope(golden, interception());
        for (int listening : GatewayServers.byPort(world.world(), asked).keySet()) {
            if (!ports.containsKey(listening)) {
                ports.put(listening, held.next());
            }
        }
        ProxyScope scope = CaseWorld.scope(golden, interception());
        control = new CaseControl(MeshCompiler.compile(world.world(), scope).snapshot());
        parts.add(control);
        Path bootstrap = dir.resolve("bootstrap.yaml");
        Files.writeString(bootstrap, bootstrap(scope));
        held.close();
        parts.add(dataPlane.start(bootstrap));
    }

    /// What `case.yaml` says of a backend: `simple` has a certificate, `mutual` wants one, too;
    /// `mesh` the same, and takes the names that the mesh asks for.
    private Optional<SslContext> security(GoldenCase golden, String destination) {
        Map<?, ?> said = golden.options().get("backends") instanceof Map<?, ?> map ? map : Map.of();
        return Optional.ofNullable(said.get(destination))
                .map(kind ->
                        certificates.backend(
                                destination.substring(0, destination.indexOf('/')),
                                !kind.equals("simple"),
                                kind.equals("mesh")));
    }

    /// Starts the mesh, and returns once its proxy listens.
    static LiveMesh start(GoldenCase golden, DataPlane dataPlane, Path dir)
            throws IOException, InterruptedException {
        var mesh = new LiveMesh(golden, dataPlane, dir);
        long end = System.nanoTime() + START.toNanos();
        while (!mesh.isListening()) {
            if (System.nanoTime() > end) {
                mesh.close();
                throw new AssertionError(
                        "the proxy doesn't listen after " + START + "; NACKs: " + mesh.nacks());
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return mesh;
    }

    /// What the proxy refused.
    List<String> nacks() {
        return List.copyOf(control.nacks);
    }

    private Interception interception() throws IOException {
        return isGateway
                ? new Interception.Explicit("", List.of(), binds())
                : new Interception.Explicit(
                        "127.0.0.1:" + port,
                        List.of(new InboundPort(9080, "127.0.0.1:" + held.next(), "127.0.0.1:9")),
                        Map.of());
    }

    private Map<Integer, String> binds() {
        var binds = new TreeMap<Integer, String>();
        ports.forEach((known, bound) -> binds.put(known, "127.0.0.1:" + bound));
        return binds;
    }

    private String bootstrap(ProxyScope scope) throws IOException {
        return new Bootstrap(
                        (isGateway ? "router" : "sidecar")
                                + "~127.0.0.1~case."
                                + scope.namespace()
                                + "~"
                                + scope.dnsDomain(),
                        "case." + scope.namespace(),
                        scope.namespace(),
                        scope.labels(),
                        "{}",
                        held.next(),
                        control.port())
                .text();
    }

    /// Whether all ports that the proxy was told to open are open.
    private boolean isListening() {
        return control.listeners().stream()
                .allMatch(name -> {
                    int known = Integer.parseInt(name.substring(name.lastIndexOf('_') + 1));
                    boolean isOwn = name.startsWith(CaseWorld.ownAddress());
                    try (var socket =
                            isOwn
                                    ? connect(new InetSocketAddress(CaseWorld.ownAddress(), known))
                                    : connect(ports.getOrDefault(known, port))) {
                        return socket.isConnected();
                    } catch (IOException e) {
                        return false;
                    }
                });
    }

    private Socket connect(int to) throws IOException {
        return connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), to));
    }

    private Socket connect(InetSocketAddress to) throws IOException {
        var socket = new Socket();
        socket.connect(to, 2_000);
        socket.setSoTimeout(10_000);
        return socket;
    }

    /// A connection for that URL, over TLS if it says so.
    private Socket connect(URI uri, Optional<String> client) throws IOException {
        return secured(
                connect(isGateway ? ports.getOrDefault(uri.getPort(), port) : port),
                uri,
                client,
                List.of());
    }

    private Socket secured(Socket plain, URI uri, Optional<String> client, List<String> protocols)
            throws IOException {
        if (!uri.getScheme().equals("https")) {
            return plain;
        }
        var secured =
                (SSLSocket)
                        certificates
                                .caller(client)
                                .getSocketFactory()
                                .createSocket(plain, uri.getHost(), uri.getPort(), true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(uri.getHost())));
        parameters.setApplicationProtocols(protocols.toArray(String[]::new));
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    @Override
    public boolean isRefused(CallSheet.Call call) {
        if (call.speaks().contains("h3")) {
            return isHttp3Refused(call);
        }
        URI uri = URI.create(call.url());
        try (var socket =
                call.at().isPresent()
                        ? secured(
                                connect(address(call.at().get())),
                                uri,
                                call.client(),
                                call.speaks())
                        : connect(uri, call.client())) {
            socket.getOutputStream().write(request(call.method(), call.url(), call.headers()));
            // With TLS 1.3 a client may write before it is told that it may not.
            return HttpText.answer(socket).isEmpty();
        } catch (SSLException | SocketException _) {
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException(call + ": " + e, e);
        }
    }

    @Override
    public boolean isEnded(CallSheet.Call call) {
        try (var socket = connect(URI.create(call.url()), call.client())) {
            return socket.getInputStream().read() < 0;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(call + ": " + e, e);
        }
    }

    @Override
    public Answer call(CallSheet.Call call) {
        if (call.speaks().contains("h3")) {
            return callHttp3(call);
        }
        return call.at().isPresent()
                ? callAt(call.at().get(), call)
                : call(call.method(), call.url(), call.headers(), call.client());
    }

    private Answer callHttp3(CallSheet.Call call) {
        URI uri = URI.create(call.url());
        try (Http3Client client = connectHttp3(uri)) {
            Http3Headers head = client.request(call.method(), uri.getRawPath());
            head.authority(call.headers().getOrDefault("host", uri.getRawAuthority()));
            Http3Client.Answer answer = client.send(head, "").get(10, TimeUnit.SECONDS);
            var headers = new LinkedHashMap<String, List<String>>();
            answer.headers().forEach((name, value) -> headers.put(name, List.of(value)));
            return new Answer(answer.status(), headers, answer.body());
        } catch (Exception e) {
            throw new AssertionError(call + ": " + e, e);
        }
    }

    private Http3Client connectHttp3(URI uri) throws Exception {
        return Http3Client.connect(
                certificates.authority(),
                null,
                List.of(),
                uri.getHost(),
                ports.getOrDefault(uri.getPort(), port));
    }

    private boolean isHttp3Refused(CallSheet.Call call) {
        try (Http3Client client = connectHttp3(URI.create(call.url()))) {
            client.get("/");
            return false;
        } catch (Exception _) {
            return true;
        }
    }

    private static InetSocketAddress address(String at) {
        int colon = at.lastIndexOf(':');
        return new InetSocketAddress(
                at.substring(0, colon).replace(CaseWorld.SOME_ADDRESS, CaseWorld.ownAddress()),
                Integer.parseInt(at.substring(colon + 1)));
    }

    /// At a listener's own address, as its server is asked.
    private Answer callAt(String at, CallSheet.Call call) {
        URI uri = URI.create(call.url());
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        var others = new LinkedHashMap<>(call.headers());
        String host = others.remove("host");
        try (var socket = secured(connect(address(at)), uri, call.client(), call.speaks())) {
            socket.getOutputStream()
                    .write(
                            HttpText.request(
                                    call.method(),
                                    path + query,
                                    host == null ? uri.getRawAuthority() : host,
                                    others));
            return HttpText.answer(socket)
                    .orElseThrow(() -> new AssertionError(at + ": no answer"));
        } catch (IOException e) {
            throw new UncheckedIOException(call + " at " + at + ": " + e, e);
        }
    }

    @Override
    public int heard(String destination) {
        return backends.heard(destination);
    }

    @Override
    public void pause() {
        LockSupport.parkNanos(10_000_000);
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Answer call(String method, String url, Map<String, String> headers) {
        return call(method, url, headers, Optional.empty());
    }

    private Answer call(
            String method, String said, Map<String, String> headers, Optional<String> client) {
        String url = world.url(said);
        try (var socket = connect(URI.create(url), client)) {
            socket.getOutputStream().write(request(method, url, headers));
            return HttpText.answer(socket)
                    .orElseThrow(() -> new AssertionError(url + ": no answer"));
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + url + ": " + e, e);
        }
    }

    /// A request in HTTP/2 without TLS.
    Answer callHttp2(String method, String url, Map<String, String> headers) {
        URI uri = URI.create(url);
        var others = new LinkedHashMap<>(headers);
        String host = others.remove("host");
        int to = isGateway ? ports.getOrDefault(uri.getPort(), port) : port;
        try {
            return Http2Call.make(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), to),
                    method,
                    host == null ? uri.getRawAuthority() : host,
                    uri.getRawPath(),
                    others);
        } catch (IOException e) {
            throw new UncheckedIOException(method + " " + url + ": " + e, e);
        }
    }

    /// A connection to a port of the gateway over TLS, of a client that asks for any server and any
    /// protocol, before its handshake.
    SSLSocket secured(int known, String server, List<String> protocols) throws IOException {
        Socket plain = connect(ports.getOrDefault(known, port));
        var secured =
                (SSLSocket)
                        certificates
                                .caller(Optional.empty())
                                .getSocketFactory()
                                .createSocket(plain, "", known, true);
        SSLParameters parameters = secured.getSSLParameters();
        // Not every name of a server is one of a host.
        parameters.setServerNames(
                List.of(
                        new SNIServerName(
                                StandardConstants.SNI_HOST_NAME,
                                server.getBytes(StandardCharsets.US_ASCII)) {}));
        parameters.setApplicationProtocols(protocols.toArray(new String[0]));
        secured.setSSLParameters(parameters);
        return secured;
    }

    private byte[] request(String method, String url, Map<String, String> headers) {
        URI uri = URI.create(url);
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        String target = isGateway ? path + query : url;
        var others = new LinkedHashMap<>(headers);
        String host = others.remove("host");
        return HttpText.request(
                method, target, host == null ? uri.getRawAuthority() : host, others);
    }

    @Override
    public void close() {
        parts.close();
    }
}
