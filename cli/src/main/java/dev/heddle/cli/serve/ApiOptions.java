package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.control.serving.CertificateSource;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What a command line says of the API's port.
///
/// @param certificate file of it and what leads to its root
/// @param key file of its key
/// @param names under which it is called, where the mesh's authority signs for it
/// @param allowsPlaintext whether it may do without TLS where it can be reached from elsewhere
public record ApiOptions(
        String address,
        Optional<Path> certificate,
        Optional<Path> key,
        List<String> names,
        boolean allowsPlaintext) {
    public ApiOptions {
        names = List.copyOf(names);
    }

    /// How it is served.
    public sealed interface Serving {
        /// Where.
        InetSocketAddress address();

        /// Without TLS.
        record Plain(InetSocketAddress address) implements Serving {}

        /// With a certificate that somebody brought.
        record WithFiles(InetSocketAddress address, CertificateSource.Pair files)
                implements Serving {}

        /// With one by the mesh's authority.
        record ByMesh(InetSocketAddress address, List<String> names) implements Serving {}
    }

    /// How it is served: in plain text where only this machine reaches it, else over TLS.
    ///
    /// @param hasAuthority whether the control plane signs certificates
    public Serving serving(boolean hasAuthority) {
        InetSocketAddress at = Addresses.parse("--api", address);
        boolean isLocal = at.getAddress().isLoopbackAddress();
        if (certificate.isPresent() != key.isPresent()) {
            throw Failure.usage(
                    "--api-cert and --api-key belong together", "name both files, in PEM");
        }
        if (certificate.isPresent()) {
            expect(!allowsPlaintext, "--allow-plaintext-api", "--api-cert, so there is TLS");
            expect(names.isEmpty(), "--api-name", "--api-cert, which says the names");
            return new Serving.WithFiles(
                    at, new CertificateSource.Pair(certificate.get(), key.orElseThrow()));
        }
        if (isLocal || allowsPlaintext) {
            expect(names.isEmpty(), "--api-name", "no TLS, so no certificate");
            return new Serving.Plain(at);
        }
        if (!hasAuthority) {
            throw Failure.usage(
                    "--api: %s can be reached from elsewhere, and has no TLS".formatted(address)
                            + " (expected: a certificate, or an address of the loopback interface)",
                    "add --api-cert FILE and --api-key FILE; or --ca HOST:PORT, whose authority"
                            + " then signs for the API, too; or --allow-plaintext-api, if the"
                            + " network itself is safe");
        }
        return new Serving.ByMesh(at, OwnNames.of(at, names));
    }

    private static void expect(boolean isGood, String option, String other) {
        if (!isGood) {
            throw Failure.usage(
                    "%s: there is %s".formatted(option, other), "leave one of them out");
        }
    }
}
