package dev.heddle.control.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Account;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.world.WorldHistory.Version;
import dev.heddle.model.ResourceId;
import dev.heddle.model.kinds.Kinds;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes of several resources, their history, and back.
class RollbackTest {
    private static final Caller ANNA = caller("operator", "viewer");

    @TempDir Path temp;
    private Path config = Path.of("");
    private ControlPlane control;

    private static Caller caller(String... roles) {
        List<Grant> grants = List.of(roles).stream().map(Grant::of).toList();
        return new Caller(new Account("anna", "", grants), "", "10.0.0.1");
    }

    private static String entry(String name, String address) {
        return """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: %1$s, namespace: default}
        spec:
          hosts: [%1$s.example.com]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: STATIC
          endpoints: [{address: %2$s}]
        """
                .formatted(name, address);
    }

    private static String secret(String password) {
        return """
        apiVersion: v1
        kind: Secret
        metadata: {name: safe, namespace: default}
        stringData: {password: %s}
        """
                .formatted(password);
    }

    @BeforeEach
    void start() throws IOException {
        config = Files.createDirectories(temp.resolve("config"));
        Files.writeString(config.resolve("own.yaml"), entry("own", "10.0.0.1"));
        restart();
    }

    private void restart() throws IOException {
        stop();
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        control = ControlPlane.start(ControlBootstrap.of(config, temp.resolve("data"), any));
        await().until(() -> control.mesh().view().version() > 0);
    }

    @AfterEach
    void stop() {
        if (control != null) {
            control.close();
        }
    }

    private static ResourceId id(String name) {
        return new ResourceId(Kinds.SERVICE_ENTRY, "default", name);
    }

    private Apply.Done change(String message, List<ResourceId> deletions, String... texts)
            throws IOException {
        List<Proposal.Text> all =
                List.of(texts).stream().map(t -> new Proposal.Text("x.yaml", t)).toList();
        Apply outcome =
                control.configStore()
                        .change(
                                ANNA,
                                new Proposal(all, "default", deletions, message),
                                new How.AtOnce());
        assertThat(outcome).isInstanceOf(Apply.Done.class);
        return (Apply.Done) outcome;
    }

    private List<String> addresses() {
        return control.mesh().view().services().stream()
                .map(s -> s.service().host() + " " + s.endpoints().getFirst().address())
                .toList();
    }

    private Apply rollback(Caller caller, long version, boolean ownFiles) throws IOException {
        return control.configStore()
                .rollback(caller, new Rollback(version, ownFiles, "back"), new How.AtOnce());
    }

    @Test
    void aChangeOfSeveralIsOneVersionAndAnEarlierOneComesBack() throws Exception {
        assertThat(
                        change("two", List.of(), entry("a", "10.1.0.1"), entry("b", "10.1.0.2"))
                                .version())
                .isEqualTo(2);
        List<String> second = addresses();
        Apply.Done third =
                change("swap", List.of(id("a")), entry("b", "10.1.0.9"), entry("c", "10.1.0.3"));
        assertThat(third.version()).isEqualTo(3);
        assertThat(third.changes())
                .extracting(c -> c.id().name() + " " + c.verb())
                .containsExactly("b CONFIGURED", "c CREATED", "a DELETED");

        Version newest = control.configStore().history().versions().getFirst();
        assertThat(newest.number()).isEqualTo(3);
        assertThat(newest.change().who()).containsExactly("anna");
        assertThat(newest.change().message()).isEqualTo("swap");
        assertThat(newest.change().resources())
                .extracting(r -> r.action() + " " + r.resource())
                .containsExactlyInAnyOrder(
                        "deleted ServiceEntry default/a",
                        "configured ServiceEntry default/b",
                        "created ServiceEntry default/c");

        var back = (Apply.Done) rollback(ANNA, 2, false);
        assertThat(back.version()).isEqualTo(4);
        assertThat(addresses()).isEqualTo(second);
        assertThat(((Apply.Done) rollback(ANNA, 2, false)).changes()).isEmpty();
        assertThat(control.mesh().view().version()).isEqualTo(4);

        // Numbers and history go on over a restart.
        restart();
        assertThat(control.mesh().view().version()).isEqualTo(4);
        assertThat(((Apply.Done) rollback(ANNA, 3, false)).version()).isEqualTo(5);
        assertThat(control.configStore().history().versions())
                .extracting(Version::number)
                .containsExactly(5L, 4L, 3L, 2L, 1L);
    }

    @Test
    void ownFilesAreWrittenOnlyWhenThatIsSaidAndNothingOfThemIsLost() throws Exception {
        Files.writeString(config.resolve("own.yaml"), entry("own", "10.0.0.2"));
        await().until(() -> control.mesh().view().version() == 2);
        String owner = Files.getOwner(config.resolve("own.yaml")).getName();
        assertThat(control.configStore().history().versions().getFirst().change().who())
                .containsExactly("file of " + owner);
        assertThat(rollback(ANNA, 1, false)).isEqualTo(new Apply.OwnFiles(List.of("own.yaml")));
        assertThat(addresses()).containsExactly("own.example.com 10.0.0.2");

        Files.writeString(config.resolve("own.yaml"), "half: [");
        await().until(() -> !control.mesh().view().findings().isEmpty());
        assertThatThrownBy(() -> rollback(ANNA, 1, true))
                .hasMessageContaining("a text that is not in force, which would be lost");
        Files.writeString(config.resolve("own.yaml"), entry("own", "10.0.0.2"));
        await().until(() -> control.mesh().view().findings().isEmpty());
        assertThat(rollback(ANNA, 1, true)).isInstanceOf(Apply.Done.class);
        assertThat(config.resolve("own.yaml")).hasContent(entry("own", "10.0.0.1"));
        assertThat(addresses()).containsExactly("own.example.com 10.0.0.1");
    }

    @Test
    void ofTwoFilesWithOneResourceTheOneThatWonWinsAgain() throws Exception {
        change("", List.of(), entry("own", "10.1.0.1"));
        Files.writeString(config.resolve("own.yaml"), entry("own", "10.0.0.2") + "# later\n");
        await().until(() -> addresses().contains("own.example.com 10.0.0.2"));
        long version = control.mesh().view().version();
        change("", List.of(), entry("own", "10.1.0.3"));
        assertThat(rollback(ANNA, version, true)).isInstanceOf(Apply.Done.class);
        assertThat(addresses()).containsExactly("own.example.com 10.0.0.2");
    }

    @Test
    void whoeverMayNotChangeANamespaceRollsNothingBackInIt() throws Exception {
        change("", List.of(), entry("a", "10.1.0.1"));
        assertThat(rollback(caller("operator:shop"), 1, false))
                .isEqualTo(new Apply.Forbidden(id("a")));
        assertThat(rollback(ANNA, 17, false)).isEqualTo(new Apply.NoVersion(17, 1, 2));
    }

    @Test
    void aDifferenceShowsNoSecret() throws Exception {
        change("", List.of(), secret("hunter2"), entry("a", "10.1.0.1"));
        change("", List.of(), secret("hunter3"), entry("a", "10.1.0.2"));
        var history = control.configStore().history();
        List<Difference> differences =
                Difference.between(history.files(2).orElseThrow(), history.files(3).orElseThrow());
        assertThat(differences).hasSize(2).noneMatch(d -> d.toString().contains("hunter"));
        assertThat(differences.get(0).id())
                .isEqualTo(new ResourceId(Kinds.SECRET, "default", "safe"));
        assertThat(differences.get(0).isHidden()).isTrue();
        assertThat(differences.get(1).isHidden()).isFalse();
        assertThat(differences.get(1).after().orElseThrow()).contains("10.1.0.2");
    }
}
