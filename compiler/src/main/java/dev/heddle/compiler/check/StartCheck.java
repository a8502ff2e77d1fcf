package dev.heddle.compiler.check;

import dev.heddle.compiler.world.ProcessOptions;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.compiler.world.World.Said;
import dev.heddle.compiler.xds.patch.BootstrapPatches;
import dev.heddle.compiler.xds.patch.EnvoyFilters;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Position;
import dev.heddle.model.mesh.MeshProxyConfig.StatsMatcher;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/// Finds proxies whose process runs otherwise than users want it to: what it takes when it starts,
/// nobody can tell it later.
public final class StartCheck {
    private static final String HINT =
            "Restart it: 'heddle bootstrap' prints what to start it with";

    private final ProxyScope scope;
    private final List<Said> said;
    private final Diagnostics findings = new Diagnostics();

    private StartCheck(ProxyScope scope, List<Said> said) {
        this.scope = scope;
        this.said = said;
    }

    /// The findings for one proxy.
    ///
    /// @param filters of the world, for the proxy's namespace
    public static List<Diagnostic> of(World world, EnvoyFilters filters, ProxyScope scope) {
        var check = new StartCheck(scope, world.processes(scope));
        check.differs("concurrency", options -> text(options.concurrency()));
        check.differs("drainDuration", options -> options.drain().map(StartCheck::text));
        check.differs(
                "terminationDrainDuration",
                options -> options.terminationDrain().map(StartCheck::text));
        check.differs("proxyStatsMatcher", options -> options.statsMatcher().map(StartCheck::text));
        check.said.stream()
                .flatMap(said -> said.options().environment().keySet().stream())
                .distinct()
                .forEach(check::variableDiffers);
        check.bootstrapDiffers(BootstrapPatches.of(filters, scope));
        return check.findings.toList();
    }

    private static Optional<String> text(OptionalInt number) {
        return number.stream().mapToObj(Integer::toString).findFirst();
    }

    private static String text(StatsMatcher matcher) {
        return "prefixes %s, suffixes %s, regexps %s"
                .formatted(
                        matcher.inclusionPrefixes(),
                        matcher.inclusionSuffixes(),
                        matcher.inclusionRegexps());
    }

    private static String text(Duration duration) {
        return new BigDecimal(duration.toMillis())
                        .movePointLeft(3)
                        .stripTrailingZeros()
                        .toPlainString()
                + "s";
    }

    private void differs(String field, Function<ProcessOptions, Optional<String>> value) {
        wanted(value)
                .ifPresent(said -> {
                    String other =
                            scope.node()
                                    .process()
                                    .flatMap(value)
                                    .map(runs -> "a proxy was started with " + runs)
                                    .orElse(otherwise());
                    String wanted = value.apply(said.options()).orElseThrow();
                    add(said, field, field + ": " + other + " (expected: " + wanted + ")");
                });
    }

    /// Values stay unsaid: variables may hold what is secret.
    private void variableDiffers(String name) {
        Function<ProcessOptions, Optional<String>> value =
                options -> Optional.ofNullable(options.environment().get(name));
        wanted(value)
                .ifPresent(said -> {
                    boolean isSet = scope.node().process().flatMap(value).isPresent();
                    String other = isSet ? "a proxy was started with another value" : otherwise();
                    add(said, said.variables(), said.variables() + "." + name + ": " + other);
                });
    }

    private void bootstrapDiffers(BootstrapPatches patches) {
        String runs = scope.node().metadata().getOrDefault(BootstrapPatches.DIGEST, "");
        if (runs.equals(patches.digest())) {
            return;
        }
        String message =
                runs.isEmpty()
                        ? "a proxy was started without this patch of its bootstrap"
                        : "a proxy was started with other patches of its bootstrap";
        patches.origins()
                .forEach(origin ->
                        findings.add(DiagnosticCode.STARTED_OTHERWISE, origin, message, HINT));
        if (patches.origins().isEmpty()) {
            findings.add(
                    DiagnosticCode.STARTED_OTHERWISE,
                    new Origin(
                            "workload in " + scope.namespace(),
                            FieldPath.of("metadata", BootstrapPatches.DIGEST),
                            "",
                            Position.UNKNOWN),
                    "a proxy was started with patches of its bootstrap that are gone",
                    HINT);
        }
    }

    private String otherwise() {
        return scope.node().process().isPresent()
                ? "a proxy was started without it"
                : "a proxy does not say how it was started";
    }

    /// Who has the say; empty where nobody says anything, or the proxy was started with it.
    private Optional<Said> wanted(Function<ProcessOptions, Optional<String>> value) {
        return said.stream()
                .filter(s -> value.apply(s.options()).isPresent())
                .findFirst()
                .filter(s ->
                        !value.apply(s.options()).equals(scope.node().process().flatMap(value)));
    }

    private void add(Said said, String field, String message) {
        findings.add(DiagnosticCode.STARTED_OTHERWISE, said.origin().apply(field), message, HINT);
    }
}
