package dev.heddle.compiler.select;

import dev.heddle.compiler.service.Visibility;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Every VirtualService of a world, oldest first. Immutable.
public final class VirtualServices {
    private final List<BoundVirtualService> all;
    private final Set<String> sourceLabels;

    private VirtualServices(List<BoundVirtualService> all) {
        this.all = List.copyOf(all);
        this.sourceLabels =
                all.stream()
                        .flatMap(VirtualServices::sourceLabels)
                        .collect(Collectors.toUnmodifiableSet());
    }

    private static Stream<String> sourceLabels(BoundVirtualService service) {
        VirtualService spec = service.resource().spec();
        Stream<Map<String, String>> http =
                service.http().stream()
                        .flatMap(rule -> rule.spec().match().stream())
                        .map(VirtualService.HttpMatchRequest::sourceLabels);
        Stream<Map<String, String>> tls =
                spec.tls().stream()
                        .flatMap(rule -> rule.match().stream())
                        .map(VirtualService.TlsMatchAttributes::sourceLabels);
        Stream<Map<String, String>> tcp =
                spec.tcp().stream()
                        .flatMap(rule -> rule.match().stream())
                        .map(VirtualService.L4MatchAttributes::sourceLabels);
        return Stream.of(http, tls, tcp)
                .flatMap(labels -> labels)
                .flatMap(labels -> labels.keySet().stream());
    }

    /// @param exportTo of those that say none
    static VirtualServices of(Resources resources, String domain, List<String> exportTo) {
        Map<String, Resource<VirtualService>> byName = new HashMap<>();
        resources
                .all(Kinds.VIRTUAL_SERVICE)
                .forEach(it ->
                        byName.put(it.metadata().namespace() + "/" + it.metadata().name(), it));
        return new VirtualServices(
                resources.all(Kinds.VIRTUAL_SERVICE).stream()
                        .sorted(Age.<VirtualService>oldestFirst())
                        .map(r -> BoundVirtualService.of(r, domain, exportTo, byName::get))
                        .toList());
    }

    /// All of them, oldest first.
    public List<BoundVirtualService> all() {
        return all;
    }

    /// The names of all labels by which some rule tells its callers apart.
    public Set<String> sourceLabels() {
        return sourceLabels;
    }

    /// Those that count for a proxy in that namespace, in order of precedence: its own namespace's
    /// private ones, then those that are exported to it by name, then those that everybody sees; in
    /// each of these groups the oldest first.
    ///
    /// @param gateway `mesh`, or as in `default/bookinfo-gateway`
    public List<BoundVirtualService> inForce(String viewer, String gateway) {
        var own = new ArrayList<BoundVirtualService>();
        var exported = new ArrayList<BoundVirtualService>();
        var open = new ArrayList<BoundVirtualService>();
        for (BoundVirtualService vs : all) {
            List<String> exportTo = vs.exportTo();
            if (vs.isDelegate()
                    || !vs.isFor(gateway)
                    || !Visibility.reaches(exportTo, vs.namespace(), viewer)) {
                continue;
            }
            if (Visibility.isPublic(exportTo)) {
                open.add(vs);
            } else if (Visibility.isPrivate(exportTo)) {
                own.add(vs);
            } else {
                exported.add(vs);
            }
        }
        own.addAll(exported);
        own.addAll(open);
        return own;
    }
}
