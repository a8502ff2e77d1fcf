package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.e2e.Answer;
import dev.heddle.e2e.Envoy;
import dev.heddle.e2e.identity.IstioMetricsTest.Plane;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is counted only where a Telemetry asks for it: messages of gRPC, and routes.
@Tag("e2e")
@SuppressWarnings("StringConcatToTextBlock") // bytes on a wire, where CRLF is to be seen
class AskedMetricsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final String ASKED =
            """
            apiVersion: telemetry.istio.io/v1
            kind: Telemetry
            metadata: {name: asked, namespace: istio-system}
            spec:
              metrics:
              - overrides:
                - match: {metric: GRPC_REQUEST_MESSAGES}
                  disabled: false
                - match: {metric: GRPC_RESPONSE_MESSAGES}
                  disabled: false
                - match: {metric: REQUEST_COUNT, mode: CLIENT}
                  tagOverrides: {route: {value: xds.route_name}}
            """;

    /// A call of two messages; the application answers in something else.
    private static final String CALL =
            "POST http://bank:9080/a.B/C HTTP/1.1\r\nhost: bank:9080\r\n"
                    + "content-type: application/grpc\r\ncontent-length: 13\r\n\r\n"
                    + "\0\0\0\0\3abc\0\0\0\0\0";

    @TempDir Path dir = Path.of("");

    @ParameterizedTest
    @EnumSource(Plane.class)
    void routesAreToldApartAndOurProxyCountsMessages(Plane caller) throws Exception {
        Assumptions.assumeTrue(
                caller == Plane.OWN || Envoy.find().isPresent(),
                "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            mesh.write("settings.yaml", IstioMetricsTest.MESH);
            mesh.write("asked.yaml", ASKED);
            mesh.serve(Plane.OWN.get());
            int web = mesh.call(caller.get(), "web", mesh.identity("web").toString());
            await(() -> mesh.get(web).map(Answer::status).orElse(0) == 200);
            call(web);
            await(() -> sum(mesh, "bank", Plane.OWN, "request_messages_total") == 2);
            assertThat(Scraped.of(mesh, "bank", Plane.OWN, "response_messages_total"))
                    .singleElement()
                    .satisfies(it -> assertThat(it.value()).isZero())
                    .satisfies(it ->
                            assertThat(it.labels()).containsEntry("request_protocol", "grpc"));
            await(() -> sum(mesh, "web", caller, "requests_total") >= 2);
            assertThat(Scraped.of(mesh, "web", caller, "requests_total"))
                    .anySatisfy(it ->
                            assertThat(it.labels())
                                    .containsEntry("route", "default")
                                    .containsEntry("request_protocol", "grpc"));
            List<Scraped> messages = Scraped.of(mesh, "web", caller, "request_messages_total");
            assertThat(messages).hasSize(caller == Plane.OWN ? 1 : 0);
        }
    }

    private static void call(int sidecar) throws IOException {
        try (Socket socket = SecureMesh.connect(sidecar)) {
            socket.getOutputStream().write(CALL.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(SecureMesh.read(socket)).isPresent();
        }
    }

    private static long sum(SecureMesh mesh, String proxy, Plane plane, String name) {
        return Scraped.of(mesh, proxy, plane, name).stream().mapToLong(Scraped::value).sum();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
