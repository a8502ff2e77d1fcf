package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.e2e.TwoPlanes.Asked;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.auth.v3.DeniedHttpResponse;
import io.envoyproxy.envoy.service.auth.v3.OkHttpResponse;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A service of gRPC that a route has asked (ExternalAuth), with what it is told and what it
/// answers, through stock Envoy and our own proxy.
@Tag("e2e")
class ExternalAuthBesideEnvoyTest {
    @TempDir Path directory = Path.of("");

    @Test
    void bothTellTheServiceTheSameAndDoWhatItSays() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        try (var authorizer = new Authorizer();
                var planes =
                        new TwoPlanes(
                                Role.SIDECAR, List.of("web"), envoy.orElseThrow(), directory)) {
            assertThat(planes.adopt(route(authorizer.port()))).isEmpty();

            Asked known = asked(Map.of("x-user", "ada", "x-secret", "never"));
            for (Answer answer : both(planes, known)) {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.destination()).hasValue("web/v1");
                assertThat(answer.seen("header:x-told")).hasValue("ada, secret: none, bytes: 0");
                assertThat(answer.seen("header:x-secret")).hasValue("never");
            }
            for (Answer answer : both(planes, asked(Map.of("x-secret", "never")))) {
                assertThat(answer.status()).isEqualTo(401);
                assertThat(answer.header("www-authenticate")).hasValue("name");
                assertThat(answer.body()).isEqualTo("who is it?");
            }
            for (Answer answer : both(planes, post("ada", "\u00ff\u0000 sixteen bytes"))) {
                assertThat(answer.seen("header:x-told")).hasValue("ada, secret: none, bytes: 16");
            }
            for (Answer answer : both(planes, post("ada", "17 bytes are many"))) {
                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.destination()).isEmpty();
            }
            for (Answer answer : both(planes, asked(Map.of("x-user", "nobody knows")))) {
                assertThat(answer.status()).isEqualTo(403);
                assertThat(answer.destination()).isEmpty();
            }
            assertThat(planes.nacks()).isEmpty();
        }
    }

    /// A listener that drains has no filter that asks, and so it must not get the routes.
    @Test
    void connectionsOfBeforePassNothingUnasked() throws Exception {
        Optional<Envoy> envoy = Envoy.find();
        Assumptions.assumeTrue(
                envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        try (var authorizer = new Authorizer();
                var planes =
                        new TwoPlanes(
                                Role.SIDECAR, List.of("web"), envoy.orElseThrow(), directory)) {
            planes.adopt(
                    """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: HTTPRoute
                    metadata: {name: web, namespace: default}
                    spec:
                      parentRefs: [{group: "", kind: Service, name: web}]
                      rules:
                      - matches: [{path: {value: /free}}]
                        backendRefs: [{name: web, port: 9080}]
                    """);
            List<KeptConnection> lasting = planes.lasting();
            for (KeptConnection each : lasting) {
                assertThat(each.call(get("/free")).status()).isEqualTo(200);
            }

            planes.adopt(route(authorizer.port()));

            for (KeptConnection each : lasting) {
                try (each) {
                    Answer answer = each.call(get("/asked"));
                    assertThat(answer.destination()).as("%s", answer).isEmpty();
                } catch (IOException _) {
                    // The proxy ended it, which is as well.
                }
            }
            assertThat(planes.nacks()).isEmpty();
        }
    }

    private static byte[] get(String path) {
        return HttpText.request("GET", "http://web:9080" + path, "web:9080", Map.of());
    }

    private static String route(int authorizer) {
        return """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: web, namespace: default}
        spec:
          parentRefs: [{group: "", kind: Service, name: web}]
          rules:
          - filters:
            - type: ExternalAuth
              externalAuth:
                protocol: GRPC
                backendRef: {name: authz, port: 9000}
                grpc: {allowedHeaders: [X-User]}
                forwardBody: {maxSize: 16}
            backendRefs: [{name: web, port: 9080}]
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: authz, namespace: default}
        spec:
          selector: {app: authz}
          ports: [{port: 9000, targetPort: %1$d}]
        ---
        apiVersion: networking.istio.io/v1
        kind: WorkloadEntry
        metadata: {name: authz-v1, namespace: default}
        spec:
          address: 127.0.0.1
          labels: {app: authz, version: v1}
        """
                .formatted(authorizer);
    }

    private static Asked asked(Map<String, String> headers) {
        return new Asked("GET", "http://web:9080/", headers, RandomDoors.Door.USUAL);
    }

    /// @param body each character a byte
    private static byte[] post(String user, String body) {
        return ("POST http://web:9080/ HTTP/1.1\r\nhost: web:9080\r\nx-user: "
                        + user
                        + "\r\ncontent-length: "
                        + body.length()
                        + "\r\n\r\n"
                        + body)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<Answer> both(TwoPlanes planes, Asked asked) throws IOException {
        return List.of(planes.throughEnvoy(asked), planes.throughHeddle(asked));
    }

    private static List<Answer> both(TwoPlanes planes, byte[] request) throws IOException {
        return List.of(planes.throughEnvoy(request), planes.throughHeddle(request));
    }

    /// Lets pass who has a name, and tells the backend what it was told.
    private static final class Authorizer extends AuthorizationGrpc.AuthorizationImplBase
            implements AutoCloseable {
        private final Server server;

        Authorizer() throws IOException {
            server =
                    NettyServerBuilder.forAddress(
                                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                            .addService(this)
                            .build()
                            .start();
        }

        int port() {
            return server.getPort();
        }

        @Override
        public void check(CheckRequest request, StreamObserver<CheckResponse> caller) {
            AttributeContext.HttpRequest told = request.getAttributes().getRequest().getHttp();
            String user = told.getHeadersOrDefault("x-user", "");
            if (user.equals("nobody knows")) {
                caller.onError(Status.INTERNAL.asException());
                return;
            }
            caller.onNext(
                    user.isEmpty()
                            ? CheckResponse.newBuilder()
                                    .setStatus(
                                            com.google.rpc.Status.newBuilder()
                                                    .setCode(Status.Code.UNAUTHENTICATED.value()))
                                    .setDeniedResponse(
                                            DeniedHttpResponse.newBuilder()
                                                    .setStatus(
                                                            HttpStatus.newBuilder()
                                                                    .setCode(
                                                                            StatusCode
                                                                                    .Unauthorized))
                                                    .addHeaders(header("www-authenticate", "name"))
                                                    .setBody("who is it?"))
                                    .build()
                            : CheckResponse.newBuilder()
                                    .setStatus(com.google.rpc.Status.getDefaultInstance())
                                    .setOkResponse(
                                            OkHttpResponse.newBuilder()
                                                    .addHeaders(header("x-told", text(told))))
                                    .build());
            caller.onCompleted();
        }

        private static String text(AttributeContext.HttpRequest told) {
            return told.getHeadersOrDefault("x-user", "")
                    + ", secret: "
                    + told.getHeadersOrDefault("x-secret", "none")
                    + ", bytes: "
                    + told.getRawBody().size();
        }

        private static HeaderValueOption header(String name, String value) {
            return HeaderValueOption.newBuilder()
                    .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                    .build();
        }

        @Override
        public void close() {
            server.shutdownNow();
        }
    }
}
