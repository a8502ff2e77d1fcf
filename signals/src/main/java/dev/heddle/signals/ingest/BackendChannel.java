package dev.heddle.signals.ingest;

import dev.heddle.xds.Confined;
import dev.heddle.xds.secret.CertificateFiles;
import dev.heddle.xds.secret.TlsCertificate;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Optional;

/// The way to a backend. What is shown to it is looked at before each request, so a certificate or
/// a token that is renewed needs no restart: the token goes with the next request, the certificate
/// with the next connection. For one thread.
@Confined("signals-forwarder")
final class BackendChannel implements AutoCloseable {
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final Backend backend;
    private final Optional<Own> own;
    private final ManagedChannel channel;

    private BackendChannel(Backend backend, Optional<Own> own, ManagedChannel channel) {
        this.backend = backend;
        this.own = own;
        this.channel = channel;
    }

    /// The certificate that is shown.
    @Confined("signals-forwarder")
    private static final class Own {
        private final CertificateFiles files;
        private final AdvancedTlsX509KeyManager keys = new AdvancedTlsX509KeyManager();
        private String seen = "";

        Own(CertificateFiles files) {
            this.files = files;
        }

        void look() throws IOException {
            String mark = files.mark();
            if (!mark.equals(seen)) {
                TlsCertificate read = files.read();
                keys.updateIdentityCredentials(
                        read.chain().toArray(X509Certificate[]::new), read.key());
                seen = mark;
            }
        }
    }

    /// The backend need not be there yet.
    ///
    /// @throws IOException when the certificate that is to be shown cannot be used
    static BackendChannel open(Backend backend) throws IOException {
        var builder = NettyChannelBuilder.forAddress(backend.host(), backend.port());
        if (backend.tls().isEmpty()) {
            return new BackendChannel(backend, Optional.empty(), builder.usePlaintext().build());
        }
        Backend.Tls tls = backend.tls().get();
        Optional<Own> own = tls.own().map(Own::new);
        if (own.isPresent()) {
            own.get().look();
        }
        return new BackendChannel(backend, own, builder.sslContext(context(tls, own)).build());
    }

    private static SslContext context(Backend.Tls tls, Optional<Own> own) throws IOException {
        SslContextBuilder context = SslContextBuilder.forClient();
        if (!tls.roots().isEmpty()) {
            context.trustManager(tls.roots());
        }
        own.ifPresent(it -> context.keyManager(it.keys));
        return GrpcSslContexts.configure(context, SslProvider.JDK)
                .protocols("TLSv1.3", "TLSv1.2")
                .build();
    }

    /// For the next request.
    ///
    /// @throws IOException when what is to be shown cannot be read; the message says which file,
    ///   and not what it has
    Channel next() throws IOException {
        if (own.isPresent()) {
            own.get().look();
        }
        Optional<String> shown = backend.pass().authorization();
        if (shown.isEmpty()) {
            return channel;
        }
        var headers = new Metadata();
        headers.put(AUTHORIZATION, shown.get());
        return ClientInterceptors.intercept(
                channel, MetadataUtils.newAttachHeadersInterceptor(headers));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
