package dev.heddle.proxy;

import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Transport;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;

/// What whoever starts a proxy decides, beside its bootstrap.
///
/// @param workers how many event loops, from 1 to 64
/// @param transport how bytes reach the kernel
/// @param drain how clients of a listener that goes or changes are asked to go
/// @param removalHold how long it is doubted that the control plane means it when it takes most
///   clusters or listeners away at once; zero for not at all
/// @param seed of all chance: balancing, request ids, back-off
/// @param clock for people and headers
/// @param stdout where access logs to `/dev/stdout` go
/// @param stderr where access logs to `/dev/stderr` go
/// @param hitReports how often the control plane is told of hits of rules
/// @param snapshots where what is in force is kept, so that a start needs no control plane; empty
///   for nowhere
/// @param allowsRemoteAdmin whether admin pages that show or change the proxy answer other machines
/// @param environment of the process, as far as spans may speak of it
public record ProxySettings(
        int workers,
        Transport transport,
        DrainPlan drain,
        Duration removalHold,
        long seed,
        InstantSource clock,
        OutputStream stdout,
        OutputStream stderr,
        Duration hitReports,
        Optional<Path> snapshots,
        boolean allowsRemoteAdmin,
        Map<String, String> environment) {

    private static final Duration HIT_REPORTS = Duration.ofSeconds(10);

    /// How long most of a configuration stays that is taken away at once.
    public static final Duration REMOVAL_HOLD = Duration.ofMinutes(1);

    /// As `/server_info` shows it.
    static final String VERSION = "0.1.0";

    public ProxySettings {
        if (workers < 1 || workers > 64) {
            throw new IllegalArgumentException("workers: " + workers + " (expected: 1 to 64)");
        }
        environment = Map.copyOf(environment);
    }

    /// With the usual doubt about removals, telling of hits as often as is usual.
    public ProxySettings(
            int workers,
            Transport transport,
            DrainPlan drain,
            long seed,
            InstantSource clock,
            OutputStream stdout,
            OutputStream stderr) {
        this(
                workers,
                transport,
                drain,
                REMOVAL_HOLD,
                seed,
                clock,
                stdout,
                stderr,
                HIT_REPORTS,
                Optional.empty(),
                false,
                Map.of());
    }

    /// As a process of its own: a worker for each processor, the usual transport.
    public static ProxySettings ofProcess() {
        return new ProxySettings(
                Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 64),
                Transport.usual(),
                DrainPlan.gradual(Duration.ofSeconds(30)),
                new SecureRandom().nextLong(),
                InstantSource.system(),
                System.out,
                System.err);
    }

    /// The same with that many workers.
    public ProxySettings withWorkers(int count) {
        return new ProxySettings(
                count,
                transport,
                drain,
                removalHold,
                seed,
                clock,
                stdout,
                stderr,
                hitReports,
                snapshots,
                allowsRemoteAdmin,
                environment);
    }

    /// The same with another way to drain.
    public ProxySettings withDrain(DrainPlan plan) {
        return new ProxySettings(
                workers,
                transport,
                plan,
                removalHold,
                seed,
                clock,
                stdout,
                stderr,
                hitReports,
                snapshots,
                allowsRemoteAdmin,
                environment);
    }

    /// The same with another time of doubt.
    public ProxySettings withRemovalHold(Duration hold) {
        return new ProxySettings(
                workers,
                transport,
                drain,
                hold,
                seed,
                clock,
                stdout,
                stderr,
                hitReports,
                snapshots,
                allowsRemoteAdmin,
                environment);
    }

    /// The same, telling of hits that often.
    public ProxySettings reportingHits(Duration each) {
        return new ProxySettings(
                workers,
                transport,
                drain,
                removalHold,
                seed,
                clock,
                stdout,
                stderr,
                each,
                snapshots,
                allowsRemoteAdmin,
                environment);
    }

    /// The same, keeping what is in force in a directory.
    public ProxySettings keeping(Path directory) {
        return new ProxySettings(
                workers,
                transport,
                drain,
                removalHold,
                seed,
                clock,
                stdout,
                stderr,
                hitReports,
                Optional.of(directory),
                allowsRemoteAdmin,
                environment);
    }

    /// The same, with all admin pages for other machines or without.
    public ProxySettings allowingRemoteAdmin(boolean isAllowed) {
        return new ProxySettings(
                workers,
                transport,
                drain,
                removalHold,
                seed,
                clock,
                stdout,
                stderr,
                hitReports,
                snapshots,
                isAllowed,
                environment);
    }

    /// The same in another environment.
    public ProxySettings in(Map<String, String> variables) {
        return new ProxySettings(
                workers,
                transport,
                drain,
                removalHold,
                seed,
                clock,
                stdout,
                stderr,
                hitReports,
                snapshots,
                allowsRemoteAdmin,
                variables);
    }
}
