package dev.heddle.compiler.xds;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import dev.heddle.compiler.ir.ClientTls;
import dev.heddle.compiler.ir.PeerRules;
import dev.heddle.compiler.ir.SecretRef;
import dev.heddle.compiler.ir.ServerTls;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.ir.TlsSecret.DomainRoot;
import dev.heddle.model.istio.ServerTlsSettings.ProtocolVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher.SanType;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.util.List;
import java.util.Optional;

/// Emits what connections are secured with, and the secrets for it.
final class TlsEmitter {
    /// A secret that cannot be sent is waited for no longer than this, or the other chains of the
    /// listener would wait too: connections of its chain fail until it comes.
    private static final Duration NOT_LONG = Duration.newBuilder().setNanos(1_000_000).build();

    private TlsEmitter() {}

    static TransportSocket server(ServerTls tls) {
        return socket(context(tls));
    }

    /// The same for QUIC.
    static TransportSocket quic(ServerTls tls) {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.quic")
                .setTypedConfig(
                        Protos.pack(
                                QuicDownstreamTransport.newBuilder()
                                        .setDownstreamTlsContext(context(tls))
                                        // What is sent again by somebody else would be served
                                        // again.
                                        .setEnableEarlyData(BoolValue.of(false))
                                        .build()))
                .build();
    }

    private static DownstreamTlsContext context(ServerTls tls) {
        CommonTlsContext.Builder common = CommonTlsContext.newBuilder();
        tls.certificates().forEach(c -> common.addTlsCertificateSdsSecretConfigs(sds(c)));
        parameters(tls).ifPresent(common::setTlsParams);
        tls.clients().ifPresent(rules -> common.setCombinedValidationContext(combined(rules)));
        common.addAllAlpnProtocols(tls.alpn());
        return DownstreamTlsContext.newBuilder()
                .setCommonTlsContext(common)
                .setRequireClientCertificate(BoolValue.of(tls.clientsMust()))
                .build();
    }

    /// @param alpn protocols to offer; none leaves it to what is spoken
    static TransportSocket client(ClientTls tls, List<String> alpn) {
        TlsParameters.Builder parameters =
                TlsParameters.newBuilder()
                        .setTlsMinimumProtocolVersion(TlsProtocol.TLSv1_2)
                        .setTlsMaximumProtocolVersion(TlsProtocol.TLSv1_3);
        tls.mesh()
                .ifPresent(mesh ->
                        parameters
                                .setTlsMinimumProtocolVersion(version(mesh.least()))
                                .addAllCipherSuites(mesh.cipherSuites())
                                .addAllEcdhCurves(mesh.groups()));
        CommonTlsContext.Builder common = CommonTlsContext.newBuilder().setTlsParams(parameters);
        tls.certificate().ifPresent(c -> common.addTlsCertificateSdsSecretConfigs(sds(c)));
        tls.hosts().ifPresent(rules -> common.setCombinedValidationContext(combined(rules)));
        common.addAllAlpnProtocols(tls.mesh().map(ClientTls.Mesh::alpn).orElse(alpn));
        return socket(
                UpstreamTlsContext.newBuilder()
                        .setCommonTlsContext(common)
                        .setSni(tls.sni())
                        .build());
    }

    static Secret secret(TlsSecret secret) {
        Secret.Builder out = Secret.newBuilder().setName(secret.name());
        switch (secret) {
            case TlsSecret.Certificate(_, String chain, TlsSecret.PrivateKeyPem key, _) ->
                    out.setTlsCertificate(
                            TlsCertificate.newBuilder()
                                    .setCertificateChain(inline(chain))
                                    .setPrivateKey(inline(key.pem())));
            case TlsSecret.CertificateFiles(_, String chain, String key, _) ->
                    out.setTlsCertificate(
                            TlsCertificate.newBuilder()
                                    .setCertificateChain(file(chain))
                                    .setPrivateKey(file(key)));
            case TlsSecret.Roots(_, String pem, String crl, _) -> {
                CertificateValidationContext.Builder context =
                        CertificateValidationContext.newBuilder().setTrustedCa(inline(pem));
                if (!crl.isEmpty()) {
                    context.setCrl(inline(crl));
                }
                out.setValidationContext(context);
            }
            case TlsSecret.RootFile(_, String file, String crlFile, _) -> {
                CertificateValidationContext.Builder context =
                        CertificateValidationContext.newBuilder().setTrustedCa(file(file));
                if (!crlFile.isEmpty()) {
                    context.setCrl(file(crlFile));
                }
                out.setValidationContext(context);
            }
            case TlsSecret.RootFileWithout(_, String file, String crl, _) ->
                    out.setValidationContext(
                            CertificateValidationContext.newBuilder()
                                    .setTrustedCa(file(file))
                                    .setCrl(inline(crl)));
            case TlsSecret.Words(_, TlsSecret.Hidden(String text), _) ->
                    out.setGenericSecret(GenericSecret.newBuilder().setSecret(inline(text)));
            case TlsSecret.DomainRoots it -> out.setValidationContext(validator(it));
        }
        return out.build();
    }

    /// Envoy reads the files of this validator anew when one of `trusted_ca` or `crl` changes; it
    /// looks at neither otherwise.
    private static CertificateValidationContext validator(TlsSecret.DomainRoots secret) {
        SPIFFECertValidatorConfig.Builder config = SPIFFECertValidatorConfig.newBuilder();
        secret.domains()
                .forEach((domain, roots) ->
                        config.addTrustDomainsBuilder()
                                .setName(domain)
                                .setTrustBundle(
                                        switch (roots) {
                                            case DomainRoot.Inline(String pem) -> inline(pem);
                                            case DomainRoot.InFile(String file) -> file(file);
                                        }));
        CertificateValidationContext.Builder context =
                CertificateValidationContext.newBuilder()
                        .setCustomValidatorConfig(
                                TypedExtensionConfig.newBuilder()
                                        .setName("envoy.tls.cert_validator.spiffe")
                                        .setTypedConfig(Protos.pack(config.build())));
        if (!secret.file().isEmpty()) {
            context.setTrustedCa(file(secret.file()));
        }
        return context.build();
    }

    private static TransportSocket socket(Message context) {
        return TransportSocket.newBuilder()
                .setName("envoy.transport_sockets.tls")
                .setTypedConfig(Protos.pack(context))
                .build();
    }

    private static Optional<TlsParameters> parameters(ServerTls tls) {
        TlsParameters.Builder out = TlsParameters.newBuilder();
        out.setTlsMinimumProtocolVersion(version(tls.least()));
        out.setTlsMaximumProtocolVersion(version(tls.greatest()));
        out.addAllCipherSuites(tls.cipherSuites());
        out.addAllEcdhCurves(tls.groups());
        TlsParameters made = out.build();
        return made.equals(TlsParameters.getDefaultInstance())
                ? Optional.empty()
                : Optional.of(made);
    }

    private static TlsProtocol version(ProtocolVersion version) {
        return switch (version) {
            case TLS_AUTO -> TlsProtocol.TLS_AUTO;
            case TLSV1_0 -> TlsProtocol.TLSv1_0;
            case TLSV1_1 -> TlsProtocol.TLSv1_1;
            case TLSV1_2 -> TlsProtocol.TLSv1_2;
            case TLSV1_3 -> TlsProtocol.TLSv1_3;
        };
    }

    private static CommonTlsContext.CombinedCertificateValidationContext combined(PeerRules rules) {
        CertificateValidationContext.Builder here =
                CertificateValidationContext.newBuilder()
                        .addAllVerifyCertificateSpki(rules.keyHashes())
                        .addAllVerifyCertificateHash(rules.hashes());
        rules.names().forEach(name -> here.addMatchTypedSubjectAltNames(name(name)));
        rules.trustDomains()
                .forEach(domain ->
                        here.addMatchTypedSubjectAltNames(
                                SubjectAltNameMatcher.newBuilder()
                                        .setSanType(SanType.URI)
                                        .setMatcher(
                                                StringMatcher.newBuilder()
                                                        .setPrefix("spiffe://" + domain + "/"))));
        if (rules.isLenient()) {
            here.setTrustChainVerification(
                    CertificateValidationContext.TrustChainVerification.ACCEPT_UNTRUSTED);
        }
        if (!rules.crlFile().isEmpty()) {
            here.setCrl(file(rules.crlFile()));
        }
        return CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
                .setDefaultValidationContext(here)
                .setValidationContextSdsSecretConfig(sds(rules.roots()))
                .build();
    }

    /// Istio's names do not say of which kind they are, but look like it.
    private static SubjectAltNameMatcher name(String name) {
        SanType type =
                name.contains("://")
                        ? SanType.URI
                        : name.contains("@")
                                ? SanType.EMAIL
                                : isAddress(name) ? SanType.IP_ADDRESS : SanType.DNS;
        return SubjectAltNameMatcher.newBuilder()
                .setSanType(type)
                .setMatcher(StringMatcher.newBuilder().setExact(name))
                .build();
    }

    private static boolean isAddress(String name) {
        return name.indexOf(':') >= 0 || name.matches("[0-9]+(\\.[0-9]+){3}");
    }

    /// Whence a filter gets what it shows, or signs with.
    static SdsSecretConfig words(String name) {
        return sds(new SecretRef(name, true));
    }

    private static SdsSecretConfig sds(SecretRef ref) {
        ConfigSource.Builder source = Protos.ads().toBuilder();
        if (!ref.isThere()) {
            source.setInitialFetchTimeout(NOT_LONG);
        }
        return SdsSecretConfig.newBuilder().setName(ref.name()).setSdsConfig(source).build();
    }

    private static DataSource inline(String text) {
        return DataSource.newBuilder().setInlineString(text).build();
    }

    private static DataSource file(String name) {
        return DataSource.newBuilder().setFilename(name).build();
    }
}
