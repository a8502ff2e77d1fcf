package dev.heddle.console.api;

import dev.heddle.control.federation.BundleStatus;
import dev.heddle.model.tree.Node;
import java.time.Instant;
import java.util.List;

/// Other trust domains in JSON.
final class FederationViews {
    private FederationViews() {}

    static Node.Mapping all(List<BundleStatus> domains) {
        return Node.Mapping.EMPTY.with(
                "trustDomains", domains.stream().map(FederationViews::domain).toList());
    }

    private static Node.Mapping domain(BundleStatus status) {
        return Node.Mapping.EMPTY
                .with("name", status.trustDomain())
                .with("url", status.url())
                .with("profile", status.profile())
                .with("sequence", status.sequence().map(String::valueOf).orElse(""))
                .with("roots", status.roots().stream().map(FederationViews::root).toList())
                .with("read", status.read().map(Instant::toString).orElse(""))
                .with("trouble", status.trouble().orElse(""));
    }

    private static Node.Mapping root(BundleStatus.Root root) {
        return Node.Mapping.EMPTY
                .with("subject", root.subject())
                .with("notAfter", root.end().toString());
    }
}
