package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.tls.SanMatch;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tls.SystemRoots;
import dev.heddle.proxy.tls.TicketKey;
import dev.heddle.proxy.tls.TrustRules;
import dev.heddle.xds.secret.TlsCertificate;
import dev.heddle.xds.secret.UnusableMaterial;
import dev.heddle.xds.wire.Bytes;
import envoy.config.core.v3.DataSource;
import envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import envoy.extensions.transport_sockets.tls.v3.GenericSecret;
import envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import envoy.extensions.transport_sockets.tls.v3.TlsSessionTicketKeys;
import envoy.type.matcher.v3.StringMatcher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Reads certificates, keys and rules of trust, those of SDS and those inside of other resources.
/// What it finds is told without a byte of what might be secret.
@SuppressWarnings("deprecation") // Envoy still reads the old fields, and users still write them
final class SecretParser {

    private static final String VALIDATOR = "custom_validator_config";
    private static final long LARGEST_FILE = 1 << 20;

    private final Findings findings;

    SecretParser(Findings findings) {
        this.findings = findings;
    }

    /// Reads one resource of SDS.
    static Parsed<Secret> parse(envoy.extensions.transport_sockets.tls.v3.Secret secret) {
        var findings = new Findings();
        var parser = new SecretParser(findings);
        findings.fields(
                "",
                secret,
                Set.of(
                        "name",
                        "tls_certificate",
                        "session_ticket_keys",
                        "validation_context",
                        "generic_secret"));
        Secret read =
                switch (secret.getTypeCase()) {
                    case TLS_CERTIFICATE ->
                            parser.certificate("tls_certificate", secret.getTlsCertificate())
                                    .<Secret>map(Secret.Identity::new)
                                    .orElse(new Secret.Trust(TrustRules.NONE));
                    case VALIDATION_CONTEXT ->
                            new Secret.Trust(
                                    parser.rules(
                                            "validation_context", secret.getValidationContext()));
                    case SESSION_TICKET_KEYS ->
                            new Secret.TicketKeys(
                                    parser.ticketKeys(
                                            "session_ticket_keys", secret.getSessionTicketKeys()));
                    case GENERIC_SECRET ->
                            new Secret.Words(
                                    parser.words("generic_secret", secret.getGenericSecret()));
                    case TYPE_NOT_SET -> {
                        findings.reject(
                                "tls_certificate",
                                "is not set (expected: it, validation_context,"
                                        + " session_ticket_keys or generic_secret)");
                        yield new Secret.Trust(TrustRules.NONE);
                    }
                };
        return findings.of(read);
    }

    /// The files that a secret is in, which may change under it; none when it is all there.
    static List<String> files(envoy.extensions.transport_sockets.tls.v3.Secret secret) {
        var certificate = secret.getTlsCertificate();
        var trust = secret.getValidationContext();
        return Stream.concat(
                        Stream.of(
                                certificate.getCertificateChain(),
                                certificate.getPrivateKey(),
                                trust.getTrustedCa(),
                                trust.getCrl(),
                                secret.getGenericSecret().getSecret()),
                        Stream.concat(
                                secret.getSessionTicketKeys().getKeysList().stream(),
                                SpiffeBundles.sources(trust).stream()))
                .filter(DataSource::hasFilename)
                .map(DataSource::getFilename)
                .map(SystemRoots::located)
                .toList();
    }

    /// Reads a certificate with its key.
    ///
    /// @return empty when it cannot be used, which was found
    Optional<TlsCertificate> certificate(
            String path, envoy.extensions.transport_sockets.tls.v3.TlsCertificate given) {
        findings.fields(
                path, given, Set.of("certificate_chain", "private_key", "watched_directory"));
        Optional<String> chain = text(join(path, "certificate_chain"), given.getCertificateChain());
        Optional<String> key = text(join(path, "private_key"), given.getPrivateKey());
        if (chain.isEmpty() || key.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(TlsCertificate.parse(chain.get(), key.get()));
        } catch (UnusableMaterial e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /// Reads what a filter shows, or signs with.
    private byte[] words(String path, GenericSecret given) {
        findings.fields(path, given, Set.of("secret"));
        return bytes(join(path, "secret"), given.getSecret()).orElse(Bytes.EMPTY).toByteArray();
    }

    /// Reads the keys of session tickets.
    List<TicketKey> ticketKeys(String path, TlsSessionTicketKeys given) {
        findings.fields(path, given, Set.of("keys"));
        var keys = new ArrayList<TicketKey>();
        for (int i = 0; i < given.getKeysCount(); i++) {
            String at = join(path, "keys[" + i + "]");
            Optional<Bytes> bytes = bytes(at, given.getKeys(i));
            if (bytes.isPresent() && bytes.get().size() != TicketKey.BYTES) {
                findings.reject(
                        at,
                        bytes.get().size() + " bytes (expected: exactly " + TicketKey.BYTES + ")");
            } else if (bytes.isPresent()) {
                keys.add(TicketKey.of(bytes.get().toByteArray()));
            }
        }
        if (given.getKeysCount() == 0) {
            findings.reject(join(path, "keys"), "[] (expected: one or more)");
        }
        return keys;
    }

    /// Reads whom to believe.
    TrustRules rules(String path, CertificateValidationContext given) {
        findings.fields(
                path,
                given,
                Set.of(
                        "trusted_ca",
                        "watched_directory",
                        "verify_certificate_spki",
                        "verify_certificate_hash",
                        "match_typed_subject_alt_names",
                        "match_subject_alt_names",
                        "require_signed_certificate_timestamp",
                        "crl",
                        VALIDATOR,
                        "allow_expired_certificate",
                        "trust_chain_verification",
                        "only_verify_leaf_cert_crl",
                        "max_verify_depth"));
        if (given.getRequireSignedCertificateTimestamp().getValue()) {
            findings.notImplemented(join(path, "require_signed_certificate_timestamp"), "true");
        }
        return new TrustRules(
                given.hasTrustedCa()
                        ? roots(join(path, "trusted_ca"), given.getTrustedCa())
                        : List.of(),
                given.hasCrl() ? revocations(join(path, "crl"), given.getCrl()) : List.of(),
                given.hasCustomValidatorConfig()
                        ? new SpiffeBundles(findings, this)
                                .of(join(path, VALIDATOR), given.getCustomValidatorConfig())
                        : new TreeMap<>(),
                names(path, given),
                fingerprints(join(path, "verify_certificate_hash"), given),
                keyFingerprints(join(path, "verify_certificate_spki"), given),
                leniency(path, given));
    }

    private TrustRules.Leniency leniency(String path, CertificateValidationContext given) {
        OptionalInt depth = OptionalInt.empty();
        if (given.hasMaxVerifyDepth()) {
            int value = given.getMaxVerifyDepth().getValue();
            findings.range(join(path, "max_verify_depth"), value, 0, 100);
            depth = OptionalInt.of(Math.clamp(value, 0, 100));
        }
        boolean acceptUntrusted =
                switch (given.getTrustChainVerification()) {
                    case VERIFY_TRUST_CHAIN -> false;
                    case ACCEPT_UNTRUSTED -> true;
                    case UNRECOGNIZED -> {
                        findings.reject(join(path, "trust_chain_verification"), "is unknown");
                        yield false;
                    }
                };
        return new TrustRules.Leniency(
                acceptUntrusted,
                given.getAllowExpiredCertificate(),
                given.getOnlyVerifyLeafCertCrl(),
                depth);
    }

    private List<X509Certificate> roots(String path, DataSource source) {
        Optional<String> text = text(path, source);
        if (text.isEmpty()) {
            return List.of();
        }
        try {
            return TrustRules.parseRoots(text.get());
        } catch (UnusableMaterial e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return List.of();
        }
    }

    private List<X509CRL> revocations(String path, DataSource source) {
        Optional<String> text = text(path, source);
        if (text.isEmpty()) {
            return List.of();
        }
        try {
            return TrustRules.parseRevocations(text.get());
        } catch (UnusableMaterial e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return List.of();
        }
    }

    private List<String> fingerprints(String path, CertificateValidationContext given) {
        var read = new ArrayList<String>();
        for (int i = 0; i < given.getVerifyCertificateHashCount(); i++) {
            String text =
                    given.getVerifyCertificateHash(i).replace(":", "").toLowerCase(Locale.ROOT);
            if (!text.matches("[0-9a-f]{64}")) {
                findings.reject(
                        path + "[" + i + "]",
                        "'" + given.getVerifyCertificateHash(i) + "' (expected: SHA-256 in hex)");
            }
            read.add(text);
        }
        return read;
    }

    private List<String> keyFingerprints(String path, CertificateValidationContext given) {
        for (int i = 0; i < given.getVerifyCertificateSpkiCount(); i++) {
            if (!given.getVerifyCertificateSpki(i).matches("[A-Za-z0-9+/]{43}=")) {
                findings.reject(
                        path + "[" + i + "]",
                        "'"
                                + given.getVerifyCertificateSpki(i)
                                + "' (expected: SHA-256 in base64)");
            }
        }
        return given.getVerifyCertificateSpkiList();
    }

    private List<SanMatch> names(String path, CertificateValidationContext given) {
        var names = new ArrayList<SanMatch>();
        for (int i = 0; i < given.getMatchTypedSubjectAltNamesCount(); i++) {
            String at = join(path, "match_typed_subject_alt_names[" + i + "]");
            SubjectAltNameMatcher matcher = given.getMatchTypedSubjectAltNames(i);
            findings.fields(at, matcher, Set.of("san_type", "matcher"));
            kind(join(at, "san_type"), matcher.getSanType())
                    .ifPresent(kind ->
                            names.add(
                                    new SanMatch(
                                            kind,
                                            text(join(at, "matcher"), matcher.getMatcher()))));
        }
        for (int i = 0; i < given.getMatchSubjectAltNamesCount(); i++) {
            // The old field means a name of any kind.
            SanMatch.Text text =
                    text(
                            join(path, "match_subject_alt_names[" + i + "]"),
                            given.getMatchSubjectAltNames(i));
            for (SanMatch.Kind kind : SanMatch.Kind.values()) {
                names.add(new SanMatch(kind, text));
            }
        }
        return names;
    }

    private Optional<SanMatch.Kind> kind(String path, SubjectAltNameMatcher.SanType type) {
        return switch (type) {
            case EMAIL -> Optional.of(SanMatch.Kind.EMAIL);
            case DNS -> Optional.of(SanMatch.Kind.DNS);
            case URI -> Optional.of(SanMatch.Kind.URI);
            case IP_ADDRESS -> Optional.of(SanMatch.Kind.IP_ADDRESS);
            case OTHER_NAME, SAN_TYPE_UNSPECIFIED, UNRECOGNIZED -> {
                findings.reject(path, type + " (expected: EMAIL, DNS, URI or IP_ADDRESS)");
                yield Optional.empty();
            }
        };
    }

    private SanMatch.Text text(String path, StringMatcher matcher) {
        findings.fields(
                path,
                matcher,
                Set.of("exact", "prefix", "suffix", "contains", "safe_regex", "ignore_case"));
        boolean any = matcher.getIgnoreCase();
        return switch (matcher.getMatchPatternCase()) {
            case EXACT -> new SanMatch.Text.Exact(matcher.getExact(), any);
            case PREFIX -> new SanMatch.Text.Prefix(matcher.getPrefix(), any);
            case SUFFIX -> new SanMatch.Text.Suffix(matcher.getSuffix(), any);
            case CONTAINS -> new SanMatch.Text.Contains(matcher.getContains(), any);
            case SAFE_REGEX ->
                    new SanMatch.Text.Regex(
                            findings.regex(join(path, "safe_regex"), matcher.getSafeRegex()));
            case CUSTOM -> new SanMatch.Text.Exact("", false);
            case MATCHPATTERN_NOT_SET -> {
                findings.reject(path, "is not set (expected: exact, prefix, suffix or another)");
                yield new SanMatch.Text.Exact("", false);
            }
        };
    }

    /// What stands in a source; empty when it cannot be read, which was found.
    Optional<String> text(String path, DataSource source) {
        return bytes(path, source).map(bytes -> bytes.toString(StandardCharsets.UTF_8));
    }

    private Optional<Bytes> bytes(String path, DataSource source) {
        return switch (source.getSpecifierCase()) {
            case INLINE_BYTES -> Optional.of(source.getInlineBytes());
            case INLINE_STRING -> Optional.of(source.getInlineStringBytes());
            case FILENAME -> file(join(path, "filename"), source.getFilename());
            case ENVIRONMENT_VARIABLE -> {
                findings.notImplemented(join(path, "environment_variable"));
                yield Optional.empty();
            }
            case SPECIFIER_NOT_SET -> {
                findings.reject(path, "is not set (expected: inline_string or filename)");
                yield Optional.empty();
            }
        };
    }

    private Optional<Bytes> file(String path, String name) {
        try {
            Path file = Path.of(SystemRoots.located(name));
            long size = Files.size(file);
            if (size > LARGEST_FILE) {
                findings.reject(path, size + " bytes in '" + name + "' (expected: at most 1 MiB)");
                return Optional.empty();
            }
            return Optional.of(Bytes.of(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            findings.reject(
                    path,
                    SystemRoots.isPlace(name)
                            ? "the system has no roots (expected: one of "
                                    + String.join(", ", SystemRoots.PLACES)
                                    + ")"
                            : "'" + name + "': no such file");
        } catch (IOException | IllegalArgumentException e) {
            findings.reject(path, "'" + name + "' cannot be read: " + e.getMessage());
        }
        return Optional.empty();
    }
}
