package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.heddle.signals.remote.Pass;
import dev.heddle.signals.remote.SelfSigned;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A backend that wants to know who tells, with real handshakes.
class SecuredBackendTest {
    private static final Passed SPANS =
            new Passed.Traces(ExportTraceServiceRequest.getDefaultInstance());

    private static SelfSigned server;
    private static SelfSigned first;
    private static SelfSigned second;

    @TempDir Path directory;
    private final List<String> callers = new CopyOnWriteArrayList<>();

    @BeforeAll
    static void make(@TempDir Path keys) throws Exception {
        server = SelfSigned.make(keys, "backend");
        first = SelfSigned.make(keys, "first");
        second = SelfSigned.make(keys, "second");
    }

    /// Notes of each call who has shown what.
    private final class Notes implements ServerInterceptor {
        @Override
        public <I, O> ServerCall.Listener<I> interceptCall(
                ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
            String shown =
                    headers.get(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER));
            callers.add(name(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION), shown));
            return next.startCall(call, headers);
        }

        private static String name(@Nullable SSLSession session, @Nullable String shown) {
            if (session == null) {
                throw new IllegalStateException("no TLS");
            }
            try {
                var leaf = (X509Certificate) session.getPeerCertificates()[0];
                return leaf.getSubjectX500Principal().getName() + " " + shown;
            } catch (SSLPeerUnverifiedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private Server serve(int port) throws IOException {
        return NettyServerBuilder.forPort(port)
                .sslContext(
                        GrpcSslContexts.configure(
                                        SslContextBuilder.forServer(
                                                server.key(), server.certificate()),
                                        SslProvider.JDK)
                                .trustManager(first.certificate(), second.certificate())
                                .clientAuth(ClientAuth.REQUIRE)
                                .build())
                .addService(
                        new TraceServiceGrpc.TraceServiceImplBase() {
                            @Override
                            public void export(
                                    ExportTraceServiceRequest request,
                                    StreamObserver<ExportTraceServiceResponse> answer) {
                                answer.onNext(ExportTraceServiceResponse.getDefaultInstance());
                                answer.onCompleted();
                            }
                        })
                .intercept(new Notes())
                .build()
                .start();
    }

    private Backend backend(int port, List<X509Certificate> roots) throws Exception {
        return new Backend(
                "localhost",
                port,
                Optional.of(new Backend.Tls(roots, Optional.of(first.write(directory, "client")))),
                new Pass.Token(Files.writeString(directory.resolve("token"), "one\n")));
    }

    @Test
    void whatIsShownIsReadAnew() throws Exception {
        Server one = serve(0);
        int port = one.getPort();
        try (var forwarder = Forwarder.start(backend(port, List.of(server.certificate())))) {
            forwarder.pass(SPANS);
            await().until(() -> forwarder.passed() == 1);
            Files.writeString(directory.resolve("token"), "two\n");
            second.write(directory, "client");
            forwarder.pass(SPANS);
            await().until(() -> forwarder.passed() == 2);
            one.shutdownNow().awaitTermination();
            Server other = serve(port);
            try {
                forwarder.pass(SPANS);
                await().until(() -> forwarder.passed() == 3);
            } finally {
                other.shutdownNow();
            }
        } finally {
            one.shutdownNow();
        }
        assertThat(callers)
                .containsExactly(
                        "CN=first Bearer one", "CN=first Bearer two", "CN=second Bearer two");
    }

    @Test
    void whoeverIsNotBelievedIsToldNothing() throws Exception {
        Server one = serve(0);
        try (var forwarder =
                Forwarder.start(backend(one.getPort(), List.of(second.certificate())))) {
            forwarder.pass(SPANS);
            Thread.sleep(1_500);
            assertThat(forwarder.passed()).isZero();
            assertThat(callers).isEmpty();
        } finally {
            one.shutdownNow();
        }
    }

    @Test
    void aCertificateThatIsNoneIsNamedAtTheStart() throws Exception {
        Backend broken = backend(1, List.of());
        Files.writeString(directory.resolve("client.pem"), "nothing");
        assertThatThrownBy(() -> Forwarder.start(broken))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("client.pem and ");
    }
}
