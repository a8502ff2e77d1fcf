package dev.heddle.cli.offline;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.serve.Addresses;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.xds.patch.SecuredControl;
import dev.heddle.control.world.Edition;
import dev.heddle.model.Severity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// `heddle bootstrap`: prints what to start a proxy with.
public final class CompleteBootstrap {
    private CompleteBootstrap() {}

    /// Prints the bootstrap on standard output and the findings on the other.
    ///
    /// @param base what the proxy would start with otherwise
    /// @param ca where the control plane serves who has a certificate, as `--ca` says it; empty for
    ///   the way that the base has
    /// @param identity where the certificate is kept; there if, and only if, that is
    /// @return 1 when a finding is an error, 0 otherwise
    public static int run(
            List<Path> config,
            Path base,
            Optional<String> ca,
            Optional<Path> identity,
            Machine machine) {
        Optional<SecuredControl> control = control(ca, identity);
        Edition edition = Configuration.read(config, machine.in());
        String text;
        try {
            text = Files.readString(base);
        } catch (IOException e) {
            throw Failure.usage(
                    base + " cannot be read: " + e.getMessage(),
                    "name an Envoy v3 bootstrap in YAML or JSON");
        }
        machine.out().print(Start.of(edition.world(), base.toString(), text, control).bootstrap());
        machine.err().print(FindingsText.lines(edition.findings()));
        return edition.findings().stream().anyMatch(f -> f.severity() == Severity.ERROR) ? 1 : 0;
    }

    /// The name of a host is left to the proxy.
    private static Optional<SecuredControl> control(Optional<String> ca, Optional<Path> identity) {
        if (ca.isPresent() != identity.isPresent()) {
            throw Failure.usage(
                    "--ca and --identity belong together",
                    "name the control plane's port for TLS, and where the certificate is kept");
        }
        return ca.map(said -> {
            InetSocketAddress at = Addresses.unresolved("--ca", said);
            Path directory = identity.orElseThrow().toAbsolutePath().normalize();
            return new SecuredControl(at.getHostString(), at.getPort(), directory.toString());
        });
    }
}
