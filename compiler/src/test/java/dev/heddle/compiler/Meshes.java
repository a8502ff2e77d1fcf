package dev.heddle.compiler;

import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.ProxyScope.InboundPort;
import dev.heddle.compiler.world.ProxyScope.Interception;
import dev.heddle.compiler.world.ProxyScope.Role;
import dev.heddle.compiler.world.WorkloadAnnotations;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.service.Locality;
import dev.heddle.testkit.GoldenCase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Worlds and scopes made of what tests have at hand: texts, files, golden cases.
final class Meshes {
    /// Where a case's sidecar is called, as `case.yaml` has it with `interception: none`.
    static final Interception EXPLICIT =
            new Interception.Explicit(
                    "127.0.0.1:20001",
                    List.of(new InboundPort(9080, "127.0.0.1:20002", "127.0.0.1:20003")),
                    Map.of(8080, "127.0.0.1:8080"));

    private Meshes() {}

    /// A world, and what was found while its files were read.
    record Read(World world, List<Diagnostic> findings) {}

    static World world(String... texts) {
        var resources = new ArrayList<Resource<?>>();
        for (int i = 0; i < texts.length; i++) {
            ResourceReader.Parsed parsed = ResourceReader.read("text" + i + ".yaml", texts[i]);
            if (parsed.hasErrors()) {
                throw new IllegalArgumentException(parsed.diagnostics().toString());
            }
            resources.addAll(parsed.resources());
        }
        return World.of(1, Resources.of(resources), MeshSettings.DEFAULT);
    }

    /// A world of a text of which what cannot be used is left out.
    static World lenient(String text) {
        return World.of(
                1,
                Resources.of(ResourceReader.read("text.yaml", text).resources()),
                MeshSettings.DEFAULT);
    }

    static Read read(Path base, List<Path> files) {
        var resources = new ArrayList<Resource<?>>();
        var findings = new ArrayList<Diagnostic>();
        for (Path file : files) {
            try {
                ResourceReader.Parsed parsed =
                        ResourceReader.read(
                                base.relativize(file).toString(), Files.readString(file));
                resources.addAll(parsed.resources());
                findings.addAll(parsed.diagnostics());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Read(World.of(1, Resources.of(resources), MeshSettings.DEFAULT), findings);
    }

    static Read read(GoldenCase golden) {
        Read read = read(golden.directory(), golden.inputs());
        return golden.keepsSignals()
                ? new Read(
                        World.of(
                                1, read.world().resources(), MeshSettings.DEFAULT.keepingSignals()),
                        read.findings())
                : read;
    }

    static ProxyScope sidecar(String app) {
        return sidecar("default", Map.of("app", app), new Interception.Redirect());
    }

    static ProxyScope sidecar(
            String namespace, Map<String, String> labels, Interception interception) {
        return scope(Role.SIDECAR, namespace, labels, interception);
    }

    static ProxyScope scope(
            Role role, String namespace, Map<String, String> labels, Interception interception) {
        return new ProxyScope(
                role,
                namespace,
                labels,
                namespace + ".svc.cluster.local",
                "Kubernetes",
                interception);
    }

    static ProxyScope scope(GoldenCase golden) {
        Map<?, ?> scope = golden.options().get("scope") instanceof Map<?, ?> map ? map : Map.of();
        var labels = new TreeMap<String, String>();
        if (scope.get("labels") instanceof Map<?, ?> map) {
            map.forEach((k, v) -> labels.put(String.valueOf(k), String.valueOf(v)));
        }
        var annotations = new TreeMap<String, String>();
        if (scope.get("annotations") instanceof Map<?, ?> map) {
            map.forEach((k, v) -> annotations.put(String.valueOf(k), String.valueOf(v)));
        }
        String namespace = scope.get("namespace") instanceof String home ? home : "default";
        var said =
                new ProxyScope(
                        "gateway".equals(scope.get("role")) ? Role.GATEWAY : Role.SIDECAR,
                        namespace,
                        labels,
                        namespace + ".svc.cluster.local",
                        "Kubernetes",
                        "redirect".equals(scope.get("interception"))
                                ? new Interception.Redirect()
                                : EXPLICIT,
                        WorkloadAnnotations.read(annotations, namespace),
                        Locality.parse(scope.get("locality") instanceof String there ? there : ""));
        var located =
                scope.get("address") instanceof String address ? said.at(Set.of(address)) : said;
        return scope.get("identity") instanceof String directory
                ? located.identified(directory)
                : located;
    }
}
