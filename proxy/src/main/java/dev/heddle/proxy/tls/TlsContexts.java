package dev.heddle.proxy.tls;

import dev.heddle.xds.secret.TlsCertificate;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns configuration and secrets into what connections are secured with. Used by the thread that
/// takes configuration.
///
/// What did not change is taken over, so that a new certificate of one listener costs no other one
/// its sessions. The keys of session tickets are derived from a secret of the process (or from the
/// configured keys) and from whom the peers are measured by: a ticket that was given under other
/// rules cannot be read, and means a whole handshake.
public final class TlsContexts {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContexts.class);

    /// As long as BoringSSL's and Envoy's sessions.
    private static final Duration SESSION_TIMEOUT = Duration.ofHours(2);

    /// A chain of intermediates with fat names, and not a megabyte of somebody's.
    private static final int MOST_CERTIFICATE_BYTES = 64 * 1024;

    private final TlsProvider provider;
    private final InstantSource clock;
    private final TicketKey processKey;

    /// @param processKey with what tickets are encrypted where no keys are configured; random, and
    ///   never written anywhere
    public TlsContexts(TlsProvider provider, InstantSource clock, TicketKey processKey) {
        this.provider = provider;
        this.clock = clock;
        this.processKey = processKey;
    }

    /// What can be secured from now on.
    ///
    /// @param servers what listeners ask for
    /// @param clients what clusters ask for
    /// @param secrets what came, by the keys of their references
    public TlsState next(
            TlsState before,
            Collection<DownstreamTls> servers,
            Collection<UpstreamTls> clients,
            Map<String, Secret> secrets) {
        var nextServers = new HashMap<DownstreamTls, TlsServer>();
        for (DownstreamTls tls : servers) {
            material(tls, secrets)
                    .flatMap(material -> server(before, material))
                    .ifPresent(server -> nextServers.put(tls, server));
        }
        var nextClients = new HashMap<UpstreamTls, TlsClients>();
        for (UpstreamTls tls : clients) {
            material(tls, secrets)
                    .flatMap(material -> clients(before, material))
                    .ifPresent(client -> nextClients.put(tls, client));
        }
        return new TlsState(nextServers, nextClients);
    }

    private static Optional<TlsServer.Material> material(
            DownstreamTls tls, Map<String, Secret> secrets) {
        Optional<List<TlsCertificate>> certificates = tls.settings().certificates(secrets);
        Optional<TrustRules> rules = tls.settings().rules(secrets);
        Optional<SecretRef> namedKeys = tls.sessions().namedKeys();
        Optional<List<TicketKey>> keys =
                namedKeys.isEmpty()
                        ? Optional.of(tls.sessions().keys())
                        : secrets.get(namedKeys.get().key())
                                        instanceof Secret.TicketKeys(List<TicketKey> named)
                                ? Optional.of(named)
                                : Optional.empty();
        return certificates.isEmpty() || rules.isEmpty() || keys.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new TlsServer.Material(tls, certificates.get(), rules.get(), keys.get()));
    }

    private static Optional<TlsClients.Material> material(
            UpstreamTls tls, Map<String, Secret> secrets) {
        Optional<List<TlsCertificate>> certificates = tls.settings().certificates(secrets);
        Optional<TrustRules> rules = tls.settings().rules(secrets);
        return certificates.isEmpty() || rules.isEmpty()
                ? Optional.empty()
                : Optional.of(new TlsClients.Material(tls, certificates.get(), rules.get()));
    }

    private Optional<TlsServer> server(TlsState before, TlsServer.Material material) {
        TlsServer known = before.servers().get(material.tls());
        if (known != null && known.material().equals(material)) {
            return Optional.of(known);
        }
        try {
            return Optional.of(newServer(material));
        } catch (SSLException e) {
            // The parser lets nothing through that the library is known to refuse.
            LOG.error("TLS of a listener cannot be set up; its connections are refused", e);
            return Optional.empty();
        }
    }

    private Optional<TlsClients> clients(TlsState before, TlsClients.Material material) {
        TlsClients known = before.clients().get(material.tls());
        if (known != null && known.material().equals(material)) {
            return Optional.of(known);
        }
        var made = new TlsClients(material, asked -> newClient(material, asked));
        try {
            // Finds out now whether the library takes it, not at the first request.
            var _ = made.forHost("", List.of(), PeerName.ANY);
            return Optional.of(made);
        } catch (IllegalStateException e) {
            LOG.error("TLS of a cluster cannot be set up; connections to it fail", e);
            return Optional.empty();
        }
    }

    private TlsServer newServer(TlsServer.Material material) throws SSLException {
        DownstreamTls tls = material.tls();
        var trust = new PeerTrust(new PeerVerifier(material.rules()), clock, provider);
        ClientAuth clients = clientAuth(tls, material.rules());
        SslContextBuilder builder =
                SslContextBuilder.forServer(keys(material.certificates(), tls.scanAll()))
                        .trustManager(trust)
                        .clientAuth(clients);
        configure(builder, tls.settings().parameters(), tls.settings().alpn());
        long seconds = tls.sessions().timeout().orElse(SESSION_TIMEOUT).toSeconds();
        builder.sessionTimeout(Math.max(1, seconds));
        SslContext context = builder.build();
        if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
            sessions.setSessionCacheEnabled(tls.sessions().cache());
            if (tls.sessions().tickets()) {
                sessions.setTicketKeys(ticketKeys(material));
            }
        }
        return new TlsServer(material, context, trust, clients);
    }

    private static ClientAuth clientAuth(DownstreamTls tls, TrustRules rules) {
        if (tls.requireClientCertificate()) {
            return ClientAuth.REQUIRE;
        }
        return rules.areEmpty() ? ClientAuth.NONE : ClientAuth.OPTIONAL;
    }

    private TlsClient newClient(TlsClients.Material material, TlsClients.Asked asked) {
        String serverName = asked.serverName();
        UpstreamTls tls = material.tls();
        TrustRules rules = material.rules();
        if (asked.name().isVerified()) {
            rules = rules.forName(asked.name().match());
        } else if (tls.verifyServerName() && !serverName.isEmpty()) {
            rules = rules.forName(PeerName.of(serverName, true, true).match());
        }
        var trust = new PeerTrust(new PeerVerifier(rules), clock, provider);
        try {
            SslContextBuilder builder =
                    SslContextBuilder.forClient()
                            .trustManager(trust)
                            // Names are the verifier's business.
                            .endpointIdentificationAlgorithm(null)
                            .sessionCacheSize(Math.max(1, tls.sessionsKept()))
                            .sessionTimeout(SESSION_TIMEOUT.toSeconds());
            if (!material.certificates().isEmpty()) {
                builder.keyManager(keys(material.certificates(), false));
            }
            configure(builder, tls.settings().parameters(), asked.alpn());
            if (asked.isByRequest()) {
                builder.sslProvider(provider.forgotten());
            }
            SslContext context = builder.build();
            if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
                sessions.setSessionCacheEnabled(tls.sessionsKept() > 0);
                if (tls.sessionsKept() > 0) {
                    sessions.setTicketKeys();
                }
            }
            return new TlsClient(context, trust, serverName);
        } catch (SSLException e) {
            throw new IllegalStateException("TLS for '" + serverName + "': " + e.getMessage(), e);
        }
    }

    private KeyManagerFactory keys(List<TlsCertificate> certificates, boolean scanAll) {
        var keys = new KeyManagerFactoryWrapper(new HeldKeys(certificates, scanAll));
        return switch (provider) {
            // Without its cache, each handshake would parse the key again.
            case BORINGSSL -> new OpenSslCachingX509KeyManagerFactory(keys);
            case JDK -> keys;
        };
    }

    private void configure(SslContextBuilder builder, TlsParameters parameters, List<String> alpn) {
        builder.sslProvider(provider.netty())
                .protocols(parameters.versions())
                .ciphers(parameters.suites(provider));
        switch (provider) {
            case BORINGSSL ->
                    builder.option(
                                    OpenSslContextOption.GROUPS,
                                    parameters.groups(provider).toArray(String[]::new))
                            .option(
                                    OpenSslContextOption.MAX_CERTIFICATE_LIST_BYTES,
                                    MOST_CERTIFICATE_BYTES);
            case JDK -> {
                // Its groups are a property of the whole process.
            }
        }
        if (!alpn.isEmpty()) {
            builder.applicationProtocolConfig(
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            alpn));
        }
    }

    private OpenSslSessionTicketKey[] ticketKeys(TlsServer.Material material) {
        List<TicketKey> keys =
                material.ticketKeys().isEmpty() ? List.of(processKey) : material.ticketKeys();
        byte[] purpose = purpose(material);
        return keys.stream()
                .map(key -> derived(key, purpose))
                .toArray(OpenSslSessionTicketKey[]::new);
    }

    /// Whom a session was for and what its peer had to prove. A renewed certificate with the same
    /// names keeps tickets alive; other roots, names or lists of revoked ones do not.
    private static byte[] purpose(TlsServer.Material material) {
        var text = new StringBuilder();
        text.append(material.tls().requireClientCertificate()).append('\n');
        for (TlsCertificate certificate : material.certificates()) {
            X509Certificate leaf = certificate.leaf();
            text.append(ShownCertificate.of(List.of(leaf)).names())
                    .append(leaf.getSubjectX500Principal())
                    .append('\n');
        }
        TrustRules rules = material.rules();
        for (X509Certificate root : rules.roots()) {
            text.append(ShownCertificate.of(List.of(root)).sha256()).append('\n');
        }
        rules.revocations().forEach(list -> text.append(list.hashCode()).append('\n'));
        rules.bundles()
                .forEach((domain, bundle) -> {
                    text.append(domain).append('\n');
                    for (X509Certificate root : bundle.roots()) {
                        text.append(ShownCertificate.of(List.of(root)).sha256()).append('\n');
                    }
                    bundle.revocations().forEach(list -> text.append(list.hashCode()).append('\n'));
                });
        text.append(rules.names())
                .append(rules.fingerprints())
                .append(rules.keyFingerprints())
                .append(rules.leniency());
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static OpenSslSessionTicketKey derived(TicketKey key, byte[] purpose) {
        try {
            Mac mac = Mac.getInstance("HmacSHA512");
            mac.init(new SecretKeySpec(key.bytes(), "HmacSHA512"));
            byte[] bytes = mac.doFinal(purpose);
            return new OpenSslSessionTicketKey(
                    Arrays.copyOfRange(bytes, 0, 16),
                    Arrays.copyOfRange(bytes, 16, 32),
                    Arrays.copyOfRange(bytes, 32, 48));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC: every JDK has it", e);
        }
    }
}
