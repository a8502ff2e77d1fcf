package dev.heddle.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.protobuf.util.JsonFormat;
import dev.heddle.xds.NodeInfo.Place;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import org.junit.jupiter.api.Test;

final class NodeInfoTest {

    @Test
    void aNodeTravelsWhole() throws InvalidProtocolBufferException {
        var node =
                new NodeInfo(
                        "sidecar~10.0.0.1~a.default~default.svc.cluster.local",
                        "a.default",
                        new Place("r", "z", "s"),
                        metadata("{\"NAMESPACE\": \"default\", \"LABELS\": {\"app\": \"a\"}}"),
                        "heddle");
        assertThat(NodeInfo.of(node.toProto())).contains(node);
    }

    @Test
    void metadataIsReadByItsKind() throws InvalidProtocolBufferException {
        NodeInfo node =
                NodeInfo.of("n", "c")
                        .withMetadata(
                                metadata(
                                        "{\"A\": \"x\", \"N\": 1, \"T\": {\"k\": \"v\", \"n\": 1}}"));
        assertThat(node.text("A")).contains("x");
        assertThat(node.text("N")).isEmpty();
        assertThat(node.text("Z")).isEmpty();
        assertThat(node.texts("T")).containsExactly(java.util.Map.entry("k", "v"));
        assertThat(node.texts("A")).isEmpty();
        assertThat(node.tree("T").map(Struct::getFieldsCount)).contains(2);
    }

    @Test
    void aNodeWithoutAnIdIsNobody() {
        assertThat(NodeInfo.of(Node.newBuilder().setCluster("c").build())).isEmpty();
        assertThatThrownBy(() -> NodeInfo.of("", "c")).hasMessageContaining("id");
    }

    @Test
    void aTypedConfigIsUnpackedAsWhatItIsAlone() throws InvalidProtocolBufferException {
        Cluster cluster = Cluster.newBuilder().setName("a").build();
        var packed = TypedConfigs.pack(cluster);
        assertThat(packed.getTypeUrl())
                .isEqualTo("type.googleapis.com/envoy.config.cluster.v3.Cluster");
        assertThat(TypedConfigs.unpack(packed, Cluster.getDefaultInstance())).isEqualTo(cluster);
        assertThatThrownBy(() -> TypedConfigs.unpack(packed, Listener.getDefaultInstance()))
                .hasMessageContaining("Cluster")
                .hasMessageContaining("expected: 'type.googleapis.com/envoy.config.listener");
    }

    private static Struct metadata(String json) throws InvalidProtocolBufferException {
        var value = Value.newBuilder();
        JsonFormat.parser().merge(json, value);
        return value.getStructValue();
    }
}
