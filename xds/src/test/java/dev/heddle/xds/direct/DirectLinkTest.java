package dev.heddle.xds.direct;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsStream;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// What either end does about mistakes of the other side's owner.
final class DirectLinkTest {
    private static final NodeInfo NODE = NodeInfo.of("n", "c");
    private static final Snapshot SNAPSHOT =
            Snapshot.of(
                    "1",
                    Map.of(
                            XdsType.CLUSTER,
                            List.of(
                                    XdsResource.of(
                                            "a", Cluster.newBuilder().setName("a").build()))));

    private final List<String> events = new ArrayList<>();

    @Test
    void aSubscriberThatThrowsRejectsTheResponse() {
        var link =
                new DirectLink(
                        NODE,
                        handler(false),
                        (_, _, _) -> {
                            throw new IllegalStateException("oops");
                        });
        run(link);
        assertThat(events)
                .containsExactly(
                        "opened",
                        "nack '': internal error: java.lang.IllegalStateException: oops [a]");
    }

    @Test
    void aHandlerThatThrowsLosesItsStreamOnly() {
        XdsSubscriber accepting = (_, _, _) -> List.<Rejection>of();
        var link = new DirectLink(NODE, handler(true), accepting);
        run(link);
        assertThat(events).containsExactly("opened", "closed internal error");
        assertThat(link.isConnected()).isFalse();
        link.connect();
        assertThat(link.isConnected()).isTrue();
    }

    private static void run(DirectLink link) {
        link.subscribe(XdsType.CLUSTER, Set.of("*"));
        link.connect();
        link.settle();
    }

    private XdsHandler handler(boolean throwsOnAck) {
        return new XdsHandler() {
            @Override
            public void onOpened(XdsStream stream) {
                events.add("opened");
                stream.push(SNAPSHOT);
            }

            @Override
            public void onAck(XdsStream stream, XdsType type, String version) {
                if (throwsOnAck) {
                    throw new AssertionError("no such state");
                }
                events.add("ack");
            }

            @Override
            public void onNack(
                    XdsStream stream,
                    XdsType type,
                    String version,
                    String text,
                    List<String> resources) {
                events.add("nack " + text + " " + resources);
            }

            @Override
            public void onClosed(XdsStream stream, String reason) {
                events.add("closed " + reason);
            }
        };
    }
}
