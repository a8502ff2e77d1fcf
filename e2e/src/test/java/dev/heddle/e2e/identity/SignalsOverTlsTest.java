package dev.heddle.e2e.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.CertificateAuthority;
import dev.heddle.control.ca.CertificateAuthority.Lives;
import dev.heddle.control.ca.Signing;
import dev.heddle.signals.Signals;
import dev.heddle.signals.SignalsBootstrap;
import dev.heddle.signals.record.Span;
import dev.heddle.signals.search.Search;
import dev.heddle.testkit.Parts;
import dev.heddle.xds.identity.SigningRequest;
import dev.heddle.xds.identity.SpiffeId;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who tells of traffic at the port of TLS tells of himself.
@Tag("e2e")
class SignalsOverTlsTest {
    private static final SpiffeId WEB = SpiffeId.ofAccount("cluster.local", "shop", "web");

    private final Parts parts = new Parts();
    private Path authority = Path.of("");
    private Signals signals;
    private ControlPlane control;

    @BeforeEach
    void start(@TempDir Path temp) throws Exception {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        authority = temp.resolve("ca");
        signals = parts.add(Signals.start(SignalsBootstrap.in(temp.resolve("signals"))));
        control =
                parts.add(
                        ControlPlane.start(
                                ControlBootstrap.of(
                                                Files.createDirectory(temp.resolve("config")),
                                                temp.resolve("data"),
                                                any)
                                        .signing(
                                                CaServer.Settings.of(
                                                        any, "cluster.local", authority)),
                                signals.services()));
    }

    @AfterEach
    void stop() {
        parts.close();
    }

    private ManagedChannel channel(boolean isKnown) throws Exception {
        SslContextBuilder tls =
                GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                        // Whom the server is is not what is asked here.
                        .trustManager(InsecureTrustManagerFactory.INSTANCE);
        if (isKnown) {
            var now = InstantSource.system().instant();
            var key = SigningRequest.newKey();
            var issued =
                    (Signing.Issued)
                            CertificateAuthority.in(authority, "cluster.local", Lives.NORMAL, now)
                                    .sign(SigningRequest.of(key), WEB, Duration.ofHours(1), now);
            tls.keyManager(key.getPrivate(), issued.chain().toArray(X509Certificate[]::new));
        }
        return NettyChannelBuilder.forAddress(
                        "127.0.0.1", control.caAddress().orElseThrow().getPort())
                .overrideAuthority("localhost")
                .sslContext(tls.build())
                .build();
    }

    private static KeyValue pair(String name, String value) {
        return KeyValue.newBuilder()
                .setKey(name)
                .setValue(AnyValue.newBuilder().setStringValue(value))
                .build();
    }

    private static ExportTraceServiceRequest spans(KeyValue... who) {
        return ExportTraceServiceRequest.newBuilder()
                .addResourceSpans(
                        ResourceSpans.newBuilder()
                                .setResource(Resource.newBuilder().addAllAttributes(List.of(who)))
                                .addScopeSpans(
                                        ScopeSpans.newBuilder()
                                                .addSpans(
                                                        io.opentelemetry.proto.trace.v1.Span
                                                                .newBuilder()
                                                                .setTraceId(
                                                                        ByteString.copyFromUtf8(
                                                                                "0123456789abcdef"))
                                                                .setSpanId(
                                                                        ByteString.copyFromUtf8(
                                                                                "01234567"))
                                                                .setStartTimeUnixNano(1_000)
                                                                .setEndTimeUnixNano(2_000))))
                .build();
    }

    private Status.Code meets(boolean isKnown, KeyValue... who) throws Exception {
        ManagedChannel channel = channel(isKnown);
        try {
            var failure =
                    catchThrowableOfType(
                            StatusRuntimeException.class,
                            () -> TraceServiceGrpc.newBlockingStub(channel).export(spans(who)));
            return failure == null ? Status.Code.OK : failure.getStatus().getCode();
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aCertificateSaysOfWhomHeTells() throws Exception {
        assertThat(meets(false)).isEqualTo(Status.Code.UNAUTHENTICATED);
        assertThat(meets(true, pair("k8s.namespace.name", "bank")))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(meets(true, pair("k8s.serviceaccount.name", "bank")))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(
                        meets(
                                true,
                                pair(
                                        "heddle.node",
                                        "sidecar~10.0.0.1~api.bank~bank.svc.cluster.local")))
                .isEqualTo(Status.Code.PERMISSION_DENIED);
        assertThat(meets(true, pair("k8s.namespace.name", "shop"), pair("service.name", "web")))
                .isEqualTo(Status.Code.OK);
        signals.settle();
        assertThat(signals.find(Search.all(Search.Kind.BOTH, 10)).signals())
                .singleElement()
                .isInstanceOfSatisfying(
                        Span.class, span -> assertThat(span.namespace()).isEqualTo("shop"));
    }
}
