package dev.heddle.cli.offline;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.compiler.xds.patch.SecuredControl;
import dev.heddle.control.world.Edition;
import dev.heddle.model.Severity;
import java.io.IOException;
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
    /// @param control its way to the control plane; empty for the one that the base has
    /// @return 1 when a finding is an error, 0 otherwise
    public static int run(
            List<Path> config, Path base, Optional<SecuredControl> control, Machine machine) {
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
}
