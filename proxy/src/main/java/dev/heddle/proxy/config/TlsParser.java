package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.tls.DownstreamTls;
import dev.heddle.proxy.tls.SecretRef;
import dev.heddle.proxy.tls.TicketKey;
import dev.heddle.proxy.tls.TlsParameters;
import dev.heddle.proxy.tls.TlsSettings;
import dev.heddle.proxy.tls.TlsVersion;
import dev.heddle.proxy.tls.TrustRules;
import dev.heddle.proxy.tls.UpstreamTls;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.ConfigSource;
import envoy.config.core.v3.TransportSocket;
import envoy.extensions.transport_sockets.quic.v3.QuicDownstreamTransport;
import envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads transport sockets: plain ones and those with TLS.
final class TlsParser {

    /// Where Envoy keeps one session of a cluster, this proxy keeps some for each of its hosts.
    private static final int SESSIONS_KEPT = 100;

    private static final int LONGEST_NAME = 255;

    private static final QuicDownstreamTransport QUIC =
            QuicDownstreamTransport.getDefaultInstance();

    private final Findings findings;

    TlsParser(Findings findings) {
        this.findings = findings;
    }

    /// The socket of a filter chain.
    ///
    /// @return empty for a plain one
    Optional<DownstreamTls> downstream(String path, TransportSocket socket) {
        findings.fields(path, socket, Set.of("name", "typed_config"));
        String at = join(path, "typed_config");
        var config = socket.getTypedConfig();
        try {
            if (config.holds(DownstreamTlsContext.getDefaultInstance())) {
                return Optional.of(
                        downstream(at, config.unpack(DownstreamTlsContext.getDefaultInstance())));
            }
            if (config.holds(QUIC)) {
                return Optional.of(quic(at, config.unpack(QUIC)));
            }
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        plainOnly(at, socket);
        return Optional.empty();
    }

    private DownstreamTls quic(String path, QuicDownstreamTransport transport) {
        findings.fields(path, transport, Set.of("downstream_tls_context", "enable_early_data"));
        if (transport.getEnableEarlyData().getValue()) {
            // It is not taken, whatever is said: it can be replayed.
            findings.note(join(path, "enable_early_data"));
        }
        String at = join(path, "downstream_tls_context");
        DownstreamTls tls = downstream(at, transport.getDownstreamTlsContext());
        if (tls.settings().parameters().greatest() != TlsVersion.TLS_1_3) {
            findings.reject(
                    join(at, "common_tls_context.tls_params.tls_maximum_protocol_version"),
                    tls.settings().parameters().greatest().text() + " (expected: TLSv1_3)");
        }
        return tls;
    }

    /// The socket of a cluster.
    ///
    /// @return empty for a plain one
    Optional<UpstreamTls> upstream(String path, TransportSocket socket) {
        findings.fields(path, socket, Set.of("name", "typed_config"));
        String at = join(path, "typed_config");
        var config = socket.getTypedConfig();
        try {
            if (config.holds(UpstreamTlsContext.getDefaultInstance())) {
                return Optional.of(
                        upstream(at, config.unpack(UpstreamTlsContext.getDefaultInstance())));
            }
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        plainOnly(at, socket);
        return Optional.empty();
    }

    private void plainOnly(String path, TransportSocket socket) {
        boolean isPlain =
                socket.getTypedConfig().getTypeUrl().endsWith("raw_buffer.v3.RawBuffer")
                        || (!socket.hasTypedConfig()
                                && socket.getName().equals("envoy.transport_sockets.raw_buffer"));
        if (!isPlain) {
            findings.notImplemented(
                    path,
                    "'" + socket.getTypedConfig().getTypeUrl() + "' (" + socket.getName() + ")");
        }
    }

    private DownstreamTls downstream(String path, DownstreamTlsContext context) {
        findings.fields(
                path,
                context,
                Set.of(
                        "common_tls_context",
                        "require_client_certificate",
                        "session_ticket_keys",
                        "session_ticket_keys_sds_secret_config",
                        "disable_stateless_session_resumption",
                        "disable_stateful_session_resumption",
                        "session_timeout",
                        "full_scan_certs_on_sni_mismatch"));
        TlsSettings settings =
                settings(join(path, "common_tls_context"), context.getCommonTlsContext());
        if (settings.identities().held().isEmpty() && settings.identities().named().isEmpty()) {
            findings.reject(
                    join(path, "common_tls_context.tls_certificates"),
                    "[] (expected: one or more)");
        }
        return new DownstreamTls(
                settings,
                context.getRequireClientCertificate().getValue(),
                context.getFullScanCertsOnSniMismatch().getValue(),
                sessions(path, context));
    }

    private DownstreamTls.Sessions sessions(String path, DownstreamTlsContext context) {
        List<TicketKey> keys =
                context.hasSessionTicketKeys()
                        ? new SecretParser(findings)
                                .ticketKeys(
                                        join(path, "session_ticket_keys"),
                                        context.getSessionTicketKeys())
                        : List.of();
        Optional<SecretRef> named =
                context.hasSessionTicketKeysSdsSecretConfig()
                        ? ref(
                                join(path, "session_ticket_keys_sds_secret_config"),
                                context.getSessionTicketKeysSdsSecretConfig())
                        : Optional.empty();
        return new DownstreamTls.Sessions(
                !context.getDisableStatelessSessionResumption(),
                !context.getDisableStatefulSessionResumption(),
                context.hasSessionTimeout()
                        ? Optional.of(
                                findings.duration(
                                        join(path, "session_timeout"), context.getSessionTimeout()))
                        : Optional.empty(),
                keys,
                named);
    }

    private UpstreamTls upstream(String path, UpstreamTlsContext context) {
        findings.fields(
                path,
                context,
                Set.of(
                        "common_tls_context",
                        "sni",
                        "auto_host_sni",
                        "auto_sni_san_validation",
                        "allow_renegotiation",
                        "max_session_keys",
                        // What a key is for is always looked at.
                        "enforce_rsa_key_usage"));
        if (context.getAllowRenegotiation()) {
            findings.reject(
                    join(path, "allow_renegotiation"), "true is not safe (expected: false)");
        }
        String sni = context.getSni();
        if (!isServerName(sni)) {
            findings.reject(
                    join(path, "sni"), "'" + sni + "' (expected: a host name, not an address)");
            sni = "";
        }
        TlsSettings settings =
                settings(join(path, "common_tls_context"), context.getCommonTlsContext());
        int own = settings.identities().held().size() + settings.identities().named().size();
        if (own > 1) {
            findings.reject(
                    join(path, "common_tls_context.tls_certificates"),
                    own + " certificates (expected: at most one)");
        }
        long kept =
                context.hasMaxSessionKeys()
                        ? Integer.toUnsignedLong(context.getMaxSessionKeys().getValue())
                        : SESSIONS_KEPT;
        return new UpstreamTls(
                settings,
                sni,
                context.getAutoHostSni(),
                context.getAutoSniSanValidation(),
                (int) Math.min(kept, 100_000));
    }

    /// What may stand in a client hello: RFC 6066 3.
    private static boolean isServerName(String name) {
        return name.length() <= LONGEST_NAME
                && (name.isEmpty()
                        || (name.chars()
                                        .allMatch(c ->
                                                (c >= 'a' && c <= 'z')
                                                        || (c >= 'A' && c <= 'Z')
                                                        || (c >= '0' && c <= '9')
                                                        || c == '-'
                                                        || c == '_'
                                                        || c == '.')
                                && !name.endsWith(".")));
    }

    private TlsSettings settings(String path, CommonTlsContext context) {
        findings.fields(
                path,
                context,
                Set.of(
                        "tls_params",
                        "tls_certificates",
                        "tls_certificate_sds_secret_configs",
                        "validation_context",
                        "validation_context_sds_secret_config",
                        "combined_validation_context",
                        "alpn_protocols"));
        for (int i = 0; i < context.getAlpnProtocolsCount(); i++) {
            int length = context.getAlpnProtocols(i).length();
            if (length < 1 || length > 255) {
                findings.reject(
                        join(path, "alpn_protocols[" + i + "]"),
                        length + " bytes (expected: from 1 to 255)");
            }
        }
        return new TlsSettings(
                identities(path, context),
                trust(path, context),
                parameters(join(path, "tls_params"), context),
                context.getAlpnProtocolsList().stream().filter(it -> !it.isEmpty()).toList());
    }

    private TlsSettings.Identities identities(String path, CommonTlsContext context) {
        var held = new ArrayList<TlsCertificate>();
        for (int i = 0; i < context.getTlsCertificatesCount(); i++) {
            new SecretParser(findings)
                    .certificate(
                            join(path, "tls_certificates[" + i + "]"),
                            context.getTlsCertificates(i))
                    .ifPresent(held::add);
        }
        var named = new ArrayList<SecretRef>();
        for (int i = 0; i < context.getTlsCertificateSdsSecretConfigsCount(); i++) {
            ref(
                            join(path, "tls_certificate_sds_secret_configs[" + i + "]"),
                            context.getTlsCertificateSdsSecretConfigs(i))
                    .ifPresent(named::add);
        }
        if (!held.isEmpty() && !named.isEmpty()) {
            // As Envoy: certificates that are here are enough.
            findings.note(join(path, "tls_certificate_sds_secret_configs"));
            return new TlsSettings.Identities(held, List.of());
        }
        return new TlsSettings.Identities(held, named);
    }

    private TlsSettings.Trust trust(String path, CommonTlsContext context) {
        var secrets = new SecretParser(findings);
        return switch (context.getValidationContextTypeCase()) {
            case VALIDATION_CONTEXT -> {
                String at = join(path, "validation_context");
                TrustRules rules = secrets.rules(at, context.getValidationContext());
                boolean isPinned =
                        !rules.fingerprints().isEmpty() || !rules.keyFingerprints().isEmpty();
                boolean hasRoots = !rules.roots().isEmpty() || !rules.bundles().isEmpty();
                if (!hasRoots && !rules.names().isEmpty() && !isPinned) {
                    findings.reject(
                            join(at, "trusted_ca"),
                            "is not set beside names to match, which anybody can write into a"
                                    + " certificate (expected: one)");
                }
                yield new TlsSettings.Trust(rules, Optional.empty());
            }
            case VALIDATION_CONTEXT_SDS_SECRET_CONFIG ->
                    new TlsSettings.Trust(
                            TrustRules.NONE,
                            ref(
                                    join(path, "validation_context_sds_secret_config"),
                                    context.getValidationContextSdsSecretConfig()));
            case COMBINED_VALIDATION_CONTEXT -> {
                String at = join(path, "combined_validation_context");
                var combined = context.getCombinedValidationContext();
                findings.fields(
                        at,
                        combined,
                        Set.of(
                                "default_validation_context",
                                "validation_context_sds_secret_config"));
                yield new TlsSettings.Trust(
                        secrets.rules(
                                join(at, "default_validation_context"),
                                combined.getDefaultValidationContext()),
                        ref(
                                join(at, "validation_context_sds_secret_config"),
                                combined.getValidationContextSdsSecretConfig()));
            }
            // The deprecated ones are found by the field check.
            case VALIDATION_CONTEXT_CERTIFICATE_PROVIDER,
                    VALIDATION_CONTEXT_CERTIFICATE_PROVIDER_INSTANCE,
                    VALIDATIONCONTEXTTYPE_NOT_SET ->
                    TlsSettings.Trust.NONE;
        };
    }

    private TlsParameters parameters(String path, CommonTlsContext context) {
        var given = context.getTlsParams();
        findings.fields(
                path,
                given,
                Set.of(
                        "tls_minimum_protocol_version",
                        "tls_maximum_protocol_version",
                        "cipher_suites",
                        "ecdh_curves"));
        TlsVersion least =
                version(
                        join(path, "tls_minimum_protocol_version"),
                        given.getTlsMinimumProtocolVersion(),
                        TlsVersion.TLS_1_2);
        TlsVersion greatest =
                version(
                        join(path, "tls_maximum_protocol_version"),
                        given.getTlsMaximumProtocolVersion(),
                        TlsVersion.TLS_1_3);
        if (least.compareTo(greatest) > 0) {
            findings.reject(
                    join(path, "tls_minimum_protocol_version"),
                    least.text() + " (expected: at most " + greatest.text() + ")");
            least = greatest;
        }
        var ciphers = new ArrayList<String>();
        for (int i = 0; i < given.getCipherSuitesCount(); i++) {
            ciphers(join(path, "cipher_suites[" + i + "]"), given.getCipherSuites(i), ciphers);
        }
        for (int i = 0; i < given.getEcdhCurvesCount(); i++) {
            if (!TlsParameters.isGroup(given.getEcdhCurves(i))) {
                findings.notImplemented(
                        join(path, "ecdh_curves[" + i + "]"), "'" + given.getEcdhCurves(i) + "'");
            }
        }
        return new TlsParameters(
                least,
                greatest,
                ciphers.isEmpty() ? TlsParameters.CIPHERS : ciphers,
                given.getEcdhCurvesCount() == 0 ? TlsParameters.GROUPS : given.getEcdhCurvesList());
    }

    /// One, or several of equal preference: `[A|B]`.
    private void ciphers(String path, String text, List<String> ciphers) {
        boolean isGroup = text.startsWith("[") && text.endsWith("]");
        String names = isGroup ? text.substring(1, text.length() - 1) : text;
        for (String name : names.split("\\|", -1)) {
            if (TlsParameters.isCipher(name)) {
                ciphers.add(name);
            } else {
                findings.reject(
                        path,
                        "'"
                                + name
                                + "' (expected: a cipher of TLS 1.2 that is safe, by its OpenSSL"
                                + " name)");
            }
        }
    }

    private TlsVersion version(
            String path,
            envoy.extensions.transport_sockets.tls.v3.TlsParameters.TlsProtocol protocol,
            TlsVersion otherwise) {
        return switch (protocol) {
            case TLS_AUTO -> otherwise;
            case TLSv1_2 -> TlsVersion.TLS_1_2;
            case TLSv1_3 -> TlsVersion.TLS_1_3;
            case TLSv1_0, TLSv1_1, UNRECOGNIZED -> {
                findings.reject(
                        path, protocol + " is not implemented (expected: TLSv1_2 or TLSv1_3)");
                yield otherwise;
            }
        };
    }

    /// Where a secret comes from that is sent by itself; empty when that cannot be said.
    Optional<SecretRef> ref(String path, SdsSecretConfig config) {
        findings.fields(path, config, Set.of("name", "sds_config"));
        if (config.getName().isEmpty()) {
            findings.required(join(path, "name"), config.getName());
            return Optional.empty();
        }
        if (!config.hasSdsConfig()) {
            return Optional.of(
                    new SecretRef(
                            config.getName(),
                            new SecretRef.Source.Bootstrap(),
                            ConfigSources.FETCH_TIMEOUT));
        }
        ConfigSource source = config.getSdsConfig();
        String at = join(path, "sds_config");
        Optional<String> file = file(at, source);
        if (file.isPresent()) {
            return Optional.of(
                    new SecretRef(
                            config.getName(),
                            new SecretRef.Source.File(file.get()),
                            source.hasInitialFetchTimeout()
                                    ? findings.duration(
                                            join(at, "initial_fetch_timeout"),
                                            source.getInitialFetchTimeout())
                                    : ConfigSources.FETCH_TIMEOUT));
        }
        Duration timeout = ConfigSources.check(findings, at, source);
        return Optional.of(
                new SecretRef(config.getName(), new SecretRef.Source.ControlPlane(), timeout));
    }

    @SuppressWarnings("deprecation") // Envoy still reads `path`, and users still write it
    private Optional<String> file(String path, ConfigSource source) {
        return switch (source.getConfigSourceSpecifierCase()) {
            case PATH -> Optional.of(source.getPath());
            case PATH_CONFIG_SOURCE -> {
                findings.fields(
                        path,
                        source,
                        Set.of(
                                "path_config_source",
                                "resource_api_version",
                                "initial_fetch_timeout"));
                // Every file is looked at again and again, however it is replaced.
                findings.fields(
                        join(path, "path_config_source"),
                        source.getPathConfigSource(),
                        Set.of("path", "watched_directory"));
                yield Optional.of(source.getPathConfigSource().getPath());
            }
            case ADS, SELF, API_CONFIG_SOURCE, CONFIGSOURCESPECIFIER_NOT_SET -> Optional.empty();
        };
    }
}
