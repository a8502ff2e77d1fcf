package dev.heddle.control.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Caller;
import dev.heddle.control.view.Apply;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Who changed what, whichever way it came.
class AuditTrailTest {
    @TempDir Path temp = Path.of("");
    private Path config = Path.of("");

    @BeforeEach
    void make() throws IOException {
        config = Files.createDirectories(temp.resolve("config"));
    }

    private ControlPlane start() throws IOException {
        var any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        return ControlPlane.start(ControlBootstrap.of(config, temp.resolve("data"), any));
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

    private static List<String> entries(ControlPlane control) throws IOException {
        control.audit().flush();
        return control.audit().last(100, _ -> true).stream().map(Json::compact).toList();
    }

    private static void awaitEntry(ControlPlane control, String text) {
        await().untilAsserted(() -> assertThat(entries(control)).anyMatch(e -> e.matches(text)));
    }

    @Test
    void filesAreTheirOwnersAndWhatIsAppliedIsTheCallers() throws Exception {
        Files.writeString(config.resolve("own.yaml"), entry("own", "10.0.0.1"));
        Files.writeString(config.resolve("safe.yaml"), secret("hunter2"));
        String owner = Files.getOwner(config).getName();
        try (var control = start()) {
            awaitEntry(
                    control,
                    ".*\"file of " + owner + "\",\"from\":\"own.yaml\",\"action\":\"created\".*");
            var accounts = control.accounts();
            Caller caller = accounts.caller(accounts.local(), "10.1.2.3").orElseThrow();
            String text = entry("mine", "10.0.0.2");
            assertThat(control.configStore().apply(caller, "x", text, "default", false))
                    .isInstanceOf(Apply.Done.class);
            assertThat(entries(control).getFirst())
                    .contains("\"who\":\"local\",\"from\":\"10.1.2.3\",\"action\":\"created\"")
                    .contains("\"resource\":\"ServiceEntry default/mine\"")
                    .contains("\"outcome\":\"done\"");
            control.configStore().apply(caller, "x", text.replace("0.2", "0.3"), "default", false);
            assertThat(entries(control).getFirst())
                    .contains("\"configured\"", "\"fields\":[\"spec.endpoints[0].address\"]")
                    .contains("\"before\":\"", "\"after\":\"");
            Path applied;
            try (Stream<Path> all = Files.walk(config.resolve("applied"))) {
                applied = all.filter(Files::isRegularFile).findFirst().orElseThrow();
            }
            Files.delete(applied);
            awaitEntry(
                    control,
                    ".*\"who\":\"file\",.*\"deleted\",\"resource\":\"ServiceEntry"
                            + " default/mine\".*");
            Files.writeString(config.resolve("safe.yaml"), secret("hunter3"));
            awaitEntry(
                    control, ".*\"Secret default/safe\".*\"fields\":\\[\"stringData.password\"]}");
            assertThat(entries(control)).noneMatch(e -> e.contains("hunter"));
            assertThat(entries(control))
                    .filteredOn(e -> e.contains("Secret"))
                    .noneMatch(e -> e.contains("before") || e.contains("after"));
        }
        // What happens while nobody looks is seen later, and nothing twice.
        Files.writeString(config.resolve("own.yaml"), entry("own", "10.0.0.9"));
        try (var control = start()) {
            awaitEntry(control, ".*\"configured\",\"resource\":\"ServiceEntry default/own\".*");
            assertThat(entries(control)).filteredOn(e -> e.contains("\"created\"")).hasSize(3);
        }
    }

    @Test
    void whatCannotBeRecordedIsNotDone() throws Exception {
        try (var control = start()) {
            await().until(() -> control.mesh().view().since().getEpochSecond() > 0);
            Path log = temp.resolve("data/audit/audit.jsonl");
            Files.delete(log);
            Files.createDirectory(log);
            var accounts = control.accounts();
            Caller caller = accounts.caller(accounts.local(), "here").orElseThrow();
            control.audit().record(caller, "a test", "", "");
            String text = entry("mine", "10.0.0.2");
            assertThatThrownBy(
                            () -> control.configStore().apply(caller, "x", text, "default", false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("audit log cannot be written");
            assertThat(config.resolve("applied")).doesNotExist();
            Files.delete(log);
            control.configStore().apply(caller, "x", text, "default", false);
            assertThat(entries(control)).hasSize(2).last().asString().contains("a test");
        }
    }

    @Test
    void theLogIsBoundedAndATornLineIsPassedOver() throws Exception {
        Path directory = temp.resolve("audit");
        var files = new AuditFiles(directory, 100, 2);
        for (int i = 0; i < 50; i++) {
            files.append(List.of("{\"n\":" + i + "}"));
        }
        try (Stream<Path> all = Files.list(directory)) {
            assertThat(all).hasSize(3);
        }
        assertThat(numbers(files).getFirst()).isEqualTo("49");
        Path now = directory.resolve("audit.jsonl");
        Files.writeString(now, Files.readString(now) + "{\"n\":50,\"to");
        var again = new AuditFiles(directory, 100, 2);
        again.append(List.of("{\"n\":51}"));
        assertThat(numbers(again)).startsWith("51", "49");
        assertThat(numbers(again).size()).isBetween(25, 40);
    }

    private static List<String> numbers(AuditFiles files) throws IOException {
        return files.last(100, _ -> true).stream()
                .map(e -> ((Node.Numeric) e.get("n").orElseThrow()).digits())
                .toList();
    }
}
