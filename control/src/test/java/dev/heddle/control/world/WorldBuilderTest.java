package dev.heddle.control.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigFile;
import dev.heddle.control.source.ConfigReader;
import dev.heddle.control.source.SourceState;
import dev.heddle.model.Diagnostic;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class WorldBuilderTest {
    private static final Instant NOW = Instant.parse("2026-11-21T04:00:00Z");
    private static final String ENTRY =
            """
            apiVersion: networking.istio.io/v1
            kind: ServiceEntry
            metadata:
              name: shop
            spec:
              hosts: [%s]
              ports: [{number: 80, name: http, protocol: HTTP}]
              resolution: DNS
            """;

    private static ConfigFile file(String name, int second, String text) {
        var read = ConfigReader.RESOURCES.read(name, text);
        return new ConfigFile(
                name, NOW.plusSeconds(second), text, read.resources(), read.findings());
    }

    private static SourceState state(ConfigFile... files) {
        var byName = new TreeMap<String, ConfigFile>();
        for (ConfigFile file : files) {
            byName.put(file.name(), file);
        }
        return new SourceState(byName, List.of());
    }

    private static Edition next(Edition before, SourceState state) {
        return WorldBuilder.next(before, state, MeshSettings.DEFAULT, NOW);
    }

    private static Edition first(SourceState state) {
        return WorldBuilder.first(state, MeshSettings.DEFAULT, NOW);
    }

    private static List<String> hosts(Edition edition) {
        return edition.world().resources().all().stream()
                .map(r -> r.source().text().lines().filter(l -> l.contains("hosts")).toList())
                .map(Object::toString)
                .toList();
    }

    @Test
    void theFirstWorldIsNumberOneEvenWhenItIsEmpty() {
        Edition edition = first(SourceState.EMPTY);
        assertThat(edition.version()).isEqualTo(1);
        assertThat(edition.findings()).isEmpty();
    }

    @Test
    void theSameContentKeepsItsNumber() {
        Edition one = first(state(file("a.yaml", 1, ENTRY.formatted("a.com"))));
        Edition touched = next(one, state(file("a.yaml", 9, ENTRY.formatted("a.com"))));
        assertThat(touched.version()).isEqualTo(1);
        assertThat(touched.hash()).isEqualTo(one.hash());
    }

    @Test
    void everyOtherContentGetsTheNextNumber() {
        Edition one = first(state(file("a.yaml", 1, ENTRY.formatted("a.com"))));
        Edition two = next(one, state(file("a.yaml", 2, ENTRY.formatted("b.com"))));
        Edition three = next(two, state(file("a.yaml", 3, "# moved\n" + ENTRY.formatted("b.com"))));
        Edition four = next(three, state());
        assertThat(List.of(two.version(), three.version(), four.version()))
                .containsExactly(2L, 3L, 4L);
    }

    @Test
    void ofTwoFilesTheLaterWinsAndBothPlacesAreNamed() {
        Edition edition =
                first(
                        state(
                                file("new.yaml", 5, ENTRY.formatted("new.com")),
                                file("old.yaml", 1, "\n\n" + ENTRY.formatted("old.com"))));
        assertThat(hosts(edition)).containsExactly("[  hosts: [new.com]]");
        assertThat(edition.findings())
                .extracting(Diagnostic::toString)
                .satisfiesExactly(
                        winner ->
                                assertThat(winner)
                                        .startsWith("new.yaml:1:1: warning HED0009")
                                        .contains("old.yaml:3"),
                        loser ->
                                assertThat(loser)
                                        .startsWith("old.yaml:3:1: warning HED0009")
                                        .contains("not in force")
                                        .contains("new.yaml:1"));
    }

    @Test
    void equalTimesAreDecidedByName() {
        Edition edition =
                first(
                        state(
                                file("a.yaml", 1, ENTRY.formatted("a.com")),
                                file("b.yaml", 1, ENTRY.formatted("b.com"))));
        assertThat(hosts(edition)).containsExactly("[  hosts: [b.com]]");
    }

    @Test
    void inOneFileTheLaterDocumentWins() {
        String both = ENTRY.formatted("a.com") + "---\n" + ENTRY.formatted("b.com");
        Edition edition = first(state(file("a.yaml", 1, both)));
        assertThat(hosts(edition)).containsExactly("[  hosts: [b.com]]");
        assertThat(edition.findings()).hasSize(2);
    }

    @Test
    void aWinnerThatGoesGivesWayToTheOther() {
        var old = file("old.yaml", 1, ENTRY.formatted("old.com"));
        Edition both = first(state(old, file("new.yaml", 5, ENTRY.formatted("new.com"))));
        Edition one = next(both, state(old));
        assertThat(hosts(one)).containsExactly("[  hosts: [old.com]]");
        assertThat(one.findings()).isEmpty();
        assertThat(one.version()).isEqualTo(2);
    }

    @Test
    void findingsOfFilesAndOfTheWholeWorldComeTogether() {
        String route =
                """
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata:
                  name: shop
                spec:
                  hosts: [shop.example.com]
                  http:
                  - route:
                    - destination: {host: nowhere.example.com}
                """;
        Edition edition = first(state(file("a.yaml", 1, route), file("b.yaml", 1, "kind: [\n")));
        assertThat(edition.findings())
                .extracting(d -> d.code().id())
                .contains("IST0101", "HED0001");
    }

    @Test
    void aTestOfTheConfigurationIsNoneOfIt() {
        ConfigFile entry = file("a.yaml", 1, ENTRY.formatted("a.com"));
        String test =
                """
                apiVersion: heddle.dev/v1alpha1
                kind: MeshTest
                metadata: {name: one}
                spec:
                  from: {labels: {app: web}}
                  tests:
                  - name: one
                    request: {url: "http://a.com/"}
                    expect: {status: %d}
                """;
        Edition one = first(state(entry));
        Edition tested = next(one, state(entry, file("test.yaml", 1, test.formatted(200))));
        assertThat(tested.version()).isEqualTo(one.version());
        assertThat(tested.world().resources().all()).hasSize(1);
        assertThat(tested.findings()).isEmpty();
        Edition broken = next(tested, state(entry, file("test.yaml", 2, test.formatted(99))));
        assertThat(broken.version()).isEqualTo(one.version());
        assertThat(broken.findings())
                .extracting(Object::toString)
                .containsExactly(
                        "test.yaml:9:14: error HED0005 MeshTest default/one"
                                + " spec.tests[0].expect.status: 99 (expected: 200 to 599)");
    }
}
