package dev.heddle.compiler.select;

import dev.heddle.compiler.reuse.Same;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.PeerAuthentication;
import dev.heddle.model.istio.PeerAuthentication.MutualTls;
import dev.heddle.model.istio.PeerAuthentication.MutualTls.Mode;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// The PeerAuthentications of a world. Immutable.
///
/// What a workload's says goes before its namespace's, and that before the mesh's; of several of
/// one rank the oldest counts, and no other. In the root namespace there are none for single
/// workloads.
public final class PeerAuthentications {
    private final Optional<Same<Resource<PeerAuthentication>>> mesh;
    private final Map<String, Home> byNamespace;

    private PeerAuthentications(
            Optional<Same<Resource<PeerAuthentication>>> mesh, Map<String, Home> byNamespace) {
        this.mesh = mesh;
        this.byNamespace = byNamespace;
    }

    static PeerAuthentications of(Resources resources, String rootNamespace) {
        var mesh = new ArrayList<Same<Resource<PeerAuthentication>>>();
        var wide = new HashMap<String, Same<Resource<PeerAuthentication>>>();
        var chosen = new HashMap<String, List<Same<Resource<PeerAuthentication>>>>();
        resources.all(Kinds.PEER_AUTHENTICATION).stream()
                .sorted(Age.oldestFirst())
                .forEach(it -> {
                    String namespace = it.metadata().namespace();
                    if (namespace.equals(rootNamespace)) {
                        if (isForAll(it)) {
                            mesh.add(Same.as(it));
                        }
                    } else if (isForAll(it)) {
                        wide.putIfAbsent(namespace, Same.as(it));
                    } else {
                        chosen.computeIfAbsent(namespace, _ -> new ArrayList<>()).add(Same.as(it));
                    }
                });
        Optional<Same<Resource<PeerAuthentication>>> first = mesh.stream().findFirst();
        var homes = new HashMap<String, Home>();
        resources
                .all(Kinds.PEER_AUTHENTICATION)
                .forEach(it ->
                        homes.computeIfAbsent(
                                it.metadata().namespace(),
                                n ->
                                        new Home(
                                                first,
                                                Optional.ofNullable(wide.get(n)),
                                                chosen.getOrDefault(n, List.of()))));
        return new PeerAuthentications(first, homes);
    }

    private static boolean isForAll(Resource<PeerAuthentication> it) {
        return it.spec().selector().filter(s -> !s.matchLabels().isEmpty()).isEmpty();
    }

    /// What counts for the workloads of a namespace.
    public Home in(String namespace) {
        Home home = byNamespace.get(namespace);
        return home == null ? new Home(mesh, Optional.empty(), List.of()) : home;
    }

    /// What counts for the workloads of one namespace.
    ///
    /// @param mesh of the root namespace
    /// @param namespace for all workloads of the namespace
    /// @param workloads for some of them, the oldest first
    public record Home(
            Optional<Same<Resource<PeerAuthentication>>> mesh,
            Optional<Same<Resource<PeerAuthentication>>> namespace,
            List<Same<Resource<PeerAuthentication>>> workloads) {
        public Home {
            workloads = List.copyOf(workloads);
        }

        /// How strict a workload of these labels is.
        public Strictness of(Map<String, String> labels) {
            Optional<Resource<PeerAuthentication>> own =
                    workloads.stream()
                            .map(Same::get)
                            .filter(it -> it.spec().selector().orElseThrow().matches(labels))
                            .findFirst();
            Strictness usual =
                    Strictness.USUAL.with(mesh.map(Same::get)).with(namespace.map(Same::get));
            return usual.with(own);
        }
    }

    /// How strict a workload is with its callers. No mode is UNSET.
    ///
    /// @param otherwise at ports of which nothing is said
    /// @param ports by the port of the workload
    /// @param by what says so; empty where nobody says anything
    public record Strictness(
            Mode otherwise,
            SortedMap<Integer, Mode> ports,
            Optional<Resource<PeerAuthentication>> by) {
        /// Both ways, where nobody says anything.
        static final Strictness USUAL =
                new Strictness(Mode.PERMISSIVE, new TreeMap<>(), Optional.empty());

        /// At that port of the workload.
        public Mode at(int port) {
            return ports.getOrDefault(port, otherwise);
        }

        /// Whether somebody without a certificate is let in nowhere, or not everywhere.
        public boolean isSomewhereStrict() {
            return otherwise == Mode.STRICT || ports.containsValue(Mode.STRICT);
        }

        /// What has the workload ask its callers for certificates, as in `PeerAuthentication
        /// default/strict`; empty where nothing does.
        public Optional<String> asker() {
            return by.filter(_ -> isSomewhereStrict()).map(it -> it.origin().resource());
        }

        private Strictness with(Optional<Resource<PeerAuthentication>> said) {
            if (said.isEmpty()) {
                return this;
            }
            PeerAuthentication spec = said.get().spec();
            Mode mode = orElse(spec.mtls(), otherwise);
            var each = new TreeMap<Integer, Mode>();
            spec.portLevelMtls()
                    .forEach((port, its) ->
                            each.put(Integer.parseInt(port), orElse(Optional.of(its), mode)));
            return new Strictness(mode, each, said);
        }

        private static Mode orElse(Optional<MutualTls> said, Mode usual) {
            return said.map(MutualTls::mode).filter(m -> m != Mode.UNSET).orElse(usual);
        }
    }
}
