package dev.heddle.control.push;

import dev.heddle.model.Diagnostic;
import java.util.List;

/// What the pusher knows at one moment.
///
/// @param proxies connected ones and those that went within the last ten minutes, ordered by id
/// @param findings about the world, and about what was compiled for the connected proxies
/// @param bugs how often Heddle itself failed since its start
public record PushReport(List<ProxyStatus> proxies, List<Diagnostic> findings, long bugs) {
    public PushReport {
        proxies = List.copyOf(proxies);
        findings = List.copyOf(findings);
    }
}
