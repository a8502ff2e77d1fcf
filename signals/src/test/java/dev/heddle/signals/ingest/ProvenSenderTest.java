package dev.heddle.signals.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Places;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Side;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.identity.SpiffeId;
import dev.heddle.xds.server.Caller;
import dev.heddle.xds.server.Peer;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.TLSProperties;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Who has proved to be of a namespace tells of that one.
class ProvenSenderTest {
    private static final Caller SHOP =
            new Caller(
                    new Peer("10.0.0.1:4711", Optional.of(SpiffeId.ofAccount("td", "shop", "web"))),
                    (id, node) ->
                            node.text("NAMESPACE")
                                    .filter(said ->
                                            !said.equals(id.account().orElseThrow().namespace()))
                                    .map(said -> "namespace: '" + said + "'"));

    private static Resource resource(String... pairs) {
        var resource = Resource.newBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            resource.addAttributes(
                    KeyValue.newBuilder()
                            .setKey(pairs[i])
                            .setValue(AnyValue.newBuilder().setStringValue(pairs[i + 1])));
        }
        return resource.build();
    }

    @Test
    void aResourceOfAnotherNamespaceIsRefused() {
        var other = OtlpSender.of(resource("k8s.namespace.name", "bank"), SHOP);
        assertThat(other.sender()).isEmpty();
        assertThat(other.refusal()).isEqualTo("namespace: 'bank'");
        var own = OtlpSender.of(resource("k8s.namespace.name", "shop"), SHOP);
        assertThat(own.sender().orElseThrow().own().namespace()).isEqualTo("shop");
        var silent = OtlpSender.of(resource("service.name", "web"), SHOP);
        assertThat(silent.sender().orElseThrow().own().namespace()).isEqualTo("shop");
        assertThat(silent.sender().orElseThrow().name()).isEqualTo("web@10.0.0.1:4711");
    }

    private static RequestLog read(Sender sender, Map<String, String> tags, String cluster) {
        var entry =
                HTTPAccessLogEntry.newBuilder()
                        .setCommonProperties(
                                AccessLogCommon.newBuilder()
                                        .setUpstreamCluster(cluster)
                                        .putAllCustomTags(tags)
                                        .setTlsProperties(
                                                TLSProperties.newBuilder()
                                                        .setPeerCertificateProperties(
                                                                TLSProperties.CertificateProperties
                                                                        .newBuilder()
                                                                        .addSubjectAltName(uri()))))
                        .build();
        return new EntryReader(sender, Places.NOWHERE).read(entry).orElseThrow();
    }

    private static TLSProperties.CertificateProperties.SubjectAltName.Builder uri() {
        return TLSProperties.CertificateProperties.SubjectAltName.newBuilder()
                .setUri("spiffe://td/ns/front/sa/gate");
    }

    @Test
    void theNamespaceOfItsOwnEndIsTheCertificates() {
        var sender =
                Sender.of(NodeInfo.of("sidecar~10.0.0.1~web-v1.bank~bank.svc", "web.bank"), SHOP);
        var called =
                read(
                        sender,
                        Map.of("source_namespace", "bank", "destination_namespace", "bank"),
                        "outbound|80||api.bank.svc.cluster.local");
        assertThat(called.reporter().side()).isEqualTo(Side.SOURCE);
        assertThat(called.source().name()).isEqualTo("web-v1.shop");
        assertThat(called.destination().namespace()).isEqualTo("bank");

        var served = read(sender, Map.of("destination_namespace", "bank"), "inbound|80||");
        assertThat(served.reporter().side()).isEqualTo(Side.DESTINATION);
        assertThat(served.destination().namespace()).isEqualTo("shop");
        assertThat(served.destination().service()).isEqualTo("web.shop.svc.cluster.local");
        assertThat(served.source()).isEqualTo(new Party("", "front", "", ""));
        assertThat(served.way().peer()).isEqualTo("spiffe://td/ns/front/sa/gate");
    }
}
