package dev.heddle.compiler.select;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.HttpRoute;
import java.util.List;

/// One of the HTTP rules of a VirtualService as it counts: its own, or one that it delegates to,
/// together with what is said where it delegates.
///
/// @param owner the resource that it stands in, whose namespace its names are of
/// @param path where it stands there
/// @param matches where each of its matches stands, which may be in the delegating resource
public record HttpRule(
        HttpRoute spec, Resource<VirtualService> owner, FieldPath path, List<Origin> matches) {
    public HttpRule {
        matches = List.copyOf(matches);
        if (matches.size() != spec.match().size()) {
            throw new IllegalArgumentException(
                    "matches: " + matches.size() + " (expected: " + spec.match().size() + ")");
        }
    }

    /// A rule as it stands in its resource.
    static HttpRule own(Resource<VirtualService> owner, int index) {
        FieldPath path = FieldPath.of("spec", "http").index(index);
        HttpRoute spec = owner.spec().http().get(index);
        return new HttpRule(spec, owner, path, matches(owner, spec, path));
    }

    static List<Origin> matches(Resource<VirtualService> owner, HttpRoute spec, FieldPath path) {
        return java.util.stream.IntStream.range(0, spec.match().size())
                .mapToObj(j -> owner.origin(path.field("match").index(j)))
                .toList();
    }

    /// Of the resource that it stands in.
    public String namespace() {
        return owner.metadata().namespace();
    }

    public Origin origin() {
        return owner.origin(path);
    }
}
