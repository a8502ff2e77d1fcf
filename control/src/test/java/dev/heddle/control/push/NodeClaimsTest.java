package dev.heddle.control.push;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.identity.SpiffeId;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeClaimsTest {
    private static final SpiffeId WEB = SpiffeId.ofAccount("cluster.local", "shop", "web");

    @Test
    void anIdIsOfTheNamespaceThatItsCertificateNames() {
        Map<String, Boolean> ids =
                Map.of(
                        "sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local", true,
                        "sidecar~10.0.0.1~web-1.shop~example.org", true,
                        "sidecar~10.0.0.1~web-1.workshop~shop.svc.cluster.local", false,
                        "sidecar~10.0.0.1~shop~shop.svc.cluster.local", false,
                        "sidecar~10.0.0.1~web-1.bank~bank.svc.cluster.local", false,
                        "sidecar~10.0.0.1~web-1.shop~bank.svc.cluster.local", false,
                        "router~10.0.0.1~web-1.istio-system~shop.svc.cluster.local", false);
        ids.forEach((id, isOwn) ->
                assertThat(NodeClaims.refusal(WEB, NodeInfo.of(id, "web")).isEmpty())
                        .as(id)
                        .isEqualTo(isOwn));
    }

    @Test
    void aRefusalSaysWhatDisagrees() {
        assertThat(
                        NodeClaims.refusal(
                                WEB,
                                NodeInfo.of(
                                        "sidecar~10.0.0.1~web-1.bank~bank.svc.cluster.local",
                                        "web")))
                .hasValue(
                        "node id: 'sidecar~10.0.0.1~web-1.bank~bank.svc.cluster.local' (expected:"
                                + " the namespace of its certificate, 'shop')");
        assertThat(
                        NodeClaims.refusal(
                                new SpiffeId("cluster.local", "/other"),
                                NodeInfo.of("sidecar~1~a.shop~shop.svc.cluster.local", "web")))
                .hasValue(
                        "certificate: 'spiffe://cluster.local/other' (expected:"
                                + " spiffe://DOMAIN/ns/NAMESPACE/sa/ACCOUNT)");
    }
}
