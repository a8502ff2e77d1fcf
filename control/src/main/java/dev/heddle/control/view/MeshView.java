package dev.heddle.control.view;

import dev.heddle.model.Diagnostic;
import dev.heddle.model.Resources;
import java.time.Instant;
import java.util.List;

/// A running mesh at one moment. Immutable.
///
/// @param version of the world in force; 0 before the first
/// @param since when that world was first in force
/// @param resources in force
/// @param services that they come to, ordered by host
/// @param findings about them, in reading order
/// @param proxies connected ones and those that went lately, ordered by id
/// @param bugs how often Heddle itself failed since its start
public record MeshView(
        long version,
        Instant since,
        Resources resources,
        List<ServiceView> services,
        List<Diagnostic> findings,
        List<ProxyView> proxies,
        long bugs) {

    public MeshView {
        services = List.copyOf(services);
        findings = List.copyOf(findings);
        proxies = List.copyOf(proxies);
    }

    /// How many proxies are connected.
    public long connected() {
        return proxies.stream().filter(p -> p.disconnected().isEmpty()).count();
    }

    /// How many of those run this version.
    public long inSync() {
        return proxies.stream().filter(ProxyView::inSync).count();
    }
}
