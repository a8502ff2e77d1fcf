package dev.heddle.xds.server;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// A stock Envoy that takes everything from one ADS server.
final class EnvoyProcess implements AutoCloseable {
    private final Process process;
    private final Path log;
    private final String admin;
    private final HttpClient http = HttpClient.newHttpClient();

    private EnvoyProcess(Process process, Path log, String admin) {
        this.process = process;
        this.log = log;
        this.admin = admin;
    }

    /// The binary in `HEDDLE_ENVOY`, or where the launcher keeps it; empty when there is none.
    static Optional<Path> binary() {
        String named = System.getenv("HEDDLE_ENVOY");
        Path usual = Path.of(System.getProperty("user.home"), ".cache/heddle/envoy-1.40.0/envoy");
        Path path = named == null ? usual : Path.of(named);
        return Files.isExecutable(path) ? Optional.of(path) : Optional.empty();
    }

    /// @param apiType `DELTA_GRPC` or `GRPC`
    static EnvoyProcess start(Path binary, Path dir, InetSocketAddress ads, String apiType)
            throws IOException {
        Path adminPath = dir.resolve("admin-address");
        Path config = dir.resolve("bootstrap.yaml");
        Path log = dir.resolve("envoy.log");
        Files.writeString(config, bootstrap(ads, apiType));
        var command = new ArrayList<>(List.of(binary.toString(), "-c", config.toString()));
        command.addAll(List.of("--disable-hot-restart", "--concurrency", "1"));
        command.addAll(List.of("--admin-address-path", adminPath.toString()));
        command.addAll(List.of("--drain-time-s", "2", "--log-path", log.toString()));
        command.addAll(
                List.of("--component-log-level", System.getProperty("envoy.log", "upstream:info")));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(dir.resolve("envoy.out").toFile())
                        .start();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> Files.exists(adminPath) && Files.size(adminPath) > 0);
        return new EnvoyProcess(process, log, Files.readString(adminPath));
    }

    private static String bootstrap(InetSocketAddress ads, String apiType) {
        return """
        node: {id: "sidecar~127.0.0.1~web.default~default.svc.cluster.local", cluster: web.default}
        admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
        dynamic_resources:
          ads_config:
            api_type: %s
            transport_api_version: V3
            set_node_on_first_message_only: true
            grpc_services: [{envoy_grpc: {cluster_name: ads}}]
          cds_config: {ads: {}, resource_api_version: V3}
          lds_config: {ads: {}, resource_api_version: V3}
        static_resources:
          clusters:
          - name: ads
            type: STATIC
            connect_timeout: 1s
            typed_extension_protocol_options:
              envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                explicit_http_config: {http2_protocol_options: {}}
            load_assignment:
              cluster_name: ads
              endpoints:
              - lb_endpoints:
                - endpoint: {address: {socket_address: {address: %s, port_value: %d}}}
        """
                .formatted(apiType, ads.getAddress().getHostAddress(), ads.getPort());
    }

    /// What the admin interface answers.
    String admin(String path) throws IOException, InterruptedException {
        return get("http://" + admin + path);
    }

    /// As in `200 hello`.
    String get(String url) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(5)).build();
        HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
        return response.statusCode() + " " + response.body();
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException _) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
