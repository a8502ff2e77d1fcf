package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.tls.TrustRules.Bundle;
import dev.heddle.xds.identity.SpiffeBundle;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.WireException;
import envoy.config.core.v3.DataSource;
import envoy.config.core.v3.TypedExtensionConfig;
import envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Reads the validator `envoy.tls.cert_validator.spiffe`: the roots of each trust domain, in PEM
/// with what was revoked beside them, or all in one document of SPIFFE's.
final class SpiffeBundles {
    private static final String TYPE =
            "type.googleapis.com/" + SPIFFECertValidatorConfig.getDefaultInstance().typeName();

    private final Findings findings;
    private final SecretParser sources;

    SpiffeBundles(Findings findings, SecretParser sources) {
        this.findings = findings;
        this.sources = sources;
    }

    /// Where it is all read from; none where there is no such validator.
    static List<DataSource> sources(CertificateValidationContext given) {
        Any config = given.getCustomValidatorConfig().getTypedConfig();
        if (!config.getTypeUrl().equals(TYPE)) {
            return List.of();
        }
        try {
            var read = config.unpack(SPIFFECertValidatorConfig.getDefaultInstance());
            return Stream.concat(
                            Stream.of(read.getTrustBundles()),
                            read.getTrustDomainsList().stream()
                                    .map(SPIFFECertValidatorConfig.TrustDomain::getTrustBundle))
                    .toList();
        } catch (WireException _) {
            // It is found when it is read.
            return List.of();
        }
    }

    SortedMap<String, Bundle> of(String path, TypedExtensionConfig extension) {
        findings.fields(path, extension, Set.of("name", "typed_config"));
        String at = join(path, "typed_config");
        Any config = extension.getTypedConfig();
        if (!config.getTypeUrl().equals(TYPE)) {
            findings.reject(at, "'" + config.getTypeUrl() + "' (expected: '" + TYPE + "')");
            return new TreeMap<>();
        }
        try {
            return of(at, config.unpack(SPIFFECertValidatorConfig.getDefaultInstance()));
        } catch (WireException e) {
            findings.reject(at, String.valueOf(e.getMessage()));
            return new TreeMap<>();
        }
    }

    private SortedMap<String, Bundle> of(String path, SPIFFECertValidatorConfig given) {
        findings.fields(path, given, Set.of("trust_domains", "trust_bundles"));
        var bundles = new TreeMap<String, Bundle>();
        for (int i = 0; i < given.getTrustDomainsCount(); i++) {
            String at = join(path, "trust_domains[" + i + "]");
            SPIFFECertValidatorConfig.TrustDomain domain = given.getTrustDomains(i);
            findings.fields(at, domain, Set.of("name", "trust_bundle"));
            Optional<String> text = sources.text(join(at, "trust_bundle"), domain.getTrustBundle());
            if (text.isPresent()) {
                put(at, domain.getName(), pem(join(at, "trust_bundle"), text.get()), bundles);
            }
        }
        if (given.hasTrustBundles()) {
            String at = join(path, "trust_bundles");
            sources.text(at, given.getTrustBundles())
                    .ifPresent(text -> document(at, text, bundles));
        }
        if (bundles.isEmpty() && !findings.rejected()) {
            findings.reject(join(path, "trust_domains"), "[] (expected: one or more)");
        }
        return bundles;
    }

    private void document(String path, String text, SortedMap<String, Bundle> bundles) {
        try {
            SpiffeBundle.parseMap(text)
                    .forEach((domain, bundle) ->
                            put(
                                    path,
                                    domain,
                                    Optional.of(new Bundle(bundle.roots(), List.of())),
                                    bundles));
        } catch (UnusableMaterial e) {
            findings.reject(path, String.valueOf(e.getMessage()));
        }
    }

    private Optional<Bundle> pem(String path, String text) {
        try {
            return Optional.of(
                    new Bundle(
                            PemText.certificates(text),
                            text.contains("BEGIN X509 CRL")
                                    ? PemText.revocations(text)
                                    : List.of()));
        } catch (UnusableMaterial e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    private void put(
            String path, String domain, Optional<Bundle> bundle, SortedMap<String, Bundle> all) {
        if (SpiffeId.parse("spiffe://" + domain).filter(id -> id.path().isEmpty()).isEmpty()) {
            findings.reject(
                    join(path, "name"), "'" + domain + "' (expected: the name of a trust domain)");
        } else if (all.containsKey(domain)) {
            findings.reject(join(path, "name"), "'" + domain + "' twice (expected: once)");
        } else {
            bundle.ifPresent(it -> all.put(domain, it));
        }
    }
}
