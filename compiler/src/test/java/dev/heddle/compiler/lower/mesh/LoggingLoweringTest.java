package dev.heddle.compiler.lower.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.ir.AccessLog;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.observe.Observers;
import dev.heddle.compiler.service.ServiceCatalog;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.istio.Telemetry;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What Telemetries say of access logs, the widest first, and what comes of it.
class LoggingLoweringTest {
    private static final String PROVIDERS =
            "extensionProviders: [{name: a, envoyFileAccessLog: {path: /a}},"
                    + " {name: b, envoyFileAccessLog: {path: /b}}]";

    private static List<AccessLog> logs(
            boolean keepsSignals,
            String mesh,
            Role role,
            Direction direction,
            String... telemetries) {
        var settings =
                MeshSettings.DEFAULT.with(
                        Resources.of(
                                read(
                                        "{apiVersion: install.istio.io/v1alpha1, kind:"
                                                + " IstioOperator, spec: {meshConfig: {"
                                                + mesh
                                                + "}}}")));
        List<Resource<Telemetry>> all = new ArrayList<>();
        for (String said : telemetries) {
            Resources.of(
                            read(
                                    "{apiVersion: telemetry.istio.io/v1, kind: Telemetry, metadata:"
                                            + " {name: t"
                                            + all.size()
                                            + "}, spec: {accessLogging: ["
                                            + said
                                            + "]}}"))
                    .all(Kinds.TELEMETRY)
                    .forEach(all::add);
        }
        var services =
                ServiceCatalog.of(Resources.of(List.of()), "cluster.local", Optional.empty());
        var observers = Observers.of(settings.config(), services, "cluster.local", keepsSignals);
        var tracing = new TracingLowering(observers, Optional.empty(), role, services);
        return new Observations(observers, role, false, all, tracing, Optional.empty())
                .of(direction)
                .logs();
    }

    private static List<Resource<?>> read(String text) {
        ResourceReader.Parsed parsed = ResourceReader.read("all.yaml", text);
        assertThat(parsed.hasErrors()).as("%s", parsed.diagnostics()).isFalse();
        return parsed.resources();
    }

    private static String words(List<AccessLog> logs) {
        return logs.stream()
                .map(log ->
                        switch (log.sink()) {
                                    case AccessLog.Sink.File file -> file.path();
                                    case AccessLog.Sink.ControlPlane control ->
                                            "heddle " + control.percent();
                                    case AccessLog.Sink.Service _, AccessLog.Sink.Collector _ ->
                                            "?";
                                }
                                + log.filter().map(it -> " if " + it).orElse(""))
                .collect(Collectors.joining(", "));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                // Nobody says anything: the mesh's own log, or its default providers.
                "; ; ; ; /dev/stdout",
                "accessLogFile: /m; ; ; ; /m",
                "`defaultProviders: {accessLogging: [a, b]}`; ; ; ; /a, /b",
                "`accessLogFile: /m, defaultProviders: {accessLogging: [a]}`; ; ; ; /a",
                // The mesh's, the namespace's and the workload's Telemetry.
                "; providers: [{name: a}]; ; ; /a",
                "; providers: [{name: a}]; providers: [{name: b}]; ; /b",
                "; providers: [{name: a}]; ; disabled: true; ``",
                "; providers: [{name: a}]; disabled: true; disabled: false; /a",
                "; providers: [{name: a}]; `filter: {expression: x}`; ; /a if x",
                "; `providers: [{name: a}], filter: {expression: x}`; providers: [{name: a}]; ; /a",
                "; `providers: [{name: a}, {name: b}]`; `providers: [{name: b}], disabled: true`; ;"
                        + " ``",
                // Entries of one Telemetry are beside each other.
                "; `providers: [{name: a}]}, {providers: [{name: b}], filter: {expression: x}`; ; ;"
                        + " /a, /b if x",
                // Without a provider it is about those of the mesh.
                "accessLogFile: /m; disabled: true; ; ; ``",
                "accessLogFile: /m; `filter: {expression: x}`; ; ; /m if x",
                "`defaultProviders: {accessLogging: [b]}`; `filter: {expression: x}`; ; ; /b if x",
                // One side of calls only; these listeners are those of a caller.
                "; `providers: [{name: a}], match: {mode: CLIENT}`; ; ; /a",
                "; `providers: [{name: a}], match: {mode: SERVER}`; ; ; /dev/stdout",
                // Istio's own provider, and one that nobody has.
                "accessLogFile: /m; providers: [{name: envoy}]; ; ; /dev/stdout",
                "; providers: [{name: nobody}]; ; ; ``"
            })
    void theNarrowestCounts(
            String mesh, String ofMesh, String ofNamespace, String ofWorkload, String expected) {
        List<String> said = new ArrayList<>();
        for (String each : new String[] {ofMesh, ofNamespace, ofWorkload}) {
            if (each != null) {
                said.add("{" + each + "}");
            }
        }
        assertThat(told(false, mesh, said)).isEqualTo(expected);
        // The control plane comes beside what there is, and never in its place.
        assertThat(told(true, mesh, said))
                .startsWith(expected)
                .matches(it -> expected.contains("/") || !it.contains("/"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                // Unasked, also beside what others want.
                "; ; ; ; /dev/stdout, heddle 5",
                "accessLogFile: ''; ; ; ; heddle 5",
                "`defaultProviders: {accessLogging: [a]}`; ; ; ; /a, heddle 5",
                "; providers: [{name: a}]; ; ; /a, heddle 5",
                // Left out by its name, which leaves others alone.
                "; `providers: [{name: heddle}], disabled: true`; ; ; /dev/stdout",
                "accessLogFile: /m; `providers: [{name: heddle}], disabled: true`; ; ; /m",
                "; providers: [{name: a}]; `providers: [{name: heddle}], disabled: true`; ; /a",
                "; `providers: [{name: a}, {name: heddle}], disabled: true`; ; ; ``",
                // By one that names nobody, and taken back by a narrower one.
                "; disabled: true; ; ; ``",
                "; disabled: true; providers: [{name: heddle}]; ; heddle 5",
                "; `providers: [{name: heddle}], disabled: true`; ; providers: [{name: heddle}];"
                        + " /dev/stdout, heddle 5",
                // On one side only.
                "; `providers: [{name: heddle}], disabled: true, match: {mode: SERVER}`; ; ;"
                        + " /dev/stdout, heddle 5",
                "; `providers: [{name: heddle}], disabled: true, match: {mode: CLIENT}`; ; ;"
                        + " /dev/stdout",
                // Narrowed.
                "; `providers: [{name: heddle}], filter: {expression: x}`; ; ;"
                        + " /dev/stdout, heddle 5 if x",
                "accessLogFile: /m; `filter: {expression: x}`; ; ; /m if x, heddle 5 if x",
                "; `providers: [{name: a}], filter: {expression: x}`; ; ; /a if x, heddle 5"
            })
    void theControlPlaneIsToldBesideOthers(
            String mesh, String ofMesh, String ofNamespace, String ofWorkload, String expected) {
        var said = new ArrayList<String>();
        for (String each : new String[] {ofMesh, ofNamespace, ofWorkload}) {
            if (each != null) {
                said.add("{" + each + "}");
            }
        }
        assertThat(told(true, mesh, said)).isEqualTo(expected);
    }

    private static String told(boolean keepsSignals, String mesh, List<String> said) {
        return words(
                logs(
                        keepsSignals,
                        PROVIDERS + (mesh == null ? "" : ", " + mesh),
                        Role.SIDECAR,
                        Direction.OUTBOUND,
                        said.toArray(String[]::new)));
    }
}
