package dev.heddle.xds.protocol;

import static dev.heddle.xds.XdsType.CLUSTER;
import static dev.heddle.xds.protocol.Snapshots.snapshot;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteOutput;
import com.google.protobuf.UnsafeByteOperations;
import dev.heddle.xds.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A resource is serialized once, however many streams send it.
final class SharingTest {

    @Test
    void everyStreamSendsTheVeryBytesOfTheSnapshot() throws IOException {
        Snapshot snapshot = snapshot("1", CLUSTER, "a");
        byte[] shared = array(snapshot.of(CLUSTER).values().iterator().next().body().toProto());
        for (int i = 0; i < 3; i++) {
            assertThat(array(delta(snapshot).toProto().getResources(0).getResource()))
                    .isSameAs(shared);
            assertThat(array(sotw(snapshot).toProto().getResources(0))).isSameAs(shared);
        }
    }

    /// What the bytes lie in.
    private static byte[] array(Any any) throws IOException {
        var arrays = new ArrayList<byte[]>();
        UnsafeByteOperations.unsafeWriteTo(
                any.getValue(),
                new ByteOutput() {
                    @Override
                    public void write(byte value) {
                        throw new AssertionError("one byte of its own");
                    }

                    @Override
                    public void write(byte[] value, int offset, int length) {
                        throw new AssertionError("a copy");
                    }

                    @Override
                    public void writeLazy(byte[] value, int offset, int length) {
                        arrays.add(value);
                    }

                    @Override
                    public void write(ByteBuffer value) {
                        throw new AssertionError("a copy");
                    }

                    @Override
                    public void writeLazy(ByteBuffer value) {
                        throw new AssertionError("a buffer");
                    }
                });
        return arrays.getFirst();
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
