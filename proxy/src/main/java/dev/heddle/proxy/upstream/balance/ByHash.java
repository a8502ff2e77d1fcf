package dev.heddle.proxy.upstream.balance;

import dev.heddle.proxy.upstream.LoadBalancer;
import dev.heddle.proxy.upstream.Pick;
import dev.heddle.proxy.upstream.PickContext;
import java.util.List;

/// Has the hash of a request choose its priority and its host in it, so that both stay the same.
///
/// @param hosts for each of the shares
record ByHash(List<PriorityLoad.Share> shares, List<HashedHosts> hosts) implements LoadBalancer {

    @Override
    public boolean hashes() {
        return true;
    }

    @Override
    public Pick pick(PickContext context) {
        if (shares.isEmpty()) {
            return Pick.NoHealthyHost.NONE;
        }
        long hash = context.hash();
        return hosts.get(share(hash)).pick(hash, context.picks());
    }

    private int share(long hash) {
        int last = shares.size() - 1;
        if (last == 0) {
            return 0;
        }
        int at = (int) Long.remainderUnsigned(hash, 100);
        for (int i = 0; i < last; i++) {
            at -= shares.get(i).percent();
            if (at < 0) {
                return i;
            }
        }
        return last;
    }
}
