package dev.heddle.signals.ingest;

import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Places;
import dev.heddle.signals.record.Side;
import dev.heddle.xds.identity.SpiffeId;
import java.util.Optional;

/// Who stands at the ends of a call, by all that is known of it.
///
/// @param side where the reporter stands
record Ends(Side side, Party source, Party destination) {
    private static final String INBOUND_PORT = ":15006";

    /// What a log says that bears on it.
    ///
    /// @param cluster to which the call went; empty where it went nowhere
    /// @param localAddress at which the call came in
    /// @param remoteAddress from where
    /// @param upstreamHost where it went
    /// @param peer the SPIFFE ID of who called
    record Evidence(
            String cluster,
            String localAddress,
            String remoteAddress,
            String upstreamHost,
            String peer) {}

    /// A tag counts before the cluster's name, and both before the address. The end at which the
    /// sender stands is the sender.
    static Ends of(Sender sender, Tags tags, Evidence evidence, Places places) {
        ClusterName cluster = ClusterName.of(evidence.cluster());
        boolean isInbound = cluster.isInbound() || evidence.localAddress().endsWith(INBOUND_PORT);
        Side side = tags.reporter().orElse(isInbound ? Side.DESTINATION : Side.SOURCE);
        Party source = tags.party("source");
        Party destination = tags.party("destination");
        if (side == Side.SOURCE) {
            return new Ends(
                    side,
                    own(sender, source, sender.own().service()),
                    destination
                            .or(cluster.party())
                            .or(places.at(evidence.upstreamHost()).orElse(Party.UNKNOWN)));
        }
        Optional<Party> caller =
                SpiffeId.parse(evidence.peer())
                        .flatMap(SpiffeId::account)
                        .map(account -> new Party("", account.namespace(), "", ""));
        String host =
                destination.service().isEmpty()
                        ? cluster.host().isEmpty() ? sender.host() : cluster.host()
                        : destination.service();
        return new Ends(
                side,
                source.or(places.at(evidence.remoteAddress()).orElse(Party.UNKNOWN))
                        .or(caller.orElse(Party.UNKNOWN)),
                own(sender, destination, host));
    }

    /// The sender; of what it did not say when it came, what it says now. Its namespace it cannot
    /// choose where it has proved one.
    private static Party own(Sender sender, Party said, String service) {
        Party own = said.or(sender.own());
        return new Party(
                own.workload(), sender.proven().orElse(own.namespace()), service, own.version());
    }
}
