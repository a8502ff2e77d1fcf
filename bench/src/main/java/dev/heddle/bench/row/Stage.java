package dev.heddle.bench.row;

import dev.heddle.bench.load.Generators;
import dev.heddle.bench.peer.Certificates;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Proxies;
import dev.heddle.bench.peer.Started;
import dev.heddle.bench.system.Children;
import dev.heddle.bench.system.Cores;
import dev.heddle.bench.system.Time;
import dev.heddle.bench.system.Tools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// What every row works with.
///
/// @param plan how long things take
/// @param peers who takes part; the direct path and the bench's own relays always do
/// @param cores what runs where
/// @param proxies starts what is measured
/// @param generators runs loads
/// @param children stops what was started
/// @param tools finds programs
/// @param time the clock
/// @param certificates where the certificates are, or will be when a row first needs them
/// @param progress takes a line for whoever waits
public record Stage(
        Plan plan,
        Set<Peer> peers,
        Cores cores,
        Proxies proxies,
        Generators generators,
        Children children,
        Tools tools,
        Time time,
        Path certificates,
        Consumer<String> progress) {

    /// Why an arm of this peer is left out; empty when it takes part.
    Optional<String> leftOut(Peer peer) {
        return peer.isOurs() || peers.contains(peer)
                ? Optional.empty()
                : Optional.of("not run: " + peer.word() + " was not asked for");
    }

    /// Makes the certificates, once. Returns why it can't; empty when they are there.
    Optional<String> certify() {
        if (Files.exists(certificates.resolve("client-both.pem"))) {
            return Optional.empty();
        }
        Optional<Path> openssl = tools.find("openssl");
        if (openssl.isEmpty()) {
            return Optional.of(Tools.missing("openssl"));
        }
        Certificates.make(certificates, openssl.get(), children);
        return Optional.empty();
    }

    /// Stops the processes of a started path and deletes its access log, which may be huge.
    void stop(Started started) {
        if (started instanceof Started.Running running) {
            running.hops().forEach(children::stop);
            running.log().ifPresent(log -> log.toFile().delete());
        }
    }
}
