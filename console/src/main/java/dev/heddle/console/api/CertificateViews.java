package dev.heddle.console.api;

import dev.heddle.control.ca.Revocations;
import dev.heddle.control.view.CertificateView;
import dev.heddle.control.view.CertificatesView;
import dev.heddle.model.tree.Node;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Certificates in JSON, without their bytes and without a key.
final class CertificateViews {
    private CertificateViews() {}

    static Node.Mapping all(CertificatesView view) {
        Instant now = view.at();
        return Node.Mapping.EMPTY
                .with("at", now.toString())
                .with(
                        "certificates",
                        view.certificates().stream().map(c -> certificate(c, now)).toList())
                .with("workloads", view.workloads().stream().map(w -> workload(w, now)).toList());
    }

    private static Node.Mapping certificate(CertificateView view, Instant now) {
        var certificate = view.certificate();
        Instant until = certificate.getNotAfter().toInstant();
        return Views.place(view.origin())
                .with("entry", view.entry())
                .with("number", view.number())
                .with("subject", certificate.getSubjectX500Principal().getName())
                .with("names", ApiResponse.texts(view.names()))
                .with("issuer", certificate.getIssuerX500Principal().getName())
                .with("serial", certificate.getSerialNumber().toString(16))
                .with("notBefore", certificate.getNotBefore().toInstant().toString())
                .with("notAfter", until.toString())
                .with("secondsLeft", left(now, until))
                .with("validity", view.validity().name().toLowerCase(Locale.ROOT).replace('_', ' '))
                .with("uses", view.uses().stream().map(CertificateViews::use).toList())
                .with("proxies", ApiResponse.texts(view.proxies()));
    }

    private static Node.Mapping use(CertificateView.Use use) {
        return Views.place(use.origin()).with("listener", use.listener());
    }

    private static Node.Mapping workload(Revocations.Certificate workload, Instant now) {
        return Node.Mapping.EMPTY
                .with("identity", workload.of())
                .with("number", workload.number())
                .with("notAfter", workload.end().toString())
                .with("secondsLeft", left(now, workload.end()))
                .with("state", workload.state());
    }

    /// Below 0 for one that has ended.
    private static long left(Instant now, Instant until) {
        return Duration.between(now, until).toSeconds();
    }
}
