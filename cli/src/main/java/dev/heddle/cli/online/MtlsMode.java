package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.codec.YamlWriter;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;

/// `heddle mtls set`: what callers must prove, everywhere or in a namespace: a change of the
/// PeerAuthentication that says so, like any other.
public final class MtlsMode {
    private static final String KIND = "peerauthentications";

    private MtlsMode() {}

    /// Istio's modes of mutual TLS.
    public enum Mode {
        /// Nobody else than who has a certificate of the mesh.
        STRICT,
        /// Both.
        PERMISSIVE,
        /// Plain text.
        DISABLE
    }

    /// What is wanted.
    ///
    /// @param namespace where it holds; empty for the whole mesh
    /// @param isForced whether it is done though somebody would be cut off
    /// @param message why, for the history
    public record Wish(Mode mode, Optional<String> namespace, boolean isForced, String message) {}

    /// Changes it, unless somebody would be cut off.
    ///
    /// @return 1 when it was refused or would be, 0 otherwise
    public static int run(Api api, Wish wish, Changes changes, Machine machine) {
        List<String> against = wish.mode() == Mode.STRICT ? against(api, wish) : List.of();
        if (!against.isEmpty()) {
            machine.err().println("Against STRICT:");
            against.forEach(line -> machine.err().println("  " + line));
            if (!wish.isForced() && !changes.dryRun()) {
                changes.refused(
                        Failure.of(
                                "they would be cut off, so nothing was changed",
                                "mend that, or say --force"));
                return changes.end();
            }
        }
        String namespace = wish.namespace().orElseGet(() -> rootNamespace(api));
        String text = YamlWriter.write(resource(inForce(api, namespace), namespace, wish.mode()));
        int code =
                Apply.send(
                        api,
                        List.of(new Sources.Source("mtls.yaml", text)),
                        new Apply.Wish(
                                List.of(), List.of(), namespace, wish.message(), Optional.empty()),
                        changes);
        return against.isEmpty() || wish.isForced() ? code : 1;
    }

    private static List<String> against(Api api, Wish wish) {
        MtlsReadiness readiness = MtlsReadiness.of(api);
        return wish.namespace().map(readiness::against).orElseGet(readiness::against);
    }

    /// What is said there holds for the whole mesh.
    private static String rootNamespace(Api api) {
        return api.get("version").answer().at("rootNamespace").text();
    }

    /// The one that holds for all workloads of the namespace; absent where there is none.
    private static Answer inForce(Api api, String namespace) {
        List<Answer> all =
                api
                        .get("resources/" + KIND + "?namespace=" + namespace)
                        .answer()
                        .at("items")
                        .items()
                        .stream()
                        .filter(it -> it.at("spec", "selector").isAbsent())
                        .toList();
        if (all.size() > 1) {
            throw Failure.of(
                    "%d PeerAuthentications are for all workloads of %s: %s"
                            .formatted(
                                    all.size(),
                                    namespace,
                                    String.join(
                                            ", ",
                                            all.stream()
                                                    .map(it -> it.at("metadata", "name").text())
                                                    .toList())),
                    "only the oldest counts; delete the others");
        }
        return all.isEmpty() ? new Answer(Answer.nothing()) : all.getFirst();
    }

    private static Node.Mapping resource(Answer inForce, String namespace, Mode mode) {
        Node.Mapping spec =
                inForce.at("spec").node() instanceof Node.Mapping said ? said : Node.Mapping.EMPTY;
        String name = inForce.at("metadata", "name").text();
        return Node.Mapping.EMPTY
                .with("apiVersion", "security.istio.io/v1")
                .with("kind", "PeerAuthentication")
                .with(
                        "metadata",
                        Node.Mapping.EMPTY
                                .with("name", name.isEmpty() ? "default" : name)
                                .with("namespace", namespace))
                .with("spec", spec.with("mtls", Node.Mapping.EMPTY.with("mode", mode.name())));
    }
}
