package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.check.Analysis;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.Outlook;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.testkit.GoldenCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A world that follows another is compiled by what has changed, and comes to what it would have
/// come to alone.
class IncrementalCompileTest {

    /// Of every world here: nothing that is compiled depends on which it is, but for its own
    /// mention.
    private static final long NUMBER = 1;

    /// Somebody who compiles one world after the other.
    private static final class Follower {
        private final Map<Outlook, Outbound> common = new HashMap<>();
        private final Map<ProxyScope, Own> own = new HashMap<>();
        private Optional<World> world = Optional.empty();
        private Optional<Analysis> analysis = Optional.empty();
        private long lowered;

        void follow(List<Resource<?>> resources) {
            World next =
                    world.map(w -> w.next(NUMBER, Resources.of(resources), MeshSettings.DEFAULT))
                            .orElseGet(() -> alone(resources));
            world = Optional.of(next);
            analysis = Optional.of(MeshCompiler.analysis(next, analysis));
            lowered = 0;
        }

        Compiled compile(ProxyScope scope) {
            World now = world.orElseThrow();
            Outlook outlook = MeshCompiler.outlook(now, scope);
            Outbound shared =
                    MeshCompiler.outbound(now, outlook, Optional.ofNullable(common.get(outlook)));
            common.put(outlook, shared);
            lowered += shared.lowered();
            Own part = MeshCompiler.own(now, scope, shared, Optional.ofNullable(own.get(scope)));
            own.put(scope, part);
            return MeshCompiler.compile(
                    now, analysis.orElseThrow().findings(), scope, shared, part);
        }
    }

    private static World alone(List<Resource<?>> resources) {
        return World.of(NUMBER, Resources.of(resources), MeshSettings.DEFAULT);
    }

    /// One of so many cases is tried each time, the others in long runs.
    private static final int SHARE = 3;

    static Stream<GoldenCase> someCases() {
        return cases(i -> i % SHARE == 0);
    }

    static Stream<GoldenCase> otherCases() {
        return cases(i -> i % SHARE != 0);
    }

    private static Stream<GoldenCase> cases(IntPredicate isMeant) {
        List<GoldenCase> all = GoldenCase.all();
        return IntStream.range(0, all.size()).filter(isMeant).mapToObj(all::get);
    }

    @ParameterizedTest
    @MethodSource("someCases")
    void everyResourceMayGoAndComeBackAndMove(GoldenCase golden) throws IOException {
        follow(golden);
    }

    @Tag("long")
    @ParameterizedTest
    @MethodSource("otherCases")
    void everyResourceOfTheOthersMayToo(GoldenCase golden) throws IOException {
        follow(golden);
    }

    private static void follow(GoldenCase golden) throws IOException {
        List<ProxyScope> scopes = scopes(golden);
        List<Resource<?>> whole = read(golden, "");
        Alone ofWhole = Alone.of(whole, scopes);
        var follower = new Follower();
        follower.follow(whole);
        ofWhole.expectOf(follower, "at first");
        for (int i = 0; i < whole.size(); i++) {
            var without = new ArrayList<>(whole);
            String gone = without.remove(i).id().toString();
            follower.follow(without);
            Alone.of(without, scopes).expectOf(follower, "without " + gone);
            // Every other time the rest is read again, as when a file was written anew.
            follower.follow(i % 2 == 0 ? whole : read(golden, ""));
            ofWhole.expectOf(follower, gone + " is back");
        }
        List<Resource<?>> moved = read(golden, "# a line above\n");
        follower.follow(moved);
        Alone.of(moved, scopes).expectOf(follower, "a line lower");
    }

    /// What a world comes to that follows none.
    private record Alone(List<Diagnostic> findings, Map<ProxyScope, Compiled> compiled) {
        static Alone of(List<Resource<?>> resources, List<ProxyScope> scopes) {
            World world = alone(resources);
            var compiled = new HashMap<ProxyScope, Compiled>();
            scopes.forEach(scope -> compiled.put(scope, MeshCompiler.compile(world, scope)));
            return new Alone(MeshCompiler.analyze(world), compiled);
        }

        void expectOf(Follower follower, String step) {
            assertThat(follower.analysis.orElseThrow().findings()).as(step).isEqualTo(findings);
            compiled.forEach((scope, expected) -> {
                Compiled made = follower.compile(scope);
                assertThat(made.plan()).as("%s, %s", step, scope).isEqualTo(expected.plan());
                assertThat(made.snapshot())
                        .as("%s, %s", step, scope)
                        .isEqualTo(expected.snapshot());
                assertThat(made.diagnostics())
                        .as("%s, %s", step, scope)
                        .isEqualTo(expected.diagnostics());
            });
        }
    }

    private static List<ProxyScope> scopes(GoldenCase golden) {
        ProxyScope own = Meshes.scope(golden);
        return List.of(
                own,
                Meshes.scope(
                        Role.SIDECAR, own.namespace(), own.labels(), new Interception.Redirect()),
                Meshes.scope(
                        Role.GATEWAY,
                        own.namespace(),
                        Map.of("istio", "ingressgateway"),
                        new Interception.Redirect()));
    }

    private static List<Resource<?>> read(GoldenCase golden, String above) throws IOException {
        var resources = new ArrayList<Resource<?>>();
        for (Path file : golden.inputs()) {
            resources.addAll(
                    ResourceReader.read(
                                    golden.directory().relativize(file).toString(),
                                    above + Files.readString(file))
                            .resources());
        }
        return resources;
    }

    private static final int SERVICES = 40;

    private static final ProxyScope CALLER = Meshes.sidecar("caller");

    @Test
    void aChangedRuleIsLoweredAloneAndSoIsAChangedEndpointWithWhatNamesIt() {
        var follower = new Follower();
        follower.follow(mesh(-1, -1, -1));
        follower.compile(CALLER);
        assertThat(follower.lowered).as("all").isEqualTo(2 * SERVICES);

        follower.follow(mesh(-1, -1, -1));
        follower.compile(CALLER);
        assertThat(follower.lowered).as("nothing changed").isZero();

        follower.follow(mesh(7, -1, -1));
        follower.compile(CALLER);
        assertThat(follower.lowered).as("a VirtualService").isEqualTo(1);
        assertThat(follower.analysis.orElseThrow().checked()).isEqualTo(1);

        follower.follow(mesh(7, 8, -1));
        follower.compile(CALLER);
        assertThat(follower.lowered).as("a workload: its cluster, its rule").isEqualTo(2);

        follower.follow(mesh(7, 8, 9));
        follower.compile(CALLER);
        assertThat(follower.lowered).as("a DestinationRule: its cluster, its rule").isEqualTo(2);

        // Of the third world before this one nothing is left.
        follower.follow(mesh(-1, 8, 9));
        follower.compile(CALLER);
        assertThat(follower.lowered).as("the VirtualService back").isEqualTo(1);
    }

    /// @param rule whose VirtualService says something else than the others; none for -1
    /// @param workload that listens elsewhere
    /// @param policy whose DestinationRule has another limit
    private static List<Resource<?>> mesh(int rule, int workload, int policy) {
        return IntStream.range(0, SERVICES)
                .boxed()
                .<Resource<?>>flatMap(i ->
                        ResourceReader.read(
                                "svc-%d.yaml".formatted(i),
                                """
                                apiVersion: v1
                                kind: Service
                                metadata: {name: svc-%1$d, namespace: default}
                                spec: {ports: [{name: http, port: 80}], selector: {app: svc-%1$d}}
                                ---
                                apiVersion: networking.istio.io/v1
                                kind: WorkloadEntry
                                metadata: {name: svc-%1$d, namespace: default}
                                spec: {address: 127.0.0.1, ports: {http: %2$d}, labels: {app: svc-%1$d}}
                                ---
                                apiVersion: networking.istio.io/v1
                                kind: DestinationRule
                                metadata: {name: svc-%1$d, namespace: default}
                                spec:
                                  host: svc-%1$d
                                  trafficPolicy: {connectionPool: {tcp: {maxConnections: %3$d}}}
                                ---
                                apiVersion: networking.istio.io/v1
                                kind: VirtualService
                                metadata: {name: svc-%1$d, namespace: default}
                                spec:
                                  hosts: [svc-%1$d]
                                  http: [{timeout: %4$ds, route: [{destination: {host: svc-%1$d}}]}]
                                """
                                        .formatted(
                                                i,
                                                i == workload ? 9001 : 9000,
                                                i == policy ? 2 : 1,
                                                i == rule ? 2 : 1))
                                .resources()
                                .stream())
                .toList();
    }
}
