package dev.heddle.compiler.select;

import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.codec.EmbeddedReader;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.mesh.MeshConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where users said the settings of the mesh.
///
/// A ConfigMap `istio` goes before IstioOperators, since Istio makes it of them; of several
/// IstioOperators the oldest counts.
///
/// @param all that could count, the one that does first
/// @param elsewhere ConfigMaps of that name and key in a namespace that has no say
public record MeshConfigs(List<Chosen> all, List<Resource<ConfigMap>> elsewhere) {

    /// Settings, and where they stand.
    public record Chosen(Resource<?> resource, MeshConfig config) {
        /// Of the settings within the resource.
        public FieldPath path() {
            return resource.kind().equals(Kinds.CONFIG_MAP)
                    ? FieldPath.of("data", "mesh")
                    : FieldPath.of("spec", "meshConfig");
        }

        /// Where a field of the proxies' settings stands.
        public Origin originOfDefault(String field) {
            return resource.origin(path().field("defaultConfig").field(field));
        }
    }

    public MeshConfigs {
        all = List.copyOf(all);
        elsewhere = List.copyOf(elsewhere);
    }

    /// Those of the resources.
    ///
    /// @param namespace whose ConfigMap counts
    public static MeshConfigs of(Resources resources, String namespace) {
        var all = new ArrayList<Chosen>();
        var elsewhere = new ArrayList<Resource<ConfigMap>>();
        for (Resource<ConfigMap> map : resources.all(Kinds.CONFIG_MAP)) {
            // What is wrong with it was said when it was read.
            Optional<MeshConfig> said = EmbeddedReader.mesh(map, new Diagnostics());
            if (said.isPresent() && map.metadata().namespace().equals(namespace)) {
                all.add(new Chosen(map, said.get()));
            } else if (said.isPresent()) {
                elsewhere.add(map);
            }
        }
        resources.all(Kinds.ISTIO_OPERATOR).stream()
                .sorted(Age.oldestFirst())
                .forEach(o -> o.spec().meshConfig().ifPresent(c -> all.add(new Chosen(o, c))));
        return new MeshConfigs(all, elsewhere);
    }

    /// The settings that count.
    public Optional<Chosen> inForce() {
        return all.stream().findFirst();
    }
}
