package dev.heddle.compiler.world;

import dev.heddle.model.istio.ProxyConfig;
import dev.heddle.model.mesh.MeshProxyConfig;
import dev.heddle.model.mesh.MeshProxyConfig.StatsMatcher;
import dev.heddle.model.schema.Ordered;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// How a proxy's process is run, as far as users say it: what it takes when it starts, and no
/// stream can tell it afterwards.
///
/// @param concurrency worker threads; 0 for one for each processor
/// @param drain how long clients of a listener that goes or changes are asked to go
/// @param terminationDrain how long they are before the process ends
/// @param statsMatcher which statistics it has
/// @param environment variables of the process, by name
public record ProcessOptions(
        OptionalInt concurrency,
        Optional<Duration> drain,
        Optional<Duration> terminationDrain,
        Optional<StatsMatcher> statsMatcher,
        Map<String, String> environment) {
    /// Nothing said.
    public static final ProcessOptions NONE =
            new ProcessOptions(
                    OptionalInt.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Map.of());

    public ProcessOptions {
        environment = Ordered.copyOf(environment);
    }

    /// What the mesh says of its proxies, or a workload of its own.
    public static ProcessOptions of(MeshProxyConfig said) {
        return new ProcessOptions(
                said.concurrency(),
                said.drainDuration(),
                said.terminationDrainDuration(),
                said.proxyStatsMatcher().map(ProcessOptions::usable),
                said.proxyMetadata());
    }

    /// Without regular expressions with which a proxy would not start.
    private static StatsMatcher usable(StatsMatcher said) {
        return new StatsMatcher(
                said.inclusionPrefixes(),
                said.inclusionSuffixes(),
                said.inclusionRegexps().stream()
                        .filter(it -> StatsAnnotations.problemOfRegexps(List.of(it)).isEmpty())
                        .toList());
    }

    /// What a resource says.
    public static ProcessOptions of(ProxyConfig said) {
        return new ProcessOptions(
                said.concurrency(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                said.environmentVariables());
    }

    /// These over others: a word replaces the other, of variables each one.
    public ProcessOptions over(ProcessOptions others) {
        var variables = new LinkedHashMap<>(others.environment);
        variables.putAll(environment);
        return new ProcessOptions(
                concurrency.isPresent() ? concurrency : others.concurrency,
                drain.or(() -> others.drain),
                terminationDrain.or(() -> others.terminationDrain),
                statsMatcher.or(() -> others.statsMatcher),
                variables);
    }
}
