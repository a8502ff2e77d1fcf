package dev.heddle.control.view;

import dev.heddle.control.ca.Revocations;
import dev.heddle.xds.identity.SpiffeId;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;

/// All certificates at one moment. Immutable.
///
/// @param at when that was
/// @param certificates of Secrets, and the roots of ConfigMaps that somebody names
/// @param workloads what the authority has signed and has not ended
public record CertificatesView(
        Instant at, List<CertificateView> certificates, List<Revocations.Certificate> workloads) {
    public CertificatesView {
        certificates = List.copyOf(certificates);
        workloads = List.copyOf(workloads);
    }

    /// What somebody may see of it.
    ///
    /// @param seen whether he sees a namespace; of the empty one are certificates of nobody knows
    ///   whom
    public CertificatesView within(Predicate<String> seen) {
        return new CertificatesView(
                at,
                certificates.stream()
                        .filter(c -> seen.test(c.origin().namespace()))
                        .map(c -> c.within(seen))
                        .toList(),
                workloads.stream().filter(w -> seen.test(namespace(w))).toList());
    }

    /// Only what is of a namespace, with all that is seen of it.
    public CertificatesView of(String namespace) {
        return new CertificatesView(
                at,
                certificates.stream()
                        .filter(c -> c.origin().namespace().equals(namespace))
                        .toList(),
                workloads.stream().filter(w -> namespace(w).equals(namespace)).toList());
    }

    private static String namespace(Revocations.Certificate workload) {
        return SpiffeId.parse(workload.of())
                .flatMap(SpiffeId::account)
                .map(SpiffeId.Account::namespace)
                .orElse("");
    }
}
