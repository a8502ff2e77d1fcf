package dev.heddle.e2e;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.heddle.proxy.config.FilterChainConfig;
import dev.heddle.proxy.config.FilterChainMatcher;
import dev.heddle.proxy.config.HttpConnectionManagerConfig.Routes;
import dev.heddle.proxy.config.HttpFilters;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.config.ListenerFilterConfig.Kind;
import dev.heddle.proxy.config.ListenerParser;
import dev.heddle.proxy.config.Parsed;
import dev.heddle.proxy.config.RouteConfig;
import dev.heddle.proxy.config.RouteParser;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.proxy.http.RequestHead;
import dev.heddle.proxy.route.RouteAction;
import dev.heddle.proxy.route.RouteEntry;
import dev.heddle.proxy.route.table.CompiledRoutes;
import dev.heddle.proxy.tls.DownstreamTls;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// One call of Istio's simulation through a proxy that only chooses.
///
/// @param running what the proxy runs
/// @param call as the suite writes it
record SimulatedCall(Running running, JsonObject call) {
    private static final RandomGenerator FIRST = () -> 0;

    /// What a proxy runs.
    record Running(List<ListenerConfig> listeners, Map<String, RouteConfig> tables) {}

    /// Where the call ended.
    ///
    /// @param error of the suite's names; empty for none
    record Result(String error, String listener, String table, String virtualHost, String cluster) {
        static Result failed(String error, String listener) {
            return new Result(error, listener, "", "", "");
        }
    }

    /// Reads what the control plane sends as the proxy does, whose mistakes would be refusals.
    static Running running(Snapshot snapshot) {
        var tables = new HashMap<String, RouteConfig>();
        snapshot.of(XdsType.ROUTE)
                .forEach((name, resource) -> tables.put(name, table(resource.body())));
        return new Running(
                snapshot.of(XdsType.LISTENER).values().stream()
                        .map(resource -> listener(resource.body()))
                        .toList(),
                tables);
    }

    private static ListenerConfig listener(Any body) {
        try {
            return accepted(
                    ListenerParser.parse(
                            body.unpack(envoy.config.listener.v3.Listener.getDefaultInstance()),
                            HttpFilters.ALL));
        } catch (WireException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static RouteConfig table(Any body) {
        try {
            return accepted(
                    RouteParser.parse(
                            body.unpack(
                                    envoy.config.route.v3.RouteConfiguration
                                            .getDefaultInstance())));
        } catch (WireException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static <T> T accepted(Parsed<T> parsed) {
        return switch (parsed) {
            case Parsed.Accepted<T>(T value, _) -> value;
            case Parsed.Rejected<T> rejected -> throw new AssertionError(rejected.text());
        };
    }

    static Result of(Running running, JsonObject call) {
        return new SimulatedCall(running, call).result();
    }

    private Result result() {
        Optional<ListenerConfig> listener = listener();
        if (listener.isEmpty()) {
            return Result.failed("ErrNoListener", "");
        }
        String name = listener.get().name();
        Optional<FilterChainConfig> chain =
                FilterChainMatcher.of(listener.get().chains()).choose(connection(listener.get()));
        if (chain.isEmpty()) {
            return Result.failed("ErrNoFilterChain", name);
        }
        Optional<DownstreamTls> tls = chain.get().tls();
        if (tls.isPresent() && isPlain()) {
            return Result.failed("ErrTLSError", name);
        }
        // Who asks for a certificate of the mesh is asked in no other way.
        if (tls.isPresent() && tls.get().requireClientCertificate() != text("TLS").equals("MTLS")) {
            return Result.failed("ErrMTLSError", name);
        }
        return switch (chain.get().handling()) {
            case FilterChainConfig.Handling.Tcp(var proxy) ->
                    new Result("", name, "", "", proxy.targets().getFirst().cluster());
            case FilterChainConfig.Handling.Names _ ->
                    throw new IllegalStateException("no row asks for names");
            case FilterChainConfig.Handling.Http(var manager) -> {
                boolean isHttp = text("Protocol").startsWith("HTTP");
                if (!isHttp || (!isPlain() && tls.isEmpty())) {
                    yield Result.failed("ErrProtocolError", name);
                }
                yield switch (manager.routes()) {
                    case Routes.Held(RouteConfig table) -> routed(name, "", table);
                    case Routes.Named(String table, _) ->
                            routed(
                                    name,
                                    table,
                                    Objects.requireNonNull(running.tables().get(table), table));
                };
            }
        };
    }

    private Result routed(String listener, String name, RouteConfig table) {
        RequestHead request =
                RequestHead.of(
                        "GET",
                        isPlain() ? "http" : "https",
                        text("HostHeader"),
                        text("Path").isEmpty() ? "/" : text("Path"));
        request.headers().set(HeaderName.X_FORWARDED_PROTO, isPlain() ? "http" : "https");
        headers(request);
        RouteEntry route = CompiledRoutes.of(table).match(request, FIRST);
        if (route == null) {
            return new Result("ErrNoRoute", listener, name, "", "");
        }
        return switch (route.action()) {
            case RouteAction.Forward forward ->
                    new Result(
                            "",
                            listener,
                            name,
                            route.virtualHost(),
                            forward.choose(request, FIRST).cluster());
            case RouteAction.Redirect redirect ->
                    new Result(
                            isPlain() && redirect.location().of(request).startsWith("https:")
                                    ? "ErrTLSRedirect"
                                    : "",
                            listener,
                            name,
                            route.virtualHost(),
                            "");
            case RouteAction.DirectReply(int status, _) ->
                    new Result(
                            status == 404 || status == 421 ? "ErrNoRoute" : "",
                            listener,
                            name,
                            route.virtualHost(),
                            "");
        };
    }

    private void headers(RequestHead request) {
        JsonElement headers = call.get("Headers");
        if (headers != null && headers.isJsonObject()) {
            headers.getAsJsonObject()
                    .entrySet()
                    .forEach(header ->
                            header.getValue()
                                    .getAsJsonArray()
                                    .forEach(value ->
                                            request.headers()
                                                    .add(
                                                            HeaderName.of(header.getKey()),
                                                            value.getAsString())));
        }
    }

    /// The listener of the address, or of its port, or of everything that is redirected.
    private Optional<ListenerConfig> listener() {
        if (text("CallMode").equals("CallModeInbound")) {
            return named("virtualInbound");
        }
        Optional<ListenerConfig> found =
                at(address().getHostString())
                        .or(() -> at("0.0.0.0"))
                        .or(() -> at("0:0:0:0:0:0:0:0"));
        return found.isPresent() || !text("CallMode").equals("CallModeOutbound")
                ? found
                : named("virtualOutbound");
    }

    private Optional<ListenerConfig> named(String name) {
        return running.listeners().stream().filter(l -> l.name().equals(name)).findFirst();
    }

    private Optional<ListenerConfig> at(String host) {
        return running.listeners().stream()
                .filter(l -> l.address().getPort() == address().getPort())
                .filter(l -> l.address().getAddress().getHostAddress().equals(host))
                .findFirst();
    }

    private InetSocketAddress address() {
        String said = text("Address").isEmpty() ? "1.3.3.7" : text("Address");
        return new InetSocketAddress(said, Integer.parseInt(text("Port")));
    }

    private FilterChainMatcher.Connection connection(ListenerConfig listener) {
        int port = address().getPort();
        boolean seesTls = sees(listener, Kind.Tls.class, port);
        String protocol = text("Protocol");
        List<String> protocols = List.of();
        if (seesTls && !isPlain()) {
            protocols = alpn(protocol);
        } else if (isPlain() && sees(listener, Kind.Http.class, port)) {
            protocols =
                    switch (protocol) {
                        case "HTTP" -> List.of("http/1.1");
                        case "HTTP2" -> List.of("h2c");
                        default -> List.of();
                    };
        }
        var client = new InetSocketAddress("192.0.2.7", 40_000);
        return new FilterChainMatcher.Connection(
                address(),
                client,
                client,
                serverName(),
                seesTls && !isPlain() ? "tls" : "raw_buffer",
                protocols);
    }

    private static boolean sees(ListenerConfig listener, Class<? extends Kind> kind, int port) {
        return listener.filters().filters().stream()
                .anyMatch(f -> kind.isInstance(f.kind()) && !f.disabled().test(port));
    }

    private List<String> alpn(String protocol) {
        if (!text("Alpn").isEmpty()) {
            return List.of(text("Alpn"));
        }
        boolean isMesh = text("TLS").equals("MTLS");
        return switch (protocol) {
            case "HTTP" -> List.of(isMesh ? "istio-http/1.1" : "http/1.1");
            case "HTTP2" -> List.of(isMesh ? "istio-h2" : "h2");
            default -> isMesh ? List.of("istio") : List.of();
        };
    }

    private String serverName() {
        String said = text("Sni");
        return (said.isEmpty() && text("TLS").equals("TLS") ? text("HostHeader") : said)
                .toLowerCase(Locale.ROOT);
    }

    /// Who names a server speaks TLS, whether the call says so or not.
    private boolean isPlain() {
        return text("TLS").equals("Plaintext") || (text("TLS").isEmpty() && text("Sni").isEmpty());
    }

    private String text(String field) {
        JsonElement found = call.get(field);
        return found != null && found.isJsonPrimitive() ? found.getAsString() : "";
    }
}
