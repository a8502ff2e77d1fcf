package dev.heddle.cli.serve;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.control.ca.Rotations;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// `heddle ca rotate`: changes the mesh's root in three steps, each when no proxy stands against
/// it.
public final class RotateRoot {
    private static final int MOST_LINES = 20;

    private RotateRoot() {}

    /// Does a step, and says where the rotation stands.
    ///
    /// @param step empty to say only that
    /// @return 1 when proxies stand against the next step, 0 otherwise
    public static int run(
            CaOptions options, Optional<String> step, boolean isForced, Machine machine) {
        if (options.plugged().isPresent()) {
            throw Failure.usage(
                    "--ca-certs: that issuer is somebody else's",
                    "start with the new one's files, and with both roots in root-cert.pem");
        }
        InstantSource clock = InstantSource.system();
        var rotations = new Rotations(options.directory(), options.trustDomain());
        try {
            if (step.isPresent()) {
                rotations.step(step.get(), isForced, clock.instant());
            }
            print(rotations.standing(clock.instant()), machine);
            return rotations.standing(clock.instant()).missing().isEmpty() ? 0 : 1;
        } catch (IOException e) {
            throw Failure.of("heddle ca rotate: " + e.getMessage(), "");
        }
    }

    private static void print(Rotations.Standing standing, Machine machine) {
        String since = standing.since().equals(Instant.MIN) ? "" : " since " + standing.since();
        machine.out()
                .println(
                        "root: %s%s, %d proxies with a certificate"
                                .formatted(standing.phase(), since, standing.proxies()));
        standing.missing().stream()
                .limit(MOST_LINES)
                .forEach(line -> machine.out().println("  not yet: " + line));
        standing.next()
                .ifPresent(next ->
                        machine.out()
                                .println(
                                        standing.missing().isEmpty()
                                                ? "next: heddle ca rotate --to " + next
                                                : "next, when all are renewed: " + next));
    }
}
