package dev.heddle.xds.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.ClientNode;
import dev.heddle.xds.wire.Bytes;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a client writes and reads itself is what protobuf's library reads and writes.
final class DeltaMessagesTest {

    @Test
    void aRequestIsReadAsItWasMeant() throws InvalidProtocolBufferException {
        var request =
                new DeltaRequest(
                        XdsType.ROUTE.typeUrl(),
                        List.of("a", "b"),
                        List.of("c"),
                        Map.of("a", "1"),
                        "nonce",
                        Optional.of("it is wrong"));
        NodeInfo node = NodeInfo.of("n", "c").withUserAgent("heddle");
        var message =
                DeltaDiscoveryRequest.parseFrom(request.toBytes(ClientNode.of(node).message()));
        assertThat(DeltaRequest.of(message)).isEqualTo(request);
        assertThat(NodeInfo.of(message.getNode())).contains(node);
        assertThat(message.getErrorDetail().getCode()).isEqualTo(3);
    }

    @Test
    void aRequestThatSaysLittleIsShort() throws InvalidProtocolBufferException {
        var request =
                new DeltaRequest(
                        XdsType.CLUSTER.typeUrl(),
                        List.of(),
                        List.of(),
                        Map.of(),
                        "",
                        Optional.empty());
        var message = DeltaDiscoveryRequest.parseFrom(request.toBytes(Bytes.EMPTY));
        assertThat(message)
                .isEqualTo(
                        DeltaDiscoveryRequest.newBuilder()
                                .setTypeUrl(XdsType.CLUSTER.typeUrl())
                                .build());
    }

    @Test
    void aResponseIsReadAsItWasMeant() {
        var response =
                new DeltaResponse(
                        XdsType.CLUSTER,
                        "7",
                        "nonce",
                        List.copyOf(
                                Snapshots.snapshot(
                                                "7",
                                                Map.of(XdsType.CLUSTER, Map.of("a", "1", "b", "2")))
                                        .of(XdsType.CLUSTER)
                                        .values()),
                        List.of("gone"));
        assertThat(DeltaResponse.of(response.toProto().toByteArray())).contains(response);
    }

    @Test
    void aResponseOfAnUnknownTypeIsNone() {
        var message = new DeltaResponse(XdsType.CLUSTER, "1", "n", List.of(), List.of()).toProto();
        assertThat(DeltaResponse.of(message.toBuilder().setTypeUrl("x").build().toByteArray()))
                .isEmpty();
    }
}
