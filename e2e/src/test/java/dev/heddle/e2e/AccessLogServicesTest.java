package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.e2e.TwoPlanes.Asked;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceResponse;
import io.opentelemetry.proto.collector.logs.v1.LogsServiceGrpc;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A Telemetry that has failures logged by an access log service and by a collector of
/// OpenTelemetry, through the control plane, in stock Envoy and in our own proxy.
@Tag("e2e")
class AccessLogServicesTest {
    @TempDir Path directory = Path.of("");

    @Test
    void bothTellServicesOfFailuresAndOursSaysWhy() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        try (var collector = new Collector();
                var planes =
                        new TwoPlanes(
                                Role.SIDECAR, List.of("web"), envoy.orElseThrow(), directory)) {
            assertThat(planes.adopt(mesh(collector.server.getPort()))).isEmpty();

            for (String path : List.of("/fine", "/denied")) {
                Asked asked =
                        new Asked(
                                "GET", "http://web:9080" + path, Map.of(), RandomDoors.Door.USUAL);
                planes.throughEnvoy(asked);
                planes.throughHeddle(asked);
            }

            await(() -> collector.entries.size() == 2 && collector.records.size() == 2);
            assertThat(collector.entries)
                    .allSatisfy(entry -> {
                        assertThat(entry.getRequest().getPath()).isEqualTo("/denied");
                        assertThat(entry.getResponse().getResponseCode().getValue()).isEqualTo(418);
                        assertThat(entry.getResponse().getResponseCodeDetails())
                                .isEqualTo("direct_response");
                        assertThat(entry.getRequest().getRequestHeadersMap())
                                .containsEntry("host", "web:9080");
                    });
            assertThat(
                            collector.entries.stream()
                                    .map(it ->
                                            it.getCommonProperties()
                                                    .getMetadata()
                                                    .getFilterMetadataMap()
                                                    .get("heddle"))
                                    .filter(Objects::nonNull)
                                    .map(it ->
                                            it.getFieldsOrThrow("reason").getStringValue()
                                                    + ", by "
                                                    + it.getFieldsOrThrow("config_version")
                                                            .getStringValue()))
                    .singleElement()
                    .asString()
                    .matches("the route itself says the answer, by [0-9a-f]{16}");
            assertThat(collector.records)
                    .allSatisfy(record ->
                            assertThat(record.getResourceLogs(0).getScopeLogs(0).getLogRecords(0))
                                    .satisfies(it -> {
                                        assertThat(it.getBody().getStringValue())
                                                .isEqualTo("GET 418");
                                        assertThat(it.getAttributesList())
                                                .extracting(KeyValue::getKey)
                                                .containsExactly("origin");
                                        assertThat(it.getAttributes(0).getValue().getStringValue())
                                                .isEqualTo("VirtualService default/web");
                                    }));
            assertThat(planes.nacks()).isEmpty();
        }
    }

    private static void await(BooleanSupplier isThere) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!isThere.getAsBoolean()) {
            assertThat(System.nanoTime()).as("nothing came").isLessThan(until);
            Thread.onSpinWait();
        }
    }

    private static String mesh(int collector) {
        return """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: istio, namespace: istio-system}
        data:
          mesh: |-
            extensionProviders:
            - name: als
              envoyHttpAls:
                service: collector.default.svc.cluster.local
                port: 9000
                additionalRequestHeadersToLog: [host]
            - name: otel
              envoyOtelAls:
                service: collector.default.svc.cluster.local
                port: 9000
                logFormat:
                  text: "%%REQ(:METHOD)%% %%RESPONSE_CODE%%"
                  labels: {origin: "%%METADATA(ROUTE:heddle:resource)%%"}
        ---
        apiVersion: telemetry.istio.io/v1
        kind: Telemetry
        metadata: {name: all, namespace: default}
        spec:
          accessLogging:
          - providers: [{name: als}, {name: otel}]
            filter: {expression: "response.code >= 400"}
        ---
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: web, namespace: default}
        spec:
          hosts: [web]
          http:
          - match: [{uri: {prefix: /denied}}]
            directResponse: {status: 418}
          - route: [{destination: {host: web}}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: collector, namespace: default}
        spec:
          selector: {app: collector}
          ports: [{name: grpc, port: 9000, targetPort: %1$d}]
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: collector-v1, namespace: default}
        spec:
          address: 127.0.0.1
          labels: {app: collector, version: v1}
        """
                .formatted(collector);
    }

    /// Remembers what it is told.
    private static final class Collector implements AutoCloseable {
        private final Server server;
        private final List<HTTPAccessLogEntry> entries = new CopyOnWriteArrayList<>();
        private final List<ExportLogsServiceRequest> records = new CopyOnWriteArrayList<>();

        Collector() throws IOException {
            server =
                    NettyServerBuilder.forAddress(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                            .addService(new Streams())
                            .addService(new Batches())
                            .build()
                            .start();
        }

        private final class Streams extends AccessLogServiceGrpc.AccessLogServiceImplBase {
            @Override
            public StreamObserver<StreamAccessLogsMessage> streamAccessLogs(
                    StreamObserver<StreamAccessLogsResponse> caller) {
                return new StreamObserver<>() {
                    @Override
                    public void onNext(StreamAccessLogsMessage message) {
                        entries.addAll(message.getHttpLogs().getLogEntryList());
                    }

                    @Override
                    public void onError(Throwable why) {
                        // The proxy is gone.
                    }

                    @Override
                    public void onCompleted() {
                        caller.onCompleted();
                    }
                };
            }
        }

        private final class Batches extends LogsServiceGrpc.LogsServiceImplBase {
            @Override
            public void export(
                    ExportLogsServiceRequest request,
                    StreamObserver<ExportLogsServiceResponse> caller) {
                records.add(request);
                caller.onNext(ExportLogsServiceResponse.getDefaultInstance());
                caller.onCompleted();
            }
        }

        @Override
        public void close() {
            server.shutdownNow();
        }
    }
}
