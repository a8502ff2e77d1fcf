package dev.heddle.cli.online;

import dev.heddle.cli.text.Failure;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/// Whom a command believes as the control plane, and what it says where it does not.
final class ApiRoots {
    private static final String HINT =
            "name its root with --api-ca FILE or the variable HEDDLE_API_CA; of a control plane"
                    + " that signs itself that is root-cert.pem in 'ca' of its --data";

    private ApiRoots() {}

    /// What went wrong, where that was TLS.
    ///
    /// @param base address of the control plane
    static Optional<Failure> failure(String base, Throwable trouble) {
        Optional<String> reason = Optional.empty();
        boolean isTls = false;
        for (Throwable t = trouble; t != null; t = t.getCause()) {
            isTls |= t instanceof SSLException || t instanceof CertificateException;
            switch (t) {
                case CertificateExpiredException _ -> reason = Optional.of("has expired");
                case CertificateNotYetValidException _ ->
                        reason = Optional.of("is not valid yet; is the clock right?");
                case CertPathBuilderException _, CertPathValidatorException _ ->
                        reason = Optional.of("is signed by nobody who is believed");
                case CertificateException named
                        when String.valueOf(named.getMessage()).startsWith("No ") ->
                        reason = Optional.of("is of another name: " + named.getMessage());
                default -> {
                    // What it was caused by may say it.
                }
            }
        }
        if (!isTls) {
            return Optional.empty();
        }
        return Optional.of(
                reason.map(why -> Failure.of("the certificate of %s %s".formatted(base, why), HINT))
                        .orElseGet(() ->
                                Failure.of(
                                        "no TLS with %s: %s".formatted(base, trouble.getMessage()),
                                        "is it a control plane with TLS? One without is called as"
                                                + " http://")));
    }
}
