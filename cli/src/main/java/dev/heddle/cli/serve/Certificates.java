package dev.heddle.cli.serve;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.cli.text.Table;
import dev.heddle.control.ca.CaServer;
import dev.heddle.control.ca.PublishedBundle;
import dev.heddle.control.ca.Revocations;
import dev.heddle.control.ca.Revocations.Certificate;
import dev.heddle.control.ca.Rotations;
import dev.heddle.xds.identity.SpiffeId;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// `heddle ca revoke`, `heddle ca list` and `heddle ca bundle`: the certificates of an authority of
/// its own.
public final class Certificates {
    /// A new root is announced for as long as it takes proxies to renew, half a day.
    static final Duration REFRESH = Duration.ofHours(1);

    private Certificates() {}

    /// Revokes one certificate, or all of an account; an authority that runs takes it within a
    /// second or so.
    ///
    /// @return 1 when nothing was left to revoke
    public static int revoke(
            CaOptions options,
            Optional<SpiffeId.Account> account,
            Optional<String> serial,
            Machine machine) {
        if (account.isPresent() == serial.isPresent()) {
            throw Failure.usage(
                    "--account or --serial: one of them is needed",
                    "see 'heddle ca revoke --help'");
        }
        if (options.plugged().isPresent()) {
            throw Failure.usage(
                    "--ca-certs: that issuer is somebody else's",
                    "put its own list into ca-crl.pem beside it; it is read when it changes");
        }
        Instant now = InstantSource.system().instant();
        try {
            Revocations revocations = revocations(options);
            List<Certificate> revoked =
                    account.isPresent()
                            ? revocations.revokeIdentity(identity(options, account.get()), now)
                            : revocations.revokeNumber(serial.orElseThrow(), now);
            revoked.forEach(c ->
                    machine.out().println("revoked: %s of %s".formatted(c.number(), owner(c))));
            if (revoked.isEmpty()) {
                machine.out().println("nothing to revoke: no other certificate has not ended");
            }
            return revoked.isEmpty() ? 1 : 0;
        } catch (IOException e) {
            throw Failure.of("heddle ca revoke: " + e.getMessage(), "");
        }
    }

    private static String identity(CaOptions options, SpiffeId.Account account) {
        try {
            return SpiffeId.ofAccount(options.trustDomain(), account.namespace(), account.name())
                    .toString();
        } catch (IllegalArgumentException e) {
            throw Failure.usage(String.valueOf(e.getMessage()), "see 'heddle ca revoke --help'");
        }
    }

    /// Lists them.
    public static int list(CaOptions options, Machine machine) {
        Instant now = InstantSource.system().instant();
        try {
            List<List<String>> rows =
                    revocations(options).all(now).stream()
                            .map(c -> List.of(c.number(), owner(c), c.end().toString(), c.state()))
                            .toList();
            machine.out()
                    .print(
                            new Table(List.of("NUMBER", "IDENTITY", "UNTIL", "STATE"), rows)
                                    .print());
            return 0;
        } catch (IOException e) {
            throw Failure.of("heddle ca list: " + e.getMessage(), "");
        }
    }

    /// Prints the roots for other trust domains.
    public static int bundle(CaOptions options, Machine machine) {
        InstantSource clock = InstantSource.system();
        try {
            List<X509Certificate> roots =
                    CaServer.roots(options.at(new InetSocketAddress(0)), clock);
            machine.out()
                    .print(
                            new PublishedBundle(options.directory())
                                    .of(roots, REFRESH, clock.instant())
                                    .json());
            return 0;
        } catch (IOException e) {
            throw Failure.of("heddle ca bundle: " + e.getMessage(), "");
        }
    }

    private static String owner(Certificate certificate) {
        return certificate.of().equals("-") ? "nobody known here" : certificate.of();
    }

    private static Revocations revocations(CaOptions options) {
        return new Revocations(new Rotations(options.directory(), options.trustDomain()));
    }
}
