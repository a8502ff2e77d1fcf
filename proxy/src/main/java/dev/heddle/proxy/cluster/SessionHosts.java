package dev.heddle.proxy.cluster;

import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Has the host of a request's session go before what is chosen else. Hosts are looked up by
/// address, in a table that is made when the first such request comes: most clusters never see one.
@Confined("worker")
final class SessionHosts implements LoadBalancer {
    private final LoadBalancer usual;
    private final List<Host> hosts;
    private @Nullable Map<String, Host> byAddress;

    /// @param usual chooses for all other requests
    /// @param hosts that sessions may be with
    SessionHosts(LoadBalancer usual, List<Host> hosts) {
        this.usual = usual;
        this.hosts = hosts;
    }

    @Override
    public Pick pick(PickContext context) {
        String wanted = context.sessionHost();
        if (wanted == null) {
            return usual.pick(context);
        }
        Host host = table().get(wanted);
        if (host != null) {
            return host;
        }
        return context.isSessionStrict() ? Pick.NoHealthyHost.NONE : usual.pick(context);
    }

    private Map<String, Host> table() {
        Map<String, Host> known = byAddress;
        if (known == null) {
            known = HashMap.newHashMap(hosts.size());
            for (Host host : hosts) {
                known.put(host.addressText(), host);
            }
            byAddress = known;
        }
        return known;
    }

    @Override
    public boolean hashes() {
        return usual.hashes();
    }
}
