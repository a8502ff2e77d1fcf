package dev.heddle.cli.plan;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.online.Api;
import dev.heddle.cli.online.TappedRequests;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where requests come from that were really made.
///
/// @param logs that have them
/// @param format of the logs' lines, as Envoy writes it; empty for the usual ones
/// @param from labels of the workload whose proxy wrote lines that do not say; none for nobody
/// @param tap a running mesh that is listened to besides; empty for none
public record Requests(
        List<LogFile> logs,
        Optional<String> format,
        Map<String, String> from,
        Optional<Listening> tap) {

    /// @param namespace whose proxies tell
    public record Listening(Api api, String namespace, Duration time) {}

    public Requests {
        logs = List.copyOf(logs);
        from = Map.copyOf(from);
    }

    /// Whether there are any.
    public boolean isAny() {
        return !logs.isEmpty() || tap.isPresent();
    }

    LogFormats formats() {
        return format.map(LogFormats::named).orElseGet(LogFormats::usual);
    }

    /// Reads the logs, and listens.
    void into(Sample sample, Machine machine) {
        logs.forEach(it -> sample.read(it, machine.in()));
        tap.ifPresent(it -> {
            machine.err()
                    .println(
                            "note: listening to namespace '%s' for %d s"
                                    .formatted(it.namespace(), it.time().toSeconds()));
            sample.read(TappedRequests.listen(it.api(), it.namespace(), it.time()), "tap");
        });
    }
}
