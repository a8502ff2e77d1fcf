package dev.heddle.control.view;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.ResourceId;
import dev.heddle.model.Resources;
import dev.heddle.model.tree.Node;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// A running mesh at one moment. Immutable.
///
/// @param version of the world in force; 0 before the first
/// @param since when that world was first in force
/// @param rootNamespace what is said there holds for the whole mesh
/// @param resources in force
/// @param services that they come to, ordered by host
/// @param findings about them, in reading order
/// @param proxies connected ones and those that went lately, ordered by id
/// @param statuses what the mesh says of resources
/// @param bugs how often Heddle itself failed since its start
public record MeshView(
        long version,
        Instant since,
        String rootNamespace,
        Resources resources,
        List<ServiceView> services,
        List<Diagnostic> findings,
        List<ProxyView> proxies,
        StatusLookup statuses,
        long bugs) {

    /// What the mesh says of resources, as their `status`.
    public interface StatusLookup {
        /// The status of a resource; empty where it has none.
        Optional<Node.Mapping> of(ResourceId resource);
    }

    public MeshView {
        services = List.copyOf(services);
        findings = List.copyOf(findings);
        proxies = List.copyOf(proxies);
    }

    /// What somebody may see of it.
    ///
    /// @param seen whether he sees a namespace; of the empty one are resources that live in none,
    ///   and findings about what is no resource
    public MeshView within(Predicate<String> seen) {
        return new MeshView(
                version,
                since,
                rootNamespace,
                Resources.of(
                        resources.all().stream()
                                .filter(r -> seen.test(r.metadata().namespace()))
                                .toList()),
                services.stream().filter(s -> seen.test(s.service().namespace())).toList(),
                findings.stream().filter(d -> seen.test(d.origin().namespace())).toList(),
                proxies.stream().filter(p -> seen.test(p.namespace())).toList(),
                statuses,
                bugs);
    }

    /// How many proxies are connected.
    public long connected() {
        return proxies.stream().filter(p -> p.disconnected().isEmpty()).count();
    }

    /// How many of those run the version that they shall run.
    public long inSync() {
        return proxies.stream().filter(ProxyView::inSync).count();
    }

    /// How many of those run the version in force.
    public long onVersion() {
        return proxies.stream().filter(p -> p.inSync() && !p.isTrial()).count();
    }
}
