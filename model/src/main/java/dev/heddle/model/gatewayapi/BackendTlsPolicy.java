package dev.heddle.model.gatewayapi;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// That connections to a Service are TLS, and whom to believe there.
///
/// @param targetRefs Services of its namespace, ServiceImports, or ServiceEntries
/// @param options of the implementation's own
public record BackendTlsPolicy(
        @Required List<TargetRef> targetRefs,
        @Required Optional<Validation> validation,
        @NotYet Map<String, String> options) {
    public BackendTlsPolicy {
        targetRefs = List.copyOf(targetRefs);
        options = Ordered.copyOf(options);
    }

    /// What a policy is for.
    ///
    /// @param group empty for a Service, `multicluster.x-k8s.io` for a ServiceImport,
    ///   `networking.istio.io` for a ServiceEntry
    /// @param sectionName a port by its name; all of them when absent
    public record TargetRef(
            Optional<String> group,
            @Required String kind,
            @Required String name,
            Optional<String> sectionName) {}

    /// Whom to believe.
    ///
    /// @param caCertificateRefs who signed the certificate: ConfigMaps with an entry `ca.crt`
    /// @param wellKnownCACertificates `System`, for those that the machine believes
    /// @param hostname that is asked for in TLS, and that the certificate must name where there are
    ///   no `subjectAltNames`
    /// @param subjectAltNames that the certificate must have one of
    public record Validation(
            List<CaCertificateRef> caCertificateRefs,
            Optional<String> wellKnownCACertificates,
            @Required String hostname,
            List<SubjectAltName> subjectAltNames) {
        public Validation {
            caCertificateRefs = List.copyOf(caCertificateRefs);
            subjectAltNames = List.copyOf(subjectAltNames);
        }
    }

    /// Certificates of those who sign others, in the policy's namespace.
    ///
    /// @param kind as in `ConfigMap`
    public record CaCertificateRef(
            Optional<String> group, @Required String kind, @Required String name) {}

    /// A name in a certificate: that component is there which the type is the name of.
    public record SubjectAltName(
            @Required SubjectAltNameType type, Optional<String> hostname, Optional<String> uri) {}

    /// What kind of name.
    public enum SubjectAltNameType {
        /// A name of DNS.
        Hostname,
        /// A URI, as in `spiffe://cluster.local/ns/shop/sa/cart`.
        URI
    }
}
