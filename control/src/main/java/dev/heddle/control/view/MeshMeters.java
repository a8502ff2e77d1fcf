package dev.heddle.control.view;

import dev.heddle.control.meter.MetricText;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Severity;
import dev.heddle.model.kinds.Kinds;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A mesh at one moment as numbers, under the names of Istio's control plane where it has any.
final class MeshMeters {
    private MeshMeters() {}

    static void add(MetricText out, MeshView view) {
        out.gauge("pilot_xds", Map.of(), view.connected());
        out.gauge("pilot_services", Map.of(), view.services().size());
        out.gauge(
                "pilot_virt_services",
                Map.of(),
                view.resources().all(Kinds.VIRTUAL_SERVICE).size());
        out.gauge("pilot_total_rejected_configs", Map.of(), rejected(view));
        out.gauge(
                "pilot_vservice_dup_domain",
                Map.of(),
                view.findings().stream()
                        .filter(it -> it.code() == DiagnosticCode.CONFLICTING_MESH_GATEWAY_HOSTS)
                        .count());
        out.gauge(
                "pilot_eds_no_instances",
                Map.of(),
                view.services().stream()
                        .filter(it -> !it.service().external() && it.endpoints().isEmpty())
                        .count());
        out.gauge("heddle_config_version", Map.of(), view.version());
        out.gauge("heddle_proxies_in_sync", Map.of(), view.inSync());
        out.gauge(
                "heddle_proxies_rejecting",
                Map.of(),
                view.proxies().stream()
                        .filter(it -> it.disconnected().isEmpty())
                        .filter(it -> it.types().stream().anyMatch(t -> t.nack().isPresent()))
                        .count());
        for (Severity severity : Severity.values()) {
            out.gauge(
                    "heddle_findings",
                    Map.of("severity", severity.name().toLowerCase(Locale.ROOT)),
                    view.findings().stream().filter(it -> it.severity() == severity).count());
        }
        out.counter("heddle_bugs_total", Map.of(), view.bugs());
    }

    /// Resources with errors, each once.
    private static long rejected(MeshView view) {
        return view.findings().stream()
                .filter(it -> it.severity() == Severity.ERROR)
                .map(Diagnostic::origin)
                .filter(it -> !it.resource().isEmpty())
                .map(it -> it.file() + " " + it.resource())
                .distinct()
                .count();
    }

    /// When certificates of gateways and of the control plane's servers end.
    static void add(MetricText out, List<CertificateView> certificates) {
        for (CertificateView view : certificates) {
            out.gauge(
                    "heddle_certificate_expiry_timestamp_seconds",
                    Map.of(
                            "namespace",
                            view.origin().namespace(),
                            "resource",
                            view.origin().resource(),
                            "entry",
                            view.entry() + "#" + view.number()),
                    end(view.certificate()));
        }
    }

    /// When the one ends that signs, and the root that it leads to, under the names of Istio's
    /// certificate authority.
    ///
    /// @param roots whom the mesh believes, the signing one first
    static void addAuthority(MetricText out, List<X509Certificate> roots, Instant now) {
        X509Certificate root = roots.getFirst();
        out.gauge("citadel_server_root_cert_expiry_timestamp", Map.of(), end(root));
        out.gauge(
                "citadel_server_root_cert_expiry_seconds",
                Map.of(),
                Duration.between(now, root.getNotAfter().toInstant()).toSeconds());
    }

    private static long end(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant().getEpochSecond();
    }
}
