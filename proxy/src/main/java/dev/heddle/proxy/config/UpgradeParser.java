package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.route.Tunnels;
import dev.heddle.proxy.route.Upgrades;
import envoy.config.route.v3.RouteAction;
import envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads which protocols requests may ask for instead of HTTP, at the two places that say it.
final class UpgradeParser {
    private static final String CONNECT = "connect";

    /// Datagrams in HTTP (RFC 9298).
    private static final String CONNECT_UDP = "connect-udp";

    private final Findings findings;

    UpgradeParser(Findings findings) {
        this.findings = findings;
    }

    /// The protocols that a listener takes, in lower case.
    List<String> listener(String path, List<HttpConnectionManager.UpgradeConfig> upgrades) {
        var taken = new ArrayList<String>();
        var seen = new HashMap<String, Boolean>();
        for (int i = 0; i < upgrades.size(); i++) {
            HttpConnectionManager.UpgradeConfig upgrade = upgrades.get(i);
            String at = path + "[" + i + "]";
            // Filters of its own are for upgrades only; ours see all requests.
            findings.fields(at, upgrade, Set.of("upgrade_type", "enabled"));
            boolean isTaken = !upgrade.hasEnabled() || upgrade.getEnabled().getValue();
            if (isNew(at, upgrade.getUpgradeType(), isTaken, seen) && isTaken) {
                taken.add(upgrade.getUpgradeType().toLowerCase(Locale.ROOT));
            }
        }
        return taken;
    }

    /// What a route says.
    Tunnels route(String path, List<RouteAction.UpgradeConfig> upgrades) {
        if (upgrades.isEmpty()) {
            return Tunnels.NONE;
        }
        var seen = new HashMap<String, Boolean>();
        Optional<Tunnels.Termination> termination = Optional.empty();
        for (int i = 0; i < upgrades.size(); i++) {
            RouteAction.UpgradeConfig upgrade = upgrades.get(i);
            String at = path + "[" + i + "]";
            findings.fields(at, upgrade, Set.of("upgrade_type", "enabled", "connect_config"));
            boolean isTaken = !upgrade.hasEnabled() || upgrade.getEnabled().getValue();
            isNew(at, upgrade.getUpgradeType(), isTaken, seen);
            if (upgrade.hasConnectConfig()) {
                termination = Optional.of(termination(at, upgrade));
            }
        }
        return new Tunnels(new Upgrades(seen), termination);
    }

    private Tunnels.Termination termination(String path, RouteAction.UpgradeConfig upgrade) {
        String at = join(path, "connect_config");
        if (!upgrade.getUpgradeType().equalsIgnoreCase(CONNECT)) {
            findings.reject(
                    at, "is set for '" + upgrade.getUpgradeType() + "' (expected: for CONNECT)");
        }
        findings.fields(at, upgrade.getConnectConfig(), Set.of("allow_post"));
        return new Tunnels.Termination(upgrade.getConnectConfig().getAllowPost());
    }

    private boolean isNew(String path, String type, boolean taken, Map<String, Boolean> seen) {
        String at = join(path, "upgrade_type");
        findings.required(at, type);
        if (type.equalsIgnoreCase(CONNECT_UDP)) {
            findings.notImplemented(at, type);
        }
        boolean isNew = seen.put(type.toLowerCase(Locale.ROOT), taken) == null;
        if (!isNew) {
            findings.reject(at, "'" + type + "' is there twice");
        }
        return isNew;
    }
}
