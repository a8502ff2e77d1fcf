package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.select.IngressStatus;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.Json;
import dev.heddle.model.kinds.Kinds;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Where an Ingress says that it is served.
class IngressStatusTest {
    private static final String INGRESS =
            """
            apiVersion: networking.k8s.io/v1
            kind: Ingress
            metadata:
              name: shop
              namespace: web
              annotations: {kubernetes.io/ingress.class: istio}
            spec:
              defaultBackend: {service: {name: reviews, port: {number: 9080}}}
            """;

    private static String service(String name, String spec) {
        return """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: %s, namespace: istio-system}
        spec: {ports: [{port: 80}], %s}
        """
                .formatted(name, spec);
    }

    private static Optional<String> status(String text) {
        return IngressStatus.of(
                        Meshes.lenient(text).index(), new ResourceId(Kinds.INGRESS, "web", "shop"))
                .map(Json::compact);
    }

    @Test
    void itHasTheAddressesOfTheServicesThatChooseItsGateways() {
        String one = service("one", "selector: {istio: ingressgateway}, clusterIP: 10.0.0.1");
        String two = service("two", "selector: {istio: ingressgateway, a: b}, clusterIP: None");
        String other = service("other", "selector: {app: ingressgateway}, clusterIP: 10.0.0.3");

        assertThat(status(INGRESS + one + two + other))
                .contains(
                        "{\"loadBalancer\":{\"ingress\":[{\"ip\":\"10.0.0.1\"},"
                                + "{\"hostname\":\"two.istio-system.svc.cluster.local\"}]}}");
        assertThat(status(INGRESS + other)).contains("{\"loadBalancer\":{}}");
    }

    @Test
    void ofWhatTheMeshDoesNotServeItSaysNothing() {
        assertThat(status(INGRESS.replace("class: istio", "class: nginx"))).isEmpty();
        assertThat(status(service("shop", "clusterIP: 10.0.0.1"))).isEmpty();
    }

    @Test
    void theMeshMayNameTheService() {
        String config =
                """
                ---
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: istio, namespace: istio-system}
                data:
                  mesh: |
                    ingressService: public
                """;
        String services =
                service("public", "selector: {app: lb}, clusterIP: 10.0.0.2")
                        + service("mine", "selector: {istio: public}, clusterIP: 10.0.0.1");

        assertThat(status(INGRESS + config + services))
                .contains("{\"loadBalancer\":{\"ingress\":[{\"ip\":\"10.0.0.2\"}]}}");
    }
}
