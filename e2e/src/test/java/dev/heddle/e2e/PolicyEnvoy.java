package dev.heddle.e2e;

import com.google.protobuf.Any;
import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.control.ca.CertificateAuthority;
import dev.heddle.testkit.FreePorts;
import dev.heddle.xds.identity.SpiffeId;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// Stock Envoy with many meshes' policies at once, each at a route of its own, and callers who are
/// whoever a policy may ask about: by certificate, address, server name and token.
final class PolicyEnvoy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /// AUDIT, DENY and ALLOW.
    private static final int STAGES = 3;

    private static final String MESH = "x-mesh";
    private static final String CLAIMS = "x-claims";

    private final List<Integer> ports;
    private final Map<String, SSLContext> callers = new HashMap<>();
    private final Map<Object, KeptConnection> connections = new HashMap<>();
    private final AutoCloseable process;
    private final CertificateAuthority authority;

    /// @param meshes the policies of each, in YAML
    /// @param directory empty
    PolicyEnvoy(Envoy binary, List<String> meshes, Path directory) throws Exception {
        Instant now = Instant.now();
        authority =
                CertificateAuthority.in(
                        directory.resolve("ca"),
                        "cluster.local",
                        CertificateAuthority.Lives.NORMAL,
                        now);
        ports = FreePorts.many(3);
        Shown own = Shown.signed(authority, SpiffeId.ofAccount("cluster.local", "d", "s"), now);
        Files.writeString(directory.resolve("own.pem"), own.chainText());
        Files.writeString(directory.resolve("own.key"), own.keyText());
        Files.writeString(
                directory.resolve("root.pem"),
                new Shown(own.key(), List.of(authority.issuer().certificate())).chainText());
        Path routes = directory.resolve("routes.pb");
        Files.write(routes, routes(meshes).toByteArray());
        Path bootstrap = directory.resolve("bootstrap.json");
        Files.writeString(bootstrap, bootstrap(directory, routes));
        process = binary.start(bootstrap);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isServing()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(Files.readString(directory.resolve("envoy.log")));
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private boolean isServing() {
        return ports.stream()
                .allMatch(port -> {
                    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                        return socket.isConnected();
                    } catch (IOException _) {
                        return false;
                    }
                });
    }

    private DiscoveryResponse routes(List<String> meshes) throws Exception {
        var host = VirtualHost.newBuilder().setName("all").addDomains("*");
        for (int mesh = 0; mesh < meshes.size(); mesh++) {
            var route =
                    Route.newBuilder()
                            .setMatch(RouteMatch.newBuilder().setPrefix("/").addHeaders(of(mesh)))
                            .setDirectResponse(DirectResponseAction.newBuilder().setStatus(200));
            int stage = 0;
            for (HttpFilter filter : AccessFilters.of(here(meshes.get(mesh)), "default")) {
                RBAC rules = filter.getTypedConfig().unpack(RBAC.class);
                route.putTypedPerFilterConfig(
                        "rbac-" + stage++,
                        Any.pack(RBACPerRoute.newBuilder().setRbac(rules).build()));
            }
            host.addRoutes(route);
        }
        return DiscoveryResponse.newBuilder()
                .setVersionInfo("1")
                .addResources(
                        Any.pack(
                                RouteConfiguration.newBuilder()
                                        .setName("policies")
                                        .addVirtualHosts(host)
                                        .build()))
                .build();
    }

    /// What asks for a mesh.
    private static HeaderMatcher of(int mesh) {
        return HeaderMatcher.newBuilder()
                .setName(MESH)
                .setStringMatch(StringMatcher.newBuilder().setExact(Integer.toString(mesh)))
                .build();
    }

    /// The addresses and ports that dice know, as this machine has them.
    private String here(String text) {
        return text.replaceAll("\\b10\\.", "127.")
                .replace("\"80\"", "\"" + ports.get(0) + "\"")
                .replace("\"8080\"", "\"" + ports.get(1) + "\"");
    }

    private String bootstrap(Path directory, Path routes) {
        var filters = new StringBuilder();
        for (int i = 0; i < STAGES; i++) {
            filters.append(
                    """
                    {"name": "rbac-%d", "typed_config": {"@type":
                     "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC"}},
                    """
                            .formatted(i));
        }
        String manager =
                """
                {"name": "http", "typed_config": {"@type": "type.googleapis.com/\
                envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                 "stat_prefix": "policies", "use_remote_address": true, "xff_num_trusted_hops": 1,
                 "normalize_path": true,
                 "rds": {"route_config_name": "policies",
                  "config_source": {"path_config_source": {"path": "%s"}}},
                 "http_filters": [
                  {"name": "claims", "typed_config": {"@type": "type.googleapis.com/\
                envoy.extensions.filters.http.header_to_metadata.v3.Config",
                   "request_rules": [{"header": "%s", "on_header_present": {
                    "metadata_namespace": "envoy.filters.http.jwt_authn", "key": "payload",
                    "type": "PROTOBUF_VALUE", "encode": "BASE64"}}]}},
                  %s
                  {"name": "router", "typed_config": {"@type":
                   "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}}]}}
                """
                        .formatted(routes, CLAIMS, filters);
        String tls =
                """
                {"name": "tls", "typed_config": {"@type": "type.googleapis.com/\
                envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                 "common_tls_context": {
                  "tls_certificates": [{"certificate_chain": {"filename": "%1$s/own.pem"},
                   "private_key": {"filename": "%1$s/own.key"}}],
                  "validation_context": {"trusted_ca": {"filename": "%1$s/root.pem"}}}}}
                """
                        .formatted(directory);
        var listeners = new StringBuilder();
        for (int port : ports) {
            listeners.append(
                    """
                    %s{"name": "l%d", "address": {"socket_address":
                      {"address": "0.0.0.0", "port_value": %d}},
                     "listener_filters": [{"name": "tls", "typed_config": {"@type":
                      "type.googleapis.com/\
                    envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"}}],
                     "filter_chains": [
                      {"filter_chain_match": {"transport_protocol": "tls"}, "filters": [%s],
                       "transport_socket": %s},
                      {"filters": [%s]}]}
                    """
                            .formatted(
                                    listeners.isEmpty() ? "" : ",",
                                    port,
                                    port,
                                    manager,
                                    tls,
                                    manager));
        }
        return """
        {"node": {"id": "policies", "cluster": "policies"},
         "static_resources": {"listeners": [%s]}}
        """
                .formatted(listeners);
    }

    /// Whether a call can be made on this machine.
    static boolean isPossible(AccessDice.Call call) {
        return !call.from().contains(":");
    }

    /// Whether Envoy lets it pass.
    boolean allows(int mesh, AccessDice.Call call) throws IOException {
        var headers = new LinkedHashMap<String, String>();
        headers.put(MESH, Integer.toString(mesh));
        headers.put("x-forwarded-for", here(call.client()));
        call.header().ifPresent(it -> headers.put("x-a", it));
        if (!call.claims().isEmpty()) {
            headers.put(
                    CLAIMS, Base64.getEncoder().encodeToString(value(call.claims()).toByteArray()));
        }
        record Way(String caller, String name, String from, String to, int port) {}
        var way = new Way(call.caller(), call.serverName(), call.from(), call.to(), call.port());
        KeptConnection connection =
                connections.computeIfAbsent(way, _ -> new KeptConnection(() -> open(call)));
        int status =
                connection
                        .call(HttpText.request(call.method(), call.path(), call.host(), headers))
                        .status();
        if (status != 200 && status != 403) {
            throw new AssertionError(call + ": " + status);
        }
        return status == 200;
    }

    private Socket open(AccessDice.Call call) throws IOException {
        var plain = new Socket();
        plain.bind(new InetSocketAddress(here(call.from()), 0));
        int port =
                switch (call.port()) {
                    case 80 -> ports.get(0);
                    case 8080 -> ports.get(1);
                    default -> ports.get(2);
                };
        plain.connect(new InetSocketAddress(here(call.to()), port), 2_000);
        plain.setSoTimeout(10_000);
        plain.setTcpNoDelay(true);
        if (call.caller().isEmpty() && call.serverName().isEmpty()) {
            return plain;
        }
        var secured =
                (SSLSocket)
                        context(call)
                                .getSocketFactory()
                                .createSocket(plain, here(call.to()), port, true);
        var parameters = secured.getSSLParameters();
        parameters.setServerNames(
                call.serverName().isEmpty()
                        ? List.of()
                        : List.of(new SNIHostName(call.serverName())));
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    /// One for each server's name: a session that is taken up again would ask for its old one.
    private SSLContext context(AccessDice.Call call) {
        return callers.computeIfAbsent(
                call.caller() + " " + call.serverName(),
                _ ->
                        Shown.context(
                                SpiffeId.parse(call.caller())
                                        .map(id -> Shown.signed(authority, id, Instant.now()))));
    }

    private static Value value(@Nullable Object of) {
        return switch (of) {
            case String text -> Value.newBuilder().setStringValue(text).build();
            case Double number -> Value.newBuilder().setNumberValue(number).build();
            case List<?> list -> {
                var values = ListValue.newBuilder();
                list.forEach(it -> values.addValues(value(it)));
                yield Value.newBuilder().setListValue(values).build();
            }
            case Map<?, ?> map -> {
                var struct = Struct.newBuilder();
                map.forEach((key, it) -> struct.putFields(key.toString(), value(it)));
                yield Value.newBuilder().setStructValue(struct).build();
            }
            case null, default -> throw new IllegalArgumentException("claim: " + of);
        };
    }

    @Override
    public void close() throws IOException {
        for (KeptConnection each : connections.values()) {
            each.close();
        }
        try {
            process.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            throw new IOException("stopping Envoy", e);
        }
    }
}
