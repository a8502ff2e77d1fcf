package dev.heddle.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.service.Hostname;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What becomes of several ServiceEntries for one host.
class SharedHostTest {
    private static final String OLDER = entry("older", "01", "default", "STATIC", "80", "HTTP", 1);

    private static String entry(
            String name,
            String month,
            String namespace,
            String resolution,
            String port,
            String protocol,
            int address) {
        return """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: %s, namespace: %s, creationTimestamp: "2026-%s-01T00:00:00Z"}
        spec:
          hosts: [api.example.com]
          resolution: %s
          ports: [{number: %s, name: p%s, protocol: %s}]
          endpoints: [{address: 10.0.0.%d}]
        ---
        """
                .formatted(name, namespace, month, resolution, port, port, protocol, address);
    }

    private static World world(String yaml) {
        var parsed = ResourceReader.read("entries.yaml", yaml);
        assertThat(parsed.diagnostics()).isEmpty();
        return World.of(1, Resources.of(parsed.resources()), MeshSettings.DEFAULT);
    }

    private static String service(World world) {
        MeshService found =
                world.index()
                        .services()
                        .find(new Hostname("api.example.com"), "default")
                        .orElseThrow();
        return found.service().ports().stream()
                .map(p ->
                        p.number()
                                + " "
                                + p.protocol()
                                + " "
                                + found.endpoints(p.number()).stream()
                                        .map(e -> e.address())
                                        .toList())
                .toList()
                .toString();
    }

    private static List<String> findings(World world) {
        return MeshCompiler.analyze(world).stream().map(Diagnostic::message).toList();
    }

    @Test
    void portsOfOneNamespaceAreTakenTogether() {
        World world = world(entry("a", "02", "default", "STATIC", "443", "TLS", 2) + OLDER);
        assertThat(service(world)).isEqualTo("[80 HTTP [10.0.0.1], 443 TLS [10.0.0.2]]");
        assertThat(findings(world)).isEmpty();
    }

    @Test
    void endpointsOfTheSamePortAreTakenTogether() {
        World world = world(OLDER + entry("a", "02", "default", "STATIC", "80", "HTTP", 2));
        assertThat(service(world)).isEqualTo("[80 HTTP [10.0.0.1, 10.0.0.2]]");
        assertThat(findings(world)).isEmpty();
    }

    @Test
    void theOldestSaysWhatAPortSpeaks() {
        World world = world(entry("a", "02", "default", "STATIC", "80", "TCP", 2) + OLDER);
        assertThat(service(world)).isEqualTo("[80 HTTP [10.0.0.1, 10.0.0.2]]");
        assertThat(findings(world))
                .singleElement()
                .asString()
                .startsWith("port 80 of 'api.example.com' is TCP here and HTTP in entries.yaml:");
    }

    @Test
    void whoFindsEndpointsAnotherWayDoesNotCount() {
        World world = world(OLDER + entry("a", "02", "default", "DNS", "443", "TLS", 2));
        assertThat(service(world)).isEqualTo("[80 HTTP [10.0.0.1]]");
        assertThat(findings(world))
                .singleElement()
                .asString()
                .startsWith("host 'api.example.com' is defined already by entries.yaml:");
    }

    @Test
    void namespacesDoNotAddToEachOther() {
        World world = world(OLDER + entry("a", "02", "other", "STATIC", "443", "TLS", 2));
        assertThat(service(world)).isEqualTo("[80 HTTP [10.0.0.1]]");
        assertThat(findings(world)).hasSize(1);
    }
}
