package dev.heddle.control.push;

import dev.heddle.compiler.ir.ProxyPlan;
import java.util.List;

/// What some connected proxies were given last.
///
/// @param proxies ids of the nodes, one or more
public record RunningPlan(List<String> proxies, ProxyPlan plan) {
    public RunningPlan {
        proxies = List.copyOf(proxies);
    }
}
