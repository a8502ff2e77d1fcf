package dev.heddle.compiler.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.MeshCompiler;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.service.Locality;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Who answers for names, and who is told that it does not.
class MeshNamesCheckTest {
    private static final String ON =
            """
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: istio, namespace: istio-system}
            data:
              mesh: |-
                defaultConfig: {proxyMetadata: {ISTIO_META_DNS_CAPTURE: "true"}}
            """;

    private static World world(String text) {
        return World.of(
                1,
                Resources.of(ResourceReader.read("text.yaml", text).resources()),
                MeshSettings.DEFAULT);
    }

    private static ProxyScope web(
            Interception interception, String annotation, Map<String, String> metadata) {
        Map<String, String> annotations =
                annotation.isEmpty() ? Map.of() : Map.of("proxy.istio.io/config", annotation);
        return new ProxyScope(
                Role.SIDECAR,
                "default",
                Map.of("app", "web"),
                "default.svc.cluster.local",
                "Kubernetes",
                interception,
                WorkloadAnnotations.read(annotations, "default"),
                Locality.UNKNOWN,
                new ProxyScope.Node(metadata, Optional.empty(), Collections.emptySortedSet()));
    }

    private static boolean answers(World world, ProxyScope scope) {
        return MeshCompiler.compile(world, scope).plan().datagrams().stream()
                .map(DatagramListener::name)
                .anyMatch("names"::equals);
    }

    @Test
    void theNodesWordCountsBeforeAllOthers() {
        var redirected = new Interception.Redirect();
        World on = world(ON);
        World off = world("");
        assertThat(answers(on, web(redirected, "", Map.of()))).isTrue();
        assertThat(answers(off, web(redirected, "", Map.of()))).isFalse();
        assertThat(answers(on, web(redirected, "", Map.of("DNS_CAPTURE", "false")))).isFalse();
        assertThat(answers(off, web(redirected, "", Map.of("DNS_CAPTURE", "true")))).isTrue();
        String annotation = "proxyMetadata: {ISTIO_META_DNS_CAPTURE: 'true'}";
        assertThat(answers(off, web(redirected, annotation, Map.of()))).isTrue();
    }

    @Test
    void whereNothingIsRedirectedNobodyAsks() {
        var explicit = new Interception.Explicit("127.0.0.1:20001", List.of(), Map.of());
        ProxyScope scope = web(explicit, "", Map.of());
        assertThat(answers(world(ON), scope)).isFalse();
        assertThat(MeshCompiler.compile(world(ON), scope).diagnostics())
                .extracting(Diagnostic::message)
                .contains(
                        "ISTIO_META_DNS_CAPTURE: nothing is redirected to this proxy, so nobody"
                                + " asks it for names");
    }

    @Test
    void oneWorkloadHasNoAddressesOfItsOwn() {
        ProxyScope scope =
                web(
                        new Interception.Redirect(),
                        "proxyMetadata: {ISTIO_META_DNS_AUTO_ALLOCATE: 'true'}",
                        Map.of());
        assertThat(MeshCompiler.compile(world(""), scope).diagnostics())
                .extracting(Diagnostic::message)
                .contains(
                        "ISTIO_META_DNS_AUTO_ALLOCATE: hosts have the same addresses for all"
                                + " proxies");
    }
}
