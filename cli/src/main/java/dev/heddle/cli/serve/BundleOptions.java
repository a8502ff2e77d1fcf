package dev.heddle.cli.serve;

import dev.heddle.cli.text.Failure;
import dev.heddle.console.BundleServer;
import dev.heddle.console.tls.ServerTls;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.serving.CertificateSource;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a command line says of the place where other trust domains read whom the mesh believes.
///
/// @param files certificate and key that somebody brought; empty for the mesh's own
/// @param refresh how often it should be read again, whole seconds
public record BundleOptions(
        InetSocketAddress address, Optional<CertificateSource.Pair> files, Duration refresh) {
    /// @throws Failure where the options do not fit each other
    public static Optional<BundleOptions> of(
            Optional<String> address,
            Optional<Path> certificate,
            Optional<Path> key,
            Duration refresh,
            boolean hasAuthority) {
        if (certificate.isPresent() != key.isPresent()) {
            throw Failure.usage(
                    "--bundle-cert and --bundle-key belong together", "name both files, in PEM");
        }
        if (address.isEmpty()) {
            if (certificate.isPresent()) {
                throw Failure.usage("--bundle-cert: there is no --bundle-endpoint", "say where");
            }
            return Optional.empty();
        }
        if (!hasAuthority) {
            throw Failure.usage(
                    "--bundle-endpoint: there is no --ca, so no roots that others could believe",
                    "add --ca HOST:PORT");
        }
        if (refresh.toSeconds() < 1) {
            throw Failure.usage(
                    "--bundle-refresh-s: %d (expected: 1 or more)".formatted(refresh.toSeconds()),
                    "");
        }
        return Optional.of(
                new BundleOptions(
                        Addresses.parse("--bundle-endpoint", address.get()),
                        certificate.map(c -> new CertificateSource.Pair(c, key.orElseThrow())),
                        refresh));
    }

    BundleServer start(ControlPlane control) throws IOException {
        CaServer authority = control.authority().orElseThrow();
        CertificateSource source =
                files.isPresent()
                        ? files.get()
                        : new CertificateSource.OfMesh(authority, OwnNames.of(address, List.of()));
        ServerTls tls = ServerTls.start("bundle endpoint", source, control.ownCertificates());
        try {
            return BundleServer.start(address, tls, () -> authority.bundle(refresh).json());
        } catch (IOException e) {
            tls.close();
            throw e;
        }
    }
}
