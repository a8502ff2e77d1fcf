package dev.heddle.compiler.attach;

import dev.heddle.model.Resource;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Resources;
import dev.heddle.model.gatewayapi.ReferenceGrant;
import dev.heddle.model.kinds.Kinds;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Who may name what in other namespaces.
record Grants(Map<String, List<Resource<ReferenceGrant>>> byNamespace) {

    /// The kind of something, by group and kind.
    record Type(String group, String kind) {
        static final Type SERVICE = new Type("", "Service");
        static final Type SERVICE_IMPORT =
                new Type(Kinds.SERVICE_IMPORT.group(), Kinds.SERVICE_IMPORT.name());
        static final Type SECRET = new Type("", "Secret");
        static final Type CONFIG_MAP = new Type("", "ConfigMap");

        static Type of(ResourceId id) {
            return new Type(id.kind().group(), id.kind().name());
        }
    }

    static Grants of(Resources resources) {
        return new Grants(
                resources.all(Kinds.REFERENCE_GRANT).stream()
                        .collect(Collectors.groupingBy(g -> g.metadata().namespace())));
    }

    /// Whether a resource may name something of that type, namespace and name.
    boolean allows(ResourceId from, Type type, String namespace, String name) {
        if (from.namespace().equals(namespace)) {
            return true;
        }
        Type own = Type.of(from);
        return byNamespace.getOrDefault(namespace, List.of()).stream()
                .map(Resource::spec)
                .anyMatch(grant ->
                        grant.from().stream()
                                        .anyMatch(f ->
                                                f.group().orElse("").equals(own.group())
                                                        && f.kind().equals(own.kind())
                                                        && f.namespace().equals(from.namespace()))
                                && grant.to().stream()
                                        .anyMatch(t ->
                                                t.group().orElse("").equals(type.group())
                                                        && t.kind().equals(type.kind())
                                                        && t.name()
                                                                .map(name::equals)
                                                                .orElse(true)));
    }
}
