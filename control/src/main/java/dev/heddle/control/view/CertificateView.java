package dev.heddle.control.view;

import dev.heddle.control.serving.OwnCertificates;
import dev.heddle.control.world.Validity;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/// A certificate of a Secret, a ConfigMap or the control plane, and who uses it. There is no key in
/// it.
///
/// @param origin of the entry that it stands in
/// @param entry as in `tls.crt` or `ca.crt`
/// @param number of the certificate in its entry, from 1
/// @param uses who names it
/// @param proxies ids of the connected proxies that were given it, in order
public record CertificateView(
        Origin origin,
        String entry,
        int number,
        X509Certificate certificate,
        Validity validity,
        List<Use> uses,
        List<String> proxies) {

    /// DNS names, e-mail addresses, URIs and IP addresses, as RFC 5280 4.2.1.6 numbers them.
    private static final Set<Integer> READABLE = Set.of(1, 2, 6, 7);

    public CertificateView {
        uses = List.copyOf(uses);
        proxies = List.copyOf(proxies);
    }

    /// One that a server of the control plane shows; it is of no namespace.
    static CertificateView of(OwnCertificates.Own own, Instant now) {
        String place = own.source().place();
        return new CertificateView(
                new Origin("ControlPlane " + own.server(), FieldPath.ROOT, place, Position.UNKNOWN),
                place.substring(place.lastIndexOf('/') + 1),
                1,
                own.certificate(),
                own.validity(now),
                List.of(),
                List.of());
    }

    /// Somebody who names it.
    ///
    /// @param listener name of the server or listener; empty where it is for connections to others
    public record Use(Origin origin, String listener) {}

    /// The subject's other names that are DNS names, e-mail addresses, URIs or IP addresses; none
    /// where they cannot be read.
    public List<String> names() {
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            return all == null
                    ? List.of()
                    : all.stream()
                            .filter(name ->
                                    name.getFirst() instanceof Integer type
                                            && READABLE.contains(type))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException _) {
            return List.of();
        }
    }

    CertificateView within(Predicate<String> seen) {
        return new CertificateView(
                origin,
                entry,
                number,
                certificate,
                validity,
                uses.stream().filter(u -> seen.test(u.origin().namespace())).toList(),
                proxies.stream().filter(id -> seen.test(ProxyView.namespace(id))).toList());
    }
}
