package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.upstream.Host;
import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import java.util.List;

/// Any host, each as likely as the next: Envoy's `RANDOM` does not look at weights either.
record RandomHost(List<Host> hosts) implements LoadBalancer {

    RandomHost {
        hosts = List.copyOf(hosts);
    }

    @Override
    public Pick pick(PickContext context) {
        return hosts.isEmpty()
                ? Pick.NoHealthyHost.NONE
                : hosts.get(context.random().nextInt(hosts.size()));
    }
}
