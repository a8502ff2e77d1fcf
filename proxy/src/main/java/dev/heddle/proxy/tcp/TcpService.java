package dev.heddle.proxy.tcp;

import dev.heddle.proxy.config.ConnectionGuard;
import dev.heddle.proxy.config.TcpProxyConfig;
import dev.heddle.proxy.filter.FilterContext;
import dev.heddle.proxy.hits.Rule;
import dev.heddle.proxy.observe.ConnectionLog;
import dev.heddle.proxy.observe.ListenerFacts;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One TCP proxy on one worker: what its connections share.
///
/// @param guards say who may connect, asked in order
/// @param bufferLimitBytes how much is buffered in one direction before its sender is paused
/// @param listener for logs
/// @param chain the filter chain's name, for logs
/// @param rule that the chain comes from; null where nobody says
/// @param facts what logs say besides of where connections are taken
public record TcpService(
        FilterContext context,
        TcpProxyConfig config,
        List<ConnectionGuard> guards,
        ConnectionLog log,
        int bufferLimitBytes,
        String listener,
        String chain,
        @Nullable Rule rule,
        ListenerFacts facts) {

    public TcpService {
        guards = List.copyOf(guards);
    }

    /// Chooses a cluster by weight.
    String cluster(RandomGenerator random) {
        int total = config.targets().stream().mapToInt(TcpProxyConfig.Target::weight).sum();
        int at = total == 0 ? 0 : random.nextInt(total);
        for (TcpProxyConfig.Target target : config.targets()) {
            at -= target.weight();
            if (at < 0) {
                return target.cluster();
            }
        }
        return config.targets().getFirst().cluster();
    }
}
