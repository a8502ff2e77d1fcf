package dev.heddle.proxy.config;

import com.google.protobuf.ListValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.heddle.proxy.tls.DownstreamTls;
import dev.heddle.proxy.tls.Secret;
import dev.heddle.proxy.tls.ShownCertificate;
import dev.heddle.proxy.tls.TlsSettings;
import dev.heddle.proxy.tls.UpstreamTls;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.secret.TlsCertificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// The certificates in use, in the shape of Envoy's `/certs`. Keys are not among them.
public final class CertificatesPage {
    private static final long NONE = 0xFFFF_FFFFL;

    private CertificatesPage() {}

    /// As JSON (`envoy.admin.v3.Certificates`): one entry for each configuration that uses some.
    public static String json(ProxyConfig config, Instant now) {
        List<Value> entries =
                Stream.concat(
                                config.downstreamTls().stream().map(DownstreamTls::settings),
                                config.upstreamTls().stream().map(UpstreamTls::settings))
                        .distinct()
                        .map(settings -> entry(settings, config.secrets(), now))
                        .toList();
        return EnvoyJson.print(object(Map.of("certificates", list(entries)))) + "\n";
    }

    /// How many whole days the first of them is still good, as Envoy's
    /// `server.days_until_first_cert_expiring`: 0 once one has expired, 4294967295 where there is
    /// none.
    public static long daysUntilFirstExpires(ProxyConfig config, Instant now) {
        return Stream.concat(
                        config.downstreamTls().stream().map(DownstreamTls::settings),
                        config.upstreamTls().stream().map(UpstreamTls::settings))
                .distinct()
                .map(settings -> used(settings, config.secrets()))
                .flatMap(used -> Stream.concat(used.roots().stream(), used.own().stream()))
                .mapToLong(it -> Duration.between(now, it.getNotAfter().toInstant()).toDays())
                .map(days -> Math.max(0, days))
                .min()
                .orElse(NONE);
    }

    private record Used(List<X509Certificate> roots, List<X509Certificate> own) {}

    private static Used used(TlsSettings settings, Map<String, Secret> secrets) {
        var roots = new LinkedHashSet<X509Certificate>(settings.trust().held().allRoots());
        settings.trust()
                .named()
                .map(ref -> secrets.get(ref.key()))
                .ifPresent(secret -> {
                    if (secret instanceof Secret.Trust(var rules)) {
                        roots.addAll(rules.allRoots());
                    }
                });
        var own = new ArrayList<TlsCertificate>(settings.identities().held());
        settings.identities()
                .named()
                .forEach(ref -> {
                    if (secrets.get(ref.key())
                            instanceof Secret.Identity(TlsCertificate certificate)) {
                        own.add(certificate);
                    }
                });
        return new Used(
                List.copyOf(roots),
                own.stream().flatMap(certificate -> certificate.chain().stream()).toList());
    }

    private static Value entry(TlsSettings settings, Map<String, Secret> secrets, Instant now) {
        Used used = used(settings, secrets);
        return object(
                Map.of(
                        "ca_cert",
                        list(used.roots().stream().map(root -> details(root, now)).toList()),
                        "cert_chain",
                        list(used.own().stream().map(it -> details(it, now)).toList())));
    }

    private static Value details(X509Certificate certificate, Instant now) {
        var shown = ShownCertificate.of(List.of(certificate));
        var names = new ArrayList<Value>();
        shown.names().dns().forEach(name -> names.add(object(Map.of("dns", text(name)))));
        shown.names().uris().forEach(uri -> names.add(object(Map.of("uri", text(uri)))));
        shown.names().addresses().forEach(it -> names.add(object(Map.of("ip_address", text(it)))));
        long days = Math.max(0, Duration.between(now, shown.validUntil()).toDays());
        return object(
                Map.of(
                        "serial_number", text(shown.serial()),
                        "subject_alt_names", list(names),
                        // A 64-bit number is a text in Envoy's JSON.
                        "days_until_expiration", text(Long.toString(days)),
                        "valid_from", text(shown.validFrom().toString()),
                        "expiration_time", text(shown.validUntil().toString())));
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static Value list(List<Value> values) {
        return Value.newBuilder().setListValue(ListValue.newBuilder().addAllValues(values)).build();
    }

    private static Value object(Map<String, Value> fields) {
        var struct = Struct.newBuilder();
        new TreeMap<>(fields).forEach(struct::putFields);
        return Value.newBuilder().setStructValue(struct).build();
    }
}
