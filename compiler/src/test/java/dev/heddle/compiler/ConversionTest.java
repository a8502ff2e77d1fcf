package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.convert.Conversion;
import dev.heddle.compiler.convert.Options;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.codec.YamlWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConversionTest {
    private static final String SERVICES =
            """
            apiVersion: v1
            kind: Service
            metadata: {name: reviews, namespace: shop}
            spec:
              selector: {app: reviews}
              ports: [{name: http, port: 9080}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: edge, namespace: edge}
            spec:
              selector: {istio: ingressgateway}
              ports: [{name: http, port: 80}]
            ---
            apiVersion: networking.istio.io/v1
            kind: DestinationRule
            metadata: {name: reviews, namespace: shop}
            spec:
              host: reviews
              trafficPolicy: {connectionPool: {tcp: {maxConnections: 10}}}
              subsets:
              - name: v2
                labels: {version: v2}
                trafficPolicy: {loadBalancer: {simple: RANDOM}}
            """;

    private static Conversion convert(String text) {
        return Conversion.of(Meshes.world(SERVICES, text), Options.DEFAULT);
    }

    private static String yaml(Conversion conversion, String id) {
        return conversion.documents().stream()
                .filter(d -> d.id().toString().equals(id))
                .findFirst()
                .map(d -> YamlWriter.write(d.tree()))
                .orElseThrow(() -> new AssertionError(conversion.documents().toString()));
    }

    private static List<String> lost(Conversion conversion) {
        return conversion.losses().stream()
                .map(Diagnostic::origin)
                .map(o -> o.position().line() + " " + o.path())
                .toList();
    }

    private static String virtualService(String rest) {
        return """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: {name: reviews, namespace: shop}
        spec:
          hosts: [reviews]
        """
                + rest.indent(2);
    }

    @Test
    void aRuleOfTheMeshIsForTheService() {
        Conversion made =
                convert(
                        virtualService(
                                """
                                http:
                                - name: slow
                                  match: [{uri: {exact: /slow}}, {uri: {prefix: /slow/}}]
                                  route: [{destination: {host: reviews}}]
                                  timeout: 2s
                                """));
        assertThat(made.losses()).isEmpty();
        assertThat(yaml(made, "HTTPRoute shop/reviews"))
                .isEqualTo(
                        """
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: HTTPRoute
                        metadata:
                          name: reviews
                          namespace: shop
                        spec:
                          parentRefs:
                          - group: ""
                            kind: Service
                            name: reviews
                          rules:
                          - name: slow
                            matches:
                            - path:
                                type: PathPrefix
                                value: /slow
                            backendRefs:
                            - name: reviews
                              port: 9080
                            timeouts:
                              request: 2s
                        """);
    }

    private static final String CALLS =
            """
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: cart, namespace: shop}
            spec:
              selector: {app: cart}
              ports: [{name: grpc, port: 9000}]
            ---
            apiVersion: networking.istio.io/v1
            kind: VirtualService
            metadata: {name: cart, namespace: shop}
            spec:
              hosts: [cart]
              http:
              - match:
                - uri: {exact: /shop.Cart/Add}
                  headers: {x-user: {exact: tester}}
                - uri: {prefix: /shop.Admin/}
                headers: {request: {set: {x-to: one}}}
                route: [{destination: {host: cart}}]
              - route: [{destination: {host: cart}}]
            """;

    @Test
    void rulesForCallsAreAGrpcRoute() {
        Conversion made = convert(CALLS);

        assertThat(made.losses()).isEmpty();
        assertThat(made.documents()).hasSize(1);
        assertThat(yaml(made, "GRPCRoute shop/cart"))
                .isEqualTo(
                        """
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: GRPCRoute
                        metadata:
                          name: cart
                          namespace: shop
                        spec:
                          parentRefs:
                          - group: ""
                            kind: Service
                            name: cart
                          rules:
                          - matches:
                            - method:
                                type: Exact
                                service: shop.Cart
                                method: Add
                              headers:
                              - type: Exact
                                name: x-user
                                value: tester
                            - method:
                                type: Exact
                                service: shop.Admin
                            filters:
                            - type: RequestHeaderModifier
                              requestHeaderModifier:
                                set:
                                - name: x-to
                                  value: one
                            backendRefs:
                            - name: cart
                              port: 9000
                          - backendRefs:
                            - name: cart
                              port: 9000
                        """);
    }

    /// A GRPCRoute knows no times, queries, expressions or letters.
    @Test
    void whatAGrpcRouteCannotSayStaysAnHttpRoute() {
        String add = "uri: {exact: /shop.Cart/Add}";
        String header = "headers: {request: {set: {x-to: one}}}";

        staysHttp(header, header + "\n    timeout: 1s");
        staysHttp(header, "headers: {request: {set: {':authority': other}}}");
        staysHttp("name: grpc,", "name: http,");
        staysHttp("prefix: /shop.Admin/", "prefix: /shop.Admin");
        staysHttp("prefix: /shop.Admin/", "regex: /shop.A.*/List");
        staysHttp(add, add + "\n      method: {exact: POST}");
        staysHttp(add, add + "\n      queryParams: {a: {exact: b}}");
    }

    private static void staysHttp(String what, String instead) {
        assertThat(CALLS).contains(what);
        assertThat(yaml(convert(CALLS.replace(what, instead)), "HTTPRoute shop/cart"))
                .as(instead)
                .contains("name: cart");
    }

    /// The Gateway API wants a host to have routes of one kind.
    @Test
    void aHostOfSeveralVirtualServicesHasHttpRoutes() {
        String other =
                """
                ---
                apiVersion: networking.istio.io/v1
                kind: VirtualService
                metadata: {name: other, namespace: shop}
                spec:
                  hosts: ["*.shop.svc.cluster.local"]
                  http: [{route: [{destination: {host: reviews}}]}]
                """;

        assertThat(yaml(convert(CALLS + other), "HTTPRoute shop/cart")).contains("name: cart");
    }

    @Test
    void aSubsetIsAServiceWithWhatItsDestinationRuleSays() {
        Conversion made =
                convert(
                        virtualService(
                                """
                                http:
                                - route: [{destination: {host: reviews, subset: v2}}]
                                """));
        assertThat(made.losses()).isEmpty();
        assertThat(yaml(made, "HTTPRoute shop/reviews")).contains("- name: reviews-v2");
        assertThat(yaml(made, "Service shop/reviews-v2"))
                .contains("app: reviews\n    version: v2\n");
        assertThat(yaml(made, "DestinationRule shop/reviews-v2"))
                .contains(
                        "host: reviews-v2.shop.svc.cluster.local",
                        "maxConnections: 10",
                        "simple: RANDOM");
    }

    @Test
    void whatIsLostIsNamedWithLineAndField() {
        Conversion made =
                convert(
                        virtualService(
                                """
                                http:
                                - match:
                                  - withoutHeaders: {a: {exact: b}}
                                  - uri: {prefix: /b}
                                  route: [{destination: {host: reviews}}]
                                  rewrite: {uri: /c}
                                  fault: {abort: {httpStatus: 500}}
                                - match: [{uri: {exact: /d}}]
                                  directResponse: {status: 403}
                                - route: [{destination: {host: nowhere}}]
                                """));
        assertThat(lost(made))
                .containsExactlyInAnyOrder(
                        "8 spec.http[0].match[0].withoutHeaders",
                        "11 spec.http[0].rewrite.uri",
                        "12 spec.http[0].fault",
                        "14 spec.http[1].directResponse",
                        "15 spec.http[2].route[0].destination.host");
        assertThat(made.losses()).allMatch(d -> !d.hint().isEmpty());
        assertThat(yaml(made, "HTTPRoute shop/reviews"))
                .contains("type: PathPrefix\n        value: /b\n", "replacePrefixMatch: /c")
                .contains("value: /d\n");
    }

    @Test
    void aServerOfAGatewayIsAListenerForEachHost() {
        Conversion made =
                convert(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: Gateway
                        metadata: {name: shop, namespace: edge}
                        spec:
                          selector: {istio: ingressgateway}
                          servers:
                          - port: {number: 80, name: http, protocol: HTTP}
                            hosts: ["shop/*.example.com"]
                            tls: {httpsRedirect: true}
                          - port: {number: 443, name: https, protocol: HTTPS}
                            hosts: ["shop/a.example.com", "shop/b.example.com"]
                            tls: {mode: SIMPLE, credentialName: shop}
                        ---
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: shop, namespace: shop}
                        spec:
                          hosts: [a.example.com]
                          gateways: [edge/shop]
                          http:
                          - route: [{destination: {host: reviews}}]
                        """);
        assertThat(made.losses()).isEmpty();
        assertThat(yaml(made, "Gateway edge/shop"))
                .contains("value: edge.edge.svc\n")
                .contains("- name: http\n    hostname: \"*.example.com\"\n    port: 80\n")
                .contains("- name: https-a-example-com\n    hostname: a.example.com\n")
                .contains("certificateRefs:\n      - name: shop\n");
        assertThat(yaml(made, "HTTPRoute edge/shop-http-tls"))
                .contains("scheme: https", "statusCode: 301", "sectionName: http");
        assertThat(yaml(made, "HTTPRoute shop/shop"))
                .contains("namespace: edge", "sectionName: https-a-example-com")
                .contains("hostnames:\n  - a.example.com\n");
    }

    @Test
    void aGatewayWithoutItsServiceIsNamedAndOneMayBeSaid() {
        String gateway =
                """
                apiVersion: networking.istio.io/v1
                kind: Gateway
                metadata: {name: shop, namespace: edge}
                spec:
                  selector: {istio: other}
                  servers:
                  - port: {number: 80, name: http, protocol: HTTP}
                    hosts: ["*"]
                """;
        assertThat(lost(convert(gateway))).containsExactly("5 spec.selector");
        Conversion made =
                Conversion.of(
                        Meshes.world(SERVICES, gateway),
                        new Options(
                                "istio",
                                Optional.of(new Options.ServiceName("proxies", "istio-system"))));
        assertThat(made.losses()).isEmpty();
        assertThat(yaml(made, "Gateway edge/shop"))
                .contains("gatewayClassName: istio", "value: proxies.istio-system.svc");
    }

    @Test
    void namesInOtherNamespacesAreGranted() {
        Conversion made =
                convert(
                        """
                        apiVersion: networking.istio.io/v1
                        kind: Gateway
                        metadata: {name: shop, namespace: edge}
                        spec:
                          selector: {istio: ingressgateway}
                          servers:
                          - port: {number: 80, name: http, protocol: HTTP}
                            hosts: ["*"]
                        ---
                        apiVersion: networking.istio.io/v1
                        kind: VirtualService
                        metadata: {name: shop, namespace: edge}
                        spec:
                          hosts: ["*"]
                          gateways: [shop]
                          http:
                          - route: [{destination: {host: reviews.shop.svc.cluster.local}}]
                        """);
        assertThat(made.losses()).isEmpty();
        assertThat(yaml(made, "ReferenceGrant shop/httproutes-of-edge"))
                .contains(
                        "kind: HTTPRoute\n    namespace: edge", "kind: Service\n    name: reviews");
    }

    @Test
    void ingressesAreOneGatewayAndARouteForEachHost() {
        Conversion made =
                convert(
                        """
                        apiVersion: networking.k8s.io/v1
                        kind: Ingress
                        metadata:
                          name: shop
                          namespace: shop
                          annotations: {kubernetes.io/ingress.class: istio}
                        spec:
                          tls: [{hosts: [a.example.com], secretName: a}]
                          defaultBackend: {service: {name: reviews, port: {number: 9080}}}
                          rules:
                          - host: a.example.com
                            http:
                              paths:
                              - path: /cart
                                pathType: Prefix
                                backend: {service: {name: reviews, port: {name: http}}}
                        """);
        assertThat(made.losses()).isEmpty();
        assertThat(made.replaced())
                .extracting(Object::toString)
                .containsExactly("Ingress shop/shop");
        assertThat(yaml(made, "Gateway istio-system/ingress"))
                .contains("- name: http-all\n    port: 80\n")
                .contains("- name: https-a-example-com\n    hostname: a.example.com\n");
        assertThat(yaml(made, "HTTPRoute shop/shop"))
                .contains("hostnames:\n  - a.example.com\n", "value: /cart\n");
        assertThat(yaml(made, "HTTPRoute shop/shop-02")).doesNotContain("hostnames");
        assertThat(yaml(made, "ReferenceGrant shop/gateways-of-istio-system"))
                .contains("kind: Secret\n    name: a");
    }
}
