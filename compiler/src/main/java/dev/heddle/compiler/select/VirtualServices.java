package dev.heddle.compiler.select;

import dev.heddle.compiler.reuse.Kept;
import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.service.Visibility;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.kinds.Kinds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Every VirtualService of a world, oldest first. Immutable.
public final class VirtualServices {
    private final List<BoundVirtualService> all;
    private final Reading reading;
    private final Kept<Parts, BoundVirtualService> bound;
    private final Set<String> sourceLabels;

    /// How they are read.
    ///
    /// @param exportTo of those that say none
    private record Reading(String domain, List<String> exportTo) {
        BoundVirtualService bind(Parts parts) {
            return BoundVirtualService.of(
                    parts.resource().get(), domain, exportTo, parts::delegate);
        }
    }

    /// All that counts for one of them.
    ///
    /// @param delegates those that it delegates to, by name, as far as they are there
    private record Parts(
            Same<Resource<VirtualService>> resource,
            Map<String, Same<Resource<VirtualService>>> delegates) {
        static Parts of(
                Resource<VirtualService> resource, Map<String, Resource<VirtualService>> byName) {
            Map<String, Same<Resource<VirtualService>>> delegates = new HashMap<>();
            for (String name : Delegation.names(resource)) {
                Resource<VirtualService> there = byName.get(name);
                if (there != null) {
                    delegates.put(name, Same.as(there));
                }
            }
            return new Parts(Same.as(resource), delegates);
        }

        @Nullable Resource<VirtualService> delegate(String name) {
            Same<Resource<VirtualService>> there = delegates.get(name);
            return there == null ? null : there.get();
        }
    }

    private VirtualServices(
            List<BoundVirtualService> all,
            Reading reading,
            Kept<Parts, BoundVirtualService> bound) {
        this.all = List.copyOf(all);
        this.reading = reading;
        this.bound = bound;
        Set<String> names = new HashSet<>();
        all.forEach(service -> addSourceLabels(service, names));
        this.sourceLabels = Set.copyOf(names);
    }

    private static void addSourceLabels(BoundVirtualService service, Set<String> names) {
        VirtualService spec = service.resource().spec();
        for (HttpRule rule : service.http()) {
            rule.spec().match().forEach(match -> names.addAll(match.sourceLabels().keySet()));
        }
        for (VirtualService.TlsRoute rule : spec.tls()) {
            rule.match().forEach(match -> names.addAll(match.sourceLabels().keySet()));
        }
        for (VirtualService.TcpRoute rule : spec.tcp()) {
            rule.match().forEach(match -> names.addAll(match.sourceLabels().keySet()));
        }
    }

    /// @param exportTo of those that say none
    static VirtualServices of(Resources resources, String domain, List<String> exportTo) {
        return of(resources, new Reading(domain, exportTo), Kept.none());
    }

    /// Those of other resources, read by the same rules. What is as it was is the very same.
    VirtualServices next(Resources others) {
        VirtualServices then = of(others, reading, bound.next());
        return Same.each(then.all).equals(Same.each(all)) ? this : then;
    }

    private static VirtualServices of(
            Resources resources, Reading reading, Kept<Parts, BoundVirtualService> bound) {
        Map<String, Resource<VirtualService>> byName = new HashMap<>();
        resources
                .all(Kinds.VIRTUAL_SERVICE)
                .forEach(it ->
                        byName.put(it.metadata().namespace() + "/" + it.metadata().name(), it));
        List<BoundVirtualService> all =
                resources.all(Kinds.VIRTUAL_SERVICE).stream()
                        .sorted(Age.<VirtualService>oldestFirst())
                        .map(r -> bound.get(Parts.of(r, byName), reading::bind))
                        .toList();
        return new VirtualServices(all, reading, bound);
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
