package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.control.ca.CertificateAuthority;
import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.control.ca.Signing;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import heddle.hits.v1.HitReport;
import heddle.hits.v1.HitsTaken;
import heddle.hits.v1.RuleHitsGrpc;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who is served by the control plane over TLS, and as whom: what a certificate proves counts, and
/// nothing that a node says of itself.
@Tag("e2e")
class XdsOverTlsTest {
    private static final SpiffeId WEB = SpiffeId.ofAccount("cluster.local", "default", "web");
    private static final String SERVED = "served";

    /// Nobody gets as far as a stream.
    private static final String NO_HANDSHAKE = Status.Code.UNAVAILABLE.name();

    @TempDir Path dir = Path.of("");

    private final Instant now = InstantSource.system().instant();
    private final List<Row> rows = new ArrayList<>();

    /// One caller.
    ///
    /// @param shown its certificate; empty for none
    /// @param meets a status, or [#SERVED]
    private record Row(String what, Optional<Shown> shown, NodeInfo node, String meets) {}

    /// A key and what was signed for it.
    private record Shown(KeyPair key, List<X509Certificate> chain) {}

    private CertificateAuthority authority(Path directory) throws IOException {
        return CertificateAuthority.in(directory, "cluster.local", Lives.NORMAL, now);
    }

    private static Optional<Shown> signed(CertificateAuthority by, SpiffeId id, Instant when) {
        KeyPair key = SigningRequest.newKey();
        var issued =
                (Signing.Issued) by.sign(SigningRequest.of(key), id, Duration.ofHours(1), when);
        return Optional.of(new Shown(key, issued.chain()));
    }

    private static NodeInfo node(String name, String namespace, String... metadata) {
        return proxy("sidecar", name, namespace, metadata);
    }

    /// @param metadata keys and values; a value `app=x` is a tree of labels
    private static NodeInfo proxy(String type, String name, String namespace, String... metadata) {
        var said = Struct.newBuilder();
        for (int i = 0; i < metadata.length; i += 2) {
            String text = metadata[i + 1];
            int equals = text.indexOf('=');
            said.putFields(
                    metadata[i],
                    equals < 0
                            ? Value.newBuilder().setStringValue(text).build()
                            : Value.newBuilder()
                                    .setStructValue(
                                            Struct.newBuilder()
                                                    .putFields(
                                                            text.substring(0, equals),
                                                            Value.newBuilder()
                                                                    .setStringValue(
                                                                            text.substring(
                                                                                    equals + 1))
                                                                    .build()))
                                    .build());
        }
        return NodeInfo.of(
                        "%s~10.0.0.1~%s.%s~%s.svc.cluster.local"
                                .formatted(type, name, namespace, namespace),
                        name)
                .withMetadata(said.build());
    }

    private ManagedChannel channel(SecureMesh mesh, Optional<Shown> shown) throws Exception {
        SslContextBuilder tls =
                GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                        // Whom the server is is not what is asked here.
                        .trustManager(InsecureTrustManagerFactory.INSTANCE);
        shown.ifPresent(it ->
                tls.keyManager(it.key().getPrivate(), it.chain().toArray(X509Certificate[]::new)));
        return NettyChannelBuilder.forAddress("127.0.0.1", mesh.authorityAt().getPort())
                .overrideAuthority("localhost")
                .sslContext(tls.build())
                .build();
    }

    /// What a stream says first: how it ended, or the names of a response's resources.
    private static final class Heard<T> implements StreamObserver<T> {
        private final BlockingQueue<Object> all = new LinkedBlockingQueue<>();

        @Override
        public void onNext(T value) {
            all.add(value);
        }

        @Override
        public void onError(Throwable error) {
            all.add(Status.fromThrowable(error));
        }

        @Override
        public void onCompleted() {
            all.add(Status.OK);
        }

        Object next() throws InterruptedException {
            Object next = all.poll(20, TimeUnit.SECONDS);
            assertThat(next).as("an answer").isNotNull();
            return Objects.requireNonNull(next);
        }
    }

    private String meets(SecureMesh mesh, Row row) throws Exception {
        ManagedChannel channel = channel(mesh, row.shown());
        try {
            var heard = new Heard<DeltaDiscoveryResponse>();
            AggregatedDiscoveryServiceGrpc.newStub(channel)
                    .deltaAggregatedResources(heard)
                    .onNext(asks(row.node(), XdsType.CLUSTER));
            return heard.next() instanceof Status status ? status.getCode().name() : SERVED;
        } finally {
            channel.shutdownNow();
        }
    }

    private static DeltaDiscoveryRequest asks(NodeInfo node, XdsType type, String... names) {
        return DeltaDiscoveryRequest.newBuilder()
                .setNode(node.toProto())
                .setTypeUrl(type.typeUrl())
                .addAllResourceNamesSubscribe(Arrays.asList(names))
                .build();
    }

    private void row(String what, Optional<Shown> shown, NodeInfo node, String meets) {
        rows.add(new Row(what, shown, node, meets));
    }

    @Test
    void aCertificateSaysWhoSomebodyIsAndHisWordDoesNot() throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            CertificateAuthority own = authority(mesh.authority().directory());
            CertificateAuthority other = authority(dir.resolve("other"));
            var foreign = SpiffeId.ofAccount("elsewhere.example", "default", "web");
            Optional<Shown> web = signed(own, WEB, now);
            NodeInfo honest = node("web", "default", "NAMESPACE", "default");
            String denied = Status.Code.PERMISSION_DENIED.name();

            row("nothing", Optional.empty(), honest, Status.Code.UNAUTHENTICATED.name());
            row("expired", signed(own, WEB, now.minus(Duration.ofDays(2))), honest, NO_HANDSHAKE);
            row("too soon", signed(own, WEB, now.plus(Duration.ofDays(2))), honest, NO_HANDSHAKE);
            row("another trust domain", signed(own, foreign, now), honest, NO_HANDSHAKE);
            row("made by himself", signed(other, WEB, now), honest, NO_HANDSHAKE);
            row("himself", web, honest, SERVED);
            row("himself, saying little", web, node("web", "default"), SERVED);
            row(
                    "himself, with his account",
                    web,
                    node("web", "default", "SERVICE_ACCOUNT", "web"),
                    SERVED);
            row("an id of another namespace", web, node("web", "shop"), denied);
            row(
                    "another namespace",
                    web,
                    node("web", "default", "NAMESPACE", "istio-system"),
                    denied);
            row(
                    "a gateway of another namespace",
                    web,
                    proxy("router", "istio-ingressgateway", "istio-system"),
                    denied);
            row("another account", web, node("web", "default", "SERVICE_ACCOUNT", "bank"), denied);
            row(
                    "the labels of another's workload",
                    web,
                    node("web", "default", "LABELS", "app=bank"),
                    denied);
            row(
                    "no service account at all",
                    signed(own, new SpiffeId("cluster.local", "/other"), now),
                    honest,
                    denied);

            for (Row row : rows) {
                assertThat(meets(mesh, row)).as(row.what()).isEqualTo(row.meets());
            }
        }
    }

    @Test
    void nobodyReportsForAnother() throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            CertificateAuthority own = authority(mesh.authority().directory());
            ManagedChannel channel = channel(mesh, signed(own, WEB, now));
            try {
                var heard = new Heard<HitsTaken>();
                RuleHitsGrpc.newStub(channel)
                        .report(heard)
                        .onNext(
                                HitReport.newBuilder()
                                        .setNodeId(node("web", "shop").id())
                                        .setRun(1)
                                        .build());
                assertThat(heard.next())
                        .isInstanceOfSatisfying(
                                Status.class,
                                status ->
                                        assertThat(status.getCode())
                                                .isEqualTo(Status.Code.PERMISSION_DENIED));
            } finally {
                channel.shutdownNow();
            }
        }
    }

    @Test
    void aSecretOfSomebodyElseIsNotThereForWhoAsksByItsName() throws Exception {
        try (var mesh = new SecureMesh(dir, Duration.ofHours(24))) {
            CertificateAuthority own = authority(mesh.authority().directory());
            ManagedChannel channel = channel(mesh, signed(own, WEB, now));
            try {
                var heard = new Heard<DeltaDiscoveryResponse>();
                AggregatedDiscoveryServiceGrpc.newStub(channel)
                        .deltaAggregatedResources(heard)
                        .onNext(
                                asks(
                                        node("web", "default"),
                                        XdsType.SECRET,
                                        "kubernetes://bank-tls",
                                        "kubernetes://istio-system/gateway",
                                        "kubernetes-gateway://istio-system/gateway"));
                assertThat(heard.next())
                        .isInstanceOfSatisfying(
                                DeltaDiscoveryResponse.class,
                                response -> {
                                    assertThat(response.getResourcesList()).isEmpty();
                                    assertThat(response.getRemovedResourcesList()).hasSize(3);
                                });
            } finally {
                channel.shutdownNow();
            }
        }
    }
}
