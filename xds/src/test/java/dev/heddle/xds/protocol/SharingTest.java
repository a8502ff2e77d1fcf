package dev.heddle.xds.protocol;

import static dev.heddle.xds.XdsType.CLUSTER;
import static dev.heddle.xds.protocol.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.heddle.xds.Snapshot;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A resource is serialized once, however many streams send it.
final class SharingTest {

    @Test
    void everyStreamSendsTheVeryBytesOfTheSnapshot() {
        Snapshot snapshot = snapshot("1", CLUSTER, "a");
        Any shared = snapshot.of(CLUSTER).sequencedValues().getFirst().body();
        for (int i = 0; i < 3; i++) {
            assertThat(delta(snapshot).toProto().getResources(0).getResource()).isSameAs(shared);
            assertThat(sotw(snapshot).toProto().getResources(0)).isSameAs(shared);
        }
    }

    private static DeltaResponse delta(Snapshot snapshot) {
        var stream = new DeltaServerStream(ClientTraits.ENVOY);
        stream.onPush(snapshot);
        var effects =
                stream.onRequest(
                        new DeltaRequest(
                                CLUSTER.typeUrl(),
                                List.of(),
                                List.of(),
                                Map.of(),
                                "",
                                Optional.empty()));
        return sent(effects);
    }

    private static SotwResponse sotw(Snapshot snapshot) {
        var stream = new SotwServerStream(ClientTraits.ENVOY);
        stream.onPush(snapshot);
        return sent(
                stream.onRequest(
                        new SotwRequest(CLUSTER.typeUrl(), List.of(), "", "", Optional.empty())));
    }

    private static <R> R sent(List<ServerEffect<R>> effects) {
        if (effects.getFirst() instanceof ServerEffect.Send<R>(var response)) {
            return response;
        }
        throw new AssertionError("nothing was sent: " + effects);
    }
}
